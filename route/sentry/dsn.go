package sentry

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/route"
)

const dsnHint = "a DSN looks like https://KEY@HOST/PROJECT; Sentry shows it under Settings, Client Keys (DSN)"

// parseDSN returns where to send, and the header that authorises it. Its errors
// never contain the DSN.
//
// The SDK for Go has a parser too, but it comes with all of the SDK, and what is
// linked is initialised at every start, also where nothing goes to Sentry. A test
// holds this one to what the SDK's says.
func parseDSN(dsn, client string) (endpoint, auth string, err error) {
	u, err := url.Parse(strings.TrimSpace(dsn))
	if err != nil {
		err = errors.New("is not a URL") // url.Parse would quote it
	} else {
		err = checkDSN(u)
	}
	if err != nil {
		return "", "", &route.OptionError{Option: "dsn", Err: err, Hint: dsnHint}
	}
	auth = "Sentry sentry_version=7, sentry_client=logwrap/" + client + ", sentry_key=" + u.User.Username()
	if secret, _ := u.User.Password(); secret != "" {
		auth += ", sentry_secret=" + secret
	}
	return envelopeURL(u), auth, nil
}

// checkDSN says what a DSN lacks.
func checkDSN(u *url.URL) error {
	secret, _ := u.User.Password()
	switch {
	case *u == url.URL{}:
		return errors.New("is empty")
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the scheme is neither https nor http")
	case u.User.Username() == "":
		return errors.New("the public key is missing")
	case u.Hostname() == "":
		return errors.New("the host is missing")
	case !validPort(u.Port()):
		return errors.New("invalid port")
	case project(u) == "":
		return errors.New("the project is missing")
	case strings.ContainsFunc(u.User.Username()+secret, notInKey):
		return errors.New("a key has characters that keys don't have")
	}
	return nil
}

func validPort(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && 1 <= n && n <= 65535
}

// notInKey reports characters that would break out of the header.
func notInKey(r rune) bool { return r <= ' ' || r > '~' || r == ',' }

// project returns the last part of a DSN's path: the project's number.
func project(u *url.URL) string { return u.Path[strings.LastIndexByte(u.Path, '/')+1:] }

// envelopeURL returns where the project of a DSN takes envelopes.
func envelopeURL(u *url.URL) string {
	port, _ := strconv.Atoi(u.Port())
	if u.Scheme == "https" && port == 443 || u.Scheme == "http" && port == 80 {
		port = 0
	}
	to := url.URL{Scheme: u.Scheme, Path: strings.TrimSuffix(u.Path, project(u)) + "api/" + project(u) + "/envelope/"}
	if port == 0 {
		to.Host = strings.TrimSuffix(net.JoinHostPort(u.Hostname(), ""), ":")
	} else {
		to.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(port))
	}
	return to.String()
}
