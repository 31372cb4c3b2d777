import os
import threading
from concurrent.futures import ThreadPoolExecutor

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")


class Mailer(threading.Thread):
    def run(self):
        with ThreadPoolExecutor(1) as pool:
            self.deliver(pool.submit(self.render, "welcome").result())

    @staticmethod
    def render(template):
        return template % {"user": "eve"} % ()

    def deliver(self, text):
        raise ConnectionRefusedError(111, "Connection refused", text)


mailer = Mailer(name="mailer-1")
mailer.start()
mailer.join()
print("done")
