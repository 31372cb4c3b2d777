"""An app that has Sentry's SDK if there is one, and ends as it is told."""
import os
import signal
import sys
import time

try:
    import sentry_sdk

    sentry_sdk.init()
except ImportError:
    pass


def work(how):
    time.sleep(0.3)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise ValueError("no such thing")


work(sys.argv[1])
