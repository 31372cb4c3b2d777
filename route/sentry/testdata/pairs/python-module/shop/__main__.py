import os
import sys

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

from .jobs import cleanup, runner


def main(argv):
    print("args", argv, flush=True)
    with runner.Job("cleanup") as job:
        job.start(lambda: cleanup.remove("/srv/shop/none/a.txt"))


main(sys.argv[1:])
