"""A small web service that does, on request, what services do on bad days.

It knows nothing of logwrap, Sentry or Elasticsearch: it only logs.
"""

import logging
import os
import signal

from flask import Flask, request

app = Flask(__name__)
log = logging.getLogger("whatweb")

KNOWN = {"example.org": "nginx", "example.com": "Apache"}


class LookupFailed(Exception):
    """The fingerprint of a site can't be told."""


def fingerprint(host):
    return KNOWN[host]


def identify(host):
    try:
        return fingerprint(host)
    except KeyError as err:
        raise LookupFailed(f"no fingerprint for {host!r}") from err


@app.get("/")
def index():
    host = request.args.get("host", "example.org")
    log.info("identifying %s", host)
    return {"host": host, "server": KNOWN.get(host, "unknown")}


@app.get("/levels")
def levels():
    log.debug("a debug line: the cache has %d entries", len(KNOWN))
    log.info("an info line: 1 site identified")
    log.warning("a warning line: the cache is nearly full")
    log.error("an error line: example.net did not answer")
    log.critical("a critical line: no site can be reached")
    return {"logged": 5}


@app.get("/boom")
def boom():
    """Fails with a chain of two exceptions; Flask logs it at ERROR."""
    return {"server": identify(request.args.get("host", "example.net"))}


@app.get("/critical")
def critical():
    """Survives the same failure and logs it at CRITICAL."""
    try:
        identify("example.net")
    except LookupFailed:
        log.critical("the fingerprint database is damaged", exc_info=True)
    return {"logged": 1}


@app.get("/kill")
def kill():
    """Takes its own worker down, as the kernel's out-of-memory killer would."""
    log.warning("worker %d is about to be killed", os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)
