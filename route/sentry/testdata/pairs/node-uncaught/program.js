if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
const { EventEmitter } = require('node:events');
const { Cart } = require('./lib/cart');

const orders = new EventEmitter();
const handlers = {
  async paid(order) { return order; },
  shipped: (order) => new Cart(order.items).total,
};

for (const [name, handler] of Object.entries(handlers)) orders.on(name, handler);

console.log('waiting for orders');
setImmediate(() => {
  orders.emit('paid', { id: 1 });
  orders.emit('shipped', { id: 2, items: [{ price: 3 }, null] });
});
