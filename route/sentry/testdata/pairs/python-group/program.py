import os

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")


class Invalid(ValueError):
    def __init__(self, field, reason):
        super().__init__(f"{field}: {reason}")


def check_name(order):
    if not order.get("name"):
        raise Invalid("name", "is empty")


def check_amount(order):
    try:
        int(order["amount"])
    except ValueError as error:
        raise Invalid("amount", "is no number") from error


def check(order, *checks):
    errors = []
    for one in checks:
        try:
            one(order)
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("order is invalid", errors)


def main():
    try:
        check({"amount": "x7"}, check_name, check_amount)
    except ExceptionGroup as group:
        raise ExceptionGroup("batch failed", [group, RuntimeError("queue is full")])


main()
