'use strict';

class Cart {
  #items;

  constructor(items) {
    this.#items = items;
  }

  get total() {
    return this.#items.map(Cart.price).reduce((a, b) => a + b, 0);
  }

  static price(item) {
    return item.price;
  }
}

module.exports = { Cart };
