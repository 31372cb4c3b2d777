#!/usr/bin/env bash
# Elasticsearch, the distribution its own integration tests run: the server with
# data streams, index templates, flattened fields, and security (passwords, API keys).
#
# Prints ELASTICSEARCH_URL, ELASTICSEARCH_USERNAME, ELASTICSEARCH_PASSWORD.
. "$(dirname "$0")/lib.sh"
version="${ELASTICSEARCH_VERSION:-8.17.0}" # 8.x needs Java 17 to 23
password=e2e-password

server_install() {
  install_once "elasticsearch-$version" maven_zip "org.elasticsearch.distribution.integ-test-zip:elasticsearch:$version"
}

server_start() {
  local work="$1" dist java port transport url
  java="$(find_java 17 23)"
  [ -n "$java" ] || die "needs Java 17 to 23 (Debian: apt-get install openjdk-17-jre-headless)"
  dist="$(server_install)"
  cp -R "$dist" "$work/home"
  port="$(free_port)" transport="$(free_port)"
  cat >>"$work/home/config/elasticsearch.yml" <<YML
cluster.name: logwrap-e2e
discovery.type: single-node
network.host: 127.0.0.1
http.port: $port
transport.port: $transport
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: true
YML
  as_service_user "$work"
  printf %s "$password" | "${drop[@]}" env -C "$work/home" ES_JAVA_HOME="$java" \
    bash bin/elasticsearch-keystore add --stdin --force bootstrap.password >"$work/keystore.log" 2>&1 ||
    die "can't set the password, log in $work/keystore.log"
  launch "$work/server.log" "${drop[@]}" env -C "$work/home" \
    ES_JAVA_HOME="$java" ES_JAVA_OPTS='-Xms512m -Xmx512m' bash bin/elasticsearch
  url="http://127.0.0.1:$port"
  await "elasticsearch answers" curl -sf -u "elastic:$password" "$url/_cluster/health?wait_for_status=yellow&timeout=5s"
  echo "ELASTICSEARCH_URL=$url"
  echo "ELASTICSEARCH_USERNAME=elastic"
  echo "ELASTICSEARCH_PASSWORD=$password"
  serve
}

run_command "$@"
