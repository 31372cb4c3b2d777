import os
import sys

if os.environ.get("SENTRY_DSN"):
    import sentry_sdk
    sentry_sdk.init(release="shop@1.4.2", environment="prod")

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.views import View


class Stock(View):
    left = {"fig": 3}

    def get(self, request, name):
        return HttpResponse(str(self.of(name)))

    def of(self, name):
        return self.left[name]


def audited(get_response):
    def audit(request):
        response = get_response(request)
        response["x-audit"] = "yes"
        return response
    return audit


settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x", MIDDLEWARE=["django.middleware.common.CommonMiddleware", f"{__name__}.audited"],
    LOGGING={
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
    },
)
django.setup()
urlpatterns = [path("stock/<str:name>/", Stock.as_view())]
application = get_wsgi_application()

if __name__ == "__main__":
    client = Client(raise_request_exception=False)
    print(client.get("/stock/fig/").content.decode(), file=sys.stderr)
    print(client.get("/stock/kiwi/").status_code, file=sys.stderr)
