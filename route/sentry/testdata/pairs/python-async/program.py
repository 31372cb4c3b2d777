import asyncio
import logging
import os

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

logging.basicConfig(format="%(levelname)s:%(name)s:%(message)s")


class Feed:
    def __init__(self):
        self.items = iter([3, 2, 0])

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep(0)
        try:
            return 6 // next(self.items)
        except StopIteration:
            raise StopAsyncIteration


async def read(feed=Feed):
    async for item in feed():
        print(item)


async def main():
    try:
        async with asyncio.timeout(5):
            await asyncio.gather(read(), asyncio.sleep(0))
    except ZeroDivisionError:
        logging.getLogger("shop.feed").critical("feed ended", exc_info=True)
    task = asyncio.create_task(read(feed=dict), name="reader")
    await asyncio.wait([task])
    await task


asyncio.run(main())
