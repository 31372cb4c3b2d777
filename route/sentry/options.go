package sentry

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	sdk "github.com/getsentry/sentry-go"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

const (
	defaultCrumbs  = 100
	defaultTimeout = 10 * time.Second
)

// Options configures a Sink. Only DSN is required.
type Options struct {
	DSN    string       `json:"dsn"`              // https://KEY@HOST/PROJECT
	Level  detect.Level `json:"level,omitempty"`  // from which a record is an event; zero: critical. Used by the routing, not here
	Traces *bool        `json:"traces,omitempty"` // an exception at error or above is an event too; nil: true. Used by the routing, not here

	Release        string            `json:"release,omitempty"`         // empty: NAME@VERSION of the service
	Environment    string            `json:"environment,omitempty"`     // empty: that of the service
	ServerName     string            `json:"server_name,omitempty"`     // empty: the pod, else the host
	Dist           string            `json:"dist,omitempty"`            // build of the release; empty: none
	Tags           map[string]string `json:"tags,omitempty"`            // added to every event, and stronger than its own
	MaxBreadcrumbs int               `json:"max_breadcrumbs,omitempty"` // 0: 100, which is also the most; negative: none
	SourceContext  *bool             `json:"source_context,omitempty"`  // send source lines around each frame; nil: true

	CAFile  string        `json:"ca_file,omitempty"` // PEM certificates to trust instead of the system's; empty: the system's
	Timeout time.Duration `json:"timeout,omitempty"` // of one request; 0: 10 s

	Client string `json:"-"` // version of logwrap that the events name; empty: what the build says
	Dir    string `json:"-"` // the app's working directory; empty: that of this process
}

// DefaultLimits says how a Sink wants its records batched: an event is sent at
// once, and a batch is small, since each of its events is a request.
func DefaultLimits() route.Limits {
	return route.Limits{Records: 16, Bytes: 4 << 20, Timeout: 30 * time.Second}
}

const dsnHint = "a DSN looks like https://KEY@HOST/PROJECT; Sentry shows it under Settings, Client Keys (DSN)"

var distForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// parseDSN returns where to send, and the header that authorises it. Its errors
// never contain the DSN.
func parseDSN(dsn, client string) (url, auth string, err error) {
	if strings.TrimSpace(dsn) == "" {
		return "", "", &route.OptionError{Option: "dsn", Err: errors.New("is empty"), Hint: dsnHint}
	}
	d, err := sdk.NewDsn(strings.TrimSpace(dsn))
	if err != nil {
		return "", "", &route.OptionError{Option: "dsn", Err: explainDSN(err), Hint: dsnHint}
	}
	if d.GetPort() < 1 || d.GetPort() > 65535 {
		return "", "", &route.OptionError{Option: "dsn", Err: errors.New("invalid port"), Hint: dsnHint}
	}
	for _, key := range []string{d.GetPublicKey(), d.GetSecretKey()} {
		if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }) {
			return "", "", &route.OptionError{Option: "dsn", Err: errors.New("a key has characters that keys don't have"), Hint: dsnHint}
		}
	}
	auth = "Sentry sentry_version=7, sentry_client=logwrap/" + client + ", sentry_key=" + d.GetPublicKey()
	if d.GetSecretKey() != "" {
		auth += ", sentry_secret=" + d.GetSecretKey()
	}
	return d.GetAPIURL().String(), auth, nil
}

// explainDSN words what the parser found. The parser quotes the DSN only when it
// is no URL at all.
func explainDSN(err error) error {
	var parse *sdk.DsnParseError
	if !errors.As(err, &parse) || strings.HasPrefix(parse.Message, "invalid url") {
		return errors.New("is not a URL")
	}
	switch parse.Message {
	case "empty username":
		return errors.New("the public key is missing")
	case "empty project id":
		return errors.New("the project is missing")
	case "empty host":
		return errors.New("the host is missing")
	case "invalid scheme":
		return errors.New("the scheme is neither https nor http")
	}
	return errors.New(parse.Message)
}

// readCA returns the certificates in path, nil for the system's.
func readCA(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, &route.OptionError{Option: "ca_file", Err: err}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &route.OptionError{Option: "ca_file", Err: fmt.Errorf("%s: no certificate in it", path),
			Hint: "the file must hold certificates in PEM form"}
	}
	return pool, nil
}

// check returns the first option that is wrong by itself.
func (o *Options) check() error {
	if o.Dist != "" && !distForm.MatchString(o.Dist) {
		return &route.OptionError{Option: "dist", Err: fmt.Errorf("%q has characters that Sentry refuses", o.Dist),
			Hint: "use letters, digits and _.-, at most 64"}
	}
	if o.Timeout < 0 {
		return &route.OptionError{Option: "timeout", Err: errors.New("is negative")}
	}
	if o.MaxBreadcrumbs > defaultCrumbs {
		return &route.OptionError{Option: "max_breadcrumbs", Err: fmt.Errorf("%d is more than %d", o.MaxBreadcrumbs, defaultCrumbs)}
	}
	return nil
}

// buildVersion is the version that the Go toolchain put into the binary.
func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "0.0.0"
}
