import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
const { load } = await import('./lib/config.mjs');

console.log('loading');
const config = await load(new URL('./lib/', import.meta.url), ['shop', 'mail']);
console.log(config);
