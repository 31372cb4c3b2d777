package route

import (
	"bytes"
	"math"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	defaultHold   = 5 * time.Second
	defaultCrumbs = 100
	hangHolds     = 3 // a hang is held that many times as long: for the end that the stop timeout brings

	// What may wait behind a held trace. Beyond it the trace is let go: an app
	// that writes that much after a trace was not ended by it.
	maxWaiting      = 64
	maxWaitingBytes = 1 << 20
)

// Events decides which records are events and joins the trace that killed the
// app with the exit that follows, so that one crash is one event. Beside what is
// an event by level or trace, these are one each: the crash of a run, also one
// that the next start found lost; the death of a worker; a hang; and giving up
// on restarts.
//
// Every trace is held back for a while, for the exit may follow; whether it is
// an event by level or not, a crash makes it one. The exit of a crashed run
// belongs to the trace if that is the last one of the run and
//
//   - the trace was not logged below error, and the run ended as the runtime
//     ends on an uncaught error, or the runtime itself says that it did
//     (fatalEnd), whatever was logged in between, unless the trace may be a mere
//     warning; or
//   - the run ended by exiting with another code, and the trace is the last thing
//     on its stream: an app that logs what is wrong and calls exit(3); or
//   - a signal ended it, and nothing at all was written after the trace: a
//     Python traceback does not explain a later SIGKILL or SIGSEGV.
//
// A lost run is explained by no trace: what killed logwrap with it was no error
// of the app. Nor does a trace that is merely the last word explain a process
// killed because memory ran out.
//
// The death of a worker belongs to the held trace if the worker's runtime ends
// on such an error as the worker did; the trace may also come a little later, as
// nothing tells when all is read that a worker wrote. Other processes go on writing
// to the same streams, so having the last word alone explains no worker's death.
//
// A hang belongs to the trace that the app prints because it was asked to, held
// already or yet to come. Both are held longer then: if the app is ended because
// it hung, that is the same event, and what ended the run. A dump of threads is
// held for that alone, unless a trace is held that may be why the run ends: it
// explains no crash, but for that of faulthandler's timer, which exits.
//
// A second trace of the same error, while the first is held, is the same crash
// told twice and is left out (toldAgain). Other events that
// come while a trace is held wait behind it: events go out in the order of their
// records.
//
// Events is a pure function of the calls made. For the same events after a
// replay, the caller ticks with the capture clock of each line before it adds
// the records that the line ended, adds all records of a run before the one with
// its Exit, and ticks from a timer only when everything captured until then has
// been added.
type Events struct {
	hold   time.Duration
	emit   func(*detect.Record)
	clock  int64
	ticked bool

	runs   bool
	run    string // whose records are in crumbs and output
	crumbs crumbRing
	output outputRing
	queue  []*waiting // what is held, then the events behind it; owned by Events
	spare  *waiting   // with a buffer to use again
	bytes  int        // of the records in queue

	since      int64 // clock when what is held came
	sinceKnown bool
	doubled    [capture.Streams]bool           // the trace was told again there
	last       [capture.Streams]capture.Offset // where the last record with text began
}

// EventOptions says how Events behaves.
type EventOptions struct {
	Hold   time.Duration // journal time a trace waits for the exit that may follow, a hang three times that; 0: 5 s
	Crumbs int           // most records before an event that go with it; 0: 100, negative: none
	Output int           // most lines before an event that go with it as they were written
	Runs   bool          // that a run has begun, and that it has ended well, is told too
}

// NewEvents returns an Events that hands each event to emit. The record and its
// bytes are valid until emit returns; its Event and the crumbs are never
// changed afterwards.
func NewEvents(o EventOptions, emit func(*detect.Record)) *Events {
	if o.Hold == 0 {
		o.Hold = defaultHold
	}
	if o.Crumbs == 0 {
		o.Crumbs = defaultCrumbs
	}
	return &Events{hold: o.Hold, emit: emit, runs: o.Runs,
		crumbs: crumbRing{slots: make([]crumbSlot, max(o.Crumbs, 0))}, output: outputRing{slots: make([]outputSlot, max(o.Output, 0))}}
}

// Add takes the next record; event says that it is one by its level or trace.
// Records that are no events are wanted too: they are the crumbs, and tell
// whether a trace was the last word. What Add keeps it copies.
func (e *Events) Add(r *detect.Record, event bool) {
	e.enter(r.Run)
	event = event && (!r.Continues() || r.Trace != detect.NoLanguage) // what goes on was an event already
	switch {
	case r.Exit != nil && r.Exit.Worker != nil:
		e.worker(r, event)
	case r.Exit != nil:
		e.end(r, event)
	case r.Hang != nil:
		e.hang(r)
	case r.Began && e.runs:
		e.plain(r, detect.Event{Kind: detect.RunBegan})
	case r.Trace != detect.NoLanguage:
		e.trace(r, event)
	case event || r.Loop != nil:
		e.plain(r, detect.Event{})
	default:
		e.follow(r)
	}
	e.Recall(r)
}

// Tick tells the journal's clock in nanoseconds and lets go of what was held
// longer than the hold time.
func (e *Events) Tick(clock int64) {
	if e.ticked && clock < e.clock {
		return
	}
	e.clock, e.ticked = clock, true
	if len(e.queue) == 0 {
		return
	}
	if !e.sinceKnown {
		e.since, e.sinceKnown = clock, true
	}
	hold := e.hold
	if e.queue[0].event.Hang != nil {
		hold *= hangHolds
	}
	if clock-e.since > int64(hold) {
		e.release()
	}
}

// Flush emits what is held. It is called at the end of the journal.
func (e *Events) Flush() { e.release() }

// Held returns, for each stream, the first byte of the oldest record kept back,
// and the largest Offset where there is none. A cursor that passes it loses the
// event when the router is killed.
func (e *Events) Held() (oldest [capture.Streams]capture.Offset, held bool) {
	for s := range oldest {
		oldest[s] = math.MaxUint64
	}
	for _, w := range e.queue {
		oldest[w.rec.Stream] = min(oldest[w.rec.Stream], w.rec.ID)
		if w.event.Hang != nil {
			oldest[capture.Lifecycle] = min(oldest[capture.Lifecycle], w.hang)
		}
	}
	return oldest, len(e.queue) > 0
}

// trace holds r back, after letting go of what was held before, unless r belongs
// to that.
func (e *Events) trace(r *detect.Record, event bool) {
	if e.toldAgain(r) {
		e.doubled[r.Stream] = true
		t := e.queue[0]
		t.wants, t.rec.Level = t.wants || event, max(t.rec.Level, r.Level)
		return
	}
	if len(e.queue) > 0 && e.queue[0].awaitsDump(r) {
		e.follow(r)
		e.replaceHang(r)
		return
	}
	if len(e.queue) > 0 && r.Dump() && e.queue[0].isError() {
		e.follow(r)
		return
	}
	exit := e.takeWorker(r)
	e.release()
	e.follow(r)
	if exit != nil {
		e.send(r, e.background(detect.Event{Crash: exit}))
		return
	}
	e.wait(r, detect.Event{}, event)
}

// plain emits an event without a trace, behind what is held if there is
// anything.
func (e *Events) plain(r *detect.Record, event detect.Event) {
	e.follow(r)
	if len(e.queue) > maxWaiting || e.bytes > maxWaitingBytes {
		e.release()
	}
	if len(e.queue) > 0 {
		e.wait(r, event, true)
		return
	}
	e.send(r, e.background(event))
}

// follow notes where r was written. Records of two streams may come in another
// order than they were written in, so only offsets tell what came after a trace.
func (e *Events) follow(r *detect.Record) {
	if r.ID > e.last[r.Stream] && len(bytes.TrimSpace(r.Text)) > 0 {
		e.last[r.Stream] = r.ID
	}
}

// end handles the end of a run.
func (e *Events) end(r *detect.Record, event bool) {
	if len(e.queue) > 0 && e.explains(r) {
		t := e.queue[0]
		t.event.Crash, t.wants = r.Exit, true
		e.release()
		return
	}
	e.release()
	switch {
	case r.Exit.Crashed:
		e.send(r, e.background(detect.Event{Crash: r.Exit}))
	case event:
		e.send(r, e.background(detect.Event{}))
	case e.runs:
		e.send(r, detect.Event{Kind: detect.RunEnded})
	}
}

// explains reports whether what is held tells why the run of r ended.
func (e *Events) explains(r *detect.Record) bool {
	w := e.queue[0]
	t := &w.rec
	if !sameRun(t, r) || r.Exit.Lost != nil {
		return false
	}
	if w.event.Hang != nil && (r.Exit.Hung || r.Exit.Stop.Reason == detect.StoppedByWatchdog) {
		return true
	}
	if t.Trace == detect.NoLanguage || !r.Exit.Crashed || t.Dump() && !isTimeout(t, r.Exit) {
		return false
	}
	if fatalEnd(t, r.Exit) && isLoud(t) {
		return !mayWarn(t) || e.isLastWord(t)
	}
	if endSignal(r.Exit) != "" {
		return !r.Exit.OOM.Killed && e.last[capture.Stdout] <= t.ID && e.last[capture.Stderr] <= t.ID
	}
	return e.isLastWord(t)
}

// isLastWord reports whether nothing was written after t on its stream.
func (e *Events) isLastWord(t *detect.Record) bool { return e.last[t.Stream] <= t.ID }

// wait keeps a copy of r at the end of the queue. The first in the queue is what
// is held.
func (e *Events) wait(r *detect.Record, event detect.Event, wants bool) {
	if len(e.queue) == 0 {
		e.since, e.sinceKnown = e.clock, e.ticked
	}
	w := e.spare
	if e.spare = nil; w == nil {
		w = new(waiting)
	}
	w.keep(r)
	w.event, w.wants, w.hang = e.background(event), wants, r.ID
	w.reach, w.reaches = e.before()
	e.queue = append(e.queue, w)
	e.bytes += len(w.buf)
}

// release emits everything in the queue, in order.
func (e *Events) release() {
	for _, w := range e.queue {
		if w.wants {
			e.send(&w.rec, w.event)
		}
		if w.rec, w.event = (detect.Record{}), (detect.Event{}); cap(w.buf) <= maxWaitingBytes {
			e.spare = w
		}
	}
	clear(e.queue)
	e.queue, e.bytes = e.queue[:0], 0
	clear(e.doubled[:])
}

// send hands r to emit as an event. r itself is not changed.
func (e *Events) send(r *detect.Record, event detect.Event) {
	rec := *r
	rec.Event = &event
	switch {
	case event.Crash != nil && event.Crash.Worker == nil:
		rec.Level = max(rec.Level, detect.Critical)
	case event.Crash != nil, event.Hang != nil: // the app goes on, or is there at least
		rec.Level = max(rec.Level, detect.Error)
	}
	e.emit(&rec)
}
