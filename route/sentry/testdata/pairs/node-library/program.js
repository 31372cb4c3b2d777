if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
const http = require('node:http');
const router = require('tiny-router');

const app = router();
app.get('/stock', function listStock(req) {
  return JSON.stringify(stockOf(req.url.split('?')[1]));
});

function stockOf(query) {
  return decodeURIComponent(query);
}

const server = http.createServer(app.handle);
server.listen(0, '127.0.0.1', () => {
  console.error('listening');
  http.get({ port: server.address().port, path: '/stock?%E0%A4%A' }).on('error', () => {});
});
