package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// answers makes n times the same answer.
func answers(n int, code int, headers ...string) (list []http.HandlerFunc) {
	for range n {
		list = append(list, func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(code)
		})
	}
	return list
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
}

// neverAnswers holds a request until the client gives up, which shows only to
// who has read all of it.
func neverAnswers(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// TestEachCrashArrivesOnce has a Sentry misbehave in every way while an app
// crashes: the event arrives exactly once, at the latest when logwrap starts the
// next time, and the app's exit code is its own.
func TestEachCrashArrivesOnce(t *testing.T) {
	const most = 100
	for name, script := range map[string][]http.HandlerFunc{
		"accepts":                       nil,
		"429 with a header for errors":  answers(1, 429, "X-Sentry-Rate-Limits", "1:error:organization"),
		"429 with a header for all":     answers(1, 429, "X-Sentry-Rate-Limits", "1::organization"),
		"429 with Retry-After":          answers(1, 429, "Retry-After", "1"),
		"429 without a word":            answers(1, 429),
		"429 for long":                  answers(most, 429, "Retry-After", "3600"),
		"413":                           answers(2, 413),
		"500":                           answers(3, 500),
		"500 for the whole life":        answers(most, 500),
		"502 with a page":               answers(2, 502, "Content-Type", "text/html"),
		"resets":                        {hangUp, hangUp, hangUp},
		"is slow":                       {neverAnswers},
		"refuses the key at first":      answers(1, 403),
		"limits what is not wanted now": answers(1, 200, "X-Sentry-Rate-Limits", "60:session;attachment:organization"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := listenTracker(t, script...)
			args := []string{"--journal", filepath.Join(t.TempDir(), "journal"), "--flush-timeout", "3s"}
			args = append(args, "--sentry-dsn", b.dsn(), "--")
			crash := append(args[:len(args):len(args)], "sh", "-c", "echo working; echo 'Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nValueError: bad' >&2; exit 1")
			if r := (logwrap{args: crash}).run(t); r.code != 1 {
				t.Errorf("exit code %d, want the app's: %s", r.code, r.stderr)
			}
			b.mu.Lock()
			b.script = nil // it has come to its senses
			b.mu.Unlock()
			if r := (logwrap{args: append(args[:len(args):len(args)], "true")}).run(t); r.code != 0 {
				t.Errorf("exit code %d: %s", r.code, r.stderr)
			}
			if name == "limits what is not wanted now" { // that answer was one of acceptance
				return
			}
			ids := b.ids()
			if len(ids) != 1 {
				t.Fatalf("events %v, want one", ids)
			}
			for id, n := range ids {
				if n != 1 {
					t.Errorf("event %s came %d times", id, n)
				}
			}
		})
	}
}

// TestCrashesWhileNobodyListens lets an app crash while its Sentry has no address,
// and then nobody listens there: both crashes arrive with the next start.
func TestCrashesWhileNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://key@" + listener.Addr().String() + "/7"
	listener.Close()
	b := listenTracker(t)
	journal := filepath.Join(t.TempDir(), "journal")
	for i, dsn := range []string{"http://key@sentry.invalid/7", nobody, b.dsn()} {
		script := fmt.Sprintf("echo crash %d >&2; exit %d", i, 3+i)
		r := logwrap{args: []string{"--journal", journal, "--flush-timeout", "1s", "--sentry-dsn", dsn, "--", "sh", "-c", script}}.run(t)
		if r.code != 3+i {
			t.Errorf("exit code %d, want %d: %s", r.code, 3+i, r.stderr)
		}
		if strings.Contains(r.stderr, "key@") {
			t.Errorf("the key is shown: %s", r.stderr)
		}
	}
	if ids := b.ids(); len(ids) != 3 {
		t.Errorf("events %v, want 3", ids)
	}
}

// TestMonitor checks that one command line is all that a cron job needs.
func TestMonitor(t *testing.T) {
	b := listenTracker(t)
	args := []string{"--sentry-dsn", b.dsn(), "--monitor", "nightly-report", "--schedule", "0 3 * * *", "--max-runtime", "10m", "--timezone", "Europe/Vienna", "--", "sh", "-c"}
	for script, status := range map[string]string{"exit 0": "ok", "exit 4": "error"} {
		before := len(b.of("check_in"))
		logwrap{args: append(args[:len(args):len(args)], script)}.run(t)
		got := b.of("check_in")[before:]
		if len(got) != 2 {
			t.Fatalf("%s: %d check-ins", script, len(got))
		}
		a, z := got[0].body, got[1].body
		if a["status"] != "in_progress" || z["status"] != status || a["check_in_id"] != z["check_in_id"] || a["monitor_slug"] != "nightly-report" {
			t.Errorf("%s: %v, %v", script, a, z)
		}
	}
}

func TestMonitorFlagsAreChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"nobody to tell": {[]string{"--monitor", "a"}, "--monitor: there is no Sentry to tell"},
		"bad schedule":   {[]string{"--sentry-dsn", "http://k@h/1", "--monitor", "a", "--schedule", "25 h"}, `--schedule: monitor.schedule: "25 h" is no schedule`},
		"no slug":        {[]string{"--sentry-dsn", "http://k@h/1", "--schedule", "@daily"}, "monitor.slug: is missing"},
		"bad duration":   {[]string{"--sentry-dsn", "http://k@h/1", "--monitor", "a", "--max-runtime", "soon"}, `--max-runtime: "soon"`},
	} {
		r := logwrap{args: append(tt.args, "--", "true")}.run(t)
		if r.code != exitFault || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: code %d: %s", name, r.code, r.stderr)
		}
	}
}

// TestEventsInADirectory checks that no server is needed to see what would be sent.
func TestEventsInADirectory(t *testing.T) {
	dir := t.TempDir()
	logwrap{args: []string{"--sentry-dsn", "file:events", "--", "sh", "-c", "echo fine; kill -SEGV $$"}, dir: dir}.run(t)
	files, err := filepath.Glob(filepath.Join(dir, "events", "*-event-*.json"))
	if err != nil || len(files) != 1 {
		t.Errorf("events %v, %v", files, err)
	}
}

// TestLinesAsLogs checks that a handler with logs sends every line as well.
func TestLinesAsLogs(t *testing.T) {
	b := listenTracker(t)
	config := filepath.Join(t.TempDir(), "logwrap.yaml")
	write(t, config, "version: 1\nhandlers:\n  s: {sink: sentry, dsn: '"+b.dsn()+"', logs: true, logs_level: info}\nroot: {level: debug, handlers: [s]}\n")
	r := logwrap{args: []string{"-c", config, "--", "sh", "-c", "echo INFO:a:one; echo DEBUG:a:two; echo CRITICAL:a:three"}}.run(t)
	if r.code != 0 {
		t.Fatal(r.stderr)
	}
	var bodies []string
	for _, it := range b.of("log") {
		for _, line := range it.body["items"].([]any) {
			line := line.(map[string]any)
			if stream := line["attributes"].(map[string]any)["logwrap.stream"]; stream.(map[string]any)["value"] == "stdout" {
				bodies = append(bodies, line["body"].(string))
			}
		}
	}
	text := strings.Join(bodies, "|")
	if !strings.Contains(text, "one|three") || strings.Contains(text, "two") {
		t.Errorf("logs %s", text)
	}
	if n := len(b.of("event")); n != 1 {
		t.Errorf("%d events", n)
	}
}

// TestSessionOfARun checks release health through the program.
func TestSessionOfARun(t *testing.T) {
	b := listenTracker(t)
	started := time.Now()
	logwrap{args: []string{"--sentry-dsn", b.dsn(), "--", "sh", "-c", "exit 9"}, env: []string{"SENTRY_RELEASE=shop@1.4.2"}}.run(t)
	got := b.of("session")
	if len(got) != 2 {
		t.Fatalf("%d sessions", len(got))
	}
	a, z := got[0].body, got[1].body
	if a["init"] != true || a["sid"] != z["sid"] || z["status"] != "crashed" || z["errors"] != 1.0 {
		t.Errorf("%v, %v", a, z)
	}
	if at, err := time.Parse(time.RFC3339Nano, a["started"].(string)); err != nil || at.Before(started.Add(-time.Second)) {
		t.Errorf("started %v, %v", a["started"], err)
	}
}

// TestBreadcrumbsOutliveTheRouter kills the router between the lines before a crash
// and the crash: they are behind its event all the same, and it comes once.
func TestBreadcrumbsOutliveTheRouter(t *testing.T) {
	b := listenTracker(t)
	sign := filepath.Join(t.TempDir(), "go-on")
	script := `for i in 1 2 3 4 5 6 7 8 9; do echo "INFO:shop:step $i"; done; while [ ! -e "` + sign + `" ]; do sleep 0.02; done
printf 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: bad\n' >&2; exit 1`
	cmd := logwrap{args: []string{"--sentry-dsn", b.dsn(), "--", "sh", "-c", script}, env: []string{"SENTRY_RELEASE=shop@1"}}.command(t.Context())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the session to begin", func() bool { return len(b.of("session")) > 0 })
	for range 3 {
		var pid int
		waitFor(t, "a router", func() bool {
			found, ok := routerOf(cmd.Process.Pid)
			fresh := ok && found != pid
			pid = found
			return fresh
		})
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	write(t, sign, "")
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("ended with %v", err)
	}
	events := b.of("event")
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	var said []string
	crumbs, _ := events[0].body["breadcrumbs"].(map[string]any)
	values, _ := crumbs["values"].([]any)
	for _, c := range values {
		said = append(said, c.(map[string]any)["message"].(string))
	}
	if text := strings.Join(said, " "); !strings.Contains(text, "step 1 step 2 step 3 step 4 step 5 step 6 step 7 step 8 step 9") {
		t.Errorf("breadcrumbs %q", said)
	}
}
