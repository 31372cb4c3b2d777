"""How gunicorn serves the app: `gunicorn -c gunicorn_config.py app:app`."""

import json
import os
import pathlib

from gunicorn.glogging import Logger

bind = os.environ.get("BIND", "127.0.0.1:8080")
workers = int(os.environ.get("WORKERS", "2"))
worker_class = "gevent"
control_socket_disable = True
logconfig = str(pathlib.Path(__file__).with_name("gunicorn_logging.conf"))

access_log_format = (
    '{"logger": "gunicorn.access"'
    ', "request_address": "%(h)s"'
    ', "request_time": %(L)s'
    ', "request": "%(r)s"'
    ', "http_status_code": %(s)s'
    ', "http_request_url": "%(U)s"'
    ', "http_query_string": "%(q)s"'
    ', "request_headers": %(request_headers)s}'
)

SECRET_HEADERS = {"AUTHORIZATION", "COOKIE", "PROXY-AUTHORIZATION"}


class JSONAtoms(dict):
    """The values of one access log line, escaped for use inside JSON strings.

    gunicorn itself escapes quotes but not backslashes or control characters.
    """

    def __getitem__(self, name):
        if name == "request_headers":
            return json.dumps(self.get(name, {}))
        return json.dumps(str(self.get(name, "-")))[1:-1]


class JSONLogger(Logger):
    atoms_wrapper_class = JSONAtoms

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        atoms["request_headers"] = {k.lower(): v for k, v in req.headers if k.upper() not in SECRET_HEADERS}
        return atoms


logger_class = JSONLogger
