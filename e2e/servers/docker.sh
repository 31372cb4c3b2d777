#!/usr/bin/env bash
# A Docker daemon: the one that runs already, else one of our own, with its data,
# socket and log in WORKDIR and no network to set up. Docker is installed by apt
# if it is missing; where no daemon can run, the last line on stderr says why.
#
# Prints DOCKER (the client's path), DOCKER_HOST (empty: the client's default) and
# DOCKER_LABEL. Containers and images that carry this label are removed at the end.
. "$(dirname "$0")/lib.sh"

cannot() { die "no Docker daemon can run here: $*"; }

server_install() {
  command -v docker && command -v dockerd && return 0
  [ "$(id -u)" -eq 0 ] || cannot "it is not installed, and only root can do that (Debian: apt-get install docker.io)"
  command -v apt-get >/dev/null || cannot "it is not installed, and there is no apt-get"
  install_packages >&2 || cannot "apt-get does not install docker.io"
  hash -r
  command -v docker && command -v dockerd || cannot "docker.io brings no docker and dockerd"
}

# install_packages: the daemon is for us to start, so apt must not.
install_packages() {
  local packages=(docker.io) policy=/usr/sbin/policy-rc.d made=
  apt-get -q update
  [ -z "$(apt-cache search --names-only '^docker-cli$')" ] || packages+=(docker-cli)
  [ -e "$policy" ] || {
    made="$policy"
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  }
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${packages[@]}" || {
    rm -f ${made:+"$made"}
    return 1
  }
  rm -f ${made:+"$made"}
}

# runs: a daemon on this machine answers.
runs() {
  case "${DOCKER_HOST:-unix://}" in
  unix://*) command -v docker >/dev/null && timeout 20 docker version >/dev/null 2>&1 ;;
  *) return 1 ;; # its files and processes would be another machine's
  esac
}

# start_daemon WORKDIR: with cgroups of its own where the machine has mounted
# none; that mount is seen by the daemon alone. It comes without a network
# bridge, and would take away another daemon's.
start_daemon() {
  local mount=()
  ! grep -qsx dockerd /proc/[0-9]*/comm || cannot "one is running, but does not answer to ${DOCKER_HOST:-$(id -un)}"
  [ "$(id -u)" -eq 0 ] || cannot "none is running, and only root can start one"
  server_install >/dev/null
  grep -q ' /sys/fs/cgroup[ /].* - cgroup' /proc/self/mountinfo ||
    mount=(unshare --mount sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"' sh)
  exec_root="$(mktemp -d /tmp/lw-docker.XXXXXX)" # short: sockets are in it
  export DOCKER_HOST="unix://$exec_root/docker.sock"
  launch "$1/dockerd.log" "${mount[@]}" dockerd --host "$DOCKER_HOST" --data-root "$1/data" --exec-root "$exec_root/run" \
    --pidfile "$exec_root/pid" --bridge none --iptables=false --ip-forward=false --ip-masq=false
  trap clean EXIT
  (await "the daemon answers" docker version) 2>/dev/null || cannot "$(last_words "$1/dockerd.log")"
}

# last_words LOG: what a daemon that has ended complained of.
last_words() {
  { grep -E 'failed to start|level=fatal' "$1" || tail -n 3 "$1"; } | tail -n 3 | sed 's/^time="[^"]*" //'
}

# clean removes what the tests made, and then our own daemon.
clean() {
  docker ps -aq --filter "label=$label" | xargs -r docker rm -f -v || true
  docker images -aq --filter "label=$label" | sort -u | xargs -r docker rmi -f || true
  stop_server
  rm -rf ${exec_root:+"$exec_root"} "$work/data"
} >/dev/null 2>&1

server_start() {
  work="$1"
  exec_root=
  label="logwrap-e2e=$$-$(date +%s)"
  runs || start_daemon "$work"
  trap clean EXIT
  trap 'exit 130' INT TERM HUP
  cat <<OUT
DOCKER=$(command -v docker)
DOCKER_HOST=${DOCKER_HOST:-}
DOCKER_LABEL=$label
OUT
  if [ -n "$server_pid" ]; then
    serve
  else
    echo ready
    cat >/dev/null
  fi
}

run_command "$@"
