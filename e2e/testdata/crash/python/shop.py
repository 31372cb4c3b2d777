"""Dies of an exception with a cause, three calls deep."""

import logging
import sys

import stock

logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
log = logging.getLogger("shop")


def checkout(order):
    log.info("checking out order %d", order["id"])
    for sku in order["items"]:
        stock.reserve(sku)


def main():
    log.warning("stock is low")
    checkout({"id": 1001, "items": ["A-17", "B-42"]})


if __name__ == "__main__":
    main()
