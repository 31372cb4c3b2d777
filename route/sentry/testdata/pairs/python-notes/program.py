import dataclasses
import functools
import os
from typing import Iterator

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")


class Invoice:
    class Broken(ValueError):
        """An invoice that does not add up."""


def noted(text):
    def wrap(call):
        @functools.wraps(call)
        def noting(*args, **kwargs):
            try:
                return call(*args, **kwargs)
            except Exception as error:
                error.add_note(text)
                error.add_note("see: the manual,\n  chapter 3")
                raise
        return noting
    return wrap


@dataclasses.dataclass(order=True)
class Line:
    name: str
    cents: int
    count: int = dataclasses.field(default=1)

    def __post_init__(self):
        self.key = (lambda line: line.total // line.count)(self)

    @property
    def total(self):
        if self.count < 1:
            raise Invoice.Broken(f"line {self.name!r}:\n  cents: {self.cents}\n\n  count: {self.count}")
        return self.cents * self.count


def read(rows) -> Iterator[Line]:
    for row in rows:
        yield Line(*row)


@noted("while the invoice was added up")
def add(rows):
    return {line.name: line.total for line in read(rows)}


print(add([("fig", 30, 2), ("pear", 45, 0)]))
