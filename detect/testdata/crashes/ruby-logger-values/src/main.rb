require 'logger'
l = Logger.new($stderr)
def f = raise(ArgumentError, "first\nsecond\n\n  third")
begin; f; rescue => e; l.error(e); end
l.info "goes on"
l.error "plain error"
def g
  f
rescue
  raise IOError, "outer"
end
begin; g; rescue => e; l.fatal("died: " + e.full_message(highlight: false)); end
l.info "still here"
