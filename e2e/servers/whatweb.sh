#!/usr/bin/env bash
# gunicorn, Flask and gevent for examples/bs-whatweb, in a virtual environment.
#
# `install` prints GUNICORN, the program's path.
. "$(dirname "$0")/lib.sh"
requirements="$here/../../examples/bs-whatweb/requirements.txt"

case "${1:-}" in
install)
  key="whatweb-$(cksum <"$requirements" | cut -d ' ' -f 1)"
  echo "GUNICORN=$(install_once "$key" python_venv -r "$requirements")/bin/gunicorn"
  ;;
*) die "usage: $name.sh install" ;;
esac
