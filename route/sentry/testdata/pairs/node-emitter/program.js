if (process.env.SENTRY_DSN) {
  require('@sentry/node').init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod' });
}
const { Readable, Transform } = require('node:stream');
const zlib = require('node:zlib');

class ParseError extends SyntaxError {
  constructor(line) {
    super(`bad line:
  ${line}`);
    this.line = line;
  }
  get name() { return 'ParseError'; }
}

const lines = new Transform({
  objectMode: true,
  transform(chunk, encoding, done) {
    queueMicrotask(() => {
      const line = chunk.toString();
      if (!line.includes('=')) throw new ParseError(line);
      done(null, line);
    });
  },
});

Readable.from(['a=1', 'b']).pipe(lines).on('data', (line) => console.log(zlib.crc32 ? 'line' : 'line', line));
