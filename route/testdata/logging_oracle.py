"""Answers scenarios with CPython's own logging: which handlers get which record.

Reads a JSON list of scenarios from stdin and writes it back with the handlers
reached ("want", indices) added to every record.
"""

import json
import logging
import sys

logging.lastResort = None
logging.raiseExceptions = False


class Recorder(logging.Handler):
    def __init__(self, index, level, reached):
        super().__init__(level)
        self.index = index
        self.reached = reached

    def emit(self, record):
        self.reached.add(self.index)


def make_filter(spec):
    if "logger" in spec:
        return logging.Filter(spec["logger"])
    return lambda record: record.levelno >= spec["level"]


def answer(scenario, record):
    """Sets the loggers up anew: a record's logger stays in the manager and may
    become the parent of the next record's."""
    reached = set()
    handlers = []
    for i, h in enumerate(scenario["handlers"]):
        handler = Recorder(i, h["level"], reached)
        for f in h.get("filters") or []:
            handler.addFilter(make_filter(f))
        handlers.append(handler)

    root = logging.RootLogger(logging.NOTSET)
    manager = logging.Manager(root)

    def get(name):  # as logging.getLogger does
        return root if name in ("", "root") else manager.getLogger(name)

    for spec in scenario["loggers"]:
        logger = get(spec["name"])
        logger.setLevel(spec["level"])
        logger.propagate = spec["propagate"]
        for f in spec.get("filters") or []:
            logger.addFilter(make_filter(f))
        for i in spec.get("handlers") or []:
            logger.addHandler(handlers[i])

    get(record["logger"]).log(record["level"], "message")
    return sorted(reached)


scenarios = json.load(sys.stdin)
for s in scenarios:
    for r in s["records"]:
        r["want"] = answer(s, r)
json.dump(scenarios, sys.stdout, separators=(",", ":"))
