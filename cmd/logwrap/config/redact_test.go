package config

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestRedactReachesSentry follows the list to the sink: the handler of the file, that of a
// flag, and through the JSON that the router is handed.
func TestRedactReachesSentry(t *testing.T) {
	for _, tt := range []struct {
		source string
		want   []string // nil: the default
	}{
		{"", nil},
		{"redact:\n", nil},
		{"redact: off\n", []string{}},
		{"redact: []\n", []string{}},
		{"redact: [off]\n", []string{}},
		{"redact: default\n", []string{"default"}},
		{"redact: [default, emails, '(?i)x-plan: (\\S+)', 'a\\${b}']\n", []string{"default", "emails", `(?i)x-plan: (\S+)`, `a\${b}`}},
	} {
		c := mustParse(t, tt.source+"handlers: {s: {sink: sentry, dsn: 'https://key@sentry.example/1', logs: true}}\nroot: {handlers: [s]}\n", nil)
		if err := c.Apply(Flags{SentryDSN: "https://key@sentry.example/2"}, environ()); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var again Config
		if err := json.Unmarshal(data, &again); err != nil {
			t.Fatal(err)
		}
		if len(again.Handlers) != 3 {
			t.Fatalf("%q: %d handlers", tt.source, len(again.Handlers))
		}
		for _, h := range again.Handlers {
			if got := h.Sentry.Redact; !slices.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
				t.Errorf("%q: %s has %#v, want %#v", tt.source, h.Name, got, tt.want)
			}
			if _, err := h.Open(again.Identity()); err != nil {
				t.Errorf("%q: %v", tt.source, err)
			}
		}
	}
}
