//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A recorder stands in for Sentry and keeps the events it is sent, raw.
type recorder struct {
	dsn string

	mu     sync.Mutex
	events [][]byte
	faults []string // what a real server would have refused
}

func startRecorder(t *testing.T) *recorder {
	t.Helper()
	rec := &recorder{}
	server := httptest.NewServer(rec)
	t.Cleanup(server.Close)
	rec.dsn = strings.Replace(server.URL, "http://", "http://0123456789abcdef0123456789abcdef@", 1) + "/7"
	return rec
}

func (rec *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	events, err := readEnvelope(req)
	if err != nil {
		rec.faults = append(rec.faults, err.Error())
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	rec.events = append(rec.events, events...)
	fmt.Fprintln(w, `{}`)
}

// readEnvelope returns the events of an envelope, and checks its form:
// https://develop.sentry.dev/sdk/data-model/envelopes/
func readEnvelope(req *http.Request) (events [][]byte, err error) {
	if req.URL.Path != "/api/7/envelope/" || !strings.Contains(req.Header.Get("X-Sentry-Auth")+req.URL.RawQuery, "sentry_key=0123456789abcdef") {
		return nil, fmt.Errorf("unexpected request: %s %s", req.Method, req.URL)
	}
	// Node's SDK sends no type.
	if got := req.Header.Get("Content-Type"); got != "application/x-sentry-envelope" && got != "" {
		return nil, fmt.Errorf("content type %q", got)
	}
	body := io.Reader(req.Body)
	if req.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return nil, err
		}
	}
	rest, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	header, rest, _ := bytes.Cut(rest, []byte("\n"))
	if !json.Valid(header) {
		return nil, fmt.Errorf("envelope header %q", header)
	}
	for len(bytes.TrimSpace(rest)) > 0 {
		header, rest, _ = bytes.Cut(rest, []byte("\n"))
		var item struct {
			Type   string `json:"type"`
			Length *int   `json:"length"`
		}
		err := json.Unmarshal(header, &item)
		if item.Length == nil { // then it ends with the line; logwrap's events have a length, some SDKs' have not
			end := len(rest)
			if i := bytes.IndexByte(rest, '\n'); i >= 0 {
				end = i
			}
			item.Length = &end
		}
		if err != nil || *item.Length > len(rest) {
			return nil, fmt.Errorf("item header %q before %d bytes: %v", header, len(rest), err)
		}
		if item.Type == "event" {
			events = append(events, rest[:*item.Length])
		}
		rest = bytes.TrimPrefix(rest[*item.Length:], []byte("\n"))
	}
	return events, nil
}

// one returns the only event, raw and decoded.
func (rec *recorder) one(t *testing.T) ([]byte, any) {
	t.Helper()
	rec.mu.Lock()
	defer rec.mu.Unlock()
	for _, fault := range rec.faults {
		t.Error(fault)
	}
	if len(rec.events) != 1 {
		t.Fatalf("%d events, want 1: %s", len(rec.events), bytes.Join(rec.events, []byte("\n")))
	}
	event, err := decode(rec.events[0])
	if err != nil {
		t.Fatal(err)
	}
	return rec.events[0], event
}

// judge lets Sentry's schema and Relay's normaliser have their say.
func judge(t *testing.T, event []byte) {
	t.Helper()
	var line, stderr bytes.Buffer
	if err := json.Compact(&line, event); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", script(t, "sentry-rules"), "check")
	cmd.Stdin = &line
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var verdict struct{ Schema, Relay []string }
	if err := json.Unmarshal(out, &verdict); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, objection := range verdict.Schema {
		t.Errorf("schema: %s", objection)
	}
	for _, objection := range verdict.Relay {
		t.Errorf("relay: %s", objection)
	}
	if t.Failed() {
		t.Logf("event: %s", event)
	}
}

// TestEventsObeySentry runs programs that end badly in many ways: each becomes
// exactly one event, and Sentry has nothing to object to in it.
func TestEventsObeySentry(t *testing.T) {
	install(t, "sentry-rules")
	for _, c := range []struct {
		name     string
		command  func(t *testing.T) []string
		code     int
		platform string
		level    string
		chain    wantChain // no types: not an exception of the app's
		says     string    // somewhere in the event
	}{
		{"python", pythonCrash, 1, "python", "fatal", wantChain{[]string{"KeyError", "OutOfStock"}, "reserve", "raise OutOfStock("}, "stock is low"},
		{"go", goCrash, 2, "go", "fatal", wantChain{[]string{"*"}, "reserve", `fmt.Println("reserving", it.sku)`}, "nil pointer dereference"},
		{"java", javaCrash, 1, "java", "fatal", wantChain{[]string{"IllegalArgumentException", "OutOfStock"}, "reserve", ""}, "checking out order 1001"},
		{"node", nodeCrash, 1, "node", "fatal", wantChain{[]string{"TypeError", "OutOfStock"}, "reserve", "throw new OutOfStock("}, "checking out order 1001"},
		{"segfault", shell(`echo working; kill -SEGV $$`), 139, "", "fatal", wantChain{}, "SIGSEGV"},
		{"silent exit", shell(`echo working; exit 3`), 3, "", "fatal", wantChain{}, "working"},
		{"critical line", shell(`echo '2026-11-22 10:00:00,122 CRITICAL shop.db: pool is exhausted'`), 0, "", "fatal", wantChain{}, "pool is exhausted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			command := c.command(t)
			rec := startRecorder(t)
			args := []string{"--sentry-dsn", rec.dsn, "--"}
			if c.name == "go" { // its program does not tell where the source is that may be sent
				args = append([]string{"--chdir", testdata(t, "crash", "go")}, args...)
			}
			r := &run{args: append(args, command...)}
			if code := r.finish(t); code != c.code {
				t.Errorf("exit code %d, want the app's %d: %s", code, c.code, r.output(t, "stderr"))
			}
			raw, event := rec.one(t)
			judge(t, raw)
			if got := text(event, "platform"); c.platform != "" && got != c.platform && !(c.platform == "node" && got == "javascript") {
				t.Errorf("platform is %q, want %q", got, c.platform)
			}
			if got := text(event, "level"); got != c.level {
				t.Errorf("level is %q, want %q", got, c.level)
			}
			if !strings.Contains(string(raw), c.says) {
				t.Errorf("the event does not say %q: %s", c.says, raw)
			}
			if c.chain.types != nil {
				checkChain(t, event, c.chain)
			}
			if last := dig(event, "exception", "values", -1); c.code != 0 && last != nil && dig(last, "mechanism", "handled") != false {
				t.Errorf("what killed the app is not marked as unhandled: %v", dig(last, "mechanism"))
			}
		})
	}
}

func shell(code string) func(*testing.T) []string {
	return func(*testing.T) []string { return []string{"sh", "-c", code} }
}

func pythonCrash(t *testing.T) []string {
	return []string{lookTool(t, "python3"), testdata(t, "crash", "python", "shop.py")}
}

func nodeCrash(t *testing.T) []string {
	return []string{lookTool(t, "node"), testdata(t, "crash", "node", "crash.js")}
}

func goCrash(t *testing.T) []string {
	bin := filepath.Join(workDir(t, "app"), "crash")
	compile(t, lookTool(t, "go"), "build", "-o", bin, testdata(t, "crash", "go", "main.go"))
	return []string{bin}
}

func javaCrash(t *testing.T) []string {
	dir := workDir(t, "app")
	compile(t, lookTool(t, "javac"), "-d", dir, testdata(t, "crash", "java", "Crash.java"))
	return []string{lookTool(t, "java"), "-cp", dir, "Crash"}
}

func compile(t *testing.T, command string, args ...string) {
	t.Helper()
	if out, err := exec.Command(command, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
}
