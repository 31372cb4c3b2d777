package syslog

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// address is a parsed Options.Address.
type address struct {
	network string // "udp", "tcp", "unix" or networkLocal
	target  string // host:port, or the path of a socket
	host    string // without the port, for TLS
	tls     bool
}

const (
	networkLocal = "local"

	addressHint = "use udp://host:514, tcp://host:514, tcp+tls://host:6514, unix:///dev/log or local"
)

func parseAddress(s string) (address, error) {
	if s == networkLocal {
		return address{network: networkLocal}, nil
	}
	if s == "" {
		return address{}, wrong("address", "is missing", addressHint)
	}
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		return address{}, wrong("address", fmt.Sprintf("%q has no scheme", s), guessScheme(s))
	}
	switch strings.ToLower(scheme) {
	case "unix":
		return parseSocketPath(s, rest)
	case "udp":
		return parseHostPort(s, address{network: "udp"}, "514")
	case "tcp":
		return parseHostPort(s, address{network: "tcp"}, "514")
	case "tcp+tls":
		return parseHostPort(s, address{network: "tcp", tls: true}, "6514")
	}
	return address{}, wrong("address", fmt.Sprintf("scheme %q is unknown", scheme), addressHint)
}

func guessScheme(s string) string {
	if strings.HasPrefix(s, "/") {
		return "use unix://" + s
	}
	if strings.ContainsAny(s, " \t") {
		return addressHint
	}
	return "use tcp://" + s + " or udp://" + s
}

func parseSocketPath(s, path string) (address, error) {
	if !strings.HasPrefix(path, "/") || len(path) < 2 {
		return address{}, wrong("address", fmt.Sprintf("%q holds no absolute path", s), "use unix:///dev/log")
	}
	return address{network: "unix", target: path}, nil
}

func parseHostPort(s string, a address, port string) (address, error) {
	u, err := url.Parse(s)
	if err != nil {
		return address{}, wrong("address", fmt.Sprintf("%q is no address", s), addressHint)
	}
	a.host = u.Hostname()
	if a.host == "" || strings.ContainsAny(a.host, " \t") {
		return address{}, wrong("address", fmt.Sprintf("%q names no host", s), addressHint)
	}
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return address{}, wrong("address", fmt.Sprintf("%q holds more than a host and a port", u.Redacted()), addressHint)
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return address{}, wrong("address", fmt.Sprintf("port %s is not between 1 and 65535", p), "")
		}
		port = p
	}
	a.target = net.JoinHostPort(a.host, port)
	return a, nil
}
