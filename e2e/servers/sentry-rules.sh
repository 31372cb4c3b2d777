#!/usr/bin/env bash
# Sentry's own judgement of events, without a server: Relay's normaliser and a
# JSON schema validator in a virtual environment.
#
# `sentry-rules.sh check` reads one event per line and prints one verdict per
# line; see testdata/check_events.py.
. "$(dirname "$0")/lib.sh"

server_install() { install_once sentry-rules python_venv sentry-relay==0.10.1 jsonschema==4.26.0; }

case "${1:-}" in
install) server_install >/dev/null ;;
check) exec "$(server_install)/bin/python" "$here/../testdata/check_events.py" ;;
*) die "usage: $name.sh install | check <EVENTS" ;;
esac
