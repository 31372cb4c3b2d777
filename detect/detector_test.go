package detect

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
)

// frame is what one read of the journal brings: lines that ended at one moment.
type frame struct {
	clock int64
	lines []capture.Line
}

// journal cuts texts of several streams into frames at random, with random
// pauses, some of them longer than a group may have.
func journal(rng *rand.Rand, texts [][]byte) []frame {
	var queues [][]capture.Line
	for i, text := range texts {
		queues = append(queues, linesOf(capture.Stream(i), text))
	}
	var list []frame
	clock := int64(1000)
	for {
		var open []int
		for i, q := range queues {
			if len(q) > 0 {
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			return list
		}
		switch rng.IntN(12) {
		case 0:
			clock += 200 * ms
		case 1:
			clock += 199 * ms
		case 2:
			clock += 60 * ms
		}
		clock += rng.Int64N(ms)
		f := frame{clock: clock}
		if rng.IntN(8) > 0 { // else an idle tick
			q := &queues[open[rng.IntN(len(open))]]
			n := min(len(*q), 1+rng.IntN(6))
			f.lines = append(f.lines, (*q)[:n]...)
			*q = (*q)[n:]
		}
		for i := range f.lines {
			f.lines[i].Clock, f.lines[i].Time = clock, clock
		}
		list = append(list, f)
	}
}

// sink collects the records of each stream.
type sink [capture.Streams][]Record

func (s *sink) emit(r *Record) { s[r.Stream] = append(s[r.Stream], keep(r)) }

// play feeds frames; when says if the clock is shown before or after the lines.
func play(d *Detector, frames []frame, when func() bool) {
	for _, f := range frames {
		before := when()
		if before {
			d.Tick(f.clock)
		}
		for i := range f.lines {
			d.Add(&f.lines[i])
		}
		if !before || when() {
			d.Tick(f.clock)
		}
	}
}

func closeAll(d *Detector) {
	for s := range capture.Stream(capture.Streams) {
		d.Close(s)
	}
}

// mixedTexts are the outputs of some crash cases, one behind the other.
func mixedTexts(t *testing.T, rng *rand.Rand) [][]byte {
	dirs := caseDirs(t)
	texts := make([][]byte, 2)
	for i := range texts {
		for range 4 {
			text := caseText(t, dirs[rng.IntN(len(dirs))], capture.Stderr)
			if len(text) < 8000 {
				texts[i] = append(texts[i], text...)
			}
		}
		texts[i] = append(texts[i], "2026-11-22 10:00:00 INFO done\n"...)
	}
	return texts
}

func TestRecordsDependOnLinesAndClocksOnly(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		frames := journal(rng, mixedTexts(t, rng))
		var want, got sink
		d := New(Options{}, want.emit)
		play(d, frames, func() bool { return true })
		closeAll(d)
		d = New(Options{}, got.emit)
		play(d, frames, func() bool { return rng.IntN(2) == 0 })
		closeAll(d)
		if !reflect.DeepEqual(want, got) {
			t.Fatalf("seed %d: records depend on when the clock is shown", seed)
		}
	}
}

func TestReplayFromOpenGivesTheSameRecords(t *testing.T) {
	for seed := range uint64(120) {
		rng := rand.New(rand.NewPCG(seed, 2))
		o := Options{}
		if seed%2 == 0 {
			o = Options{MaxBytes: 300, MaxLines: 7}
		}
		frames := journal(rng, mixedTexts(t, rng))
		var want, first, second sink
		d := New(o, want.emit)
		play(d, frames, func() bool { return true })
		closeAll(d)

		at := rng.IntN(len(frames))
		d = New(o, first.emit)
		play(d, frames[:at], func() bool { return true })
		from := cursors(d, frames[:at])
		d = New(o, second.emit)
		play(d, after(frames, from), func() bool { return true })
		closeAll(d)
		for s := range want {
			got := append(before(first[s], from[s]), second[s]...)
			if !reflect.DeepEqual(want[s], got) {
				t.Fatalf("seed %d: stream %d replayed from %d differs", seed, s, from[s])
			}
		}
	}
}

// cursors returns for each stream where replay has to begin.
func cursors(d *Detector, frames []frame) (from [capture.Streams]capture.Offset) {
	for _, f := range frames {
		for _, l := range f.lines {
			from[l.Stream] = l.End
		}
	}
	for s := range from {
		if start, open := d.Open(capture.Stream(s)); open {
			from[s] = start
		}
	}
	return from
}

// after returns the frames without what lies before the cursors.
func after(frames []frame, from [capture.Streams]capture.Offset) []frame {
	var list []frame
	for _, f := range frames {
		g := frame{clock: f.clock}
		for _, l := range f.lines {
			if l.Start >= from[l.Stream] {
				g.lines = append(g.lines, l)
			}
		}
		list = append(list, g)
	}
	return list
}

func before(list []Record, at capture.Offset) []Record {
	for i, r := range list {
		if r.ID >= at {
			return list[:i:i]
		}
	}
	return list
}

func TestPauseEndsGroup(t *testing.T) {
	lines := linesOf(capture.Stderr, []byte("Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nRuntimeError: 1\nmore\n"))
	for _, pause := range []int64{199 * ms, 200 * ms} {
		var got sink
		d := New(Options{}, got.emit)
		for i := range lines {
			lines[i].Clock = int64(i)
			if i == 4 {
				lines[i].Clock += pause
			}
			d.Add(&lines[i])
		}
		d.Close(capture.Stderr)
		if n := len(got[capture.Stderr]); (n == 2) != (pause == 200*ms) {
			t.Errorf("pause of %d ms: %d records", pause/ms, n)
		}
	}
}

func TestTickClosesEveryStream(t *testing.T) {
	var got sink
	d := New(Options{}, got.emit)
	for _, s := range []capture.Stream{capture.Stdout, capture.Stderr} {
		l := capture.Line{Stream: s, Start: 10, End: 20, Clock: 5 * ms, Text: []byte("ERROR: cannot open")}
		d.Add(&l)
		if start, open := d.Open(s); !open || start != 10 {
			t.Errorf("open: %v at %d", open, start)
		}
	}
	if d.Tick(204 * ms); len(got[capture.Stdout]) > 0 {
		t.Error("closed before the pause was over")
	}
	d.Tick(205 * ms)
	for _, s := range []capture.Stream{capture.Stdout, capture.Stderr} {
		if _, open := d.Open(s); open || len(got[s]) != 1 || got[s][0].Level != Error {
			t.Errorf("%v: %+v", s, got[s])
		}
	}
}

func TestOtherStreamDoesNotEndGroup(t *testing.T) {
	trace := linesOf(capture.Stderr, []byte("panic: no\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:3 +0x1\n"))
	var got sink
	d := New(Options{}, got.emit)
	for i := range trace {
		d.Add(&trace[i])
		d.Add(&capture.Line{Stream: capture.Stdout, Start: capture.Offset(i), End: capture.Offset(i + 1), Text: []byte("INFO working")})
	}
	closeAll(d)
	if len(got[capture.Stdout]) != len(trace) || len(got[capture.Stderr]) != 1 || got[capture.Stderr][0].Trace != Go {
		t.Errorf("%d and %d records", len(got[capture.Stdout]), len(got[capture.Stderr]))
	}
}

func TestGoodbyeEndsGroupAtOnce(t *testing.T) {
	text := caseText(t, "testdata/crashes/node-uncaught", capture.Stderr)
	var got sink
	d := New(Options{}, got.emit)
	for _, l := range linesOf(capture.Stderr, text) {
		d.Add(&l)
	}
	if r := got[capture.Stderr]; len(r) != 1 || !r[0].Fatal() {
		t.Errorf("%d records before the end of the stream", len(r))
	}
}

func TestCapsCutGroupIntoPartialRecords(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("2026-11-22 10:00:00 ERROR too deep\njava.lang.StackOverflowError\n")
	for i := range 50 {
		fmt.Fprintf(&b, "\tat com.acme.A.f(A.java:%d)\n", i)
	}
	b.WriteString("2026-11-22 10:00:01 INFO after\n")
	for _, o := range []Options{{MaxLines: 20}, {MaxBytes: 500}} {
		var got sink
		d := New(o, got.emit)
		for _, l := range linesOf(capture.Stderr, b.Bytes()) {
			d.Add(&l)
		}
		d.Close(capture.Stderr)
		rs := got[capture.Stderr]
		if len(rs) != 4 && o.MaxLines > 0 {
			t.Fatalf("%d records", len(rs))
		}
		for i, r := range rs[:len(rs)-1] {
			if !r.Partial || r.Level != Error || (r.Trace == Java) != (i == 0) {
				t.Errorf("record %d: %+v", i, r)
			}
		}
		if last := rs[len(rs)-1]; last.Partial || last.Level != Info {
			t.Errorf("last: %+v", last)
		}
	}
}

// TestCapsCutLateValue has a trace whose value comes last, behind an earlier one
// or not: exactly one of the pieces has an exception.
func TestCapsCutLateValue(t *testing.T) {
	frames := strings.Repeat("  File \"a.py\", line 3, in f\n    return g()\n", 33)
	earlier := pyTraceback + "\n  File \"b.py\", line 1, in h\nOSError: gone\n\n" + pyContext + "\n\n"
	for _, c := range []struct {
		before string
		at     int // which piece has it
		typ    string
		frames int
	}{{"", 3, "RecursionError", 1}, {"CRITICAL: too deep\n", 3, "RecursionError", 1}, {earlier, 0, "OSError", 1}} {
		text := c.before + pyTraceback + "\n" + frames + "RecursionError: maximum depth\n"
		var got sink
		d := New(Options{MaxLines: 20}, got.emit)
		for _, l := range linesOf(capture.Stderr, []byte(text)) {
			d.Add(&l)
		}
		d.Close(capture.Stderr)
		rs := got[capture.Stderr]
		if len(rs) != 4 {
			t.Fatalf("%q: %d records", c.before, len(rs))
		}
		for i, r := range rs {
			if !r.Partial || r.Continues() != (i > 0) || (r.Trace == Python) != (i == c.at) || r.Level != rs[0].Level {
				t.Errorf("%q: piece %d: %+v", c.before, i, r)
			}
		}
		list := rs[c.at].Exceptions()
		if len(list) != 1 || list[0].Type != c.typ || len(list[0].Frames) < c.frames {
			t.Errorf("%q: %+v", c.before, list)
		}
	}
}

func TestPiecesOfLongLine(t *testing.T) {
	var got sink
	d := New(Options{}, got.emit)
	d.Add(&capture.Line{Start: 0, End: 10, Text: []byte("ERROR: held")})
	d.Add(&capture.Line{Start: 10, End: 20, Text: []byte("2026-11-22 10:00:00 WARNING [app.db] long "), More: true})
	if start, open := d.Open(capture.Stdout); !open || start != 10 {
		t.Errorf("open: %v at %d", open, start)
	}
	d.Add(&capture.Line{Start: 20, End: 30, Text: []byte("ERROR: not a level"), More: true, Continued: true})
	d.Add(&capture.Line{Start: 30, End: 40, Text: []byte("Traceback (most recent call last):"), Continued: true})
	d.Add(&capture.Line{Start: 40, End: 50, Text: []byte("INFO: next")})
	rs := got[capture.Stdout]
	if len(rs) != 5 {
		t.Fatalf("%d records", len(rs))
	}
	for _, r := range rs[1:4] {
		if !r.Partial || r.Level != Warning || string(r.Logger) != "app.db" {
			t.Errorf("piece: %+v", r)
		}
	}
	if rs[0].Level != Error || rs[0].Partial || rs[4].Partial || rs[4].Level != Info {
		t.Errorf("neighbours: %+v, %+v", rs[0], rs[4])
	}
}

func TestReset(t *testing.T) {
	var got sink
	d := New(Options{}, got.emit)
	d.Add(&capture.Line{Start: 0, End: 10, Text: []byte("ERROR: held")})
	d.Reset()
	closeAll(d)
	if _, open := d.Open(capture.Stdout); open || len(got[capture.Stdout]) > 0 {
		t.Error("something is left")
	}
}

// plainLines state all kinds of things and belong to no group.
var plainLines = []string{
	"2026-11-22 10:34:53,373 INFO [billing.worker] processing order 17 in 23 ms",
	"listening on :8080",
	`127.0.0.1 - - [22/Nov/2026:10:56:01 +0000] "GET /e HTTP/1.1" 500 2 "-" "curl/7.88.1"`,
	`{"level":"info","time":"2026-11-22T10:00:00Z","msg":"done","took":12,"user":{"id":7}}`,
	`{"level":"error","time":"2026-11-22T10:00:00Z","msg":"no route","err":"timeout"}`,
	`level=info msg="cache warmed" size=12`,
	"I1122 10:00:00.000001       1 main.go:12] started",
	"Fetched 3 of 20 pages",
	"worker: processed 12 jobs",
	"/srv/app/main.nim(13)    main",
	"",
	"    indented on its own",
	"2026/11/22 10:39:09 server up",
	"2026-11-22 10:34:53,373 ERROR [billing.worker] could not charge order 17",
	"\x1b[2m2026-11-22T10:34:53Z\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2mapp::db\x1b[0m\x1b[2m:\x1b[0m connected",
	"\x1b[90m10:55AM\x1b[0m \x1b[31mERR\x1b[0m \x1b[1mfailed\x1b[0m \x1b[36merror=\x1b[0mtimeout",
	`{"level":"error","time":"2026-11-22T10:00:00Z","msg":"no route","trace_id":"4bf92f3577b34da6","stacktrace":"","err":"timeout"}`,
	"10%\r20%\r30%",
	"2026-01-01 10:00:00.000 UTC [12] LOG:  checkpoint starting: time",
}

func TestAddAllocatesNothing(t *testing.T) {
	count := 0
	d := New(Options{}, func(*Record) { count++ })
	for _, text := range plainLines {
		l := capture.Line{Text: []byte(text)}
		d.Add(&l)
		if n := testing.AllocsPerRun(100, func() { d.Add(&l) }); n != 0 {
			t.Errorf("%v allocations for %q", n, text)
		}
	}
	d.Close(capture.Stdout)
	if count != 102*len(plainLines) {
		t.Errorf("%d records", count)
	}
}

func BenchmarkAdd(b *testing.B) {
	d := New(Options{}, func(*Record) {})
	lines := make([]capture.Line, len(plainLines))
	size := int64(0)
	for i, text := range plainLines {
		lines[i].Text = []byte(text)
		size += int64(len(text)) + 1
	}
	b.SetBytes(size)
	for b.Loop() {
		for i := range lines {
			d.Add(&lines[i])
		}
	}
}

// benchmarkLines runs lines through a detector, as much text as fits them.
func benchmarkLines(b *testing.B, text []byte) {
	b.Helper()
	lines := linesOf(capture.Stderr, text)
	d := New(Options{}, func(*Record) {})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for i := range lines {
			d.Add(&lines[i])
		}
	}
}

// BenchmarkPlain is what programs without structure write.
func BenchmarkPlain(b *testing.B) {
	lines, _ := readMix(b)
	var text []byte
	for _, line := range lines {
		if line[0] != '{' {
			text = append(append(text, line...), '\n')
		}
	}
	benchmarkLines(b, text)
}

func BenchmarkJSON(b *testing.B) {
	lines, _ := readMix(b)
	var text []byte
	for _, line := range lines {
		if line[0] == '{' {
			text = append(append(text, line...), '\n')
		}
	}
	benchmarkLines(b, text)
}

// BenchmarkTraces is nothing but the last words of all languages.
func BenchmarkTraces(b *testing.B) {
	files, err := filepath.Glob("testdata/crashes/*/stderr.txt")
	if err != nil || len(files) < 50 {
		b.Fatal(err)
	}
	var text []byte
	for _, file := range files {
		text = append(text, readFile(b, file)...)
	}
	benchmarkLines(b, text)
}

// BenchmarkExceptions parses the traces of all languages.
func BenchmarkExceptions(b *testing.B) {
	files, err := filepath.Glob("testdata/crashes/*/stderr.txt")
	if err != nil || len(files) < 50 {
		b.Fatal(err)
	}
	var list []kept
	size := 0
	for _, file := range files {
		for _, r := range records(capture.Stderr, readFile(b, file)) {
			if r.Trace != NoLanguage {
				list = append(list, r)
				size += len(r.Text)
			}
		}
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for i := range list {
			list[i].Exceptions()
		}
	}
}

// TestTimeIsLinear feeds what makes a group wait for as long as it may.
func TestTimeIsLinear(t *testing.T) {
	for _, unit := range []string{"ValueError: x\n", "ValueError: x\nfree text\n", "panic: x\ny\n", "{\n \"a\": 1\n", "/srv/a.js:1\nx\n",
		"Traceback (most recent call last):\n  File \"a\", line 1, in f\nE: x\nfree\n", "  | x\n", "runtime: a\n", "ERROR x\n  y\n\n",
		"thread 'a' panicked at x.rs:1:2:\nx\n", "thread 'a' panicked at 'x\n", "Error: x\n\nCaused by:\n    0: y\n", "stack backtrace:\n   0: f\n",
		"#0 0x12345678 in f\n", "==1== A\n", "==1==    at 0x1: f\n", "==1==ERROR: AddressSanitizer: x\ny\n", "terminate called \n  what():  x\ny\n",
		"caught signal 11\nBacktrace:\n", "a.c:1:2: runtime error: x\n \n", "Program received signal SIGSEGV, x\ny\n", "==================\n", "free(): invalid pointer\n"} {
		n, records := 5000, 0
		text := strings.Repeat(unit, n)
		d := New(Options{}, func(*Record) { records++ })
		held := 0
		for _, l := range linesOf(capture.Stdout, []byte(text)) {
			d.Add(&l)
			held = max(held, len(d.streams[0].group.tail))
		}
		d.Close(capture.Stdout)
		if held > 2000 || records == 0 {
			t.Errorf("%q: %d lines wait, %d records", unit, held, records)
		}
	}
}
