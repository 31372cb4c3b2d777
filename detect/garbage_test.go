package detect

import (
	"flag"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
)

var garbageSize = flag.Int("garbage", 48<<10, "bytes of each kind of garbage")

// garbage is what frames, heads and values begin with, again and again.
var garbage = []string{
	"[", "{", "}", "(", "\"", "=", ":", " ", "\t", "<", "#", "|", "at ", "\tat ", "    at ", "\tat a.b(C.java:1)", "    at f (/a.js:1:2)",
	"Caused by: ", "Caused by: a.B: ", "Suppressed: ", "  File \"", "  File \"a\", line 1, in f", "#0 ", "    #0 0x1 in f a.c:1", "0: ", "a.B: ", "Error: ", ": ",
	"panic: ", "goroutine 1 [", "goroutine 1 [running]:", "main.f()", "created by ", "runtime: ", "  | ", "    + ", "---> ", "   at A.B()", "from a:1:in `f'",
	"Traceback (most recent call last):", "During handling of the above exception, another exception occurred:", "[cause]: ", "[errors]: [", "{\"a\":", "[[", "{\"a\":[",
	"\x1b[31m", "\x1b]0;", "\r", "a=b ", "a=\"", "2026-01-01 10:00:00 ", "2026-01-01 10:00:00", "ERROR ", "ERROR: x", "[ERROR] ", "<1>", "\"main\" #1 prio=5", "\"a\" ", "Thread 0x1 (most recent call first):",
	"Full thread dump:", "Found one Java-level deadlock:", "goroutine profile: total 1", "1 @ 0x1", "a [12] DETAIL:  ", "a [12] ERROR:  x", "/a.js:1", "^", "... 1 more", "\\n", "\\\"", "\xff", "é",
}

// heads open a group, so that the garbage behind them is offered to it.
var heads = []string{"", "2026-01-01 10:00:00 ERROR failed\n", "Traceback (most recent call last):\n  File \"a\", line 1, in f\n    x\nE: x\n", "a.BError: x\n\tat a.b(C.java:1)\n",
	"panic: x\n\ngoroutine 1 [running]:\n", "/a.js:1\nx\n^\n\nError: x\n    at f (/a.js:1:2)\n", "{\n", "Full thread dump x:\n"}

// TestGarbageTakesLinearTime fails where the time for garbage is out of all
// proportion. With -garbage=10000000 it is a benchmark.
func TestGarbageTakesLinearTime(t *testing.T) {
	for _, unit := range garbage {
		for _, head := range heads {
			for _, end := range []string{"", "\n"} {
				if end == "" && head != "" {
					continue
				}
				text := []byte(head + strings.Repeat(unit+end, *garbageSize/(len(unit)+len(end))))
				start := time.Now()
				size := 0
				d := New(Options{}, func(r *Record) {
					size += len(r.Text)
					if r.Trace != NoLanguage {
						r.Exceptions()
						r.Fatal()
					}
				})
				s := capture.NewSplitter(capture.Cursor{}, d.Add)
				for at := 0; at < len(text); at += capture.MaxPayload {
					s.Frame(&capture.Frame{Kind: capture.KindData, Offset: capture.Offset(at), LineStart: at == 0, Payload: text[at:min(len(text), at+capture.MaxPayload)]})
				}
				s.Frame(&capture.Frame{Kind: capture.KindEnd, Offset: capture.Offset(len(text))})
				d.Close(capture.Stdout)
				if n := len(text) - strings.Count(string(text), "\n"); size < n {
					t.Errorf("%q behind %q: %d of %d bytes", unit, head, size, n)
				}
				took := time.Since(start)
				if took > time.Second+time.Duration(*garbageSize)*time.Microsecond {
					t.Errorf("%q behind %q: %v", unit+end, head, took)
				}
				if testing.Verbose() && took > time.Duration(*garbageSize)*30*time.Nanosecond {
					t.Logf("%q behind %q: %v, %.0f MB/s", unit+end, head, took, float64(len(text))/1e6/took.Seconds())
				}
			}
		}
	}
}

// TestEveryCutIntoReads cuts short cases at every byte: the records are the same.
func TestEveryCutIntoReads(t *testing.T) {
	for _, dir := range caseDirs(t) {
		for _, s := range []capture.Stream{capture.Stdout, capture.Stderr} {
			text := caseText(t, dir, s)
			if len(text) == 0 || len(text) > 900 {
				continue
			}
			want := readsOf(s, text, 0)
			for cut := 1; cut < len(text); cut++ {
				if got := readsOf(s, text, cut); !reflect.DeepEqual(got, want) {
					t.Fatalf("%s: cut at %d", dir, cut)
				}
			}
		}
	}
}

// readsOf returns the records of a text that comes in two reads.
func readsOf(id capture.Stream, text []byte, cut int) (list []Record) {
	d := New(Options{}, func(r *Record) { list = append(list, keep(r)) })
	s := capture.NewSplitter(capture.Cursor{}, d.Add)
	if cut > 0 {
		s.Frame(&capture.Frame{Kind: capture.KindData, Stream: id, LineStart: true, Payload: text[:cut]})
	}
	s.Frame(&capture.Frame{Kind: capture.KindData, Stream: id, Offset: capture.Offset(cut), LineStart: cut == 0 || text[cut-1] == '\n', Payload: text[cut:]})
	s.Frame(&capture.Frame{Kind: capture.KindEnd, Stream: id, Offset: capture.Offset(len(text))})
	d.Close(id)
	return list
}

// TestEveryRestart restarts behind every line of the cases.
func TestEveryRestart(t *testing.T) {
	for _, dir := range caseDirs(t) {
		text := caseText(t, dir, capture.Stderr)
		if len(text) == 0 || len(text) > 4000 {
			continue
		}
		lines := linesOf(capture.Stderr, text)
		want := replayed(lines, len(lines))
		for n := range lines {
			if got := replayed(lines, n); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: restart behind line %d", dir, n)
			}
		}
	}
}

// replayed returns the records of lines when a new detector goes on behind the
// first n of them.
func replayed(lines []capture.Line, n int) (list []Record) {
	d := New(Options{}, func(r *Record) { list = append(list, keep(r)) })
	for i := range lines[:n] {
		d.Add(&lines[i])
	}
	from := n
	if start, open := d.Open(capture.Stderr); open {
		for from > 0 && lines[from-1].Start >= start {
			from--
		}
		for len(list) > 0 && list[len(list)-1].ID >= start { // a group that is emitted in pieces comes again
			list = list[:len(list)-1]
		}
	}
	d = New(Options{}, d.emit)
	for i := range lines[from:] {
		d.Add(&lines[from+i])
	}
	d.Close(capture.Stderr)
	return list
}
