if ENV["SENTRY_DSN"]
  require "sentry-ruby"
  Sentry.init { |c| c.dsn = ENV["SENTRY_DSN"]; c.release = "shop@1.4.2"; c.environment = "prod"; c.background_worker_threads = 0; c.logger = Logger.new(nil) }
end
require_relative "../lib/shop/cart"

$stdout.sync = true
puts "till is open"

def main
  cart = Shop::Cart.new
  [["fig", 2], ["pear", "three"]].each do |name, count|
    cart.add(name, count)
  end
end

begin
  main
rescue => error
  Sentry.capture_exception(error) if ENV["SENTRY_DSN"]
  raise
end
