//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// A tracker is a running Bugsink with one project.
type tracker struct {
	dsn, api, project string
	header            http.Header
}

func startTracker(t *testing.T) tracker {
	t.Helper()
	server := startServer(t, "bugsink")
	return tracker{
		dsn:     server["SENTRY_DSN"],
		api:     server["BUGSINK_API"],
		project: server["BUGSINK_PROJECT"],
		header:  http.Header{"Authorization": {"Bearer " + server["BUGSINK_TOKEN"]}},
	}
}

// events reads every event of every issue back, as the server stored it.
func (b tracker) events() ([]any, error) {
	issues, err := call("GET", b.api+"/issues/?project="+b.project, "", b.header)
	if err != nil {
		return nil, err
	}
	var events []any
	for _, issue := range list(issues, "results") {
		listed, err := call("GET", b.api+"/events/?issue="+text(issue, "id"), "", b.header)
		if err != nil {
			return nil, err
		}
		for _, event := range list(listed, "results") {
			whole, err := call("GET", b.api+"/events/"+text(event, "id")+"/", "", b.header)
			if err != nil {
				return nil, err
			}
			events = append(events, dig(whole, "data"))
		}
	}
	return events, nil
}

// await waits for exactly n events.
func (b tracker) await(t *testing.T, n int) []any {
	t.Helper()
	var events []any
	eventually(t, 40*time.Second, fmt.Sprintf("%d events", n), func() error {
		var err error
		if events, err = b.events(); err != nil {
			return err
		}
		if len(events) != n {
			return fmt.Errorf("the tracker has %d: %s", len(events), strings.Join(titles(events), "; "))
		}
		return nil
	})
	return events
}

// titles says for each event what a tracker's list would.
func titles(events []any) []string {
	var titles []string
	for _, event := range events {
		last := dig(event, "exception", "values", -1)
		title := text(last, "type") + ": " + text(last, "value")
		if last == nil {
			title = text(event, "logentry", "formatted") + text(event, "logentry", "message")
		}
		titles = append(titles, text(event, "level")+" "+title)
	}
	return titles
}

// A wantChain is what an event's exceptions must be, root cause first.
type wantChain struct {
	types    []string // without packages and outer classes; "*" for any
	function string   // of the crashing frame of the last exception
	line     string   // its source, read from the file on disk; empty: no source here
}

// checkChain checks the exceptions of an event.
func checkChain(t *testing.T, event any, want wantChain) {
	t.Helper()
	values := list(event, "exception", "values")
	var types []string
	for i, value := range values {
		name := text(value, "type")
		name = name[strings.LastIndexAny(name, ".$")+1:]
		if i < len(want.types) && want.types[i] == "*" {
			name = "*"
		}
		types = append(types, name)
	}
	if !slices.Equal(types, want.types) {
		t.Fatalf("exceptions are %q, want %q", types, want.types)
	}
	frame := dig(event, "exception", "values", -1, "stacktrace", "frames", -1)
	if got := text(frame, "function"); got != want.function {
		t.Errorf("the crashing frame is %q, want %q", got, want.function)
	}
	if dig(frame, "in_app") != true {
		t.Errorf("the crashing frame is not in_app: %v", frame)
	}
	if line := strings.TrimSpace(text(frame, "context_line")); want.line != "" && !strings.HasPrefix(line, want.line) {
		t.Errorf("the crashing frame's source is %q, want %q", line, want.line)
	}
}

// TestCrashReachesTracker runs a Python program that dies of an exception with
// a cause: one event, with what a developer needs.
func TestCrashReachesTracker(t *testing.T) {
	python := lookTool(t, "python3")
	bugs := startTracker(t)
	r := &run{
		args: []string{"--sentry-dsn", bugs.dsn, "--", python, testdata(t, "crash", "python", "shop.py")},
		env:  []string{"SENTRY_RELEASE=shop@1.4.2", "SENTRY_ENVIRONMENT=e2e"},
	}
	if code := r.finish(t); code != 1 {
		t.Fatalf("exit code %d, want the app's 1: %s", code, r.output(t, "stderr"))
	}
	event := bugs.await(t, 1)[0]
	checkChain(t, event, wantChain{[]string{"KeyError", "OutOfStock"}, "reserve", "raise OutOfStock("})
	if frames := list(event, "exception", "values", -1, "stacktrace", "frames"); len(frames) != 4 {
		t.Errorf("%d frames, want <module>, main, checkout, reserve", len(frames))
	}
	if dig(event, "exception", "values", -1, "mechanism", "handled") != false {
		t.Errorf("a crash is not handled: %v", dig(event, "exception", "values", -1, "mechanism"))
	}
	for field, want := range map[string]string{"platform": "python", "release": "shop@1.4.2", "environment": "e2e"} {
		if got := text(event, field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	var crumbs []string
	for _, crumb := range list(event, "breadcrumbs", "values") {
		crumbs = append(crumbs, text(crumb, "level")+" "+text(crumb, "message"))
	}
	if !slices.ContainsFunc(crumbs, func(crumb string) bool {
		return strings.HasPrefix(crumb, "warning ") && strings.HasSuffix(crumb, "stock is low")
	}) {
		t.Errorf("breadcrumbs are %q, want the lines before the crash", crumbs)
	}
}
