# Shared by the scripts in this folder; sourced by them, never run.
#
# Every script knows two commands:
#
#   NAME.sh install          download and unpack into the cache; a second run does nothing
#   NAME.sh start WORKDIR    start the server on 127.0.0.1 with its data and logs in WORKDIR
#
# `start` prints what a client needs as KEY=VALUE lines, then `ready`, and keeps
# the server until its own standard input ends: whoever holds the other end of
# that pipe owns the server, and when the owner dies, however it dies, so does
# the server. By hand: run it in a terminal, end it with Ctrl-D.
#
# The cache is $LOGWRAP_E2E_CACHE (default ~/.cache/logwrap-e2e).

set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
name="$(basename "$0" .sh)"
cache="${LOGWRAP_E2E_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/logwrap-e2e}"
ready_within="${LOGWRAP_E2E_READY_SECONDS:-300}"
service_user=logwrap-e2e
export no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"
server_pid=

note() { printf '%s: %s\n' "$name" "$*" >&2; }
die() { note "$*"; exit 1; }
need() { command -v "$1" >/dev/null || die "needs $1${2:+ ($2)}"; }

# install_once KEY COMMAND…: runs COMMAND DIR once, for an empty DIR in the cache,
# and prints DIR. A half-done DIR is thrown away; two runs at a time wait for each other.
install_once() {
  local dir="$cache/$1"
  shift
  mkdir -p "$cache"
  (
    flock 9
    [ ! -e "$dir/.complete" ] || exit 0
    note "installing into $dir"
    rm -rf "$dir"
    mkdir -p "$dir"
    "$@" "$dir" >&2
    touch "$dir/.complete"
  ) 9>"$dir.lock"
  printf '%s\n' "$dir"
}

# python_venv REQUIREMENT… DIR: a virtual environment with these packages; a
# requirement may be `-r FILE`.
python_venv() {
  local dir="${*: -1}"
  need python3
  python3 -m venv "$dir" || die "python3 can't make a virtual environment (Debian: apt-get install python3-venv)"
  "$dir/bin/pip" install --quiet --disable-pip-version-check "${@:1:$#-1}" 9>&-
}

# maven_zip GROUP:ARTIFACT:VERSION DIR: the zip with these coordinates, unpacked
# so that DIR holds bin/, lib/, config/.
maven_zip() {
  local dir="$2" artifact="${1#*:}"
  need mvn "Debian: apt-get install maven"
  need unzip
  mvn -q -B dependency:copy -Dartifact="$1:zip" -DoutputDirectory="$dir" 9>&-
  unzip -q "$dir/${artifact/:/-}.zip" -d "$dir"
  rm "$dir/${artifact/:/-}.zip"
  mv "$dir/${artifact/:/-}"/* "$dir"
  rmdir "$dir/${artifact/:/-}"
}

# find_java MIN MAX: the home of a Java runtime with MIN <= major version <= MAX.
find_java() {
  local home version
  {
    printf '%s\n' "${JAVA_HOME:-}"
    update-alternatives --list java 2>/dev/null | sed 's,/bin/java$,,' || true
    ls -d /usr/lib/jvm/*/ 2>/dev/null || true
    command -v java | xargs -r readlink -f | sed 's,/bin/java$,,' || true
  } | while read -r home; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
    version="$("$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')"
    if [ "${version:-0}" -ge "$1" ] && [ "$version" -le "$2" ]; then
      printf '%s\n' "${home%/}"
      break
    fi
  done || true # the list's maker may meet the closed pipe
}

# free_port [tcp|udp]: a port nobody listens on at the moment.
free_port() {
  python3 -c 'import socket, sys
s = socket.socket(type=socket.SOCK_DGRAM if sys.argv[1] == "udp" else socket.SOCK_STREAM)
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' "${1:-tcp}"
}

# as_service_user DIR: sets the array `drop` to the command prefix that runs a
# server as a plain user who owns DIR: these servers refuse to run as root.
as_service_user() {
  drop=()
  [ "$(id -u)" -eq 0 ] || return 0
  getent passwd "$service_user" >/dev/null ||
    useradd --system --user-group --no-create-home --shell /usr/sbin/nologin "$service_user"
  chown -R "$service_user:" "$1"
  drop=(setpriv "--reuid=$service_user" "--regid=$service_user" --clear-groups)
  "${drop[@]}" test -x "$1" || die "user $service_user can't reach $1: choose a WORKDIR whose parents are open to others"
}

# launch LOG COMMAND…: starts the server; it dies with this script.
launch() {
  local log="$1"
  shift
  : >"$log"
  trap stop_server EXIT
  trap 'exit 130' INT TERM HUP
  setpriv --pdeathsig KILL "$@" </dev/null >"$log" 2>&1 &
  server_pid=$!
  server_log="$log"
}

# await WHAT COMMAND…: until COMMAND succeeds; fails when the server has died or
# the time is up, with the end of the server's log.
await() {
  local what="$1" deadline=$((SECONDS + ready_within))
  shift
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$server_pid" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 20 "$server_log" >&2
      die "$what: not within ${ready_within} s, log in $server_log"
    fi
    sleep 0.1
  done
}

# serve: says `ready` and waits for the end of standard input (or of the server).
serve() {
  local status
  echo ready
  while kill -0 "$server_pid" 2>/dev/null; do
    status=0
    read -r -t 1 _ || status=$?
    [ "$status" -ne 1 ] || return 0
  done
  note "the server ended by itself, log in $server_log"
}

stop_server() {
  [ -n "$server_pid" ] || return 0
  kill -TERM "$server_pid" 2>/dev/null || true
  for _ in {1..100}; do
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
}

# run_command ARG…: the scripts' common command line.
run_command() {
  case "${1:-}" in
  install) server_install >/dev/null ;;
  start)
    [ $# -eq 2 ] || die "usage: $name.sh start WORKDIR"
    mkdir -p "$2"
    server_start "$(cd "$2" && pwd)"
    ;;
  *) die "usage: $name.sh install | start WORKDIR" ;;
  esac
}
