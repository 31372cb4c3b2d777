package detect

import (
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
)

// A line that could have begun an error holds those behind it: they are read
// anew when it turns out to be none.
func TestHeldLinesAreReadAnew(t *testing.T) {
	const trace = "worker 2 failed: TypeError: x is no function\n    at f (/srv/a.js:1:2)\n    at g (/srv/a.js:3:4)"
	for _, text := range []string{
		"Error in loop : 12\n" + trace,
		"Error in loop : 12\n\nError in loop : 13\n" + trace + "\ndone",
		"/srv/app/a.js:12\n" + trace + "\n2026-11-22 10:00:00 INFO done",
		"Unhandled exception: none\n" + trace + "\n\n",
	} {
		found := false
		for _, r := range records(capture.Stderr, []byte(text)) {
			found = found || string(r.Text) == trace && r.Trace == JavaScript && len(r.Exceptions()) == 1
		}
		if !found {
			t.Errorf("no trace in %q", text)
		}
	}
}

// Lines that hold others, one behind the other, are not read again and again.
func TestHeldLinesAreReadInLinearTime(t *testing.T) {
	for _, unit := range []string{"Error in loop : 12\n\n", "  #  a at src/b.c:1\n", "/srv/app/a.js:12\n  x\n", "Caught: java.lang.Error: x\n  y\n", "prog: text\n\n"} {
		if lines := strings.Count(unit, "\n"); lines > 0 {
			count := 0
			d := New(Options{}, func(*Record) {})
			inner := d.emit
			d.emit = func(r *Record) { count += int(r.Lines); inner(r) }
			for _, l := range linesOf(capture.Stderr, []byte(strings.Repeat(unit, 3000))) {
				d.Add(&l)
			}
			d.Close(capture.Stderr)
			if count != 3000*lines {
				t.Errorf("%d lines of %q", count, unit)
			}
		}
	}
}
