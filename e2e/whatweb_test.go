//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestWhatweb runs examples/bs-whatweb as its README does, with every receiver
// real, and looks at what each of them got for the same traffic.
func TestWhatweb(t *testing.T) {
	gunicorn := install(t, "whatweb")["GUNICORN"]
	search := startServer(t, "opensearch")
	collector := startServer(t, "rsyslog")
	bugs := startTracker(t)

	example, err := filepath.Abs("../examples/bs-whatweb")
	if err != nil {
		t.Fatal(err)
	}
	service := "http://" + freeAddress(t)
	r := &run{
		args: []string{"-c", filepath.Join(example, "logwrap.yaml"), "--", gunicorn,
			"-c", filepath.Join(example, "gunicorn_config.py"), "--chdir", example, "app:app"},
		env: []string{
			"BIND=" + strings.TrimPrefix(service, "http://"), "SERVICE_ENVIRONMENT=e2e",
			"SYSLOG_URL=tcp://" + collector["SYSLOG_TCP_ADDRESS"], "ELASTICSEARCH_URL=" + search["OPENSEARCH_URL"],
			"DATA_STREAM=logs-bs.whatweb-e2e", "SENTRY_DSN=" + bugs.dsn, "LOG_FILE=bs-whatweb.jsonl",
		},
	}
	r.start(t)
	eventually(t, 30*time.Second, "the service answers", func() error { _, err := get(service + "/"); return err })
	index := index{url: search["OPENSEARCH_URL"], stream: "logs-bs.whatweb-e2e"}
	index.await(t, 1, map[string]string{"log.logger": "gunicorn.access"})
	visit(t, service)

	t.Run("search", func(t *testing.T) { checkDocuments(t, index) })
	t.Run("tracker", func(t *testing.T) { checkEvents(t, bugs) })
	t.Run("stop", func(t *testing.T) {
		if code := r.stop(t, syscall.SIGTERM); code != 0 {
			t.Errorf("exit code %d, want gunicorn's 0: %s", code, r.output(t, "stderr"))
		}
	})
	t.Run("collector", func(t *testing.T) { checkCollector(t, collector["SYSLOG_OUTPUT"]) })
	t.Run("archive", func(t *testing.T) { checkArchive(t, filepath.Join(r.dir, "bs-whatweb.jsonl")) })
	t.Run("console", func(t *testing.T) { checkConsole(t, r) })
	t.Run("no doubles", func(t *testing.T) {
		index.await(t, requests, map[string]string{"log.logger": "gunicorn.access"})
		bugs.await(t, 4)
	})
}

// requests is how many access log lines the traffic makes, the first answer
// included; a killed worker writes none.
const requests = 1 + 4 + 20

// visit makes the traffic: four kinds of request, one that kills its worker, and
// twenty that must not notice.
func visit(t *testing.T, service string) {
	t.Helper()
	for _, c := range []struct {
		path   string
		status int
	}{{"/levels", 200}, {"/boom", 500}, {"/critical", 200}, {`/nowhere?q=a%5Cb`, 404}} {
		if got, err := get(service + c.path); err != nil || got != c.status {
			t.Errorf("GET %s: %d, %v", c.path, got, err)
		}
	}
	if got, err := get(service + "/kill"); err == nil {
		t.Errorf("GET /kill: %d from a killed worker", got)
	}
	for range 20 {
		if got, err := get(service + "/?host=example.com"); err != nil || got != 200 {
			t.Errorf("GET / with a worker killed: %d, %v", got, err)
		}
	}
}

// get makes one request on a connection of its own, so that a killed worker
// takes no other request with it.
func get(url string) (int, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("X-Quote", `say "hi" \ bye`)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func checkDocuments(t *testing.T, x index) {
	access := x.await(t, requests, map[string]string{"log.logger": "gunicorn.access"})
	if got := text(access[0], "fields", "request_headers", "x-quote"); got != `say "hi" \ bye` {
		t.Errorf("a header arrived as %q", got)
	}
	x.await(t, 1, map[string]string{"fields.http_status_code": "500"})
	x.await(t, 1, map[string]string{"fields.http_request_url": "/nowhere"})

	whatweb := func(level string) map[string]string {
		return map[string]string{"log.logger": "whatweb", "log.level": level}
	}
	x.await(t, 1, whatweb("error"))
	x.await(t, 2, whatweb("critical")) // a line, and a trace under a line
	x.await(t, 2, whatweb("warning"))  // and the killed worker's last words
	x.await(t, 0, whatweb("debug"))

	boom := x.await(t, 1, map[string]string{"log.logger": "app", "log.level": "error"})[0]
	if !strings.HasSuffix(text(boom, "error.type"), "LookupFailed") || text(boom, "error.message") != "no fingerprint for 'example.net'" {
		t.Errorf("error is %q, %q", text(boom, "error.type"), text(boom, "error.message"))
	}
	if stack := text(boom, "error.stack_trace"); !strings.Contains(stack, "KeyError: 'example.net'") || !strings.Contains(stack, "in identify") {
		t.Errorf("the stack trace is %q", stack)
	}
	killed := x.await(t, 1, map[string]string{"log.logger": "gunicorn.error", "log.level": "error"})[0]
	if !strings.Contains(text(killed, "message"), "SIGKILL") {
		t.Errorf("gunicorn's words on its killed worker are %q", text(killed, "message"))
	}
	for field, want := range map[string]string{"service.name": "bs-whatweb", "service.version": "v0.0.2", "service.environment": "e2e"} {
		if got := text(boom, field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	x.checkTemplate(t)
}

// checkEvents expects the CRITICAL line of /levels, the trace of /boom, the trace
// of /critical and the killed worker, each once; the ERROR line that gunicorn
// writes about it is none.
func checkEvents(t *testing.T, bugs tracker) {
	events := bugs.await(t, 4)
	got := titles(events)
	for i, title := range got {
		got[i] = workerPID.ReplaceAllString(title, "(pid N)")
	}
	want := []string{
		"error LookupFailed: no fingerprint for 'example.net'",
		"error WorkerDied: worker gunicorn (pid N) of gunicorn was killed by SIGKILL",
		"fatal LookupFailed: no fingerprint for 'example.net'",
		"fatal a critical line: no site can be reached",
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Fatalf("events are %q, want %q", got, want)
	}
	for _, event := range events {
		if dig(event, "exception") == nil || strings.Contains(titles([]any{event})[0], "WorkerDied") {
			continue
		}
		checkChain(t, event, wantChain{[]string{"KeyError", "LookupFailed"}, "identify", "raise LookupFailed("})
		if text(event, "level") == "error" {
			checkLibraryFrames(t, event)
		}
	}
}

var workerPID = regexp.MustCompile(`\(pid \d+\)`)

// checkLibraryFrames checks that Flask's frames are told from the app's.
func checkLibraryFrames(t *testing.T, event any) {
	t.Helper()
	seen := false
	for _, frame := range list(event, "exception", "values", -1, "stacktrace", "frames") {
		if strings.Contains(text(frame, "abs_path")+text(frame, "filename"), "flask/app.py") {
			seen = true
			if dig(frame, "in_app") == true {
				t.Errorf("a frame of Flask is in_app: %v", frame)
			}
		}
	}
	if !seen {
		t.Error("no frame of Flask")
	}
}

func checkCollector(t *testing.T, output string) {
	all, err := inbox(output).messages("tcp")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.App != "bs-whatweb" {
			t.Errorf("app is %q in %+v", m.App, m)
		}
		if strings.Contains(m.Message, "request_headers") || m.Severity == "debug" {
			t.Errorf("not for the collector: %+v", m)
		}
	}
	for words, want := range map[string]string{
		"a warning line": "warning", "an error line": "err", "a critical line": "crit", "database is damaged": "crit",
		"Exception on /boom": "err", "was sent SIGKILL": "err",
	} {
		if got := find(t, all, words).Severity; got != want {
			t.Errorf("severity of %q is %q, want %q", words, got, want)
		}
	}
	if m := find(t, all, "Exception on /boom"); !strings.HasSuffix(m.Message, "LookupFailed: no fingerprint for 'example.net'") {
		t.Errorf("the trace of /boom is not in its message: %q", m.Message)
	}
}

func checkArchive(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	access := 0
	for line := range strings.Lines(string(raw)) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %q", line)
		}
		if strings.Contains(line, "request_headers") {
			access++
		}
	}
	if access != requests {
		t.Errorf("%d access lines, want %d", access, requests)
	}
}

// checkConsole checks that the pass-through shows the app's own lines.
func checkConsole(t *testing.T, r *run) {
	access := 0
	for line := range strings.Lines(r.output(t, "stdout")) {
		v, err := decode([]byte(line))
		if err == nil && dig(v, "http_status_code") == nil {
			err = errors.New("not an access line")
		}
		if err != nil {
			t.Errorf("stdout: %v: %q", err, line)
		}
		access++
	}
	if access != requests {
		t.Errorf("stdout has %d lines, want %d", access, requests)
	}
	stderr := r.output(t, "stderr")
	for _, line := range []string{
		"[bs-whatweb][DEBUG] [whatweb]: a debug line: the cache has 2 entries\n",
		"[bs-whatweb][CRITICAL] [whatweb]: the fingerprint database is damaged\nTraceback (most recent call last):\n",
		"[bs-whatweb][INFO] [gunicorn.error]: Shutting down: Master\n",
	} {
		if !strings.Contains(stderr, line) {
			t.Errorf("stderr lacks %q", line)
		}
	}
	if n := strings.Count(stderr, "logwrap: "); n > 0 {
		t.Errorf("logwrap has %d complaints: %s", n, stderr)
	}
}
