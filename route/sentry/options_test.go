package sentry

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/route"
)

func TestNewRefuses(t *testing.T) {
	const secret = "deadbeefcafe"
	bad := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bad, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := "https://" + secret + "@sentry.example/1"
	tests := []struct {
		options Options
		option  string
		text    string
	}{
		{Options{}, "dsn", "is empty"},
		{Options{DSN: "  "}, "dsn", "is empty"},
		{Options{DSN: "https://sentry.example/1"}, "dsn", "the public key is missing"},
		{Options{DSN: "https://" + secret + "@sentry.example"}, "dsn", "the project is missing"},
		{Options{DSN: "https://" + secret + "@sentry.example/"}, "dsn", "the project is missing"},
		{Options{DSN: "https://" + secret + "@/1"}, "dsn", "the host is missing"},
		{Options{DSN: secret}, "dsn", "the scheme is neither https nor http"},
		{Options{DSN: "ftp://" + secret + "@sentry.example/1"}, "dsn", "the scheme is neither https nor http"},
		{Options{DSN: "https://" + secret + "@sentry.example:99999/1"}, "dsn", "invalid port"},
		{Options{DSN: "https://" + secret + "@sentry .example/1"}, "dsn", "is not a URL"},
		{Options{DSN: "https://" + secret + "\n@sentry.example/1"}, "dsn", "is not a URL"},
		{Options{DSN: "https://" + secret + "%0d%0aX-Evil:1@sentry.example/1"}, "dsn", "characters"},
		{Options{DSN: good, Dist: "a b"}, "dist", "refuses"},
		{Options{DSN: good, Timeout: -time.Second}, "timeout", "negative"},
		{Options{DSN: good, MaxBreadcrumbs: 101}, "max_breadcrumbs", "more than 100"},
		{Options{DSN: good, SourceRoots: []string{"/srv", "app"}}, "source_roots", "not absolute"},
		{Options{DSN: good, CAFile: "/no/such/file"}, "ca_file", "no such file"},
		{Options{DSN: good, CAFile: bad}, "ca_file", "no certificate"},
	}
	for _, tt := range tests {
		_, err := New(tt.options, route.Identity{})
		var oe *route.OptionError
		if !errors.As(err, &oe) {
			t.Errorf("%+v: %v, want an OptionError", tt.options, err)
			continue
		}
		if oe.Option != tt.option || !strings.Contains(oe.Err.Error(), tt.text) {
			t.Errorf("%+v: %v, want %s: …%s…", tt.options, err, tt.option, tt.text)
		}
		if tt.option == "dsn" && oe.Hint == "" {
			t.Errorf("%v has no hint", err)
		}
		if strings.Contains(err.Error()+oe.Hint, secret) {
			t.Errorf("the key is in %q", err)
		}
	}
}

func TestNewAccepts(t *testing.T) {
	tests := map[string]string{
		"https://k@o1.ingest.sentry.io/42":   "https://o1.ingest.sentry.io/api/42/envelope/",
		" http://k:s@127.0.0.1:9000/a/b/42 ": "http://127.0.0.1:9000/a/b/api/42/envelope/",
		"https://k@[::1]:8443/7":             "https://[::1]:8443/api/7/envelope/",
	}
	for dsn, want := range tests {
		s, err := New(Options{DSN: dsn}, route.Identity{})
		if err != nil {
			t.Errorf("%s: %v", dsn, err)
			continue
		}
		if s.to.(*remote).url != want {
			t.Errorf("%s: %s, want %s", dsn, s.to.(*remote).url, want)
		}
		if secret := strings.Contains(s.to.(*remote).auth, "sentry_secret=s"); secret != strings.Contains(dsn, ":s@") {
			t.Errorf("%s: secret in header: %v", dsn, secret)
		}
	}
}

func TestOptionsAreJSON(t *testing.T) {
	yes := true
	in := Options{DSN: "https://k@h/1", Traces: &yes, Tags: map[string]string{"a": "b"}, Timeout: time.Second, SourceContext: &yes}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Options
	if err := json.Unmarshal(text, &out); err != nil || out.DSN != in.DSN || !*out.Traces || out.Tags["a"] != "b" || out.Timeout != time.Second {
		t.Errorf("%s: %+v, %v", text, out, err)
	}
}

func FuzzParseDSN(f *testing.F) {
	for _, s := range []string{"https://k@h/1", "", "http://k:s@h:1/p/1", "https://k%0a@h/1", "//", "https://k@h:-1/1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		url, auth, err := parseDSN(dsn, "1")
		if err != nil {
			var oe *route.OptionError
			if !errors.As(err, &oe) || oe.Option != "dsn" || oe.Hint == "" {
				t.Errorf("%q: %v", dsn, err)
			}
			return
		}
		if strings.ContainsAny(auth, "\r\n") || !strings.HasPrefix(url, "http") {
			t.Errorf("%q: %q %q", dsn, url, auth)
		}
	})
}
