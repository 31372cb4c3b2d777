package sentry

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/e2e/parity"
)

// TestPairs compares the events made of what programs print with the events that
// Sentry's SDKs sent for the same programs, as recorded by the test of the same
// name in e2e.
func TestPairs(t *testing.T) {
	entries, err := os.ReadDir("testdata/pairs")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			dir := path.Join("testdata/pairs", entry.Name())
			var sdk []map[string]any
			readJSON(t, path.Join(dir, "events.json"), &sdk)
			score := parity.Compare(sdk, eventsOf(t, dir))
			t.Log(score.String())
			for _, diff := range score.Diffs {
				t.Log(diff)
			}
			for _, fault := range score.Check(dir) {
				t.Error(fault)
			}
		})
	}
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// eventsOf makes events of what the program in dir printed: its traces, and its
// lines at error and above, which is what the SDKs take.
func eventsOf(t *testing.T, dir string) []map[string]any {
	name := path.Base(dir)
	m := newMaker(Options{Release: "shop@1.4.2", Environment: "prod"}, "/srv/shop/"+name, pairFiles(t, dir))
	m.processes = pairProcess(name)
	code, _ := strconv.Atoi(strings.TrimSpace(readText(t, path.Join(dir, "exitcode.txt"))))
	var events []map[string]any
	for _, stream := range []string{"stdout.txt", "stderr.txt"} {
		records := slices.DeleteFunc(recordsOf(readText(t, path.Join(dir, stream))), func(r detect.Record) bool {
			return r.Level < detect.Error && r.Trace == detect.NoLanguage
		})
		for i := range records {
			r := &records[i]
			if code != 0 && r.Trace != detect.NoLanguage && i == len(records)-1 {
				*r = died(*r, detect.Exit{Code: code})
			}
			events = append(events, made(t, m, r))
		}
	}
	return events
}

// pairProcess knows what /proc told of the program.
func pairProcess(name string) *processFacts {
	known := map[string]facts{
		"python": {argv: []string{"/usr/bin/python3", "program.py"}, runtime: runtimeContext{"CPython", "3.11"}},
		"node":   {runtime: runtimeContext{Name: "node"}},
		"ruby":   {runtime: runtimeContext{Name: "ruby"}},
		"java":   {runtime: runtimeContext{Name: "java"}},
	}
	language, _, _ := strings.Cut(name, "-")
	p := newProcessFacts(fstest.MapFS{}, nil)
	p.keep(testRunID, known[language])
	return p
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pairFiles are the program's files where it ran, and what was recorded of the
// libraries'.
func pairFiles(t *testing.T, dir string) fs.FS {
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files["srv/shop/"+path.Base(dir)+"/"+name] = &fstest.MapFile{Data: []byte(readText(t, path.Join(dir, name)))}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path.Join(dir, "library.json")); err != nil {
		return files
	}
	var library map[string]map[int]string
	readJSON(t, path.Join(dir, "library.json"), &library)
	for name, lines := range library {
		files[strings.TrimPrefix(name, "/")] = &fstest.MapFile{Data: []byte(spread(lines))}
	}
	return files
}

// spread puts lines at their numbers.
func spread(lines map[int]string) string {
	var text []string
	for number, line := range lines {
		for len(text) < number {
			text = append(text, "")
		}
		text[number-1] = line
	}
	return strings.Join(text, "\n")
}
