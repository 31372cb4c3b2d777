package sentry

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

func crashWithOutput() detect.Record {
	r := endedWith(detect.Exit{Code: 1, Crashed: true})
	r.Event.Output = []byte("one\n\x1b[31mtwo\x1b[0m\n")
	r.Event.Crumbs = []detect.Crumb{{Time: testStart, Message: "two"}}
	return r
}

// TestAttachment checks that the last lines go with an event as they were written.
func TestAttachment(t *testing.T) {
	srv := newServer(t)
	logged := criticalLine("gone")
	logged.Event.Output = []byte("before\n")
	if err := newSink(t, Options{DSN: srv.dsn()}).Deliver(t.Context(), []detect.Record{crashWithOutput(), logged}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"one\n\x1b[31mtwo\x1b[0m\n", "before\n" + string(logged.Text) + "\n"} {
		a := srv.envelopes()[i].only(attachmentType)
		if len(a) != 1 || string(a[0].raw) != want || a[0].head["filename"] != "output.log" {
			t.Errorf("attachment %q, want %q", a, want)
		}
	}
}

// TestTooLarge checks what is left out, in which order, for a server that takes
// little, and that the event says so.
func TestTooLarge(t *testing.T) {
	large := reply(http.StatusRequestEntityTooLarge, "too large")
	srv := newServer(t, large, large)
	sink := newSink(t, Options{DSN: srv.dsn()})
	if err := sink.Deliver(t.Context(), []detect.Record{crashWithOutput()}); err != nil {
		t.Fatal(err)
	}
	got := srv.envelopes()
	for i, want := range []struct {
		attachments int
		crumbs      bool
		says        bool
	}{{1, true, false}, {0, true, true}, {0, false, true}} {
		e := &got[i]
		if n := len(e.only(attachmentType)); n != want.attachments {
			t.Errorf("try %d: %d attachments", i, n)
		}
		if has := e.event["breadcrumbs"] != nil; has != want.crumbs {
			t.Errorf("try %d: breadcrumbs: %v", i, has)
		}
		if says := at(e.event, "contexts.logwrap.shortened") != nil; says != want.says {
			t.Errorf("try %d: %v", i, at(e.event, "contexts.logwrap"))
		}
		if e.head["event_id"] != got[0].head["event_id"] {
			t.Errorf("try %d has another id", i)
		}
	}

	srv = newServer(t, large, large, large)
	err := newSink(t, Options{DSN: srv.dsn()}).Deliver(t.Context(), []detect.Record{crashWithOutput()})
	var p *route.Partial
	if !errors.As(err, &p) || len(p.Refused) != 1 || !strings.Contains(p.Refused[0].Err.Error(), "413") {
		t.Errorf("got %v", err)
	}
}

// TestDiscardsAreReported checks that a server hears of what was given up, once it
// listens, and only once.
func TestDiscardsAreReported(t *testing.T) {
	srv := newServer(t, reply(400, "no"), reply(400, "no"), reply(500, "away"))
	sink := newSink(t, Options{DSN: srv.dsn()})
	for i := range 5 {
		_ = sink.Deliver(t.Context(), messages(1)) // the first three are answered as above
		_ = i
	}
	got := srv.envelopes()
	for i, want := range []float64{0, 1, 2, 2, 0} {
		reports := got[i].only(reportType)
		if (len(reports) == 1) != (want > 0) {
			t.Fatalf("request %d has %d reports", i, len(reports))
		}
		if want == 0 {
			continue
		}
		list := reports[0].payload["discarded_events"].([]any)
		if len(list) != 1 || at(list[0], "reason") != sendError || at(list[0], "category") != errorCategory || at(list[0], "quantity") != want {
			t.Errorf("request %d reports %v, want %v", i, list, want)
		}
	}
}

// TestLimitsOfOthers checks that a limit on one kind of item holds back no other.
func TestLimitsOfOthers(t *testing.T) {
	srv := newServer(t, reply(200, "{}", "X-Sentry-Rate-Limits", "60:session;attachment:organization"))
	sink := newSink(t, Options{DSN: srv.dsn()})
	for range 2 {
		if err := sink.Deliver(t.Context(), []detect.Record{crashWithOutput()}); err != nil {
			t.Fatal(err)
		}
	}
	got := srv.envelopes()
	if len(got[0].items) != 3 {
		t.Errorf("the first has %d items", len(got[0].items))
	}
	second := got[1]
	if len(second.only(eventType)) != 1 || len(second.only(sessionType)) != 0 || len(second.only(attachmentType)) != 0 {
		t.Errorf("the second has %v", second.items)
	}
	if len(second.only(reportType)) != 1 {
		t.Error("what was held back is not reported")
	}
}

// TestRetryIsBounded checks that an event is given up after retry_for, counted
// from the start of this process for what happened before.
func TestRetryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := newSink(t, Options{DSN: "http://" + testKey + "@sentry.invalid/1", RetryFor: time.Hour})
		down := true
		sink.to.(*remote).http.Transport = transportFunc(func(*http.Request) (*http.Response, error) {
			if down {
				return nil, errors.New("no route to host")
			}
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("{}"))}, nil
		})
		old := messages(1)
		old[0].Time = time.Now().Add(-100 * time.Hour).UnixNano()
		if err := sink.Deliver(t.Context(), old); err == nil || errors.As(err, new(*route.Partial)) {
			t.Errorf("at first: %v", err)
		}
		time.Sleep(61 * time.Minute)
		var p *route.Partial
		if err := sink.Deliver(t.Context(), old); !errors.As(err, &p) || len(p.Refused) != 1 {
			t.Errorf("after an hour: %v", err)
		}
		young := messages(1)
		young[0].Time = time.Now().UnixNano()
		if err := sink.Deliver(t.Context(), young); err == nil || errors.As(err, new(*route.Partial)) {
			t.Errorf("a young one: %v", err)
		}
		down = false
		if err := sink.Deliver(t.Context(), young); err != nil {
			t.Error(err)
		}
	})
}

// TestDirectory checks that a DSN can name a directory, where each event is one
// file, also when it comes twice.
func TestDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "events")
	sink := newSink(t, Options{DSN: "file:" + dir})
	for range 2 {
		if err := sink.Deliver(t.Context(), []detect.Record{began(), crashWithOutput()}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.Contains(f.Name(), "-event-"):
			kinds["event"]++
			if checkSchema(t, text); !strings.Contains(string(text), "\n  \"event_id\": ") {
				t.Errorf("not for people: %.80s", text)
			}
		case strings.HasSuffix(f.Name(), "-output.log"):
			kinds["output"]++
		case strings.Contains(f.Name(), "-session-"):
			kinds["session"]++
			if !json.Valid(text) {
				t.Errorf("session %s", text)
			}
		default:
			t.Errorf("file %s", f.Name())
		}
	}
	if kinds["event"] != 1 || kinds["output"] != 1 || kinds["session"] != 2 { // one of the begin, one of the end
		t.Errorf("files %v", files)
	}
}

func TestDirectoryTrouble(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dsn := range []string{"file:", "file:" + file} {
		if _, err := New(Options{DSN: dsn}, testIdentity); err == nil {
			t.Errorf("%s is taken", dsn)
		}
	}
	sink := newSink(t, Options{DSN: "file:" + filepath.Join(file, "below")})
	if err := sink.Deliver(t.Context(), messages(1)); err == nil || route.IsPermanent(err) {
		t.Errorf("got %v", err)
	}
}

// TestLogs checks lines as Sentry's logs: how they look, and what is done when the
// server takes few at a time.
func TestLogs(t *testing.T) {
	srv := newServer(t, reply(413, "too large"))
	sink, err := NewLogs(Options{DSN: srv.dsn()}, testIdentity)
	if err != nil {
		t.Fatal(err)
	}
	records := recordsOf(`{"level":"warning","logger":"shop.cart","msg":"slow","ms":1200,"cached":false,"user":{"id":7}}` + "\n" + "plain text\n")
	for i := range records {
		records[i].Run, records[i].Time = testRun, testStart+int64(i)
	}
	if err := sink.Deliver(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	got := srv.envelopes()
	if len(got) != 3 { // both refused, then one after the other
		t.Fatalf("%d requests", len(got))
	}
	it := got[1].items[0]
	if it.head["item_count"] != 1.0 || it.head["content_type"] != "application/vnd.sentry.items.log+json" {
		t.Errorf("header %v", it.head)
	}
	line := it.payload["items"].([]any)[0]
	for key, want := range map[string]any{
		"level": "warn", "severity_number": 13.0, "body": "slow", "trace_id": testRun.ID,
		"timestamp": float64(testStart/1000) / 1e6,
	} {
		if v := at(line, key); v != want {
			t.Errorf("%s: %v, want %v", key, v, want)
		}
	}
	attributes := at(line, "attributes").(map[string]any)
	for key, want := range map[string]attribute{
		"logger.name": {"shop.cart", "string"}, "fields.ms": {1200.0, "double"}, "fields.cached": {false, "boolean"},
		"fields.user": {`{"id":7}`, "string"}, "sentry.release": {"shop@1.4.2", "string"}, "logwrap.stream": {"stderr", "string"},
		"process.pid": {7.0, "integer"},
	} {
		if v, _ := attributes[key].(map[string]any); v["value"] != want.Value || v["type"] != want.Type {
			t.Errorf("%s: %v, want %v", key, v, want)
		}
	}
}

// TestLogsAgain checks what is tried again when the second request fails.
func TestLogsAgain(t *testing.T) {
	srv := newServer(t, reply(200, ""), reply(503, "away"))
	sink, err := NewLogs(Options{DSN: srv.dsn()}, testIdentity)
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]detect.Record, 150)
	for i := range batch {
		batch[i] = detect.Record{ID: capture.Offset(i), Time: time.Now().UnixNano(), Text: []byte("x"), Message: []byte("x"), Lines: 1}
	}
	var p *route.Partial
	if err := sink.Deliver(t.Context(), batch); !errors.As(err, &p) || len(p.Retry) != 50 || p.Retry[0] != 100 {
		t.Errorf("got %v", err)
	}
}

// TestProxy checks that requests go through the proxy that is configured.
func TestProxy(t *testing.T) {
	srv := newServer(t)
	sink := newSink(t, Options{DSN: "http://" + testKey + "@sentry.invalid/42", Proxy: srv.URL})
	if err := sink.Deliver(t.Context(), messages(1)); err != nil {
		t.Fatal(err)
	}
	if got := srv.envelopes(); len(got) != 1 || got[0].path != "/api/42/envelope/" {
		t.Errorf("the proxy got %v", got)
	}
	if _, err := New(Options{DSN: srv.dsn(), Proxy: "ftp://x"}, testIdentity); err == nil {
		t.Error("a bad proxy is taken")
	}
}
