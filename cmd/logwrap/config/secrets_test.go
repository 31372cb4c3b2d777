package config

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const secretsExample = `
handlers:
  sentry: {sink: sentry, dsn: 'https://publickey:secretkey@sentry.example/42'}
  syslog: {sink: syslog, address: '${FROM}'}
  off: {sink: sentry, dsn: '${NONE:-}'}
  search: {sink: elasticsearch, url: 'https://elastic:changeme@es.example:9200'}
  other: {sink: elasticsearch, url: 'https://es.example:9200', api_key: c2VjcmV0OmtleQ==}
  another: {sink: elasticsearch, url: 'https://es.example:9200', username: name, password: 'pass word'}
root: {handlers: [sentry, syslog, search, other, another]}
`

func TestSecretsAndRedacted(t *testing.T) {
	c := mustParse(t, secretsExample, environ("FROM=tcp://logs:514"))
	if got := c.Secrets(); !slices.Contains(got, "publickey:secretkey") || !slices.Contains(got, "https://publickey:secretkey@sentry.example/42") {
		t.Errorf("secrets %q", got)
	}
	shown, err := json.Marshal(c.Redacted())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range c.Secrets() {
		if strings.Contains(string(shown), secret) {
			t.Errorf("%q shows in %s", secret, shown)
		}
	}
	for _, public := range []string{"tcp://logs:514", `"dsn":"***"`, "https://***@es.example:9200", `"username":"name"`, `"password":"***"`} {
		if !strings.Contains(string(shown), public) {
			t.Errorf("%q is not in %s", public, shown)
		}
	}
	if c.Handlers[0].Sentry.DSN != "https://publickey:secretkey@sentry.example/42" {
		t.Error("Redacted changed what it was made from")
	}
}

func TestUserinfo(t *testing.T) {
	for url, want := range map[string]string{
		"https://u:p@h/x": "u:p", "https://k@h:9200": "k", "https://h/x@y": "h/x", "https://u:p@ss@h": "u:p@ss",
		"https://u:p/q@h": "u:p/q", "u:p@h": "u:p", "": "", "tcp://h:514": "", "https://h/?q=a@b": "h/?q=a",
	} {
		if got := userinfo(url); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

func TestConfigSurvivesJSON(t *testing.T) {
	c := mustParse(t, secretsExample+"filters: {f: {match: {level: info}}}\nsupervise: {stop_signal: INT}\n", environ("FROM=udp://h"))
	if err := c.Apply(Flags{File: []string{"/f"}}, environ("OTEL_RESOURCE_ATTRIBUTES=a=b")); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back Config
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	back.Notes = c.Notes
	if !reflect.DeepEqual(&back, c) {
		t.Errorf("got\n%+v\nwant\n%+v", back, *c)
	}
	if _, _, err := back.Tree(); err != nil {
		t.Error(err)
	}
}
