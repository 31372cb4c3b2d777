if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
const fs = require('node:fs/promises');

class Store {
  constructor(file) { this.file = file; }

  async load() {
    const text = await this.read();
    return JSON.parse(text);
  }

  async read() {
    return '{"stock": }';
  }
}

async function main() {
  const store = new Store('stock.json');
  await fs.stat('.');
  await store.load();
}

main();
