if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
async function ask(host) {
  await new Promise((resolve) => setImmediate(resolve));
  const error = new Error(`no answer from ${host}`);
  error.code = 'ENOANSWER';
  throw error;
}

async function first(hosts) {
  return Promise.any(hosts.map(ask));
}

first(['a.shop', 'b.shop']).then(console.log);
