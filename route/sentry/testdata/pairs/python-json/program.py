import json
import logging
import os
import sys

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")


class JSONFormatter(logging.Formatter):
    def format(self, record):
        line = {"time": self.formatTime(record), "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        return json.dumps(line)


handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(JSONFormatter())
logging.basicConfig(level="INFO", handlers=[handler])
log = logging.getLogger("shop.orders")


def place(order):
    try:
        return order["lines"][0]["sku"].upper()
    except IndexError as error:
        raise LookupError(f"order {order['id']} is empty") from error


for order in {"id": 1, "lines": [{"sku": "fig"}]}, {"id": 2, "lines": []}:
    try:
        log.info("placed %s", place(order))
    except LookupError:
        log.exception("order %s was refused", order["id"])
log.critical("%d orders left", 1)
