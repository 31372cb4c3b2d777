if ENV["SENTRY_DSN"]
  require "sentry-ruby"
  Sentry.init { |c| c.dsn = ENV["SENTRY_DSN"]; c.release = "shop@1.4.2"; c.environment = "prod"; c.background_worker_threads = 0; c.logger = Logger.new(nil) }
end
require "json"
require "set"

Order = Struct.new(:id, :lines) do
  def self.read(text)
    new(*JSON.parse(text).values_at("id", "lines"))
  end

  def total = lines.sum { |line| line.fetch("price") }
end

begin
  warn "reading"
  puts Order.read('{"id": 7, "lines": [{"price": 2}, {"prise": 3}]}').total
rescue KeyError => error
  Sentry.capture_exception(error) if ENV["SENTRY_DSN"]
  raise
end
