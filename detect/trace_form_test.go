package detect

import (
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
)

// TestEnds: how each runtime ends a process because of an error.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		language Language
		code     int
		signal   string
		want     bool
	}{
		{OCaml, 2, "", true},
		{OCaml, 1, "", false},
		{Haskell, 1, "", true},
		{Crystal, 1, "", true},
		{Crystal, 0, "SIGSEGV", true},
		{Nim, 1, "", true},
		{Nim, 0, "", false},
		{Lua, 1, "", true},
		{Tcl, 1, "", true},
		{R, 1, "", true},
		{Scheme, 1, "", true},
		{Fortran, 2, "", true},
		{Fortran, 0, "SIGFPE", true},
		{Pascal, 217, "", true},
		{Dart, 255, "", true},
		{Dart, 1, "", false},
		{Swift, 0, "SIGILL", true},
		{Zig, 0, "SIGABRT", true},
		{D, 1, "", true},
		{D, 0, "SIGTERM", false},
		{Python, 1, "", false},
		{NoLanguage, 1, "", false},
	} {
		r := Record{Trace: c.language}
		if got := r.Ends(c.code, c.signal); got != c.want {
			t.Errorf("%s ends with %d %q: %v", c.language, c.code, c.signal, got)
		}
	}
}

// TestFormsOfPrefixes feeds every line that a form begins with, over and over,
// and with a frame that has no head: no event, and no line that waits for long.
func TestFormsOfPrefixes(t *testing.T) {
	var units []string
	for _, o := range formOpenings {
		units = append(units, o.text+"\n", o.text+" x\nfree text\n", "ERROR x\nmore\n"+o.text+"\n")
	}
	for _, line := range []string{"/a/b.nim(3)    f", "1 | x", "prog: x", "a.b@c.d(3): x", "m.swift:3: Fatal error: x", "X: /a.ps1:3", "Error in f(x) : y",
		"Backtrace:\nIn a:\n  1:2 3 (f)", "    while executing\n\"a", "divide by zero\nx"} {
		units = append(units, line+"\n", line+"\nfree\n")
	}
	start := time.Now()
	for _, unit := range units {
		d := New(Options{}, func(r *Record) { r.Exceptions() })
		for _, l := range linesOf(capture.Stdout, []byte(strings.Repeat(unit, 2500))) {
			d.Add(&l)
			if n := len(d.streams[0].group.tail); n > 2000 {
				t.Fatalf("%q: %d lines wait", unit, n)
			}
		}
		d.Close(capture.Stdout)
	}
	if spent := time.Since(start); spent > 20*time.Second {
		t.Errorf("it took %s", spent)
	}
}

// TestLongFrames feeds lines of a megabyte that begin like heads and frames.
func TestLongFrames(t *testing.T) {
	for _, o := range formOpenings {
		for _, fill := range []string{"(", ":1", "[0x", " in ", "@", "a.d(", " at ", "\x00"} {
			line := []byte(o.text + strings.Repeat(fill, 200_000/len(fill)))
			d := New(Options{}, func(r *Record) { r.Exceptions() })
			for range 3 {
				d.Add(&capture.Line{Text: line})
			}
			d.Close(capture.Stdout)
		}
	}
}
