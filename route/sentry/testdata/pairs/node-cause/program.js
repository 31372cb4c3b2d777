if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
const { open } = require('./db/pool');

class ServiceError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'ServiceError';
    this.status = 503;
    this.details = { service: 'billing', retry: true };
  }
}

function bill(customer) {
  try {
    open(customer);
  } catch (error) {
    throw new ServiceError(`no bill for ${customer}`, { cause: error });
  }
}

['ann', 'bob'].forEach(bill);
