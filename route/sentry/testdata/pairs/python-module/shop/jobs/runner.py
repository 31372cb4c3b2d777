from contextlib import ContextDecorator, contextmanager

from . import JobError


@contextmanager
def step(name):
    print("step", name, flush=True)
    yield name


class Job(ContextDecorator):
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, typ, value, trace):
        if typ is not None:
            raise JobError.Fatal(f"job {self.name!r} failed") from value

    def start(self, do):
        with step("one"):
            do()
