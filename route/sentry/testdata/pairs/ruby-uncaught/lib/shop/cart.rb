module Shop
  class Cart
    class Error < StandardError; end

    def initialize
      @items = {}
    end

    def add(name, count)
      @items[name] = Integer(count)
    rescue ArgumentError
      raise Error, "can't add #{name}"
    end
  end
end
