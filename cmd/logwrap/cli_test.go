package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExitCodesAreTheApps(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	write(t, plain, "no program")
	tests := []struct {
		name string
		cmd  []string
		code int
	}{
		{"success", []string{"true"}, 0},
		{"failure", []string{"sh", "-c", "exit 3"}, 3},
		{"255", []string{"sh", "-c", "exit 255"}, 255},
		{"signal", []string{"sh", "-c", "kill -SEGV $$"}, 139},
		{"not found", []string{"no-such-program"}, 127},
		{"not found by path", []string{"./no-such-program"}, 127},
		{"not executable", []string{plain}, 126},
		{"a directory", []string{dir}, 126},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := logwrap{args: append([]string{"--"}, tt.cmd...)}.run(t)
			if r.code != tt.code {
				t.Errorf("exit code %d, want %d; stderr:\n%s", r.code, tt.code, r.stderr)
			}
		})
	}
}

func TestOutputPassesThroughUnchanged(t *testing.T) {
	in := "plain\r\n\x00\xff\xfe binary\n" + strings.Repeat("long ", 100_000) + "\nno newline at the end"
	r := logwrap{args: []string{"--", "cat"}, in: in}.run(t)
	if r.stdout != in || r.stderr != "" || r.code != 0 {
		t.Errorf("%d of %d bytes came through, code %d, stderr %q", len(r.stdout), len(in), r.code, r.stderr)
	}
	r = logwrap{args: []string{"--", "sh", "-c", "cat >&2"}, in: in}.run(t)
	if r.stderr != in || r.stdout != "" {
		t.Errorf("%d of %d bytes came through on stderr", len(r.stderr), len(in))
	}
}

// Without a sink, a reader that goes away is the app's to see; with one, the app
// goes on for its sake.
func TestClosedStdout(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.log")
	script := "i=0; while [ $i -lt 20000 ]; do echo INFO:app:line $i || exit 9; i=$((i+1)); done"
	for _, tt := range []struct {
		args []string
		code string
	}{
		{nil, "code 141"}, // killed by SIGPIPE, as without logwrap
		{[]string{"--file", out}, "code 0"},
	} {
		line := fmt.Sprintf(`{ "$0" %s -- sh -c '%s'; echo "code $?" >&2; } | head -n 1`, strings.Join(tt.args, " "), script)
		cmd := logwrap{}.command(t.Context())
		cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", line, binary}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil || !strings.Contains(stderr.String(), tt.code) {
			t.Errorf("%v: %v, want %s; stderr:\n%s", tt.args, err, tt.code, stderr.String())
		}
	}
	if n := strings.Count(read(t, out), `"line `); n != 20000 {
		t.Errorf("%d lines in the file, want 20000", n)
	}
}

// Whatever is wrong with what the user gave is said before the app starts, with
// the place where it stands, and a waiting journal is not touched.
func TestBadInputIsRefusedBeforeTheStart(t *testing.T) {
	dir := t.TempDir()
	journal := filepath.Join(dir, "journal")
	logwrap{args: []string{"--journal", journal, "--journal-size", "1MiB", "--flush-timeout", "100ms", "--syslog", "tcp://" + closedDoor(t), "--", "echo", "waiting"}}.run(t)
	before := read(t, journal)

	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, strings.TrimPrefix(text, "\n"))
		return path
	}
	tests := []struct {
		name string
		args []string
		want []string // on stderr
	}{
		{"unknown key", []string{"-c", file("key.yaml", "\nversion: 1\nhandler: {}\n")}, []string{"key.yaml:2:1: ", `logwrap: hint: did you mean "handlers"?`}},
		{"dangling handler", []string{"-c", file("name.yaml", "\nversion: 1\nhandlers:\n  search: {sink: file, path: /tmp/x}\nroot: {handlers: [serch]}\n")}, []string{"name.yaml:4:", `did you mean "search"?`}},
		{"wrong DSN in the file", []string{"-c", file("dsn.yaml", "\nversion: 1\nhandlers:\n  sentry: {sink: sentry, dsn: 'https://nothing'}\nroot: {handlers: [sentry]}\n")}, []string{"dsn.yaml:3:", "dsn", "https://KEY@HOST/PROJECT"}},
		{"wrong DSN flag", []string{"--sentry-dsn", "nonsense"}, []string{"--sentry-dsn: ", "https://KEY@HOST/PROJECT"}},
		{"missing file", []string{"-c", filepath.Join(dir, "none.yaml")}, []string{"none.yaml: no such file", "hint: "}},
		{"broken YAML", []string{"-c", file("yaml.yaml", "\nversion: 1\nroot: {level: [\n")}, []string{"yaml.yaml:"}},
		{"bad level", []string{"--level", "loud"}, []string{"--level: ", "loud"}},
		{"bad size", []string{"--journal-size", "many"}, []string{"--journal-size: "}},
		{"unknown flag", []string{"--fiel", "x"}, []string{"unknown flag: --fiel", "--help"}},
		{"bad syslog URL", []string{"--syslog", "ftp://x"}, []string{"--syslog: "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mark := filepath.Join(t.TempDir(), "started")
			args := append([]string{"--journal", journal}, tt.args...)
			r := logwrap{args: append(args, "--", "touch", mark)}.run(t)
			if r.code != 125 {
				t.Errorf("exit code %d, want 125", r.code)
			}
			for _, want := range tt.want {
				if !strings.Contains(r.stderr, want) {
					t.Errorf("stderr does not say %q:\n%s", want, r.stderr)
				}
			}
			if _, err := os.Stat(mark); err == nil {
				t.Error("the app was started")
			}
			if strings.Contains(r.stderr, "goroutine") || !strings.HasPrefix(r.stderr, "logwrap: error: ") {
				t.Errorf("stderr is %q", r.stderr)
			}
		})
	}
	if read(t, journal) != before {
		t.Error("the journal was touched")
	}
}

func TestCommandLineSaysWhatIsMissing(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "no command to run"},
		{[]string{"--"}, "no command to run"},
		{[]string{"ls"}, "logwrap -- ls"},
		{[]string{"chekc"}, `did you mean "check"?`},
		{[]string{"x", "--", "ls"}, `unexpected "x" before --`},
		{[]string{"router"}, "to run an app: logwrap -- COMMAND"},
	} {
		r := logwrap{args: tt.args}.run(t)
		if r.code != 125 || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("logwrap %q: code %d, stderr %q; want 125 and %q", tt.args, r.code, r.stderr, tt.want)
		}
	}
}

func TestCrashIsReportedWithoutAnySink(t *testing.T) {
	script := `echo starting
printf 'Traceback (most recent call last):\n  File "/srv/a.py", line 3, in <module>\n    main()\nValueError: no such thing\n' >&2
exit 1`
	r := logwrap{args: []string{"--", "sh", "-c", script}}.run(t)
	for _, want := range []string{"logwrap: sh crashed: exited with code 1", "ValueError: no such thing", "/srv/a.py:3 in <module>", "sentry", "hint: set SENTRY_DSN"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("the report does not say %q:\n%s", want, r.stderr)
		}
	}
	if r.code != 1 || strings.Contains(r.stderr, "\x1b[") || strings.Count(r.stderr, "crashed") != 1 {
		t.Errorf("code %d, report:\n%q", r.code, r.stderr)
	}
	if r := (logwrap{args: []string{"--", "sh", "-c", "echo fine"}}).run(t); r.stderr != "" {
		t.Errorf("a run without a crash printed %q", r.stderr)
	}
}

func TestFileSinkGetsClassifiedRecords(t *testing.T) {
	out := filepath.Join(t.TempDir(), "app.log")
	logwrap{args: []string{"--file", out, "--", "sh", "-c", `echo 'WARNING:app.db:slow'; echo '{"level":"error","msg":"x","n":1}' >&2`}}.run(t)
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(read(t, out)), "\n") {
		var r struct {
			Level, Logger, Stream, Message string
			Fields                         map[string]any
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if r.Stream != "lifecycle" {
			got = append(got, fmt.Sprint(r.Level, " ", r.Logger, " ", r.Stream, " ", r.Message, " ", r.Fields))
		}
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"warning app.db stdout slow map[]", "error  stderr x map[n:1]"} {
		if !strings.Contains(all, want) {
			t.Errorf("no record %q in\n%s", want, all)
		}
	}
}

func TestThirdRequestToStopEndsTheFlush(t *testing.T) {
	cmd := logwrap{args: append(everySink(closedDoor(t)), "--flush-timeout", "30s", "--", "sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done")}.command(t.Context())
	var out lockedBuffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the app to be ready", func() bool { return strings.Contains(out.String(), "ready") })
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	ctx, cancel := context.WithTimeout(t.Context(), testDeadline)
	defer cancel()
	for {
		// The first stops the app, the second shortens the flush, the third ends it.
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
			if code := cmd.ProcessState.ExitCode(); code != 0 && code != 130 {
				t.Errorf("exit code %d", code)
			}
			return
		case <-ctx.Done():
			t.Fatal("three requests to stop did not end a flush of 30 s")
		default:
			waitABit()
		}
	}
}

func TestExplain(t *testing.T) {
	in := "INFO:app:hello\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n    x\nKeyError: 'k'\n"
	r := logwrap{args: []string{"explain", "--json", "--stream", "stderr", "--status", "1"}, in: in}.run(t)
	var records []map[string]any
	dec := json.NewDecoder(bytes.NewBufferString(r.stdout))
	for dec.More() {
		var rec map[string]any
		if err := dec.Decode(&rec); err != nil {
			t.Fatal(err)
		}
		records = append(records, rec)
	}
	if len(records) != 2 {
		t.Fatalf("%d records:\n%s%s", len(records), r.stdout, r.stderr)
	}
	hello, crash := records[0], records[1]
	if hello["level"] != "info" || hello["logger"] != "app" || hello["message"] != "hello" || hello["event"] != false {
		t.Errorf("first record %v", hello)
	}
	if crash["level"] != "critical" || crash["event"] != true || crash["line"] != 2.0 || crash["lines"] != 4.0 || crash["exceptions"] == nil {
		t.Errorf("crash %v", crash)
	}
	r = logwrap{args: []string{"explain", "--json", "--status", "SIGSEGV"}, in: "working\n"}.run(t)
	if !strings.Contains(r.stdout, `"level":"critical"`) || !strings.Contains(r.stdout, `"event":true`) {
		t.Errorf("a silent death is no event:\n%s", r.stdout)
	}
	if !strings.Contains(r.stdout, `"message":"app killed by SIGSEGV"`) || !strings.Contains(r.stdout, `"line":2,"lines":1`) {
		t.Errorf("a silent death does not come after the input:\n%s", r.stdout)
	}
	r = logwrap{args: []string{"explain", "--status", "3"}, in: "working\n"}.run(t)
	if !strings.Contains(r.stdout, "the end      critical") || strings.Contains(r.stdout, "line 2") {
		t.Errorf("explain for people printed %q", r.stdout)
	}
	r = logwrap{args: []string{"explain"}, in: "ERROR:db:gone\n"}.run(t)
	if !strings.Contains(r.stdout, "error") || !strings.Contains(r.stdout, "logger db") || r.code != 0 {
		t.Errorf("explain for people printed %q, code %d", r.stdout, r.code)
	}
}

func TestCheck(t *testing.T) {
	out := filepath.Join(t.TempDir(), "app.log")
	r := logwrap{args: []string{"check", "--send", "--file", out, "--syslog", "udp://127.0.0.1:9"}}.run(t)
	if r.code != 0 && r.code != 1 || !strings.Contains(r.stdout, "handler file (file): accepted the test record") {
		t.Errorf("code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if !strings.Contains(read(t, out), "test record") {
		t.Error("the file got no record")
	}
	r = logwrap{args: []string{"check", "--send", "--elasticsearch", "http://127.0.0.1:9"}}.run(t)
	if r.code != 1 || !strings.Contains(r.stdout, "handler elasticsearch (elasticsearch): FAILED: ") {
		t.Errorf("code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r = (logwrap{args: []string{"check", "--sentry-dsn", "x"}}).run(t); r.code != 125 {
		t.Errorf("code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestVersion(t *testing.T) {
	r := logwrap{args: []string{"version"}}.run(t)
	if r.code != 0 || !strings.HasPrefix(r.stdout, "logwrap v0.0.0-test ") {
		t.Errorf("code %d, %q", r.code, r.stdout)
	}
}
