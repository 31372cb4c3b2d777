package sentry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/redact"
)

var testIdentity = route.Identity{Journal: "00112233aabbccdd", Name: "shop", Version: "1.4.2", Environment: "prod",
	Host: "host-1", Container: "c0ffee", Pod: "shop-0", Namespace: "web", Tags: map[string]string{"team": "a\nb", "bad key!": "x"}}

const testStart = 1795345637_000000000

const testRunID = "abababababababababababababababab"

// recordOf lets the detector make a record of text, the last one if it makes
// several, so that the tests see what it really hands over.
func recordOf(t *testing.T, text string) detect.Record {
	t.Helper()
	records := recordsOf(text)
	if len(records) == 0 {
		t.Fatal("no record")
	}
	return records[len(records)-1]
}

func recordsOf(text string) []detect.Record {
	var records []detect.Record
	d := detect.New(detect.Options{}, func(r *detect.Record) {
		rec := *r
		rec.Text, rec.Message, rec.Logger = clone(r.Text), clone(r.Message), clone(r.Logger)
		rec.Run = &detect.Run{ID: testRunID, PID: 4711, Command: "app", Started: testStart}
		rec.Event = &detect.Event{}
		records = append(records, rec)
	})
	at := capture.Offset(1000)
	for line := range strings.Lines(text) {
		end := at + capture.Offset(len(line))
		d.Add(&capture.Line{Stream: capture.Stderr, Start: at, End: end, Time: testStart + 58_000_000, Text: []byte(strings.TrimSuffix(line, "\n"))})
		at = end
	}
	d.Close(capture.Stderr)
	return records
}

func clone(b []byte) []byte { return append([]byte{}, b...) }

func criticalLine(message string) detect.Record {
	return detect.Record{ID: 77, Time: testStart, Stream: capture.Stderr, Level: detect.Critical, Logger: []byte("app.db"),
		Message: []byte(message), Text: []byte(message), Event: &detect.Event{}}
}

// died makes r what ended the run.
func died(r detect.Record, exit detect.Exit, crumbs ...detect.Crumb) detect.Record {
	exit.Crashed = true
	r.Level = max(r.Level, detect.Critical)
	r.Event = &detect.Event{Crash: &exit, Crumbs: crumbs}
	return r
}

func silent(exit detect.Exit, crumbs ...detect.Crumb) detect.Record {
	return died(detect.Record{ID: 5, Time: testStart, Stream: capture.Lifecycle, Message: []byte("app ended"),
		Run: &detect.Run{ID: "r", Command: "app", PID: 4}}, exit, crumbs...)
}

// newMaker returns a maker that sees only the given files.
func newMaker(o Options, cwd string, files fs.FS) *maker {
	if o.Client == "" {
		o.Client = "1.2.3"
	}
	r, err := redact.Parse(o.Redact)
	if err != nil {
		panic(err)
	}
	return &maker{opts: o, id: testIdentity, known: true, redact: r, host: host{
		cwd: cwd, os: osContext{Name: "Debian"},
		disk: testDisk(files),
	}}
}

// testDisk has only the given files, and no links.
func testDisk(files fs.FS) disk {
	return disk{
		open:    func(name string) (fs.File, error) { return files.Open(strings.TrimPrefix(name, "/")) },
		resolve: func(name string) (string, error) { return name, nil },
	}
}

// made returns the event for r as Sentry reads it, after checking it against
// Sentry's schema.
func made(t *testing.T, m *maker, r *detect.Record) map[string]any {
	t.Helper()
	sent, err := m.envelope(r, whole)
	if err != nil {
		t.Fatal(err)
	}
	payload, id := sent.items[0].payload, sent.id
	e := checkSchema(t, payload)
	if e["event_id"] != id {
		t.Errorf("event_id %v, want %v", e["event_id"], id)
	}
	if len(payload) > maxEvent {
		t.Errorf("event of %d bytes", len(payload))
	}
	return e
}

func checkSchema(t *testing.T, payload []byte) map[string]any {
	t.Helper()
	event, err := jsonschema.UnmarshalJSON(strings.NewReader(string(payload)))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := eventSchema()
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(event); err != nil {
		t.Errorf("Sentry's schema: %v\n%s", err, payload)
	}
	var e map[string]any
	if err := json.Unmarshal(payload, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// eventSchema is Sentry's schema. The server takes ids without dashes, other than
// the format that the schema names.
var eventSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	text, err := os.Open("testdata/event.schema.json")
	if err != nil {
		return nil, err
	}
	defer text.Close()
	doc, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.RegisterFormat(&jsonschema.Format{Name: "uuid", Validate: func(v any) error {
		if s, ok := v.(string); ok && (len(s) != 32 || strings.Trim(s, "0123456789abcdef") != "") {
			return errors.New("is not 32 lower-case hex digits")
		}
		return nil
	}})
	if err := c.AddResource("event.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("event.json")
})

// TestSchemaRefuses makes sure that the schema is asked at all.
func TestSchemaRefuses(t *testing.T) {
	schema, err := eventSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{`{"nonsense":1}`, `{"event_id":"x"}`, `{"level":"critical"}`, `{"exception":[{"type":"x"}]}`,
		`{"exception":{"values":[{"type":"x","mechanism":{"handled":true}}]}}`} {
		event, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(event) == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

// at walks into e: a key, an index, or "-1" for the last of a list.
func at(e any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch v := e.(type) {
		case map[string]any:
			e = v[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || len(v) == 0 {
				return nil
			}
			if i < 0 {
				i += len(v)
			}
			if i < 0 || i >= len(v) {
				return nil
			}
			e = v[i]
		default:
			return nil
		}
	}
	return e
}

const (
	chainedTrace = `Traceback (most recent call last):
  File "/srv/app/store.py", line 7, in fetch
    return data[key]
           ~~~~^^^^^
KeyError: 'user:42'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/main.py", line 13, in <module>
    main()
  File "/srv/app/store.py", line 9, in fetch
    raise StorageError(f"no record for {key}") from exc
store.StorageError: no record for user:42
`
	groupTrace = `  + Exception Group Traceback (most recent call last):
  |   File "/srv/app/main.py", line 16, in <module>
  |     validate({})
  | ExceptionGroup: validation failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/app/main.py", line 2, in check_name
    |     raise ValueError("name is empty")
    | ValueError: name is empty
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/srv/app/main.py", line 5, in check_age
    |     raise TypeError("age must be int")
    | TypeError: age must be int
    +------------------------------------
`
	faultTrace = `Fatal Python error: Segmentation fault

Current thread 0x00007f9ebd12d040 (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "/srv/app/main.py", line 4 in poke
  File "/srv/app/main.py", line 10 in <module>
`
	nilTrace = `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x49e1a5]

goroutine 1 [running]:
main.(*node).last(0x1?)
	/srv/app/main.go:11 +0x5
main.main()
	/srv/app/main.go:22 +0x3f
`
	suppressedTrace = `Exception in thread "main" java.lang.UnsupportedOperationException: copy not supported
	at com.example.app.Copy.copy(Copy.java:12)
	at com.example.app.Copy.main(Copy.java:16)
	Suppressed: java.lang.IllegalStateException: close out
		at com.example.app.Copy$Res.close(Copy.java:7)
		... 1 more
	Suppressed: java.lang.IllegalStateException: close in
		at com.example.app.Copy$Res.close(Copy.java:7)
		... 1 more
`
	rejectedTrace = `/srv/app/main.js:6
  throw new HttpError(502, 'upstream failed for ' + url);
        ^

HttpError: upstream failed for /api/items
    at get (/srv/app/main.js:6:9)
    at Object.<anonymous> (/srv/app/node_modules/@acme/http/lib/get.js:3:4)
    at /srv/app/lib/jobs.mjs:9:3 {
  status: 502
}

Node.js v20.20.2
`
)

func TestEvent(t *testing.T) {
	crumbs := []detect.Crumb{
		{Time: testStart, Stream: capture.Stdout, Level: detect.Info, Logger: "app.http", Message: "GET /"},
		{Time: testStart, Stream: capture.Stderr, Level: detect.Error, Message: "no memory\x00 left"},
		{Time: testStart, Stream: capture.Stdout, Level: detect.Debug, Message: "bye"},
	}
	tests := []struct {
		name   string
		record detect.Record
		want   map[string]any
	}{
		{"python uncaught", died(recordOf(t, chainedTrace), detect.Exit{Code: 1}, crumbs...), map[string]any{
			"level": "fatal", "platform": "python", "timestamp": "2026-11-22T11:07:17.058000Z",
			"release": "shop@1.4.2", "environment": "prod", "server_name": "shop-0",
			"exception.values.0.type": "KeyError", "exception.values.0.value": "'user:42'",
			"exception.values.0.mechanism.type": "chained", "exception.values.0.mechanism.source": "__cause__",
			"exception.values.0.mechanism.exception_id": 1.0, "exception.values.0.mechanism.parent_id": 0.0,
			"exception.values.0.mechanism.handled": false,
			"exception.values.1.type":              "StorageError", "exception.values.1.module": "store",
			"exception.values.1.mechanism.type": "excepthook", "exception.values.1.mechanism.exception_id": 0.0,
			"exception.values.1.mechanism.parent_id": nil, "exception.values.1.mechanism.handled": false,
			"exception.values.1.stacktrace.frames.0.module": "__main__", "exception.values.1.stacktrace.frames.0.function": "<module>",
			"exception.values.1.stacktrace.frames.1.module": "store", "exception.values.1.stacktrace.frames.1.abs_path": "/srv/app/store.py",
			"exception.values.1.stacktrace.frames.1.lineno": 9.0, "exception.values.1.stacktrace.frames.1.in_app": true,
			"breadcrumbs.values.0.category": "app.http", "breadcrumbs.values.0.type": "default", "breadcrumbs.values.0.level": "info",
			"breadcrumbs.values.1.category": "stderr", "breadcrumbs.values.1.type": "error", "breadcrumbs.values.1.message": "no memory left",
			"breadcrumbs.values.2.level": "debug",
			"tags.stream":                "stderr", "tags.exit_code": "1", "tags.crash": "trace", "tags.team": "a b", "tags.bad_key_": "x", "tags.signal": nil,
			"contexts.runtime.name": "CPython", "contexts.os.name": "Debian", "contexts.container.id": "c0ffee",
			"contexts.logwrap.command": "app", "contexts.logwrap.exit_code": 1.0, "contexts.logwrap.record": "00112233aabbccdd-1000",
			"sdk.name": "logwrap", "sdk.version": "1.2.3", "fingerprint": nil, "logentry": nil,
		}},
		{"python logged", recordOf(t, "2026-11-22 11:07:11,555 ERROR shop.billing: run b-77 aborted\n"+chainedTrace), map[string]any{
			"level": "error", "logger": "shop.billing", "logentry.formatted": "run b-77 aborted",
			"exception.values.1.mechanism.type": "logging", "exception.values.1.mechanism.handled": true,
			"exception.values.0.mechanism.handled": true,
		}},
		{"python thread", recordOf(t, "Exception in thread Thread-1 (f):\n"+chainedTrace), map[string]any{
			"exception.values.1.mechanism.type": "threading", "exception.values.1.mechanism.handled": false, "logentry": nil,
		}},
		{"python group", recordOf(t, groupTrace), map[string]any{
			"exception.values.2.type": "ExceptionGroup", "exception.values.2.mechanism.is_exception_group": true,
			"exception.values.0.mechanism.parent_id": 0.0, "exception.values.1.mechanism.parent_id": 0.0,
			"exception.values.0.mechanism.source": "exceptions[1]", "exception.values.1.mechanism.source": "exceptions[0]",
			"exception.values.0.value": "age must be int",
		}},
		{"python fault", died(recordOf(t, faultTrace), detect.Exit{Code: 139, Signal: "SIGSEGV", CoreDumped: true}), map[string]any{
			"level": "fatal", "exception.values.-1.mechanism.type": "faulthandler", "exception.values.-1.mechanism.synthetic": true,
			"exception.values.-1.mechanism.meta.signal.number": 11.0, "exception.values.-1.mechanism.meta.signal.name": "SIGSEGV",
			"tags.signal": "SIGSEGV", "tags.core_dumped": "true", "contexts.runtime.version": "3.11",
		}},
		{"go panic", died(recordOf(t, nilTrace), detect.Exit{Code: 2}), map[string]any{
			"platform": "go", "exception.values.0.type": "runtime.errorString",
			"exception.values.0.stacktrace.frames.0.function": "main", "exception.values.0.stacktrace.frames.0.module": "main",
			"exception.values.0.stacktrace.frames.1.function": "(*node).last",
			"exception.values.0.stacktrace.frames.1.filename": "main.go", "exception.values.0.stacktrace.frames.1.abs_path": "/srv/app/main.go",
			"exception.values.0.mechanism.handled": false, "exception.values.0.mechanism.meta.signal.name": "SIGSEGV",
			"exception.values.0.mechanism.meta.signal.code": 1.0,
			"exception.values.0.thread_id":                  "1", "threads.values.0.id": "1", "threads.values.0.name": "goroutine 1", "threads.values.0.crashed": true,
		}},
		{"go panic with another goroutine", died(recordOf(t, goroutinesTrace), detect.Exit{Code: 2}), map[string]any{
			"exception.values.0.thread_id": "1", "threads.values.0.id": "1", "threads.values.0.crashed": true,
			"threads.values.1.id": "7", "threads.values.1.name": "goroutine 7", "threads.values.1.crashed": false,
			"threads.values.1.stacktrace.frames.0.function": "wait", "threads.values.2": nil,
		}},
		{"java", recordOf(t, suppressedTrace), map[string]any{
			"platform": "java", "exception.values.2.type": "UnsupportedOperationException", "exception.values.2.module": "java.lang",
			"exception.values.2.mechanism.type":               "UncaughtExceptionHandler",
			"exception.values.2.stacktrace.frames.0.function": "main", "exception.values.2.stacktrace.frames.0.module": "com.example.app.Copy",
			"exception.values.2.stacktrace.frames.0.filename": "Copy.java", "exception.values.2.stacktrace.frames.0.abs_path": nil,
			"exception.values.0.mechanism.parent_id": 0.0, "exception.values.1.mechanism.parent_id": 0.0,
			"exception.values.0.mechanism.source": "suppressed[1]", "threads.values.0.name": "main", "threads.values.0.id": "0",
		}},
		{"node", died(recordOf(t, rejectedTrace), detect.Exit{Code: 1}), map[string]any{
			"platform": "node", "exception.values.0.type": "HttpError", "exception.values.0.mechanism.type": "auto.node.onunhandledrejection",
			"exception.values.0.stacktrace.frames.2.function": "get", "exception.values.0.stacktrace.frames.2.module": "main",
			"exception.values.0.stacktrace.frames.2.colno":  9.0,
			"exception.values.0.stacktrace.frames.1.module": "@acme.http.lib:get", "exception.values.0.stacktrace.frames.1.function": "Object.?",
			"exception.values.0.stacktrace.frames.1.in_app": false,
			"exception.values.0.stacktrace.frames.0.module": "lib:jobs", "exception.values.0.stacktrace.frames.0.function": "?",
			"contexts.runtime.name": "node", "contexts.runtime.version": "v20.20.2",
		}},
		{"node logged", recordOf(t, "Error: later\n    at f (/srv/app/main.js:1:2)\n"), map[string]any{
			"level": "error", "exception.values.0.mechanism.type": "auto.core.capture_console", "exception.values.0.mechanism.handled": true, "logentry": nil,
		}},
		{"critical line", criticalLine("database is gone"), map[string]any{
			"level": "fatal", "platform": "other", "logger": "app.db", "logentry.formatted": "database is gone", "exception": nil,
			"tags.logger": "app.db", "fingerprint": nil, "contexts.runtime": nil, "breadcrumbs": nil,
		}},
		{"silent signal", silent(detect.Exit{Code: 139, Signal: "SIGSEGV", CoreDumped: true}, crumbs...), map[string]any{
			"level": "fatal", "platform": "native", "exception.values.0.type": "SIGSEGV",
			"exception.values.0.value":             "app was killed by SIGSEGV (core dumped); its last line was: no memory left",
			"exception.values.0.mechanism.handled": false, "exception.values.0.mechanism.type": "signalhandler",
			"exception.values.0.mechanism.meta.signal.number": 11.0, "exception.values.0.stacktrace": nil,
			"fingerprint.0": "logwrap-crash", "fingerprint.1": "shop", "fingerprint.2": "SIGSEGV", "breadcrumbs.values.2.message": "bye",
			"tags.crash": "silent", "logentry": nil,
		}},
		{"silent code", silent(detect.Exit{Code: 3}, detect.Crumb{Stream: capture.Stdout, Message: "only this"}), map[string]any{
			"platform": "other", "exception.values.0.type": "ExitCode 3",
			"exception.values.0.value":          "app exited with code 3; its last line was: only this",
			"exception.values.0.mechanism.type": "auto.process.exit", "exception.values.0.mechanism.meta": nil, "fingerprint.2": "ExitCode 3",
		}},
		{"killed", silent(detect.Exit{Code: 137, Signal: "SIGKILL"}), map[string]any{
			"exception.values.0.value": "app was killed by SIGKILL, as the kernel does when memory runs out",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := made(t, newMaker(Options{}, "/srv/app", fstest.MapFS{}), &tt.record)
			for path, want := range tt.want {
				if got := at(e, path); got != want {
					t.Errorf("%s: %#v, want %#v", path, got, want)
				}
			}
		})
	}
}

func TestOptionsOfEvents(t *testing.T) {
	off := false
	r := criticalLine("x")
	for range 120 {
		r.Event.Crumbs = append(r.Event.Crumbs, detect.Crumb{Message: "m"})
	}
	o := Options{Release: "team/shop 2\n", Environment: "a/b", ServerName: "s", Dist: "d.1", MaxBreadcrumbs: 7,
		Tags: map[string]string{"team": "mine", "stream": "overridden"}, SourceContext: &off}
	e := made(t, newMaker(o, "/srv/app", fstest.MapFS{}), &r)
	for path, want := range map[string]any{"release": "team-shop 2", "environment": "a-b", "server_name": "s", "dist": "d.1",
		"tags.team": "mine", "tags.stream": "overridden"} {
		if got := at(e, path); got != want {
			t.Errorf("%s: %#v, want %#v", path, got, want)
		}
	}
	if n := len(at(e, "breadcrumbs.values").([]any)); n != 7 {
		t.Errorf("%d breadcrumbs, want 7", n)
	}
	if n := len(at(made(t, newMaker(Options{}, "", fstest.MapFS{}), &r), "breadcrumbs.values").([]any)); n != 100 {
		t.Errorf("%d breadcrumbs, want 100", n)
	}
	if b := at(made(t, newMaker(Options{MaxBreadcrumbs: -1}, "", fstest.MapFS{}), &r), "breadcrumbs"); b != nil {
		t.Errorf("breadcrumbs %v, want none", b)
	}
}

func TestEventID(t *testing.T) {
	id := eventID("j", 1, "event")
	if len(id) != 32 || id[12] != '4' || !strings.ContainsRune("89ab", rune(id[16])) {
		t.Errorf("%s does not look like a random UUID", id)
	}
	for _, other := range []string{eventID("k", 1, "event"), eventID("j", 2, "event"), eventID("j", 1, "session")} {
		if other == id {
			t.Errorf("%s twice", id)
		}
	}
	if again := eventID("j", 1, "event"); again != id {
		t.Errorf("%s, then %s", id, again)
	}
}

func TestGoType(t *testing.T) {
	for value, want := range map[string]string{
		"runtime error: invalid memory address or nil pointer dereference": "runtime.errorString",
		"runtime error: integer divide by zero":                            "runtime.errorString",
		"runtime error: index out of range [2] with length 1":              "runtime.boundsError",
		"runtime error: slice bounds out of range [:5] with capacity 3":    "runtime.boundsError",
		"interface conversion: interface {} is string, not int":            "*runtime.TypeAssertionError",
		"send on closed channel":                                           "runtime.plainError",
		"cart: quantity must be positive":                                  "panic",
	} {
		if got := goType(&detect.Exception{Type: "panic", Value: value, Language: detect.Go}); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
	if got := goType(&detect.Exception{Type: "fatal error", Value: "all goroutines are asleep - deadlock!"}); got != "fatal error" {
		t.Errorf("got %s", got)
	}
}

// TestHugeEvents checks that whatever an app prints becomes an event that Sentry
// takes, and that what tells most is kept.
func TestHugeEvents(t *testing.T) {
	deep := "Traceback (most recent call last):\n" +
		strings.Repeat("  File \"/srv/app/"+strings.Repeat("d/", 200)+"main.py\", line 1, in "+strings.Repeat("f", 400)+"\n    f()\n", 900) +
		"RecursionError: " + strings.Repeat("deep ", 4000) + "\n"
	files := fstest.MapFS{"srv/app/" + strings.Repeat("d/", 200) + "main.py": {Data: []byte(strings.Repeat(strings.Repeat("<x\u2028>", 1000)+"\n", 20))}}
	chain := ""
	for i := range 40 {
		chain += "Traceback (most recent call last):\n" + strings.Repeat("  File \"/srv/app/"+strings.Repeat("d/", 200)+"main.py\", line 9, in f\n", 20) +
			fmt.Sprintf("ValueError: %d %s\n", i, strings.Repeat("\x01", 5000)) + "\nDuring handling of the above exception, another exception occurred:\n\n"
	}
	chain += "Traceback (most recent call last):\n  File \"/srv/app/x.py\", line 1, in last\nKeyError: 'end'\n"
	for name, text := range map[string]string{"deep": deep, "long chain": chain} {
		t.Run(name, func(t *testing.T) {
			r := recordOf(t, text)
			for i := range 100 {
				r.Event.Crumbs = append(r.Event.Crumbs, detect.Crumb{Message: fmt.Sprint(i, strings.Repeat("\xff", 5000))})
			}
			e := made(t, newMaker(Options{}, "/srv/app", files), &r)
			chain := r.Exceptions()
			last := chain[len(chain)-1]
			if got := at(e, "exception.values.-1.type"); got != last.Type {
				t.Errorf("type %v, want %v", got, last.Type)
			}
			frame := last.Frames[len(last.Frames)-1]
			if got, _ := at(e, "exception.values.-1.stacktrace.frames.-1.function").(string); got == "" || !strings.HasPrefix(frame.Function, strings.TrimSuffix(got, "…")) {
				t.Errorf("function %v, want %v", got, frame.Function)
			}
		})
	}
	message := criticalLine(strings.Repeat("ä", 1<<20))
	if got := at(made(t, newMaker(Options{}, "", fstest.MapFS{}), &message), "logentry.formatted").(string); len(got) > maxMessage || !strings.HasSuffix(got, "…") {
		t.Errorf("message of %d bytes", len(got))
	}
}

func BenchmarkPayload(b *testing.B) {
	records := recordsOf(chainedTrace)
	r := died(records[len(records)-1], detect.Exit{Code: 1})
	for i := range 100 {
		r.Event.Crumbs = append(r.Event.Crumbs, detect.Crumb{Time: testStart, Message: fmt.Sprint("GET /index.html 200 ", i)})
	}
	source := []byte(strings.Repeat("    return data[key]\n", 400))
	m := newMaker(Options{}, "/srv/app", fstest.MapFS{"srv/app/store.py": {Data: source}, "srv/app/main.py": {Data: source}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.envelope(&r, whole); err != nil {
			b.Fatal(err)
		}
	}
}

// goroutinesTrace is what GOTRACEBACK=all shows.
const goroutinesTrace = `panic: boom

goroutine 1 [running]:
main.main()
	/srv/app/main.go:9 +0x2c

goroutine 7 [chan receive]:
main.wait(...)
	/srv/app/main.go:4
created by main.main in goroutine 1
	/srv/app/main.go:8 +0x25
`
