package sentry

import (
	"errors"
	"strings"

	sdk "github.com/getsentry/sentry-go"

	"github.com/logwrap/logwrap/route"
)

const dsnHint = "a DSN looks like https://KEY@HOST/PROJECT; Sentry shows it under Settings, Client Keys (DSN)"

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
