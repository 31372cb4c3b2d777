#!/usr/bin/env bash
# Sentry's own SDKs, for programs whose events are compared with those that
# logwrap makes of what they print.
#
# `install LANGUAGE` prints what a program needs to run with the SDK:
#   python  PYTHON, the interpreter of a virtual environment
#   node    NODE_PATH, the folder with the packages
#   java    CLASSPATH, the jars
#   ruby    RUBY, an interpreter that has the SDK, the one of the distribution
#   go      SENTRY_GO, the version to require; the module comes from the proxy
. "$(dirname "$0")/lib.sh"
python_sdk="${SENTRY_PYTHON_VERSION:-2.75.0}" flask="3.1.3" django="5.2.8"
node_sdk="${SENTRY_NODE_VERSION:-11.12.0}" express="5.1.0"
java_sdk="${SENTRY_JAVA_VERSION:-8.53.0}" logback="1.5.18"
go_sdk="${SENTRY_GO_VERSION:-v0.50.0}"

# node_packages PACKAGE… DIR
node_packages() {
  need npm
  (cd "${*: -1}" && npm install --silent --no-audit --no-fund --ignore-scripts "${@:1:$#-1}" 9>&-)
}

# java_jars DIR: the SDK and what its logback appender needs.
java_jars() {
  need mvn "Debian: apt-get install maven"
  cat >"$1/pom.xml" <<POM
<project><modelVersion>4.0.0</modelVersion><groupId>logwrap</groupId><artifactId>pairs</artifactId><version>1</version><dependencies>
<dependency><groupId>io.sentry</groupId><artifactId>sentry-logback</artifactId><version>$java_sdk</version></dependency>
<dependency><groupId>ch.qos.logback</groupId><artifactId>logback-classic</artifactId><version>$logback</version></dependency>
</dependencies></project>
POM
  (cd "$1" && mvn -q -B dependency:copy-dependencies -DoutputDirectory="$1" 9>&-)
}

# ruby_with_sdk: RubyGems is not asked; Debian has the SDK.
ruby_with_sdk() {
  need ruby
  ruby -e 'require "sentry-ruby"' 2>/dev/null || die "ruby has no Sentry SDK (Debian: apt-get install ruby-sentry-ruby)"
  command -v ruby
}

case "${1:-} ${2:-}" in
"install python") echo "PYTHON=$(install_once "sentry-python-$python_sdk-django-$django" python_venv "sentry-sdk==$python_sdk" "flask==$flask" "django==$django")/bin/python" ;;
"install node") echo "NODE_PATH=$(install_once "sentry-node-$node_sdk-express-$express" node_packages "@sentry/node@$node_sdk" "express@$express")/node_modules" ;;
"install java") echo "CLASSPATH=$(install_once "sentry-java-$java_sdk" java_jars)/*" ;;
"install ruby") ruby="$(ruby_with_sdk)" && echo "RUBY=$ruby" ;;
"install go") echo "SENTRY_GO=$go_sdk" ;;
*) die "usage: $name.sh install python|node|java|ruby|go" ;;
esac
