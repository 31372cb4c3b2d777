if (process.env.SENTRY_DSN) {
  const Sentry = require('@sentry/node');
  Sentry.init({
    dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'prod',
    integrations: [Sentry.captureConsoleIntegration({ levels: ['error'] })],
  });
}

const jobs = {
  resize: { run(job) { return job.image.width; } },
};

function work(job) {
  try {
    jobs[job.kind].run(job);
  } catch (error) {
    console.error(error);
  }
}

console.log('queue is open');
work({ kind: 'resize' });
console.log('queue is empty');
