//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A message is what rsyslog made of what it received.
type message struct {
	Time, Facility, Severity, Host, App, Procid, Msgid, SD, Version, Input, Message string
}

// An inbox is the output file of a running rsyslog.
type inbox string

// messages returns what has arrived so far by one of rsyslog's inputs.
func (b inbox) messages(input string) ([]message, error) {
	raw, err := os.ReadFile(string(b))
	if err != nil {
		return nil, err
	}
	var all []message
	for line := range strings.Lines(string(raw)) {
		var m message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			return nil, fmt.Errorf("%v in %q", err, line)
		}
		if m.Input == input {
			all = append(all, m)
		}
	}
	return all, nil
}

// await waits until one message ends with the given words, and returns all.
func (b inbox) await(t *testing.T, input, until string) []message {
	t.Helper()
	var got []message
	eventually(t, 20*time.Second, "a message with "+until, func() error {
		var err error
		if got, err = b.messages(input); err != nil {
			return err
		}
		for _, m := range got {
			if strings.HasSuffix(m.Message, until) {
				return nil
			}
		}
		return fmt.Errorf("%d messages so far: %+v", len(got), got)
	})
	return got
}

// find returns the one message that holds the words.
func find(t *testing.T, all []message, words string) message {
	t.Helper()
	var found []message
	for _, m := range all {
		if strings.Contains(m.Message, words) {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d messages with %q, want 1: %+v", len(found), words, found)
	}
	return found[0]
}

// TestSyslog sends by every transport and looks at each field as a real
// receiver parsed it.
func TestSyslog(t *testing.T) {
	server := startServer(t, "rsyslog")
	box := inbox(server["SYSLOG_OUTPUT"])
	trust := fmt.Sprintf("ca: '%s'", server["SYSLOG_CA"])
	client := fmt.Sprintf("%s, cert: '%s', key: '%s'", trust, server["SYSLOG_CERT"], server["SYSLOG_KEY"])
	for _, c := range []struct{ input, address, tls string }{
		{"udp", "udp://" + server["SYSLOG_UDP_ADDRESS"], ""},
		{"tcp", "tcp://" + server["SYSLOG_TCP_ADDRESS"], ""},
		{"tls", "tcp+tls://" + server["SYSLOG_TLS_ADDRESS"], trust},
		{"mtls", "tcp+tls://" + server["SYSLOG_MTLS_ADDRESS"], client},
		{"imuxsock", "unix://" + server["SYSLOG_SOCKET"], ""},
	} {
		t.Run(c.input, func(t *testing.T) {
			tls := ""
			if c.tls != "" {
				tls = ", tls: {" + c.tls + "}"
			}
			config := writeConfig(t, fmt.Sprintf(`
version: 1
service: {name: ignored, version: v1.2.3}
handlers:
  collector: {sink: syslog, address: '%s', tag: shop, facility: local3%s}
root: {level: debug, handlers: [collector]}
`, c.address, tls))
			before := time.Now()
			r := &run{args: []string{"-c", config, "--", "sh", testdata(t, "talk.sh")}}
			if code := r.finish(t); code != 0 {
				t.Fatalf("exit code %d: %s", code, r.output(t, "stderr"))
			}
			got := box.await(t, c.input, "KeyError: 'B-42'")
			pid := pidOf(t, r)
			checkHeaders(t, got, c.input, pid)
			checkSeverities(t, got)
			checkTrace(t, got)
			if c.input != "imuxsock" { // a local socket speaks RFC 3164, which has no room for these
				checkRFC5424(t, got, before)
			}
		})
	}
}

// pidOf returns the app's own idea of its process id.
func pidOf(t *testing.T, r *run) string {
	t.Helper()
	for line := range strings.Lines(r.output(t, "stdout")) {
		if pid, ok := strings.CutPrefix(line, "pid "); ok {
			return strings.TrimSpace(pid)
		}
	}
	t.Fatal("the app did not tell its pid")
	return ""
}

func checkHeaders(t *testing.T, all []message, input, pid string) {
	t.Helper()
	for _, m := range all {
		if m.App != "shop" || m.Facility != "local3" || m.Host == "" || m.Host == "-" {
			t.Errorf("header of %+v", m)
		}
	}
	if m := find(t, all, "pid "+pid); input != "imuxsock" && m.Procid != pid {
		t.Errorf("procid is %q, want the app's pid %s", m.Procid, pid)
	}
}

func checkSeverities(t *testing.T, all []message) {
	t.Helper()
	for words, want := range map[string]string{
		"shop.http: listening": "info", "stock is low": "warning", "order\":1002": "err", "pool is exhausted": "crit",
	} {
		if got := find(t, all, words).Severity; got != want {
			t.Errorf("severity of %q is %q, want %q", words, got, want)
		}
	}
}

// checkTrace checks that the trace is one message, with the line above it.
func checkTrace(t *testing.T, all []message) {
	t.Helper()
	m := find(t, all, "KeyError: 'B-42'")
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(m.Message), "#012", "\n"), "\n")
	if len(lines) != 8 || !strings.HasSuffix(lines[0], "order 1003 failed") || lines[1] != "Traceback (most recent call last):" {
		t.Errorf("the trace arrived as %q", lines)
	}
	if m.Severity != "err" {
		t.Errorf("severity of the trace is %q", m.Severity)
	}
}

var microseconds = regexp.MustCompile(`\.\d{6}(Z|[+-]\d\d:\d\d)$`)

func checkRFC5424(t *testing.T, all []message, before time.Time) {
	t.Helper()
	fine := 0
	for _, m := range all {
		at, err := time.Parse(time.RFC3339Nano, m.Time)
		if err != nil || m.Version != "1" || !microseconds.MatchString(m.Time) {
			t.Errorf("time %q, version %q: %v", m.Time, m.Version, err)
		}
		if at.Before(before.Truncate(time.Microsecond)) || at.After(time.Now()) {
			t.Errorf("time %v is not when the line was written", at)
		}
		if at.Nanosecond()%1_000_000 != 0 {
			fine++
		}
	}
	if fine == 0 {
		t.Error("no time is finer than a millisecond")
	}
	m := find(t, all, "order\":1002")
	for _, param := range []string{"[logwrap@32473 ", `level="error"`, `logger="shop.payments"`, `stream="stdout"`} {
		if !strings.Contains(m.SD, param) {
			t.Errorf("structured data %q lacks %s", m.SD, param)
		}
	}
	if want := `{"level":"error","logger":"shop.payments","msg":"card \"declined\" ]ünï","order":1002}`; m.Message != want {
		t.Errorf("message is %q, want what the app wrote, %q", m.Message, want)
	}
}

// TestSyslogRefusesStrangers connects to a TLS receiver whose certificate
// nobody vouches for: nothing is sent, the app is unaware, and it is said.
func TestSyslogRefusesStrangers(t *testing.T) {
	server := startServer(t, "rsyslog")
	r := &run{args: []string{
		"--syslog", "tcp+tls://" + server["SYSLOG_TLS_ADDRESS"], "--flush-timeout", "2s", "--",
		"sh", testdata(t, "talk.sh"),
	}}
	if code := r.finish(t); code != 0 {
		t.Errorf("exit code %d, want the app's 0", code)
	}
	if out := r.output(t, "stderr"); !strings.Contains(out, "logwrap: ") || !strings.Contains(out, "certificate") {
		t.Errorf("stderr does not say why nothing arrives: %s", out)
	}
	if raw, err := os.ReadFile(server["SYSLOG_OUTPUT"]); err != nil || len(raw) > 0 {
		t.Errorf("rsyslog got %s (%v)", raw, err)
	}
}
