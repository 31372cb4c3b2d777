import os

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

from flask import Flask, request

app = Flask(__name__)


def ratio(a, b):
    return a / b


@app.get("/ratio")
def show():
    return str(ratio(int(request.args["a"]), int(request.args["b"])))


if __name__ == "__main__":
    client = app.test_client()
    print(client.get("/ratio?a=1&b=2").text)
    print(client.get("/ratio?a=1&b=0").status)
