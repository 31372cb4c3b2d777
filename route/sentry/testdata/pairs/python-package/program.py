import os
import sys

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

from shop.api.handlers import Router

print("router ready", flush=True)
router = Router()


@router.route("/cart")
def cart(request):
    items = sorted(request["items"], key=lambda item: item["price"] * 2)
    return [item["name"] for item in items]


if __name__ == "__main__":
    print("serving", file=sys.stderr, flush=True)
    router.serve([{"path": "/cart", "items": [{"name": "pear", "price": 3}, {"name": "fig"}]}])
