t = Thread.new do
  Thread.current.name = "worker-1"
  begin
    Integer("x")
  rescue ArgumentError
    raise IOError, "disk gone"
  end
end
t.join rescue nil
warn "main lives"
