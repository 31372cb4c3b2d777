#!/usr/bin/env bash
# rsyslog from Debian's packages, unpacked and not installed: no service of the
# machine is touched. It listens on UDP, TCP, TLS, TLS with client certificates,
# and a Unix datagram socket, and writes every message, as it parsed it, as one
# JSON object per line. `input` says which way it came: udp tcp tls mtls imuxsock.
#
# Prints SYSLOG_{UDP,TCP,TLS,MTLS}_ADDRESS, SYSLOG_SOCKET, SYSLOG_OUTPUT (the
# JSON lines), and the client's TLS files SYSLOG_{CA,CERT,KEY}.
. "$(dirname "$0")/lib.sh"

server_install() { install_once rsyslog unpack_packages; }

unpack_packages() {
  local packages=(rsyslog rsyslog-openssl libestr0 libfastjson4)
  need apt-get "only Debian and its kin are supported"
  cd "$1"
  apt-get -q download "${packages[@]}" || {
    [ "$(id -u)" -eq 0 ] || die "can't download ${packages[*]}; try apt-get update"
    apt-get -q update
    apt-get -q download "${packages[@]}"
  }
  for package in *.deb; do dpkg -x "$package" .; done
  rm ./*.deb
}

# issue NAME COMMON_NAME [EXTENSIONS]: NAME.key and NAME.pem, signed by our own CA.
issue() {
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 3 -out "$1.pem" \
    -extfile <(printf '%s\n' "${3:-extendedKeyUsage=clientAuth}")
}

make_certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3 -subj "/CN=logwrap e2e CA"
  issue server localhost $'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth'
  issue client logwrap-client $'subjectAltName=DNS:logwrap-client\nextendedKeyUsage=clientAuth'
}

write_config() {
  cat >rsyslog.conf <<CONF
global(workDirectory="$PWD" maxMessageSize="256k" parser.escapeControlCharactersOnReceive="off"
  net.enableDNS="off" DefaultNetstreamDriverCAFile="$PWD/ca.pem"
  DefaultNetstreamDriverCertFile="$PWD/server.pem" DefaultNetstreamDriverKeyFile="$PWD/server.key")
module(load="imudp") module(load="imtcp") module(load="imuxsock" SysSock.Use="off")
template(name="fields" type="list" option.jsonf="on") {
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="facility" name="syslogfacility-text" format="jsonf")
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="procid" name="procid" format="jsonf")
  property(outname="msgid" name="msgid" format="jsonf")
  property(outname="sd" name="structured-data" format="jsonf")
  property(outname="version" name="protocol-version" format="jsonf")
  property(outname="input" name="inputname" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}
ruleset(name="store") { action(type="omfile" file="$PWD/out.jsonl" template="fields" FlushOnTXEnd="on") }
input(type="imudp" address="127.0.0.1" port="$udp" ruleset="store" name="udp")
input(type="imtcp" address="127.0.0.1" port="$tcp" ruleset="store" name="tcp" supportOctetCountedFraming="on")
input(type="imtcp" address="127.0.0.1" port="$tls" ruleset="store" name="tls" StreamDriver.Name="ossl"
  StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
input(type="imtcp" address="127.0.0.1" port="$mtls" ruleset="store" name="mtls" StreamDriver.Name="ossl"
  StreamDriver.Mode="1" StreamDriver.AuthMode="x509/name" PermittedPeer=["logwrap-client"])
input(type="imuxsock" Socket="$PWD/log.sock" ruleset="store" usePIDFromSystem="off")
CONF
}

listening() {
  [ -S log.sock ] || return 1
  for port in "$tcp" "$tls" "$mtls"; do
    (: <"/dev/tcp/127.0.0.1/$port") || return 1
  done
}

server_start() {
  local root daemon modules
  root="$(server_install)"
  modules="$(ls -d "$root"/usr/lib/*/rsyslog)"
  udp="$(free_port udp)" tcp="$(free_port)" tls="$(free_port)" mtls="$(free_port)"
  cd "$1"
  make_certificates >certificates.log 2>&1 || die "can't make certificates, log in $1/certificates.log"
  write_config
  touch out.jsonl
  launch server.log env LD_LIBRARY_PATH="${modules%/rsyslog}" \
    "$root/usr/sbin/rsyslogd" -n -f "$PWD/rsyslog.conf" -i "$PWD/pid" -M "$modules"
  await "rsyslog listens" listening
  cat <<OUT
SYSLOG_UDP_ADDRESS=127.0.0.1:$udp
SYSLOG_TCP_ADDRESS=127.0.0.1:$tcp
SYSLOG_TLS_ADDRESS=127.0.0.1:$tls
SYSLOG_MTLS_ADDRESS=127.0.0.1:$mtls
SYSLOG_SOCKET=$PWD/log.sock
SYSLOG_OUTPUT=$PWD/out.jsonl
SYSLOG_CA=$PWD/ca.pem
SYSLOG_CERT=$PWD/client.pem
SYSLOG_KEY=$PWD/client.key
OUT
  serve
}

run_command "$@"
