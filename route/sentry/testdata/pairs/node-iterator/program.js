if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
const { pages } = require('./lib/pages');

class Report {
  static #count = 0;

  static {
    this.title = Symbol('title');
  }

  [Symbol.for('print')](page) {
    Report.#count += page.rows.length;
    return `${Report.#count} rows`;
  }
}

(async () => {
  const report = new Report();
  for await (const page of pages(2)) {
    console.log(report[Symbol.for('print')](page));
  }
})();
