package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	faultTrace = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n  File \"a.py\", line 1 in f"
	abortTrace = "Traceback (most recent call last):\n  File \"/srv/app.py\", line 3, in <module>\nSystemExit: 1"
	dumpOfGo   = "SIGQUIT: quit\nPC=0x46e0a1 m=0 sigcode=0\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n\t/srv/main.go:5 +0x1d"
	threadDump = "2026-11-22 10:00:00\nFull thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode, sharing):\n\n" +
		"\"main\" #1 prio=5 os_prio=0 tid=0x7f nid=0x1 runnable\n   java.lang.Thread.State: RUNNABLE\n\tat Main.main(Main.java:4)\n"
	lateDump    = "Timeout (0:00:05)!\nThread 0x7f1 (most recent call first):\n  File \"a.py\", line 1 in f"
	stopTimeout = 8 * time.Second
)

func (s *script) lifecycle(r detect.Record) {
	r.Stream, r.Message = capture.Lifecycle, []byte("app ended")
	if r.Level == detect.NotSet {
		r.Level = detect.Error
	}
	s.add(r, false)
}

func (s *script) worker(code int, signal string, crashed bool) {
	s.lifecycle(detect.Record{Exit: &detect.Exit{Code: code, Signal: signal, Crashed: crashed, Worker: &detect.Worker{PID: 17, Parent: 7}}})
}

func (s *script) hang(dump string) {
	r := detect.Record{Stream: capture.Lifecycle, Level: detect.Error, Message: []byte("hang"), Hang: &detect.Hang{PID: 7, DumpSignal: dump}}
	s.add(r, false)
}

func (s *script) dump(name, text string) {
	s.add(detect.Record{Stream: capture.Stdout, Level: detect.Info, Trace: detect.Java, Message: []byte(name), Text: []byte(text)}, false)
}

func (s *script) hungEnd() {
	s.lifecycle(detect.Record{Level: detect.Critical, Exit: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, Hung: true}})
}

func (s *script) after(d time.Duration) {
	s.ev.Tick(s.ev.clock + int64(d))
}

func TestEventsOfAlarms(t *testing.T) {
	tests := []struct {
		name string
		run  func(s *script)
		want []string
	}{
		{"a worker's death after its trace", func(s *script) {
			s.trace(detect.Python, "boom", faultTrace)
			s.line(capture.Stderr, "Extension modules: numpy (total: 1)")
			s.worker(139, "SIGSEGV", true)
		}, []string{"boom/error/worker:139SIGSEGV"}},
		{"a worker's death before its trace", func(s *script) {
			s.worker(139, "SIGSEGV", true)
			s.line(capture.Stdout, "GET / 200")
			s.trace(detect.Python, "boom", faultTrace)
			s.line(capture.Stdout, "GET / 200")
		}, []string{"boom/error/worker:139SIGSEGV"}},
		{"aborted by its master", func(s *script) {
			s.trace(detect.Python, "boom", abortTrace)
			s.line(capture.Stderr, "[CRITICAL] WORKER TIMEOUT")
			s.worker(134, "SIGABRT", true)
		}, []string{"boom/error/worker:134SIGABRT"}},
		{"a worker's exit after a trace, others going on", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.line(capture.Stderr, "GET / 200")
			s.worker(1, "", true)
			s.line(capture.Stderr, "GET / 200")
		}, []string{"boom/error", "exit/error/worker:1"}},
		{"a worker's exit after its last word", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.worker(1, "", true)
		}, []string{"boom/error/worker:1"}},
		{"a trace that does not explain a fault waits for its own end", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.worker(139, "SIGSEGV", true)
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1", "exit/error/worker:139SIGSEGV"}},
		{"a worker behind an unrelated trace, then its own", func(s *script) {
			s.trace(detect.Python, "other", pythonTrace+"x")
			s.worker(139, "SIGSEGV", true)
			s.critical("worker is gone")
			s.trace(detect.Python, "boom", faultTrace)
		}, []string{"other/error", "worker/critical", "boom/error/worker:139SIGSEGV"}},
		{"two workers, two traces", func(s *script) {
			s.worker(139, "SIGSEGV", true)
			s.worker(134, "SIGABRT", true)
			s.trace(detect.Python, "one", faultTrace)
			s.trace(detect.Python, "two", abortTrace)
		}, []string{"exit/error/worker:134SIGABRT", "one/error/worker:139SIGSEGV", "two/error"}},
		{"a worker killed by the kernel waits for nothing", func(s *script) {
			s.worker(137, "SIGKILL", true)
			s.want("exit/error/worker:137SIGKILL")
		}, []string{"exit/error/worker:137SIGKILL"}},
		{"a worker killed right after a trace", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.worker(137, "SIGKILL", true)
		}, []string{"boom/error", "exit/error/worker:137SIGKILL"}},
		{"a worker that ended as it should", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.worker(1, "", false)
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1"}},
		{"the worker's trace is not told again by the app's end", func(s *script) {
			s.trace(detect.Python, "boom", faultTrace)
			s.worker(139, "SIGSEGV", true)
			s.exit(1, "", true)
		}, []string{"boom/error/worker:139SIGSEGV", "exit/critical/crash:1"}},

		{"a hang alone", func(s *script) {
			s.line(capture.Stdout, "working")
			s.hang("")
			s.line(capture.Stdout, "working again")
		}, []string{"hang/error/hang"}},
		{"a hang, its dump before", func(s *script) {
			s.trace(detect.Go, "dump", dumpOfGo)
			s.hang("SIGQUIT")
		}, []string{"dump/error/hang"}},
		{"a hang, its dump behind", func(s *script) {
			s.hang("SIGQUIT")
			s.critical("hm")
			s.trace(detect.Go, "dump", dumpOfGo)
		}, []string{"dump/error/hang", "hm/critical"}},
		{"a hang, nobody asked for a dump", func(s *script) {
			s.hang("")
			s.trace(detect.Python, "boom", pythonTrace+"x")
		}, []string{"hang/error/hang", "boom/error"}},
		{"an older trace is no dump", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.line(capture.Stderr, "GET / 200")
			s.hang("SIGQUIT")
		}, []string{"boom/error", "hang/error/hang"}},
		{"ended because it hung, at the stop timeout", func(s *script) {
			s.hang("")
			s.after(stopTimeout)
			s.hungEnd()
		}, []string{"hang/critical/crash:137SIGKILL/hang"}},
		{"ended because it hung, with a dump", func(s *script) {
			s.hang("SIGUSR1")
			s.trace(detect.Python, "dump", faultTrace)
			s.line(capture.Stderr, "stopping")
			s.after(stopTimeout)
			s.hungEnd()
		}, []string{"dump/critical/crash:137SIGKILL/hang"}},
		{"stopped by the watchdog", func(s *script) {
			s.trace(detect.Go, "dump", dumpOfGo)
			s.hang("SIGQUIT")
			s.lifecycle(detect.Record{Level: detect.Info, Exit: &detect.Exit{Code: 143, Signal: "SIGTERM", Stop: detect.Stop{Reason: detect.StoppedByWatchdog}}})
		}, []string{"dump/critical/crash:143SIGTERM/hang"}},
		{"stopped by the watchdog long after", func(s *script) {
			s.hang("")
			s.after(time.Minute)
			s.lifecycle(detect.Record{Level: detect.Info, Exit: &detect.Exit{Code: 143, Signal: "SIGTERM", Stop: detect.Stop{Reason: detect.StoppedByWatchdog}}})
		}, []string{"hang/error/hang"}},
		{"killed by its dump before the hang was told", func(s *script) {
			s.trace(detect.Go, "dump", dumpOfGo)
			s.lifecycle(detect.Record{Level: detect.Critical, Exit: &detect.Exit{Code: 2, Crashed: true, Hung: true}})
		}, []string{"dump/critical/crash:2"}},
		{"ended by the dump it was asked for", func(s *script) {
			s.trace(detect.Go, "dump", dumpOfGo)
			s.hang("SIGQUIT")
			s.exit(2, "", true)
		}, []string{"dump/critical/crash:2/hang"}},
		{"a hang, then a crash of its own", func(s *script) {
			s.hang("")
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.exit(1, "", true)
		}, []string{"hang/error/hang", "boom/critical/crash:1"}},
		{"a hang, then a clean end", func(s *script) {
			s.hang("")
			s.exit(0, "", false)
		}, []string{"hang/error/hang"}},
		{"a dump alone is no event", func(s *script) {
			s.dump("dump", threadDump)
			s.after(time.Minute)
		}, nil},
		{"a dump explains no crash", func(s *script) {
			s.dump("dump", threadDump)
			s.exit(1, "", true)
		}, []string{"exit/critical/crash:1"}},
		{"nor a kill", func(s *script) {
			s.dump("dump", threadDump)
			s.exit(137, "SIGKILL", true)
		}, []string{"exit/critical/crash:137SIGKILL"}},
		{"a dump before the hang, other lines in between", func(s *script) {
			s.dump("dump", threadDump)
			s.line(capture.Stdout, "GET / 200")
			s.hang("SIGQUIT")
		}, []string{"dump/error/hang"}},
		{"a dump behind the hang", func(s *script) {
			s.hang("SIGQUIT")
			s.line(capture.Stdout, "GET / 200")
			s.dump("dump", threadDump)
			s.hungEnd()
		}, []string{"dump/critical/crash:137SIGKILL/hang"}},
		{"a dump that nobody asked for", func(s *script) {
			s.dump("dump", threadDump)
			s.hang("")
		}, []string{"hang/error/hang"}},
		{"a dump does not hide the trace before it", func(s *script) {
			s.trace(detect.Java, "boom", javaTrace)
			s.dump("dump", threadDump)
			s.exit(1, "", true)
		}, []string{"boom/critical/crash:1"}},
		{"the timer that ends the app", func(s *script) {
			s.add(detect.Record{Stream: capture.Stderr, Level: detect.Warning, Trace: detect.Python, Message: []byte("late"), Text: []byte(lateDump)}, false)
			s.exit(1, "", true)
		}, []string{"late/critical/crash:1"}},
		{"ended long after", func(s *script) {
			s.hang("")
			s.after(time.Minute)
			s.hungEnd()
		}, []string{"hang/error/hang", "exit/critical/crash:137SIGKILL"}},

		{"lost", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.lifecycle(detect.Record{Exit: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, Lost: &detect.Lost{}}})
		}, []string{"boom/error", "exit/critical/crash:137SIGKILL"}},
		{"killed for memory, with a trace as the last word", func(s *script) {
			s.trace(detect.Python, "boom", pythonTrace+"x")
			s.lifecycle(detect.Record{Exit: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, OOM: detect.OOM{Killed: true}}})
		}, []string{"boom/error", "exit/critical/crash:137SIGKILL"}},
		{"crash loop", func(s *script) {
			s.exit(1, "", true)
			s.add(detect.Record{Stream: capture.Lifecycle, Level: detect.Critical, Message: []byte("loop"), Loop: &detect.Loop{Restarts: 5, Code: 1}}, false)
		}, []string{"exit/critical/crash:1", "loop/critical"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, EventOptions{})
			s.t = t
			s.ev.Tick(int64(time.Hour))
			tt.run(s)
			s.ev.Flush()
			s.want(tt.want...)
			if _, held := s.ev.Held(); held {
				t.Error("something is held after Flush")
			}
		})
	}
}

func TestEventsOfAnotherRunsWorker(t *testing.T) {
	s := newScript(t, EventOptions{})
	s.trace(detect.Python, "boom", faultTrace)
	s.ev.Add(&detect.Record{ID: 100, Stream: capture.Lifecycle, Run: &detect.Run{ID: "r2"},
		Exit: &detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true, Worker: &detect.Worker{}}}, false)
	s.ev.Flush()
	s.want("boom/error", "exit/error/worker:139SIGSEGV")
}

// TestEventsHeldHang checks that a cursor goes back to the hang and to the dump.
func TestEventsHeldHang(t *testing.T) {
	const none = math.MaxUint64
	s := newScript(t, EventOptions{})
	s.trace(detect.Go, "dump", dumpOfGo) // at 0
	s.hang("SIGQUIT")                    // at 10
	if oldest, _ := s.ev.Held(); oldest != [capture.Streams]capture.Offset{none, 0, 10} {
		t.Errorf("the dump first: %v", oldest)
	}
	s = newScript(t, EventOptions{})
	s.line(capture.Stdout, "x")
	s.hang("SIGQUIT")                    // at 10
	s.trace(detect.Go, "dump", dumpOfGo) // at 20
	if oldest, _ := s.ev.Held(); oldest != [capture.Streams]capture.Offset{none, 20, 10} {
		t.Errorf("the hang first: %v", oldest)
	}
}

// TestEventsReplay kills and continues: a second Events that gets what Held says
// is not done with emits, with what the first one had emitted, the very same
// events, each once.
func TestEventsReplay(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		records := make([]detect.Record, 120)
		for i := range records {
			records[i] = randomAlarm(rnd, capture.Offset(10*i+10))
		}
		whole := replay(records, math.MaxInt)
		for _, kill := range []int{rnd.IntN(len(records)), rnd.IntN(len(records)), len(records) - 1} {
			if got := replay(records, kill); !slices.Equal(got, whole) {
				t.Fatalf("seed %d, killed after %d\n got %q\nwant %q", seed, kill, got, whole)
			}
		}
	}
}

// replay returns the events of records when Events is thrown away after the
// record with index kill and a new one goes on from what was held.
func replay(records []detect.Record, kill int) (out []string) {
	emit := func(r *detect.Record) { out = append(out, fmt.Sprint(r.ID, " ", describe(r))) }
	e := NewEvents(EventOptions{Crumbs: -1}, emit)
	var from [capture.Streams]capture.Offset
	for i := 0; i < len(records); i++ {
		r := records[i]
		if r.ID < from[r.Stream] {
			continue
		}
		e.Tick(r.Time)
		e.Add(&r, r.Level >= detect.Error)
		if i == kill {
			kill = math.MaxInt
			oldest, _ := e.Held()
			for s := range from {
				from[s] = min(oldest[s], r.ID+1)
			}
			e = NewEvents(EventOptions{Crumbs: -1}, emit)
			i = -1
		}
	}
	e.Flush()
	return out
}

// randomAlarm makes a record of stderr or of the life of the app.
func randomAlarm(rnd *rand.Rand, id capture.Offset) detect.Record {
	r := detect.Record{ID: id, End: id + 10, Time: int64(id) * int64(100*time.Millisecond), Stream: capture.Stderr, Level: detect.Error, Run: testRun}
	r.Message, r.Text = []byte("line"), []byte("line")
	life := func() {
		r.Stream, r.Message = capture.Lifecycle, []byte("life")
	}
	switch rnd.IntN(12) {
	case 0:
		r.Trace, r.Message, r.Text = detect.Python, []byte("fault"), []byte(faultTrace)
	case 1:
		r.Trace, r.Message, r.Text = detect.Go, []byte("dump"), []byte(dumpOfGo)
	case 2:
		r.Trace, r.Message, r.Text = detect.Python, []byte("trace"), []byte(pythonTrace)
	case 3:
		life()
		r.Exit = &detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true, Worker: &detect.Worker{}}
	case 4:
		life()
		r.Exit = &detect.Exit{Code: 1, Crashed: true, Worker: &detect.Worker{}}
	case 9:
		r.Level, r.Trace, r.Message, r.Text = detect.Info, detect.Java, []byte("dump"), []byte(threadDump)
	case 5:
		life()
		r.Hang = &detect.Hang{DumpSignal: []string{"", "SIGQUIT"}[rnd.IntN(2)]}
	case 6:
		life()
		r.Exit = &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, Hung: true}
	case 7:
		life()
		r.Exit = &detect.Exit{Code: 1, Crashed: rnd.IntN(2) == 0}
	case 8:
		life()
		r.Loop = &detect.Loop{Restarts: 1}
	default:
		r.Level = detect.Level(10 * rnd.IntN(6))
	}
	return r
}
