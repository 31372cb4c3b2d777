package detect

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
)

// The crash cases are outputs of small programs that really died, with what a
// perfect detector reports in expected.json. An event is exact if one group
// spans its core and nothing outside its lines, and perfect if types, values and
// frames are right as well.

type wantFrame struct {
	Function string `json:"function"`
	Module   string `json:"module"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

type wantException struct {
	Type        string      `json:"type"`
	Value       string      `json:"value"`
	Module      string      `json:"module"`
	Aliases     []string    `json:"type_aliases"`
	Values      []string    `json:"value_aliases"`
	ValueFree   bool        `json:"value_free"`
	Relation    string      `json:"relation"`
	Frames      []wantFrame `json:"frames"`
	FramesOwn   bool        `json:"frames_optional"`
	CreatedFrom *wantFrame  `json:"created_by"`
}

type wantEvent struct {
	Kind       string          `json:"kind"`
	Language   string          `json:"language"`
	Stream     string          `json:"stream"`
	Lines      []int           `json:"lines"`
	Core       []int           `json:"core"`
	Level      string          `json:"level"`
	Tree       bool            `json:"tree"`
	SplitOK    bool            `json:"split_ok"`
	Exceptions []wantException `json:"exceptions"`
	Events     []wantEvent     `json:"events"`
}

// gotEvent is a record that a detector reports as an event.
type gotEvent struct {
	stream      string
	first, last int
	level       Level
	exceptions  []Exception
}

type caseCount struct{ events, exact, perfect int }

// scored are the languages whose traces are parsed.
var scored = []string{"python", "go", "java", "kotlin", "groovy", "javascript", "ruby", "php", "perl", "rust", "c", "c++", "csharp", "elixir", "erlang", "clojure", "ocaml", "haskell", "crystal", "nim", "lua", "tcl", "r", "scheme", "commonlisp", "ada", "fortran", "pascal", "d", "zig"}

func TestCrashCases(t *testing.T) {
	byLanguage := map[string]*caseCount{}
	false_ := 0
	for _, dir := range caseDirs(t) {
		want := readEvent(t, filepath.Join(dir, "expected.json"))
		got := caseEvents(t, dir)
		used := make([]bool, len(got))
		for _, w := range append([]wantEvent{want}, want.Events...) {
			if w.Lines == nil || w.Kind == "none" {
				continue
			}
			n := byLanguage[w.Language]
			if n == nil {
				n = &caseCount{}
				byLanguage[w.Language] = n
			}
			exact, content := w.score(got, used)
			if w.Kind == "error-message" {
				continue
			}
			n.events++
			if exact {
				n.exact++
			}
			if exact && content == "" {
				n.perfect++
			} else if slices.Contains(scored, w.Language) {
				t.Logf("%s lines %v: exact %v, content: %s", filepath.Base(dir), w.Lines, exact, content)
			}
		}
		for i, g := range got {
			if !used[i] && len(g.exceptions) > 0 {
				false_++
				t.Errorf("%s: false event in lines %d to %d of %s", filepath.Base(dir), g.first, g.last, g.stream)
			}
		}
	}
	report(t, byLanguage)
}

// report prints the figures and asserts what was reached.
func report(t *testing.T, byLanguage map[string]*caseCount) {
	var all, other caseCount
	for language, n := range byLanguage {
		to := &other
		if slices.Contains(scored, language) {
			to = &all
			t.Logf("%-10s events %3d, exact %3d, perfect %3d", language, n.events, n.exact, n.perfect)
		}
		to.events += n.events
		to.exact += n.exact
		to.perfect += n.perfect
	}
	t.Logf("%-10s events %3d, exact %3d, perfect %3d", "all these", all.events, all.exact, all.perfect)
	t.Logf("%-10s events %3d, exact %3d, perfect %3d", "others", other.events, other.exact, other.perfect)
	if all.events < 45 || all.exact < all.events || all.perfect < all.events {
		t.Errorf("fewer events exact or perfect than before: %+v", all)
	}
}

func caseDirs(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("testdata/crashes/*")
	if err != nil || len(dirs) < 90 {
		t.Fatalf("%d crash cases: %v", len(dirs), err)
	}
	return dirs
}

func readEvent(t *testing.T, path string) wantEvent {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var w wantEvent
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return w
}

// caseText returns what a case's program wrote to a stream, nil if nothing.
func caseText(t *testing.T, dir string, s capture.Stream) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, s.String()+".txt"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return b
}

// caseEvents returns the records of several lines and those with exceptions.
func caseEvents(t *testing.T, dir string) []gotEvent {
	var list []gotEvent
	fatal := readEvent(t, filepath.Join(dir, "expected.json")).Level == "fatal"
	for _, s := range []capture.Stream{capture.Stdout, capture.Stderr} {
		text := caseText(t, dir, s)
		rs := records(s, text)
		checkWhole(t, text, rs)
		if n := len(rs); n > 0 && fatal && rs[n-1].Trace == Perl { // its last word is an event by what follows it only
			rs[n-1].Event = &Event{Crash: &Exit{Crashed: true}}
		}
		for _, r := range rs {
			if ex := r.Exceptions(); r.Lines > 1 || len(ex) > 0 {
				list = append(list, gotEvent{s.String(), r.first, r.first + int(r.Lines) - 1, r.Level, ex})
			}
		}
	}
	return list
}

// score compares the events that overlap a wanted one, and marks them as used.
// content says what is wrong with the exceptions, empty if nothing.
func (w *wantEvent) score(got []gotEvent, used []bool) (exact bool, content string) {
	var over []gotEvent
	for i, g := range got {
		if g.stream == w.Stream && g.first <= w.Lines[1] && g.last >= w.Lines[0] {
			used[i] = true
			over = append(over, g)
		}
	}
	if len(over) == 0 {
		return false, "not found"
	}
	g := over[0]
	exact = len(over) == 1 && w.Lines[0] <= g.first && g.first <= w.Core[0] && w.Core[1] <= g.last && g.last <= w.Lines[1]
	for _, o := range over {
		if o.last-o.first > g.last-g.first {
			g = o
		}
	}
	return exact, w.compare(g.exceptions)
}

func (w *wantEvent) compare(got []Exception) string {
	if len(got) > len(w.Exceptions) {
		return "too many exceptions"
	}
	taken := make([]bool, len(got))
	at := 0
	for _, x := range w.Exceptions {
		optional := x.Relation == "recovered" || x.Relation == "previous"
		hit := -1
		for i := range got {
			if !taken[i] && (w.Tree || i >= at) && x.typeFits(got[i]) {
				hit = i
				break
			}
		}
		if hit < 0 {
			if optional {
				continue
			}
			return "no " + x.Type
		}
		taken[hit], at = true, hit+1
		if !x.valueFits(got[hit].Value) {
			return "value of " + x.Type + ": " + got[hit].Value
		}
		if x.FramesOwn && len(got[hit].Frames) == 0 {
			continue
		}
		if !sameFrames(x.Frames, got[hit].Frames) {
			return "frames of " + x.Type
		}
	}
	return ""
}

func (x *wantException) typeFits(e Exception) bool {
	names := append([]string{x.Type}, x.Aliases...)
	if x.Module != "" {
		names = append(names, x.Module+"."+x.Type)
	}
	return slices.Contains(names, e.Type) || e.Module != "" && slices.Contains(names, e.Module+"."+e.Type)
}

func (x *wantException) valueFits(v string) bool {
	if x.ValueFree {
		return true
	}
	norm := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, w := range append([]string{x.Value}, x.Values...) {
		if norm(w) == norm(v) {
			return true
		}
	}
	return false
}

// sameFrames compares frame by frame, with runs of equal frames as one.
func sameFrames(want []wantFrame, got []Frame) bool {
	g := make([]wantFrame, len(got))
	for i, f := range got {
		g[i] = wantFrame{Function: f.Function, Module: f.Module, File: f.File, Line: f.Line}
	}
	want, g = slices.Compact(slices.Clone(want)), slices.Compact(g)
	return slices.EqualFunc(want, g, func(w, g wantFrame) bool {
		a, b := w.name(), g.name()
		return (a == b || b != "" && strings.HasSuffix(a, "."+b)) && w.File == g.File && w.Line == g.Line
	})
}

func (f wantFrame) name() string {
	if f.Module != "" && !strings.HasPrefix(f.Function, f.Module) {
		return f.Module + "." + f.Function
	}
	return f.Function
}
