import json
import os

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")


class ConfigError(Exception):
    pass


class Outer:
    class Broken(ConfigError):
        def __str__(self):
            return "config of %r is broken\n  see the manual" % self.args[0]


def read(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError("not JSON") from error


def load(name):
    try:
        read("{'port': 80}")
    except ConfigError:
        try:
            return {}["fallback"]
        except KeyError:
            raise Outer.Broken(name)


async def main():
    try:
        load("app.json")
    except ConfigError as error:
        raise SystemError("no start") from error


import asyncio

asyncio.run(main())
