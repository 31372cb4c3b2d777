import os
import subprocess
import sys
from dataclasses import dataclass

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")


@dataclass
class Command:
    words: tuple

    def run(self, **options):
        return subprocess.run(self.words, check=True, **options)

    @property
    def output(self):
        def decode(raw):
            return raw.decode("ascii")
        return decode(self.run(capture_output=True).stdout)


for command in Command(("printf", "ok")), Command(("sh", "-c", "exit 3")):
    try:
        print(command.output, flush=True)
    except subprocess.CalledProcessError as error:
        error.add_note("while listing commands")
        sys.stderr.write("giving up\n")
        raise
