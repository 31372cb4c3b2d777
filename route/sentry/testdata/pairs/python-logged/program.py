import logging
import os
from decimal import Decimal

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

logging.basicConfig(level=logging.DEBUG, format="%(asctime)s [%(levelname)s] %(name)s - %(message)s")
log = logging.getLogger("shop.import")


class Importer:
    def __init__(self, rows):
        self.rows = rows

    def run(self):
        for number, row in enumerate(self.rows):
            try:
                self.row(row)
            except Exception:
                log.exception("row %d of %d can't be read", number, len(self.rows))

    def row(self, row):
        name, price = row.split(",")
        log.info("%s costs %s", name, Decimal(price))


log.debug("starting")
Importer(["fig,1.20", "pear,cheap", "plum"]).run()
logging.getLogger("shop.stock").error("stock of %s is %d", "fig", -1)
