const express = require('express'); // before the SDK, which else rewrites the router's code so that its lines are not those of its files
const Sentry = process.env.SENTRY_DSN && require('@sentry/node');
if (Sentry) Sentry.init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });

const app = express();
const api = express.Router();
const stock = new Map([['fig', { left: 3 }]]);

api.use((req, res, next) => { res.set('x-shop', '1'); next(); });
api.get('/stock/:name', (req, res) => {
  res.json(left(req.params.name));
});

function left(name) {
  return stock.get(name).left;
}

app.use('/api', api);
if (Sentry) Sentry.setupExpressErrorHandler(app);

const server = app.listen(0, '127.0.0.1', async () => {
  const base = `http://127.0.0.1:${server.address().port}/api/stock/`;
  for (const name of ['fig', 'kiwi']) console.log((await fetch(base + name)).status);
  if (Sentry) await Sentry.flush(2000);
  server.close();
});
