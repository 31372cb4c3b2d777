package route

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// store is a sink that keeps what it is given, once for each ID.
type store struct {
	mu      sync.Mutex
	order   []string
	byID    map[capture.Offset]string
	again   int // records that came more than once
	deliver func(batch []detect.Record) error
}

func newStore() *store { return &store{byID: map[capture.Offset]string{}} }

func (s *store) Deliver(ctx context.Context, batch []detect.Record) error {
	var err error
	if s.deliver != nil {
		err = s.deliver(batch)
	}
	var partial *Partial
	if errors.As(err, &partial) {
		batch = batch[:partial.Retry[0]] // the rest comes again
	} else if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch {
		r := &batch[i]
		if old, ok := s.byID[r.ID]; ok {
			s.again++
			if old != string(r.Text) {
				return Permanent(fmt.Errorf("record %d was %q, is now %q", r.ID, old, r.Text))
			}
			continue
		}
		s.byID[r.ID] = string(r.Text)
		s.order = append(s.order, string(r.Text))
	}
	return err
}

func (s *store) Close() error { return nil }

func (s *store) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.order...)
}

// rig is a journal with handlers a, b, … on the root logger.
type rig struct {
	t       *testing.T
	journal *capture.Journal
	names   []string
}

func newRig(t *testing.T, size int64, block bool, handlers ...string) *rig {
	t.Helper()
	j, err := capture.OpenJournal(capture.JournalOptions{Size: size, Block: block})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	if _, err := j.Register(handlers); err != nil {
		t.Fatal(err)
	}
	j.BeginRun(capture.Run{PID: 4711, Command: "app", Started: time.Now().UnixNano()})
	return &rig{t: t, journal: j, names: handlers}
}

// router makes a router on descriptors of its own, as a new process would.
func (r *rig) router(events bool, sinks ...Sink) *Router {
	r.t.Helper()
	var files []*os.File
	for _, f := range r.journal.Files() {
		fd, err := syscall.Dup(int(f.Fd()))
		if err != nil {
			r.t.Fatal(err)
		}
		syscall.SetNonblock(fd, true) // so that Close ends a Read
		files = append(files, os.NewFile(uintptr(fd), f.Name()))
	}
	r.t.Cleanup(func() {
		for _, f := range files {
			f.Close()
		}
	})
	view, err := capture.OpenView(files)
	if err != nil {
		r.t.Fatal(err)
	}
	var handlers []Handler
	var to []Destination
	root := Logger{Name: Root, Level: detect.Trace}
	for i, name := range r.names {
		handlers = append(handlers, Handler{Name: name, Events: events, Traces: events})
		root.Handlers = append(root.Handlers, i)
		dst := Destination{Name: name, Sink: sinks[i]}
		if events {
			dst.Events = &EventOptions{Output: 20}
		}
		to = append(to, dst)
	}
	tree, err := NewTree([]Logger{root}, handlers, Defaults{})
	if err != nil {
		r.t.Fatal(err)
	}
	router, err := New(Options{View: view, Tree: tree, Destinations: to, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		r.t.Fatal(err)
	}
	return router
}

// finish ends the journal as a parent does when its app is gone.
func (r *rig) finish(flush time.Duration) {
	r.journal.End(capture.Stdout)
	r.journal.End(capture.Stderr)
	r.journal.Finish(time.Now().Add(flush))
}

// write appends numbered lines to both streams, cut at random places, and
// returns them.
func (r *rig) write(rnd *rand.Rand, from, n int) (lines [2][]string) {
	var text [2]string
	for i := from; i < from+n; i++ {
		s := rnd.Intn(2)
		line := fmt.Sprintf("INFO:app:line %d on %d %s", i, s, strings.Repeat("x", rnd.Intn(200)))
		if rnd.Intn(500) == 0 {
			line = fmt.Sprintf("Traceback (most recent call last):\n  File \"a.py\", line %d, in f\n    g()\nValueError: %d", i, i)
		}
		lines[s] = append(lines[s], line)
		text[s] += line + "\n"
		if rnd.Intn(8) == 0 {
			cut := rnd.Intn(len(text[s]) + 1)
			r.append(capture.Stream(s), text[s][:cut])
			text[s] = text[s][cut:]
		}
	}
	for s := range text {
		r.append(capture.Stream(s), text[s])
	}
	return lines
}

func (r *rig) append(s capture.Stream, text string) {
	for errors.Is(r.journal.Append(s, []byte(text)), capture.ErrFull) {
		time.Sleep(time.Millisecond)
	}
}

func split(texts []string) (byStream [2][]string) {
	for _, t := range texts {
		s := 0
		if strings.Contains(t, " on 1 ") {
			s = 1
		}
		byStream[s] = append(byStream[s], t)
	}
	return byStream
}

// onlyLines leaves the numbered lines.
func onlyLines(texts []string) (lines []string) {
	for _, t := range texts {
		if strings.HasPrefix(t, "INFO:app:line ") {
			lines = append(lines, t)
		}
	}
	return lines
}

func sameTexts(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("%s: record %d is %.80q, want %.80q", what, i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d records, want %d", what, len(got), len(want))
	}
}

func TestEveryHandlerGetsEverythingInOrder(t *testing.T) {
	r := newRig(t, 4<<20, true, "a", "b")
	a, b := newStore(), newStore()
	done := make(chan error, 1)
	router := r.router(false, a, b)
	go func() { done <- router.Run(t.Context()) }()
	want := r.write(rand.New(rand.NewSource(1)), 0, 30_000)
	r.finish(time.Minute)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*store{"a": a, "b": b} {
		got := split(onlyLines(s.texts()))
		for stream := range want {
			sameTexts(t, fmt.Sprintf("handler %s, stream %d", name, stream), got[stream], onlyLines(want[stream]))
		}
		if s.again > 0 {
			t.Errorf("handler %s: %d records came twice", name, s.again)
		}
	}
	for _, l := range r.journal.Backlogs() {
		if l.Lines != 0 || l.Lost != 0 {
			t.Errorf("backlog %+v", l)
		}
	}
}

// A handler that is stuck must not hold up the others, and must catch up.
func TestSlowHandlerDelaysNobody(t *testing.T) {
	r := newRig(t, 64<<20, true, "fast", "slow")
	fast, slow := newStore(), newStore()
	var stuck atomic.Bool
	stuck.Store(true)
	slow.deliver = func([]detect.Record) error {
		if stuck.Load() {
			return errors.New("not now")
		}
		return nil
	}
	done := make(chan error, 1)
	router := r.router(false, fast, slow)
	go func() { done <- router.Run(t.Context()) }()
	want := r.write(rand.New(rand.NewSource(2)), 0, 120_000)
	n := len(onlyLines(want[0])) + len(onlyLines(want[1]))
	poll(t, "the fast handler to have everything", func() bool { return len(onlyLines(fast.texts())) >= n })
	stuck.Store(false)
	r.finish(time.Minute)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*store{"fast": fast, "slow": slow} {
		got := split(onlyLines(s.texts()))
		for stream := range want {
			sameTexts(t, name, got[stream], onlyLines(want[stream]))
		}
	}
	if slow.again > 0 {
		t.Errorf("%d records came twice", slow.again)
	}
}

// poll waits for a condition, up to a deadline no healthy run comes near.
func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}

// tail lists the indices of the second half of n records.
func tail(n int) (indices []int) {
	for i := n / 2; i < n; i++ {
		indices = append(indices, i)
	}
	return indices
}

// A router may be stopped anywhere and its successor has to produce the same
// records, in the same order, with the same IDs.
func TestRestartsChangeNothing(t *testing.T) {
	r := newRig(t, 64<<20, true, "a", "b")
	a, b := newStore(), newStore()
	rnd := rand.New(rand.NewSource(3))
	var failures atomic.Int64
	b.deliver = func(batch []detect.Record) error {
		if failures.Add(1)%7 == 0 {
			return &Partial{Retry: tail(len(batch)), Err: errors.New("one more time")}
		}
		return nil
	}
	var want [2][]string
	done := make(chan error, 1)
	written := make(chan struct{})
	go func() {
		defer close(written)
		rnd := rand.New(rand.NewSource(4))
		for round := range 60 {
			for s, lines := range r.write(rnd, round*1000, 1000) {
				want[s] = append(want[s], lines...)
			}
		}
	}()
	restarts := 0
	for ; !isClosed(written); restarts++ {
		ctx, cancel := context.WithCancel(t.Context())
		router := r.router(false, a, b)
		go func() { done <- router.Run(ctx) }()
		time.Sleep(time.Duration(rnd.Intn(8000)) * time.Microsecond)
		cancel()
		<-done
	}
	t.Logf("%d restarts", restarts)
	router := r.router(false, a, b)
	go func() { done <- router.Run(t.Context()) }()
	r.finish(time.Minute)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*store{"a": a, "b": b} {
		got := split(onlyLines(s.texts()))
		for stream := range want {
			sameTexts(t, fmt.Sprintf("handler %s, stream %d", name, stream), got[stream], onlyLines(want[stream]))
		}
		t.Logf("handler %s: %d records came again after restarts", name, s.again)
	}
}

func TestWhatIsDroppedIsCountedAndSaid(t *testing.T) {
	r := newRig(t, capture.MinSize, false, "a")
	a := newStore()
	var open atomic.Bool
	a.deliver = func([]detect.Record) error {
		if !open.Load() {
			return errors.New("not now")
		}
		return nil
	}
	done := make(chan error, 1)
	router := r.router(false, a)
	go func() { done <- router.Run(t.Context()) }()
	want := r.write(rand.New(rand.NewSource(4)), 0, 100_000)
	written := 0
	for _, lines := range want {
		for _, l := range lines {
			written += strings.Count(l, "\n") + 1
		}
	}
	open.Store(true)
	r.finish(time.Minute)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var arrived, said int
	for _, text := range a.texts() {
		var n int
		if c, _ := fmt.Sscanf(text, "%d lines dropped", &n); c == 1 {
			said += n
		} else {
			arrived += strings.Count(text, "\n") + 1
		}
	}
	lost := r.journal.Backlogs()[0].Lost
	if lost == 0 || arrived+int(lost) != written {
		t.Errorf("%d lines written, %d arrived, %d counted as lost", written, arrived, lost)
	}
	if said == 0 || said > int(lost) {
		t.Errorf("%d lines were said to be dropped, %d are counted", said, lost)
	}
}

func TestUndeliveredStaysAndIsCounted(t *testing.T) {
	r := newRig(t, 4<<20, false, "dead")
	dead := newStore()
	dead.deliver = func([]detect.Record) error { return errors.New("nobody there") }
	done := make(chan error, 1)
	router := r.router(false, dead)
	go func() { done <- router.Run(t.Context()) }()
	for i := range 100 {
		r.append(capture.Stdout, fmt.Sprintf("line %d\n", i))
	}
	start := time.Now()
	r.finish(300 * time.Millisecond)
	<-done
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the router took %v to give up", took)
	}
	if got := r.journal.Backlogs()[0].Lines; got != 100 {
		t.Errorf("backlog of %d lines, want 100", got)
	}
}

func TestCrashIsOneEvent(t *testing.T) {
	r := newRig(t, 4<<20, false, "sentry")
	sink := newStore()
	var events []string
	sink.deliver = func(batch []detect.Record) error {
		for i := range batch {
			e := batch[i].Event
			events = append(events, fmt.Sprintf("%v crash=%v crumbs=%d", batch[i].Level, e.Crash != nil, len(e.Crumbs)))
		}
		return nil
	}
	done := make(chan error, 1)
	router := r.router(true, sink)
	go func() { done <- router.Run(t.Context()) }()
	r.append(capture.Stdout, "starting\n")
	r.append(capture.Stderr, "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    f()\nValueError: x\n")
	r.journal.End(capture.Stdout)
	r.journal.End(capture.Stderr)
	r.append(capture.Lifecycle, `{"time":"2026-11-23T00:00:00Z","level":"CRITICAL","msg":"app ended","logger":"logwrap","exit_code":1,"crashed":true}`+"\n")
	r.journal.Finish(time.Now().Add(time.Minute))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(events) != 1 || events[0] != "critical crash=true crumbs=1" {
		t.Errorf("events: %q", events)
	}
}

// TestAlarmsAreEvents lets records of the app's life come as they do in a
// journal, a worker's death before the detector is done with the worker's trace.
func TestAlarmsAreEvents(t *testing.T) {
	r := newRig(t, 4<<20, false, "sentry")
	sink := newStore()
	var events []string
	sink.deliver = func(batch []detect.Record) error {
		for i := range batch {
			rec := &batch[i]
			switch e := rec.Event; {
			case e.Hang != nil:
				events = append(events, fmt.Sprintf("hang for %v, %v, ended: %t", e.Hang.Silent, rec.Trace, e.Crash != nil))
			case e.Crash != nil && e.Crash.Worker != nil:
				events = append(events, fmt.Sprintf("worker %d, %v, %v", e.Crash.Worker.PID, rec.Level, rec.Trace))
			case e.Crash != nil && e.Crash.Lost != nil:
				events = append(events, fmt.Sprintf("lost, reboot: %t", e.Crash.Lost.Rebooted))
			case rec.Loop != nil:
				events = append(events, fmt.Sprintf("loop of %d", rec.Loop.Restarts))
			default:
				events = append(events, fmt.Sprintf("%+v", *e))
			}
		}
		return nil
	}
	done := make(chan error, 1)
	router := r.router(true, sink)
	go func() { done <- router.Run(t.Context()) }()
	const head = `{"time":"2026-11-23T00:00:00Z","logger":"logwrap","msg":"x",`
	r.append(capture.Lifecycle, head+`"level":"CRITICAL","event":"lost","pid":3,"exit_code":137,"signal":"SIGKILL","crashed":true,"rebooted":true}`+"\n")
	r.append(capture.Lifecycle, head+`"level":"INFO","event":"start","pid":7}`+"\n")
	r.append(capture.Stderr, "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f9ebd12d040 (most recent call first):\n  File \"a.py\", line 1 in f\n")
	r.append(capture.Lifecycle, head+`"level":"ERROR","event":"worker","pid":17,"parent_pid":7,"exit_code":139,"signal":"SIGSEGV"}`+"\n")
	r.append(capture.Lifecycle, head+`"level":"INFO","event":"worker","pid":18,"parent_pid":7,"exit_code":1}`+"\n")
	r.append(capture.Stderr, "going on\n")
	r.append(capture.Stderr, "SIGQUIT: quit\nPC=0x46e0a1 m=0 sigcode=0\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n\t/srv/main.go:5 +0x1d\n\n")
	r.append(capture.Lifecycle, head+`"level":"ERROR","event":"hang","pid":7,"silent_ms":60000,"dump_signal":"SIGQUIT"}`+"\n")
	r.journal.End(capture.Stdout)
	r.journal.End(capture.Stderr)
	r.append(capture.Lifecycle, head+`"level":"INFO","event":"end","pid":7,"exit_code":2,"crashed":false,"stop_reason":"watchdog"}`+"\n")
	r.append(capture.Lifecycle, head+`"level":"CRITICAL","event":"crash_loop","restarts":5,"exit_code":2}`+"\n")
	r.journal.Finish(time.Now().Add(time.Minute))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	want := []string{"lost, reboot: true", "worker 17, error, python", "hang for 1m0s, go, ended: true", "loop of 5"}
	if !slices.Equal(events, want) {
		t.Errorf("events\n got %q\nwant %q", events, want)
	}
}
