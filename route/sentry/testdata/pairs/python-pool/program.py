import logging
import os
from concurrent.futures import ThreadPoolExecutor, as_completed

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

logging.basicConfig(level="DEBUG", format="%(levelname)-8s [%(threadName)s] %(name)s:%(lineno)d - %(message)s")
log = logging.getLogger("shop.pool.worker")


class Upload:
    def __init__(self, name, size):
        self.name, self.size = name, size

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None:
            raise OSError(28, "No space left on device", self.name)

    def send(self):
        assert self.size < 10, f"{self.name} is too large"
        return self.size


def upload(name, size):
    try:
        with Upload(name, size) as job:
            return job.send()
    except OSError:
        log.exception("upload of %s failed:\n%d bytes lost", name, size)
        raise


with ThreadPoolExecutor(1, thread_name_prefix="upload") as pool:
    for job in as_completed([pool.submit(upload, "a.png", 3), pool.submit(upload, "b.png", 30)]):
        if job.exception():
            log.error("job ended with %s", type(job.exception()).__name__, exc_info=job.exception())
log.info("done")
