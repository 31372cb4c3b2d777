package config

import (
	"strings"
	"testing"
)

// TestMonitorFlagsWithoutDSN: a handler whose DSN comes out empty is off with the
// monitor that flags give it; with no handler at all, the flags are a mistake.
func TestMonitorFlagsWithoutDSN(t *testing.T) {
	flags := Flags{MonitorFlags: MonitorFlags{Monitor: "nightly", Schedule: "@daily"}}
	off := mustParse(t, "handlers: {s: {sink: sentry, dsn: '${NONE:-}'}}\nroot: {handlers: [s]}\n", nil)
	if err := off.Apply(flags, environ()); err != nil {
		t.Errorf("handler that is off: %v", err)
	}
	none := mustParse(t, "", nil)
	if err := none.Apply(flags, environ()); err == nil || !strings.Contains(err.Error(), "no Sentry to tell") {
		t.Errorf("no handler: %v", err)
	}
}
