import os
import sys

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

from . import Table
from ..stock import rules


def main(argv):
    table = Table.of(argv)
    try:
        return table.count(rules.SIZES)
    except KeyError as missing:
        raise rules.errors.Unfit(missing.args[0], sizes=len(rules.SIZES)) from missing


if __name__ == "__main__":
    print("counting")
    sys.exit(main(sys.argv[1:]))
