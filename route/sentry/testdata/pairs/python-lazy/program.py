import functools
import os
import operator
import weakref

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

from shop import prices

class Basket:
    __slots__ = ("items", "__weakref__")

    def __init__(self, *items):
        self.items = items

    def __iter__(self):
        yield from (prices.of(item) for item in self.items)

    def __call__(self):
        return functools.reduce(operator.add, self, 0)


basket = Basket("fig", "pear")
weakref.finalize(basket, print, "bye")
print(max([basket], key=lambda b: b())())
