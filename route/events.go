package route

import (
	"bytes"
	"math"
	"time"
	"unicode/utf8"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	defaultHold   = 5 * time.Second
	defaultCrumbs = 100
	crumbBytes    = 2 << 10 // of a crumb's message
	loggerBytes   = 256     // of a crumb's logger

	// What may wait behind a held trace. Beyond it the trace is let go: an app
	// that writes that much after a trace was not ended by it.
	maxWaiting      = 64
	maxWaitingBytes = 1 << 20
)

// Events decides which records are events and joins the trace that killed the
// app with the exit that follows, so that one crash is one event.
//
// Every trace is held back for a while, for the exit may follow; whether it is
// an event by level or not, a crash makes it one. The exit of a crashed run
// belongs to the trace if that is the last one of the run and
//
//   - the trace was not logged below error, and the run ended as the runtime
//     ends on an uncaught error, or the runtime itself says that it did
//     (fatalEnd), whatever was logged in between; or
//   - the run ended by exiting with another code, and the trace is the last thing
//     on its stream: an app that logs what is wrong and calls exit(3); or
//   - a signal ended it, and nothing at all was written after the trace: a
//     Python traceback does not explain a later SIGKILL or SIGSEGV.
//
// A second trace with the same type and value on another stream, while the
// first is held, is the same crash told twice and is left out. Other events that
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

	crumbs crumbRing
	queue  []*waiting // the held trace, then the events behind it; owned by Events
	spare  *waiting   // with a buffer to use again
	bytes  int        // of the records in queue

	since      int64 // clock when the trace came
	sinceKnown bool
	doubled    [capture.Streams]bool           // the trace was told again there
	last       [capture.Streams]capture.Offset // where the last record with text began
}

// EventOptions says how Events behaves.
type EventOptions struct {
	Hold   time.Duration // journal time a trace waits for the exit that may follow; 0: 5 s
	Crumbs int           // most records before an event that go with it; 0: 100, negative: none
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
	return &Events{hold: o.Hold, emit: emit, crumbs: crumbRing{slots: make([]crumbSlot, max(o.Crumbs, 0))}}
}

// Add takes the next record; event says that it is one by its level or trace.
// Records that are no events are wanted too: they are the crumbs, and tell
// whether a trace was the last word. What Add keeps it copies.
func (e *Events) Add(r *detect.Record, event bool) {
	switch {
	case r.Exit != nil:
		e.end(r, event)
	case r.Trace != detect.NoLanguage:
		e.trace(r, event)
	case event:
		e.plain(r)
	default:
		e.follow(r)
	}
	e.crumbs.push(r)
}

// Tick tells the journal's clock in nanoseconds and lets go of a trace that was
// held longer than the hold time.
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
	if clock-e.since > int64(e.hold) {
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
	}
	return oldest, len(e.queue) > 0
}

// trace holds r back, after letting go of the trace held before.
func (e *Events) trace(r *detect.Record, event bool) {
	if e.toldAgain(r) {
		e.doubled[r.Stream] = true
		t := e.queue[0]
		t.wants, t.rec.Level = t.wants || event, max(t.rec.Level, r.Level)
		return
	}
	e.release()
	e.follow(r)
	e.wait(r, event)
	e.since, e.sinceKnown = e.clock, e.ticked
}

// toldAgain reports whether r is the held trace once more, on another stream.
func (e *Events) toldAgain(r *detect.Record) bool {
	if len(e.queue) == 0 {
		return false
	}
	t := &e.queue[0].rec
	if r.Stream == t.Stream || r.Trace != t.Trace || e.doubled[r.Stream] {
		return false
	}
	a, b := t.Exceptions(), r.Exceptions()
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	x, y := a[len(a)-1], b[len(b)-1]
	return x.Type == y.Type && x.Module == y.Module && x.Value == y.Value
}

// plain emits an event without a trace, behind a held one if there is.
func (e *Events) plain(r *detect.Record) {
	e.follow(r)
	if len(e.queue) > maxWaiting || e.bytes > maxWaitingBytes {
		e.release()
	}
	if len(e.queue) > 0 {
		e.wait(r, true)
		return
	}
	e.send(r, detect.Event{Crumbs: e.crumbs.crumbs()})
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
	if r.Exit.Crashed && len(e.queue) > 0 && e.explains(r) {
		t := e.queue[0]
		t.event.Crash, t.wants = r.Exit, true
		e.release()
		return
	}
	e.release()
	switch {
	case r.Exit.Crashed:
		e.send(r, detect.Event{Crash: r.Exit, Crumbs: e.crumbs.crumbs()})
	case event:
		e.send(r, detect.Event{Crumbs: e.crumbs.crumbs()})
	}
}

// explains reports whether the held trace tells why the run of r ended.
func (e *Events) explains(r *detect.Record) bool {
	t := &e.queue[0].rec
	if t.Run != nil && r.Run != nil && t.Run.ID != r.Run.ID {
		return false
	}
	if fatalEnd(t, r.Exit) && (t.Level == detect.NotSet || t.Level >= detect.Error) {
		return true
	}
	if endSignal(r.Exit) != "" {
		return e.last[capture.Stdout] <= t.ID && e.last[capture.Stderr] <= t.ID
	}
	return e.last[t.Stream] <= t.ID
}

// wait keeps a copy of r at the end of the queue.
func (e *Events) wait(r *detect.Record, event bool) {
	w := e.spare
	if e.spare = nil; w == nil {
		w = new(waiting)
	}
	w.keep(r)
	w.event, w.wants = detect.Event{Crumbs: e.crumbs.crumbs()}, event
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
	if event.Crash != nil {
		rec.Level = max(rec.Level, detect.Critical)
	}
	e.emit(&rec)
}

// fatalEnd reports whether exit is how the runtime that printed t ends an app
// because of an error that nothing caught.
func fatalEnd(t *detect.Record, exit *detect.Exit) bool {
	signal := endSignal(exit)
	if signal == "SIGABRT" || signal == "" && t.Fatal() { // every runtime may abort
		return true
	}
	switch t.Trace {
	case detect.Python:
		switch signal {
		case "":
			return exit.Code == 1
		case "SIGINT":
			return bytes.Contains(t.Text, []byte("KeyboardInterrupt"))
		case "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL": // printed by faulthandler, from inside the signal
			return bytes.Contains(t.Text, []byte("Fatal Python error: "))
		}
	case detect.Go:
		return signal == "" && exit.Code == 2
	case detect.Java:
		return signal == "" && exit.Code == 1
	case detect.JavaScript: // https://nodejs.org/api/process.html#exit-codes
		switch signal {
		case "":
			return exit.Code == 1 || exit.Code >= 5 && exit.Code <= 7
		case "SIGTRAP", "SIGILL": // V8's abort
			return true
		}
	}
	return false
}

// endSignal returns the signal that ended a run, also if a shell in between
// turned it into an exit code.
func endSignal(exit *detect.Exit) string {
	if exit.Signal != "" {
		return exit.Signal
	}
	switch exit.Code - 128 {
	case 2:
		return "SIGINT"
	case 4:
		return "SIGILL"
	case 5:
		return "SIGTRAP"
	case 6:
		return "SIGABRT"
	case 7:
		return "SIGBUS"
	case 8:
		return "SIGFPE"
	case 9:
		return "SIGKILL"
	case 11:
		return "SIGSEGV"
	case 15:
		return "SIGTERM"
	}
	return ""
}

// waiting is a record kept back. Its bytes are in buf.
type waiting struct {
	rec   detect.Record
	buf   []byte
	event detect.Event
	wants bool // it is an event
}

// keep copies r with its bytes.
func (w *waiting) keep(r *detect.Record) {
	w.rec = *r
	w.buf = append(w.buf[:0], r.Text...)
	w.buf = append(w.buf, r.Message...)
	w.buf = append(w.buf, r.Logger...)
	text, message := len(r.Text), len(r.Text)+len(r.Message)
	w.rec.Text = w.buf[:text:text]
	w.rec.Message = w.buf[text:message:message]
	w.rec.Logger = w.buf[message:]
}

// crumbRing holds the last records, in slots whose buffers are used again.
type crumbRing struct {
	slots []crumbSlot
	next  int // the slot to fill
	used  int
}

type crumbSlot struct {
	time   int64
	stream capture.Stream
	level  detect.Level
	logger int    // its length
	text   []byte // logger and message
}

func (c *crumbRing) push(r *detect.Record) {
	if len(c.slots) == 0 {
		return
	}
	s := &c.slots[c.next]
	s.time, s.stream, s.level = r.Time, r.Stream, r.Level
	s.text = append(s.text[:0], cutText(r.Logger, loggerBytes)...)
	s.logger = len(s.text)
	s.text = append(s.text, cutText(r.Message, crumbBytes)...)
	c.next = (c.next + 1) % len(c.slots)
	c.used = min(c.used+1, len(c.slots))
}

// crumbs returns a copy, oldest first. All strings share one allocation.
func (c *crumbRing) crumbs() []detect.Crumb {
	if c.used == 0 {
		return nil
	}
	size := 0
	for i := range c.used {
		size += len(c.at(i).text)
	}
	text := make([]byte, 0, size)
	for i := range c.used {
		text = append(text, c.at(i).text...)
	}
	all := string(text)
	list := make([]detect.Crumb, c.used)
	for i := range list {
		s := c.at(i)
		list[i] = detect.Crumb{Time: s.time, Stream: s.stream, Level: s.level,
			Logger: all[:s.logger], Message: all[s.logger:len(s.text)]}
		all = all[len(s.text):]
	}
	return list
}

// at returns the i-th oldest slot in use.
func (c *crumbRing) at(i int) *crumbSlot {
	return &c.slots[(c.next-c.used+i+len(c.slots))%len(c.slots)]
}

// cutText returns the first n bytes of text, less if that splits a character.
func cutText(text []byte, n int) []byte {
	if len(text) <= n {
		return text
	}
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(text[i]) {
			return text[:i]
		}
	}
	return text[:n]
}
