//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/e2e/parity"
)

// record writes what a program printed and what the SDK sent for it beside the
// program, for the tests that have no SDK at hand.
func record(t *testing.T, p *pair, sdk []map[string]any) {
	t.Helper()
	dir := filepath.Join(pairsDir, p.name)
	for _, stream := range []string{"stdout", "stderr"} {
		text, err := os.ReadFile(filepath.Join(p.dir, stream))
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, stream+".txt"), text, 0o644)
	}
	os.WriteFile(filepath.Join(dir, "exitcode.txt"), []byte(strconv.Itoa(p.code)+"\n"), 0o644)
	for _, event := range sdk {
		withoutUntold(event)
	}
	writeJSON(t, filepath.Join(dir, "events.json"), sdk)
	if lines := libraryLines(p.dir, sdk); len(lines) > 0 {
		writeJSON(t, filepath.Join(dir, "library.json"), lines)
	}
}

// withoutUntold drops what no log can tell, and what differs with every run.
func withoutUntold(event map[string]any) {
	for _, key := range []string{"event_id", "timestamp", "received", "modules", "extra", "sdk", "server_name", "_meta", "debug_meta", "user"} {
		delete(event, key)
	}
	eachFrame(event, func(frame map[string]any) { delete(frame, "vars") })
	delete(event, "contexts")
	if breadcrumbs, ok := event["breadcrumbs"].(map[string]any); ok {
		event["breadcrumbs"] = breadcrumbs["values"]
	}
}

func eachFrame(event map[string]any, do func(map[string]any)) {
	values, _ := parity.At(event, "exception.values").([]any)
	if flat, ok := event["exception"].([]any); ok {
		values = flat
	}
	for _, value := range values {
		frames, _ := parity.At(value, "stacktrace.frames").([]any)
		for _, frame := range frames {
			do(frame.(map[string]any))
		}
	}
}

var headLine = regexp.MustCompile(`^\s*(class|def|async def|@)\b`)

// libraryLines returns, of the files outside dir, what shows around frames, and the
// heads of classes and functions.
func libraryLines(dir string, sdk []map[string]any) map[string]map[string]string {
	files := map[string]map[string]string{}
	for _, event := range sdk {
		eachFrame(event, func(frame map[string]any) {
			path, _ := frame["abs_path"].(string)
			if path == "" {
				path, _ = frame["filename"].(string) // Node's SDK has no other
			}
			at, _ := frame["lineno"].(float64)
			if path == "" || strings.HasPrefix(path, dir+"/") || frame["context_line"] == nil {
				return
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return
			}
			if files[path] == nil {
				files[path] = map[string]string{}
			}
			for i, line := range strings.Split(string(text), "\n") {
				if d := i + 1 - int(at); d >= -7 && d <= 7 || headLine.MatchString(line) {
					files[path][strconv.Itoa(i+1)] = line
				}
			}
		})
	}
	return files
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
