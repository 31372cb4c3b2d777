#!/usr/bin/env bash
# Bugsink, an error tracker that speaks Sentry's protocol, with one project.
#
# Prints SENTRY_DSN (the project's), BUGSINK_API and BUGSINK_TOKEN (its read API)
# and BUGSINK_PROJECT (the project's id there).
. "$(dirname "$0")/lib.sh"
version="${BUGSINK_VERSION:-2.6.1}"

server_install() { install_once "bugsink-$version" python_venv "bugsink==$version"; }

# api METHOD PATH [JSON]
api() {
  curl -sf -X "$1" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' ${3:+-d "$3"} "$url/api/canonical/0$2"
}

# field PATH…: one value of the JSON on standard input.
field() {
  python3 -c 'import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1:]:
    value = value[int(key) if isinstance(value, list) else key]
print(value)' "$@"
}

# configure: quotas out of the way, nothing leaves the machine, and an event that
# Sentry's schema refuses is refused.
configure() {
  "$venv/bin/bugsink-create-conf" --template=local --host=127.0.0.1 --port="$port"
  cat >>bugsink_conf.py <<'CONF'

BUGSINK.update(
    PHONEHOME=False,
    VALIDATE_ON_DIGEST="strict",
    MAX_EVENTS_PER_PROJECT_PER_5_MINUTES=1_000_000,
    MAX_EVENTS_PER_PROJECT_PER_HOUR=10_000_000,
    MAX_EVENTS_PER_5_MINUTES=1_000_000,
    MAX_EVENTS_PER_HOUR=10_000_000,
)
CONF
  "$venv/bin/bugsink-manage" migrate snappea --database=snappea
  "$venv/bin/bugsink-manage" migrate
  CREATE_SUPERUSER=admin@example.org:admin "$venv/bin/bugsink-manage" prestart
}

server_start() {
  local work="$1" team
  venv="$(server_install)"
  port="$(free_port)" url="http://127.0.0.1:$port"
  cd "$work"
  configure >configure.log 2>&1 || die "can't set it up, log in $work/configure.log"
  token="$("$venv/bin/bugsink-manage" create_auth_token 2>>configure.log)"
  launch "$work/server.log" "$venv/bin/gunicorn" --no-control-socket --bind "127.0.0.1:$port" bugsink.wsgi
  await "bugsink answers" curl -sf "$url/health/ready"
  team="$(api POST /teams/ '{"name":"e2e"}' | field id)"
  api POST /projects/ "{\"team\":\"$team\",\"name\":\"e2e\"}" >>configure.log
  echo "SENTRY_DSN=$(api GET /projects/ | field results 0 dsn)"
  echo "BUGSINK_PROJECT=$(api GET /projects/ | field results 0 id)"
  echo "BUGSINK_API=$url/api/canonical/0"
  echo "BUGSINK_TOKEN=$token"
  serve
}

run_command "$@"
