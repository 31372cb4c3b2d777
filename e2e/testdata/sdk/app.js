// An app that has Sentry's SDK, and ends as it is told.
require('@sentry/node').init();

setTimeout(() => {
  if (process.argv[2] === 'kill') process.kill(process.pid, 'SIGKILL');
  throw new Error('no such thing');
}, 300);
