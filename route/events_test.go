package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	pythonTrace = "Traceback (most recent call last):\n  File \"/srv/app.py\", line 3, in <module>\n    f()\nValueError: "
	goTrace     = "panic: "
	goFrames    = "\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:5 +0x1d\nexit status 2"
	javaTrace   = "Exception in thread \"main\" java.lang.IllegalStateException: x\n\tat Main.main(Main.java:4)"
	nodeTrace   = "Error: x\n    at f (/srv/app.js:1:2)"
)

var testRun = &detect.Run{ID: "r1", PID: 7, Command: "app"}

// script builds records with ascending IDs; a step may change what it made.
type script struct {
	t    *testing.T
	next capture.Offset
	ev   *Events
	got  []string
	recs []detect.Record
}

func newScript(t *testing.T, o EventOptions) *script {
	s := &script{t: t}
	s.ev = NewEvents(o, func(r *detect.Record) {
		if r.Event == nil {
			t.Errorf("record %d emitted without an Event", r.ID)
			return
		}
		s.got = append(s.got, describe(r))
		s.recs = append(s.recs, *r)
	})
	return s
}

// describe names an event: its first word, its level, and how the run ended.
func describe(r *detect.Record) string {
	name, _, _ := strings.Cut(string(r.Message), " ")
	if r.Exit != nil {
		name = "exit"
	}
	out := name + "/" + r.Level.String()
	if c := r.Event.Crash; c != nil {
		what := "crash"
		if c.Worker != nil {
			what = "worker"
		}
		out += fmt.Sprintf("/%s:%d%s", what, c.Code, c.Signal)
	}
	if r.Event.Hang != nil {
		out += "/hang"
	}
	return out
}

func (s *script) add(r detect.Record, event bool) {
	r.ID, s.next = s.next, s.next+10
	r.End, r.Run = s.next, testRun
	if r.Text == nil {
		r.Text = r.Message
	}
	s.ev.Add(&r, event)
	// The bytes are the caller's again: whatever Events keeps it must have copied.
	for _, b := range [][]byte{r.Text, r.Message, r.Logger} {
		for i := range b {
			b[i] = '#'
		}
	}
}

func (s *script) line(stream capture.Stream, text string) {
	s.add(detect.Record{Stream: stream, Message: []byte(text)}, false)
}

func (s *script) critical(text string) {
	s.add(detect.Record{Stream: capture.Stderr, Level: detect.Critical, Message: []byte(text)}, true)
}

// trace adds a trace on stderr at level error; its name is the message.
func (s *script) trace(lang detect.Language, name, text string) {
	s.traceOn(capture.Stderr, detect.Error, lang, name, text)
}

func (s *script) traceOn(stream capture.Stream, level detect.Level, lang detect.Language, name, text string) {
	s.add(detect.Record{Stream: stream, Level: level, Trace: lang, Message: []byte(name), Text: []byte(text)},
		level >= detect.Error)
}

func (s *script) exit(code int, signal string, crashed bool) {
	s.add(detect.Record{Stream: capture.Lifecycle, Level: detect.Info, Message: []byte("app ended"),
		Exit: &detect.Exit{Code: code, Signal: signal, Crashed: crashed}}, false)
}

func (s *script) want(want ...string) {
	s.t.Helper()
	if !slices.Equal(s.got, want) {
		s.t.Errorf("events\n got %q\nwant %q", s.got, want)
	}
}

func TestEventsJoinTraceAndExit(t *testing.T) {
	tests := []struct {
		name string
		run  func(s *script)
		want []string
	}{
		{"python uncaught", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1"}},
		{"go panic, last words behind it", func(s *script) {
			s.trace(detect.Go, "boom", goTrace+"x"+goFrames)
			s.line(capture.Stderr, "flushing")
			s.exit(2, "", true)
		}, []string{"boom/critical/crash:2"}},
		{"go panic under go run", func(s *script) {
			s.trace(detect.Go, "boom", goTrace+"x"+goFrames)
			s.line(capture.Stderr, "exit status 2")
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1"}},
		{"a recovered go panic does not end with 1", func(s *script) {
			s.trace(detect.Go, "boom", "http: panic serving 1.2.3.4:5: x\ngoroutine 7 [running]:\nmain.f()\n\t/srv/main.go:5 +0x1d")
			s.line(capture.Stderr, "server stopped")
			s.exit(1, "", true)
		}, []string{"boom/error", "exit/critical/crash:1"}},
		{"java", func(s *script) {
			s.trace(detect.Java, "boom", javaTrace)
			s.line(capture.Stderr, "closing pool")
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1"}},
		{"node 7", func(s *script) {
			s.trace(detect.JavaScript, "boom", nodeTrace)
			s.line(capture.Stderr, "Node.js v20.20.2")
			s.exit(7, "", true)
		}, []string{"boom/critical/crash:7"}},
		{"abort", func(s *script) {
			s.trace(detect.Go, "boom", goTrace+"x"+goFrames)
			s.line(capture.Stderr, "more goroutines")
			s.exit(134, "SIGABRT", true)
		}, []string{"boom/critical/crash:134SIGABRT"}},
		{"abort behind a shell", func(s *script) {
			s.trace(detect.Go, "boom", goTrace+"x"+goFrames)
			s.line(capture.Stderr, "Aborted (core dumped)")
			s.exit(134, "", true)
		}, []string{"boom/critical/crash:134"}},
		{"logged, then exit(3) at once", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.line(capture.Stdout, "bye")
			s.line(capture.Stderr, "  ")
			s.exit(3, "", true)
		}, []string{"boom/critical/crash:3"}},
		{"logged, then other work, then exit(3)", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.line(capture.Stderr, "GET / 200")
			s.exit(3, "", true)
		}, []string{"boom/error", "exit/critical/crash:3"}},
		{"killed after other work", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.line(capture.Stdout, "GET / 200")
			s.exit(137, "SIGKILL", true)
		}, []string{"boom/error", "exit/critical/crash:137SIGKILL"}},
		{"killed behind a shell after other work", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.line(capture.Stdout, "GET / 200")
			s.exit(137, "", true)
		}, []string{"boom/error", "exit/critical/crash:137"}},
		{"killed with the trace as last word", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.exit(137, "SIGKILL", true)
		}, []string{"boom/critical/crash:137SIGKILL"}},
		{"segfault not explained by a traceback", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.line(capture.Stdout, "GET / 200")
			s.exit(139, "SIGSEGV", true)
		}, []string{"boom/error", "exit/critical/crash:139SIGSEGV"}},
		{"segfault explained by faulthandler", func(s *script) {
			s.trace(detect.Python, "boom", "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n  File \"a.py\", line 1 in f")
			s.line(capture.Stderr, "Extension modules: numpy (total: 1)")
			s.exit(139, "SIGSEGV", true)
		}, []string{"boom/critical/crash:139SIGSEGV"}},
		{"interrupted", func(s *script) {
			s.trace(detect.Python, "boom", "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyboardInterrupt")
			s.line(capture.Stderr, "cleanup")
			s.exit(130, "SIGINT", true)
		}, []string{"boom/critical/crash:130SIGINT"}},
		{"clean exit", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.exit(0, "", false)
		}, []string{"boom/error"}},
		{"asked to stop", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.exit(1, "", false)
		}, []string{"boom/error"}},
		{"silent crash", func(s *script) {
			s.line(capture.Stderr, "working")
			s.exit(139, "SIGSEGV", true)
		}, []string{"exit/critical/crash:139SIGSEGV"}},
		{"silent clean end", func(s *script) { s.exit(0, "", false) }, nil},
		{"only the last trace is the crash", func(s *script) {
			s.trace(detect.Python, "one", pythonTrace+"x")
			s.trace(detect.Python, "two", pythonTrace+"y")
			s.exit(1, "", true)
		}, []string{"one/error", "two/critical/crash:1"}},
		{"a critical line stays its own event", func(s *script) {
			s.critical("fatal: no database")
			s.exit(1, "", true)
		}, []string{"fatal:/critical", "exit/critical/crash:1"}},
		{"a critical line behind the trace waits for it", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.critical("giving up")
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1", "giving/critical"}},
		{"critical line with the trace that killed", func(s *script) {
			s.traceOn(capture.Stderr, detect.Critical, detect.Python, "boom", "2026 CRITICAL app: gone\n"+pythonTrace+"x")
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1"}},
		{"emergency stays emergency", func(s *script) {
			s.traceOn(capture.Stderr, detect.Emergency, detect.Python, "boom", pythonTrace+"x")
			s.exit(1, "", true)
		}, []string{"boom/emergency/crash:1"}},
		{"a trace that is no event by level is one when it kills", func(s *script) {
			s.add(detect.Record{Stream: capture.Stderr, Trace: detect.Python, Message: []byte("boom"), Text: []byte(pythonTrace + "x")}, false)
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1"}},
		{"a trace logged at debug is not what killed", func(s *script) {
			s.traceOn(capture.Stderr, detect.Debug, detect.Python, "boom", pythonTrace+"x")
			s.line(capture.Stderr, "retrying")
			s.exit(1, "", true)
		}, []string{"exit/critical/crash:1"}},
		{"told on both streams", func(s *script) {
			s.traceOn(capture.Stdout, detect.Error, detect.Python, "log", pythonTrace+"x")
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.exit(1, "", true)
		}, []string{"log/critical/crash:1"}},
		{"told on both streams, the second time louder", func(s *script) {
			s.traceOn(capture.Stdout, detect.Info, detect.Python, "log", pythonTrace+"x")
			s.trace(detect.Python, "boom", pythonTrace+"x")
		}, []string{"log/error"}},
		{"two different ones on two streams", func(s *script) {
			s.traceOn(capture.Stdout, detect.Error, detect.Python, "log", pythonTrace+"x")
			s.trace(detect.Python, "boom", pythonTrace+"y")
			s.exit(1, "", true)
		}, []string{"log/error", "boom/critical/crash:1"}},
		{"types of the same name in two modules", func(s *script) {
			s.traceOn(capture.Stdout, detect.Error, detect.Python, "log", strings.Replace(pythonTrace, "ValueError", "a.ValueError", 1)+"x")
			s.trace(detect.Python, "boom", strings.Replace(pythonTrace, "ValueError", "b.ValueError", 1)+"x")
		}, []string{"log/error", "boom/error"}},
		{"the same twice on one stream are two", func(s *script) {
			s.trace(detect.Python, "one", pythonTrace+"x")
			s.trace(detect.Python, "two", pythonTrace+"x")
		}, []string{"one/error", "two/error"}},
		{"a restarted app has its own crash", func(s *script) {
			s.trace(detect.Python, "one", pythonTrace+"x")
			s.exit(1, "", true)
			s.trace(detect.Python, "two", pythonTrace+"x")
			s.exit(1, "", true)
		}, []string{"one/critical/crash:1", "two/critical/crash:1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, EventOptions{})
			s.t = t
			tt.run(s)
			s.ev.Flush()
			s.want(tt.want...)
			if _, held := s.ev.Held(); held {
				t.Error("something is held after Flush")
			}
		})
	}
}

func TestEventsOtherRun(t *testing.T) {
	s := newScript(t, EventOptions{})
	s.trace(detect.Python, "boom", pythonTrace+"x")
	s.ev.Add(&detect.Record{ID: 100, Stream: capture.Lifecycle, Run: &detect.Run{ID: "r2"},
		Exit: &detect.Exit{Code: 1, Crashed: true}}, false)
	s.want("boom/error", "exit/critical/crash:1")
}

func TestEventsStreamsOutOfOrder(t *testing.T) {
	s := newScript(t, EventOptions{})
	// A trace is complete later than a line that was written behind it.
	s.ev.Add(&detect.Record{ID: 50, Stream: capture.Stdout, Text: []byte("GET / 200")}, false)
	s.ev.Add(&detect.Record{ID: 20, Stream: capture.Stderr, Level: detect.Error, Trace: detect.Python,
		Message: []byte("boom"), Text: []byte(pythonTrace + "x")}, true)
	s.next = 100
	s.exit(137, "SIGKILL", true)
	s.want("boom/error", "exit/critical/crash:137SIGKILL")
}

func TestEventsHold(t *testing.T) {
	s := newScript(t, EventOptions{Hold: time.Second})
	s.ev.Tick(int64(time.Hour))
	s.trace(detect.Python, "boom", pythonTrace+"x")
	s.ev.Tick(int64(time.Hour + time.Second))
	s.want()
	s.ev.Tick(int64(time.Hour)) // a clock that goes back changes nothing
	s.want()
	s.ev.Tick(int64(time.Hour + time.Second + 1))
	s.want("boom/error")
	s.exit(1, "", true)
	s.want("boom/error", "exit/critical/crash:1")

	s.ev.Tick(0) // nor does it make the next trace wait for less
	s.trace(detect.Python, "again", pythonTrace+"x")
	s.ev.Tick(int64(time.Hour + 2*time.Second))
	s.want("boom/error", "exit/critical/crash:1")
}

func TestEventsHoldBeginsWithTheFirstTick(t *testing.T) {
	s := newScript(t, EventOptions{})
	s.trace(detect.Python, "boom", pythonTrace+"x")
	s.ev.Tick(int64(1000 * time.Hour))
	s.want()
	s.ev.Tick(int64(1000*time.Hour + defaultHold + 1))
	s.want("boom/error")
}

func TestEventsWaitingIsBounded(t *testing.T) {
	tests := []struct {
		name, text string
		most       int // events that wait
	}{
		{"records", "no", maxWaiting},
		{"bytes", strings.Repeat("y", 100<<10), 6}, // text and message are kept
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, EventOptions{})
			for round := range 2 {
				s.got = nil
				s.trace(detect.Python, "boom", pythonTrace+"x")
				n := 0
				for ; len(s.got) == 0 && n < 2*maxWaiting; n++ {
					s.critical(fmt.Sprintf("c%d %s", n, tt.text))
				}
				// The one that was too much follows at once.
				if n != tt.most+1 || len(s.got) != n+1 || s.got[0] != "boom/error" || s.got[1] != "c0/critical" || s.got[n] != fmt.Sprintf("c%d/critical", n-1) {
					t.Errorf("round %d: after %d records: %q", round, n, s.got)
				}
			}
		})
	}
}

// TestEventsKeepAll checks that a record held back comes out with all it had.
func TestEventsKeepAll(t *testing.T) {
	s := newScript(t, EventOptions{})
	s.add(detect.Record{Time: 5, Stream: capture.Stdout, Level: detect.Error, Format: detect.Klog, Lines: 4, Partial: true, Why: "why",
		Logger: []byte("app.db"), Message: []byte("the message"), Text: []byte(pythonTrace + "x"), Trace: detect.Python}, true)
	var out *detect.Record
	s.ev.emit = func(r *detect.Record) {
		keep := *r
		keep.Logger, keep.Message, keep.Text = slices.Clone(r.Logger), slices.Clone(r.Message), slices.Clone(r.Text)
		out = &keep
	}
	s.ev.Flush()
	if string(out.Logger) != "app.db" || string(out.Message) != "the message" || string(out.Text) != pythonTrace+"x" {
		t.Errorf("logger %q, message %q, text %q", out.Logger, out.Message, out.Text)
	}
	if out.Time != 5 || out.Stream != capture.Stdout || out.Format != detect.Klog || out.Lines != 4 || !out.Partial || out.Why != "why" || out.Run != testRun || out.End != 10 {
		t.Errorf("%+v", out)
	}
	if x := out.Exceptions(); len(x) != 1 || x[0].Type != "ValueError" || x[0].Value != "x" {
		t.Errorf("exceptions %+v", x)
	}
}

func TestEventsHeld(t *testing.T) {
	const none = math.MaxUint64
	s := newScript(t, EventOptions{})
	s.line(capture.Stdout, "hello")
	if oldest, held := s.ev.Held(); held || oldest != [capture.Streams]capture.Offset{none, none, none} {
		t.Errorf("nothing held: %v %v", oldest, held)
	}
	s.trace(detect.Python, "boom", pythonTrace+"x") // at 10
	s.add(detect.Record{Stream: capture.Stdout, Message: []byte("bad")}, true)
	s.add(detect.Record{Stream: capture.Stdout, Message: []byte("worse")}, true)
	if oldest, held := s.ev.Held(); !held || oldest != [capture.Streams]capture.Offset{20, 10, none} {
		t.Errorf("held: %v %v", oldest, held)
	}
}

func TestEventsCrumbs(t *testing.T) {
	s := newScript(t, EventOptions{Crumbs: 3})
	for i := range 5 {
		s.line(capture.Stdout, fmt.Sprintf("line %d", i))
	}
	s.add(detect.Record{Stream: capture.Stderr, Level: detect.Warning, Time: 77, Logger: []byte("db"),
		Message: []byte(strings.Repeat("x", crumbBytes-1) + "äö")}, false)
	s.trace(detect.Python, "boom", pythonTrace+"x")
	s.line(capture.Stdout, "after")
	s.exit(1, "", true)
	crumbs := s.recs[0].Event.Crumbs
	if len(crumbs) != 3 || crumbs[0].Message != "line 3" || crumbs[1].Message != "line 4" {
		t.Fatalf("crumbs %+v", crumbs)
	}
	last := crumbs[2]
	if last.Logger != "db" || last.Level != detect.Warning || last.Time != 77 || last.Stream != capture.Stderr {
		t.Errorf("crumb %+v", last)
	}
	if len(last.Message) != crumbBytes-1 || !utf8.ValidString(last.Message) {
		t.Errorf("message of %d bytes, want %d and no half character", len(last.Message), crumbBytes-1)
	}

	s = newScript(t, EventOptions{Crumbs: -1})
	s.line(capture.Stdout, "before")
	s.critical("gone")
	if n := len(s.recs[0].Event.Crumbs); n != 0 {
		t.Errorf("%d crumbs, want none", n)
	}
}

func TestEventsDoNotChangeTheRecord(t *testing.T) {
	e := NewEvents(EventOptions{}, func(*detect.Record) {})
	r := detect.Record{Exit: &detect.Exit{Code: 1, Crashed: true}, Level: detect.Info}
	e.Add(&r, false)
	if r.Level != detect.Info || r.Event != nil {
		t.Errorf("the caller's record was changed: %+v", r)
	}
}

func TestEventsAllocs(t *testing.T) {
	e := NewEvents(EventOptions{}, func(*detect.Record) { t.Error("emitted") })
	r := &detect.Record{Stream: capture.Stdout, Logger: []byte("app.db"), Message: []byte("GET /index.html 200 12ms")}
	trace := &detect.Record{Stream: capture.Stderr, Trace: detect.Python, Text: []byte(pythonTrace), Message: []byte("x")}
	e.Add(trace, false)
	clock := int64(0)
	for range 300 {
		e.Add(r, false)
	}
	if n := testing.AllocsPerRun(1000, func() {
		clock++
		e.Tick(clock)
		e.Add(r, false)
	}); n != 0 {
		t.Errorf("%v allocations a record, want 0", n)
	}
}

// TestEventsProperty drives random records through Events: what routing calls
// an event comes out once and in order, and cursors held back never go back.
func TestEventsProperty(t *testing.T) {
	for seed := range uint64(150) {
		checkEvents(t, rand.New(rand.NewPCG(seed, 1)))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func checkEvents(t *testing.T, rnd *rand.Rand) {
	var out []detect.Record
	e := NewEvents(EventOptions{Crumbs: 5}, func(r *detect.Record) { out = append(out, *r) })
	var want []capture.Offset // events by routing
	crashes, hangs, clock, told := 0, 0, int64(0), 0
	var before [capture.Streams]capture.Offset
	for id := capture.Offset(0); id < 300; id++ {
		r := randomRecord(rnd, id)
		event := r.Level >= detect.Critical || r.Trace != detect.NoLanguage && r.Level >= detect.Error
		if r.Exit != nil && r.Exit.Crashed {
			crashes++
		}
		if r.Hang != nil {
			hangs++
		}
		if r.Exit == nil && r.Hang == nil && (event || r.Loop != nil) {
			want = append(want, id)
		}
		clock += rnd.Int64N(int64(2 * time.Second))
		e.Tick(clock)
		e.Add(&r, event)
		if len(e.queue) > 0 && e.doubled[r.Stream] && e.queue[0].rec.ID != id && r.Trace != detect.NoLanguage {
			told++
		}
		oldest, held := e.Held()
		for s, at := range oldest {
			if at != math.MaxUint64 && (at < before[s] || at > id) {
				t.Errorf("stream %d held at %d after %d", s, at, before[s])
			}
			if at != math.MaxUint64 {
				before[s] = at
			}
		}
		if held != (oldest != [capture.Streams]capture.Offset{math.MaxUint64, math.MaxUint64, math.MaxUint64}) {
			t.Errorf("held %v does not fit %v", held, oldest)
		}
	}
	e.Flush()
	crashed, hung, seen, last := 0, 0, map[capture.Offset]bool{}, int64(-1)
	for _, r := range out {
		switch {
		case r.Event.Hang != nil: // its dump, which comes later, takes its place
			hung++
		case int64(r.ID) <= last:
			t.Errorf("event %d came after %d", r.ID, last)
		default:
			last = int64(r.ID)
		}
		if r.Event.Crash != nil {
			crashed++
		}
		seen[r.ID] = true
		for _, c := range r.Event.Crumbs {
			if c.Time >= r.Time {
				t.Errorf("event %d has a crumb from %d", r.ID, c.Time)
			}
		}
	}
	if crashed != crashes {
		t.Errorf("%d crashes came out as %d", crashes, crashed)
	}
	if hung != hangs {
		t.Errorf("%d hangs came out as %d", hangs, hung)
	}
	missing := 0
	for _, id := range want {
		if !seen[id] {
			missing++
		}
	}
	if missing > told {
		t.Errorf("%d events are missing, %d were told twice", missing, told)
	}
}

func randomRecord(rnd *rand.Rand, id capture.Offset) detect.Record {
	r := detect.Record{ID: id, Time: int64(id), Stream: capture.Stream(rnd.IntN(2)), Run: testRun}
	r.Level = []detect.Level{detect.NotSet, detect.Info, detect.Error, detect.Critical}[rnd.IntN(4)]
	r.Text = []byte("a line")
	switch rnd.IntN(12) {
	case 10, 11:
		alarm := randomAlarm(rnd, id)
		alarm.Time = int64(id)
		return alarm
	case 0:
		ends := []detect.Exit{{}, {Code: 1}, {Code: 1, Crashed: true}, {Code: 2, Crashed: true}, {Code: 137, Signal: "SIGKILL", Crashed: true}}
		r.Stream, r.Exit, r.Level = capture.Lifecycle, &ends[rnd.IntN(len(ends))], detect.Info
	case 1, 2:
		r.Trace, r.Text = detect.Python, []byte(pythonTrace+string(rune('a'+rnd.IntN(3))))
	case 3:
		r.Trace, r.Text = detect.Go, []byte(goTrace+"x"+goFrames)
	}
	r.Message = r.Text
	return r
}

func BenchmarkEventsAdd(b *testing.B) {
	e := NewEvents(EventOptions{}, func(*detect.Record) {})
	r := &detect.Record{Stream: capture.Stdout, Text: []byte("GET /index.html 200 12ms"), Message: []byte("GET /index.html 200 12ms")}
	b.ReportAllocs()
	for b.Loop() {
		e.Add(r, false)
	}
}
