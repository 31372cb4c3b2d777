#!/usr/bin/env bash
# Sentry's own SDKs, for the apps in testdata/sdk.
#
# `install` prints PYTHON, an interpreter that has sentry-sdk; NODE_MODULES, a
# folder with @sentry/node; GO_APP, the app built with sentry-go; JAVA_APP, a class
# path with the app and io.sentry:sentry. What cannot be had here is left out.
. "$(dirname "$0")/lib.sh"
apps="$here/../testdata/sdk"

node_modules() { (cd "$1" && npm install --silent --no-audit --no-fund @sentry/node@10 9>&-); }

go_app() {
  cp "$apps/app.go.txt" "$1/main.go"
  (cd "$1" && go mod init app && go get github.com/getsentry/sentry-go@v0.50.0 && go build -o app .) 9>&- 2>/dev/null
}

java_app() {
  mvn -q -B dependency:copy -Dartifact=io.sentry:sentry:8.23.0 -DoutputDirectory="$1" 9>&-
  javac -cp "$1/sentry-8.23.0.jar" -d "$1" "$apps/App.java"
}

case "${1:-}" in
install)
  if command -v python3 >/dev/null; then echo "PYTHON=$(install_once sdk-python python_venv sentry-sdk==2.*)/bin/python"; fi
  if command -v npm >/dev/null; then echo "NODE_MODULES=$(install_once sdk-node node_modules)/node_modules"; fi
  if command -v go >/dev/null; then echo "GO_APP=$(install_once "sdk-go-$(cksum <"$apps/app.go.txt" | cut -d ' ' -f 1)" go_app)/app"; fi
  if command -v mvn >/dev/null && command -v javac >/dev/null; then
    dir="$(install_once "sdk-java-$(cksum <"$apps/App.java" | cut -d ' ' -f 1)" java_app)"
    echo "JAVA_APP=$dir:$dir/sentry-8.23.0.jar"
  fi
  ;;
*) die "usage: $name.sh install" ;;
esac
