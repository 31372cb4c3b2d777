package sentry

import (
	"strings"
	"testing"

	sdk "github.com/getsentry/sentry-go"
)

// FuzzDSN holds the parser to the SDK's: the same DSNs are taken and mean the
// same, but for those that no server could be reached or asked with.
func FuzzDSN(f *testing.F) {
	for _, dsn := range []string{
		"https://k@o1.ingest.sentry.io/42", "http://k:s@127.0.0.1:9000/a/b/42", "https://k@[::1]:8443/7",
		"https://k@h:443/1", "http://k@h:443/1", "http://k@h:80/1", "https://k@h:080/1", "https://k@h:/1", "https://k@h:0/1",
		"https://k@h:99999/1", "https://k@h:99999999999999999999/1", "https://k@h", "https://k@h/", "https://k@h//", "https://k@h//1",
		"https://k@h/a%2fb", "https://k@h/1?q=1#f", "https://k@h/a/b/", "https://h/1", "https://@h/1", "https://:s@h/1", "https://k:@h/1",
		"https://k@/1", "https://k@:80/1", "HTTPS://k@h/1", "ftp://k@h/1", "k", "", "/", "https:k@h/1", "https://k%2c@h/1", "https://k@h%31/1",
		"https://k@[fe80::1%25eth0]/1", "https://k@h/ü", "https://k@h/1 2", "%",
	} {
		f.Add(dsn)
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		got, auth, err := parseDSN(dsn, "1")
		want, refused := sdk.NewDsn(strings.TrimSpace(dsn))
		if err == nil && refused != nil {
			t.Fatalf("%q is taken; the SDK: %v", dsn, refused)
		}
		if err != nil {
			if refused == nil && usable(want) {
				t.Fatalf("%q: %v; the SDK takes it", dsn, err)
			}
			return
		}
		if got != want.GetAPIURL().String() {
			t.Errorf("%q: %s, want %s", dsn, got, want.GetAPIURL())
		}
		header := "Sentry sentry_version=7, sentry_client=logwrap/1, sentry_key=" + want.GetPublicKey()
		if want.GetSecretKey() != "" {
			header += ", sentry_secret=" + want.GetSecretKey()
		}
		if auth != header {
			t.Errorf("%q: %q, want %q", dsn, auth, header)
		}
	})
}

// usable reports whether a DSN that the SDK takes has a port that exists and
// keys that fit into a header.
func usable(d *sdk.Dsn) bool {
	return 1 <= d.GetPort() && d.GetPort() <= 65535 && !strings.ContainsFunc(d.GetPublicKey()+d.GetSecretKey(), notInKey)
}
