package sentry

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"reflect"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/detect"
)

// TestPairs compares the events made of what programs print with the events that
// Sentry's SDKs sent for the same programs: every key of the SDK's exceptions that
// a log can tell.
func TestPairs(t *testing.T) {
	tests := []struct {
		name   string
		exit   *detect.Exit
		events []string
		floor  int // keys that must be equal
	}{
		{"python-unhandled", &detect.Exit{Code: 1}, []string{"event.json"}, 86}, // of 95: the rest are source lines of the standard library, absent here
		{"python-logging", nil, []string{"event.json", "event2.json"}, 29},
		{"node-unhandled", &detect.Exit{Code: 1}, []string{"event.json"}, 86},
		{"go-panic", &detect.Exit{Code: 2}, []string{"event.json"}, 27},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := path.Join("testdata/pairs", tt.name)
			m := newMaker(Options{}, "/srv/shop/"+tt.name, movedFS{"srv/shop/" + tt.name, os.DirFS(dir)})
			if tt.name == "python-logging" { // a logged trace ends inside the script, /proc tells its name
				m.host.script = func(*detect.Run) string { return "program.py" }
			}
			events := eventsOf(t, m, path.Join(dir, "stderr.txt"), tt.exit)
			if len(events) != len(tt.events) {
				t.Fatalf("%d events, the SDK sent %d", len(events), len(tt.events))
			}
			equal, total := 0, 0
			for i, name := range tt.events {
				e, n := compare(t, sdkEvent(t, path.Join(dir, name)), events[i])
				equal, total = equal+e, total+n
			}
			t.Logf("%s: %d of %d keys equal", tt.name, equal, total)
			if equal < tt.floor {
				t.Errorf("%d of %d keys equal, want %d", equal, total, tt.floor)
			}
		})
	}
}

// movedFS is a folder that stands at another place.
type movedFS struct {
	prefix string
	fs.FS
}

func (m movedFS) Open(name string) (fs.File, error) {
	below, ok := strings.CutPrefix(name, m.prefix+"/")
	if !ok {
		return nil, fs.ErrNotExist
	}
	return m.FS.Open(below)
}

// eventsOf makes events of what a program printed: its traces, and its lines at
// error and above, which is what the SDKs take.
func eventsOf(t *testing.T, m *maker, file string, exit *detect.Exit) []map[string]any {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var events []map[string]any
	records := recordsOf(string(text))
	for i := range records {
		r := &records[i]
		if r.Level < detect.Error && r.Trace == detect.NoLanguage {
			continue
		}
		if exit != nil && r.Trace != detect.NoLanguage {
			*r = died(*r, *exit)
		}
		events = append(events, made(t, m, r))
	}
	return events
}

func sdkEvent(t *testing.T, file string) map[string]any {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

var frameKeys = []string{"filename", "abs_path", "function", "module", "lineno", "colno", "in_app", "pre_context", "context_line", "post_context"}

// compare counts the keys of the SDK's event that ours has with the same value.
// Lists are aligned at their ends, where the crash is.
func compare(t *testing.T, sdk, ours map[string]any) (equal, total int) {
	check := func(where string, want, got any) {
		total++
		if reflect.DeepEqual(want, got) {
			equal++
		} else {
			t.Logf("%s: the SDK has %#v, the event %#v", where, want, got)
		}
	}
	check("logger", sdk["logger"], ours["logger"])
	check("formatted", at(sdk, "logentry.formatted"), at(ours, "logentry.formatted"))
	want, got := exceptionList(sdk), exceptionList(ours)
	check("exceptions", len(want), len(got))
	for i := 1; i <= min(len(want), len(got)); i++ {
		w, g := want[len(want)-i], got[len(got)-i]
		for _, key := range []string{"type", "value", "module"} {
			check(key, at(w, key), at(g, key))
		}
		if handled := at(w, "mechanism.handled"); handled != nil {
			check("handled", handled, at(g, "mechanism.handled"))
		}
		wf, _ := at(w, "stacktrace.frames").([]any)
		gf, _ := at(g, "stacktrace.frames").([]any)
		check("frames", len(wf), len(gf))
		for j := 1; j <= min(len(wf), len(gf)); j++ {
			a, b := wf[len(wf)-j].(map[string]any), gf[len(gf)-j].(map[string]any)
			for _, key := range frameKeys {
				if v, has := a[key]; has && !isEmpty(v) {
					check(at(w, "type").(string)+" "+key, v, b[key])
				}
			}
		}
	}
	return equal, total
}

// exceptionList takes both forms: sentry-go sends a flat list.
func exceptionList(e map[string]any) []any {
	if list, ok := e["exception"].([]any); ok {
		return list
	}
	list, _ := at(e, "exception.values").([]any)
	return list
}

func isEmpty(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 0
}
