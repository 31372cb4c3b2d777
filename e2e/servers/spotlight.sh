#!/usr/bin/env bash
# Spotlight, Sentry's own viewer of events for a developer's machine.
#
# Prints SENTRY_DSN (any key and project will do) and SPOTLIGHT_URL (its server).
. "$(dirname "$0")/lib.sh"
version="${SPOTLIGHT_VERSION:-4.11.8}"

# The newest hono that its range allows answers every request with 500.
npm_install() {
  local dir="$1"
  need npm "Debian: apt-get install npm"
  (cd "$dir" && npm init -y && npm install --no-audit --no-fund "@spotlightjs/spotlight@$version" && npm install --no-audit --no-fund hono@4.12.25) 9>&-
}

server_install() { install_once "spotlight-$version" npm_install; }

server_start() {
  local work="$1" dir port
  dir="$(server_install)"
  port="$(free_port)"
  cd "$work"
  launch "$work/server.log" node "$dir/node_modules/@spotlightjs/spotlight/dist/run.js" server -p "$port" -d
  await "spotlight answers" curl -sf "http://127.0.0.1:$port/health"
  echo "SENTRY_DSN=http://key@127.0.0.1:$port/1"
  echo "SPOTLIGHT_URL=http://127.0.0.1:$port"
  serve
}

run_command "$@"
