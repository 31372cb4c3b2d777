#!/usr/bin/env bash
# OpenSearch, the distribution its own integration tests run: the server with
# data streams, index templates and flat_object, without plugins.
#
# Prints OPENSEARCH_URL.
. "$(dirname "$0")/lib.sh"
version="${OPENSEARCH_VERSION:-2.19.3}" # 2.x needs Java 11 to 23

server_install() {
  install_once "opensearch-$version" maven_zip "org.opensearch.distribution.integ-test-zip:opensearch:$version"
}

server_start() {
  local work="$1" dist java port transport
  java="$(find_java 11 23)"
  [ -n "$java" ] || die "needs Java 11 to 23 (Debian: apt-get install openjdk-17-jre-headless)"
  dist="$(server_install)"
  cp -R "$dist" "$work/home"
  port="$(free_port)" transport="$(free_port)"
  cat >>"$work/home/config/opensearch.yml" <<YML
cluster.name: logwrap-e2e
discovery.type: single-node
network.host: 127.0.0.1
http.port: $port
transport.port: $transport
cluster.routing.allocation.disk.threshold_enabled: false
YML
  as_service_user "$work"
  launch "$work/server.log" "${drop[@]}" env -C "$work/home" \
    OPENSEARCH_JAVA_HOME="$java" OPENSEARCH_JAVA_OPTS='-Xms512m -Xmx512m' bash bin/opensearch
  await "opensearch answers" curl -sf "http://127.0.0.1:$port/_cluster/health?wait_for_status=yellow&timeout=5s"
  echo "OPENSEARCH_URL=http://127.0.0.1:$port"
  serve
}

run_command "$@"
