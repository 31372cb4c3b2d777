if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
const { Truck } = require('./fleet');

class ShopError extends Error {
  get name() { return this.constructor.name; }
}

class LoadError extends ShopError {
  constructor(load, ...rest) {
    super(`${load} does not fit`, ...rest);
    this.load = load;
    this.code = 'E_LOAD';
  }
}

class Van extends Truck {
  static build(...sizes) { return new this(sizes.reduce((a, b) => a + b, 0)); }

  get room() { return this.size - super.room; }

  set load(value) {
    if (value > this.room) throw new LoadError(value);
    super.load = value;
  }

  *[Symbol.iterator]() { yield* this.loads.map((load) => (this.load = load)); }
}

const van = Van.build(1, 2);
van.loads = [1, 7];
console.log('loading', van.room);
setTimeout(() => console.log([...van]), 1);
