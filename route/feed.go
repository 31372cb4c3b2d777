package route

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"unsafe"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// feed reads the journal from one cursor on, turns it into records and offers
// each of its members its part. It is a pure function of the journal: two feeds
// that have read up to the same frame are in the same state.
//
// The common feed serves all handlers that keep up. One that does not leaves it
// and goes on with a feed of its own, from its own cursor, until it has caught up.
type feed struct {
	router   *Router
	mu       sync.Mutex // held while a read is worked on; guards all below
	members  []*delivery
	reader   *capture.Reader
	splitter *capture.Splitter
	detector *detect.Detector
	recall   *recall // reads what lies before the members' cursor; nil when that is done
	marks    []mark  // frames that a cursor may have to go back to, oldest first
	end      capture.Offset
	lines    uint64 // that are done with
	lost     uint64 // since the last portion was offered
	runID    uint32
	current  *detect.Run
	batch    *batch // being filled
	text     []byte // of the line that the detector is working on
	clock    int64
	ended    bool
}

// mark remembers where in the journal an offset lies.
type mark struct {
	frame  capture.Position
	offset capture.Offset
}

// markEvery is how far apart marks are, at least.
const markEvery = 16 << 10

// newFeed makes a feed that begins at the members' common cursor.
func newFeed(r *Router, at capture.Cursor, members ...*delivery) *feed {
	f := &feed{router: r, members: members, lines: at.Lines}
	f.reader = r.view.NewReader(at)
	f.detector = detect.New(detect.Options{}, f.record)
	f.splitter = capture.NewSplitter(at, f.line)
	f.marks = []mark{{frame: at.Frame}}
	for _, o := range at.From {
		f.end = max(f.end, o)
	}
	for _, d := range members {
		d.begin()
	}
	f.recall = newRecall(at, members)
	return f
}

// work reads until the journal has ended, ctx is done or, for a handler's own
// feed, the handler was taken over by the common one.
func (f *feed) work(ctx context.Context) {
	defer f.abandon()
	for f.router.view.Wait(ctx, f.reader.Position()) {
		f.read(ctx)
		if ctx.Err() != nil || f.router.rejoin(f) {
			return
		}
	}
	if ctx.Err() == nil {
		f.finish(ctx)
	}
}

// read works on one read of the journal.
func (f *feed) read(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batch = f.router.pool.get(f.reader.ReadSize())
	f.reader.Read(f.batch.buf, f)
	f.offer(ctx)
}

// finish emits what is still open at the journal's end.
func (f *feed) finish(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batch = f.router.pool.get(0)
	for s := range capture.Stream(capture.Streams) {
		f.detector.Close(s)
	}
	for _, d := range f.members {
		if d.events != nil {
			d.events.Flush()
		}
	}
	f.ended = true
	f.offer(ctx)
	f.closeQueues()
}

// abandon lets the members go when the feed ended before the journal did.
func (f *feed) abandon() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended {
		f.ended = true
		f.closeQueues()
	}
}

func (f *feed) closeQueues() {
	for _, d := range f.members {
		d.queue.close()
	}
}

// Frame implements capture.Visitor.
func (f *feed) Frame(fr *capture.Frame) {
	defer f.survive(fr)
	if fr.Run != f.runID || f.current == nil {
		f.beginRun(fr.Run)
	}
	if last := f.marks[len(f.marks)-1]; fr.Offset >= last.offset+markEvery || len(f.marks) == 1 && fr.Offset > last.offset {
		f.marks = append(f.marks, mark{fr.At, fr.Offset})
	}
	f.tick(fr.Clock)
	f.end = max(f.end, fr.Offset+capture.Offset(len(fr.Payload)))
	if f.recall != nil && !f.recall.frame(fr, f.current) {
		f.recall = nil
	}
	f.splitter.Frame(fr)
	switch fr.Kind {
	case capture.KindEnd:
		f.detector.Close(fr.Stream)
	case capture.KindRun:
		for s := range capture.Stream(capture.Streams) {
			f.detector.Close(s)
		}
	}
	if n := f.splitter.Lost(); n > 0 {
		f.lose(n)
	}
}

// tick tells all that depends on time that the journal's clock has moved.
func (f *feed) tick(clock int64) {
	if clock == f.clock {
		return
	}
	f.clock = clock
	f.detector.Tick(clock)
	for _, d := range f.members {
		if d.events != nil {
			d.events.Tick(clock)
		}
	}
}

// survive makes a fault in detection cost the frame it happened in, not the
// router, which would meet it again after each restart.
func (f *feed) survive(fr *capture.Frame) {
	fault := recover()
	if fault == nil {
		return
	}
	f.router.log.Error("detection failed; a part of the output is passed over",
		"bytes", len(fr.Payload), "lines", fr.Newlines, "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
	f.detector.Reset()
	f.splitter.Gap()
	f.lose(uint64(fr.Newlines))
}

// Gap implements capture.Visitor.
func (f *feed) Gap(g capture.Gap) {
	for s := range capture.Stream(capture.Streams) {
		f.detector.Close(s)
	}
	f.splitter.Gap()
	f.end = max(f.end, g.To)
	if g.Lines == 0 {
		return
	}
	f.lose(g.Lines)
	r := lossRecord(g, f.current)
	f.batch.add(&r, f.plainMembers(), true)
}

func (f *feed) lose(lines uint64) {
	f.lines += lines
	f.lost += lines
}

// plainMembers is the set of members that take every record.
func (f *feed) plainMembers() (s Set) {
	for _, d := range f.members {
		if d.events == nil {
			s |= d.bit
		}
	}
	return s
}

func (f *feed) beginRun(ordinal uint32) {
	f.runID = ordinal
	f.current = &detect.Run{}
	if r, ok := f.router.view.Run(ordinal); ok {
		f.current = &detect.Run{ID: fmt.Sprintf("%x", r.ID), PID: r.PID, Command: r.Command, Started: r.Started}
		for _, d := range f.members {
			if w, ok := d.sink.(RunWatcher); ok {
				w.RunBegan(f.current)
			}
		}
	}
}

func (f *feed) line(l *capture.Line) {
	f.text = l.Text
	f.detector.Add(l)
	f.text = nil
}

// record takes one record from the detector and decides who gets it.
func (f *feed) record(r *detect.Record) {
	if !r.Partial {
		f.lines += uint64(r.Lines)
	}
	r.Run = f.current
	if r.Stream == capture.Lifecycle {
		readLifecycle(r)
	}
	set := f.router.tree.Route(r)
	var plain Set
	for _, d := range f.members {
		if d.events != nil {
			d.events.Add(r, set&d.bit != 0)
		} else {
			plain |= set & d.bit
		}
	}
	if plain != 0 {
		// A record that is the line at hand lies in the batch already; others lie
		// in buffers of the detector.
		f.batch.add(r, plain, len(f.text) > 0 && unsafe.SliceData(r.Text) == unsafe.SliceData(f.text))
	}
}

// offer gives every member its portion of the batch. A member that has no room
// for it is left behind, unless it is the last one.
func (f *feed) offer(ctx context.Context) {
	b := f.batch
	f.batch = nil
	b.refs.Store(1)
	if c := f.cursor(nil); c.Frame == f.reader.Position() {
		f.lines = f.reader.Lines() // nothing is open: now it is known exactly
	}
	stay := f.members[:0]
	for i, d := range f.members {
		p := b.portion(d.bit)
		if d.events != nil {
			p = portion{own: d.collected, bytes: weight(d.collected)}
			d.collected = nil
		}
		p.after, p.lost = f.cursor(d.events), f.lost
		if d.offer(ctx, p, i == len(f.members)-1 && len(stay) == 0) {
			stay = append(stay, d)
		}
	}
	clear(f.members[len(stay):])
	f.members = stay
	f.lost = 0
	b.release(&f.router.pool)
	f.trim()
}

// cursor returns from where a handler would have to begin that has delivered
// all that was offered so far. events is the handler's, nil if it has none.
func (f *feed) cursor(events *Events) capture.Cursor {
	c := capture.Cursor{Lines: f.lines}
	var held [capture.Streams]capture.Offset
	if events != nil {
		held, _ = events.Held()
	}
	low, open := f.end, false
	for s := range capture.Stream(capture.Streams) {
		c.From[s] = f.end
		if o, ok := f.splitter.Open(s); ok {
			c.From[s] = min(c.From[s], o)
		}
		if o, ok := f.detector.Open(s); ok {
			c.From[s] = min(c.From[s], o)
		}
		if events != nil {
			c.From[s] = min(c.From[s], held[s])
		}
		if c.From[s] < f.end {
			low, open = min(low, c.From[s]), true
		}
	}
	if events != nil { // what goes with the next event has to be found again
		if o, ok := events.Reach(); ok && o < low {
			low, open = min(low, max(o, f.end-min(f.end, recallMost))), true
		}
	}
	c.Frame = f.reader.Position()
	if open {
		c.Frame = f.frameOf(low)
	}
	return c
}

// frameOf returns a frame from which on the byte at an offset is found.
func (f *feed) frameOf(o capture.Offset) capture.Position {
	for i := len(f.marks) - 1; i > 0; i-- {
		if f.marks[i].offset <= o {
			return f.marks[i].frame
		}
	}
	return f.marks[0].frame
}

// trim forgets marks that no cursor goes back to any more.
func (f *feed) trim() {
	low := f.cursor(nil).Frame
	for _, d := range f.members {
		if d.events != nil {
			low = min(low, f.cursor(d.events).Frame)
		}
	}
	i := 0
	for i < len(f.marks)-1 && f.marks[i+1].frame <= low {
		i++
	}
	f.marks = append(f.marks[:0], f.marks[i:]...)
	if f.marks[0].frame < low && len(f.marks) == 1 && low == f.reader.Position() {
		f.marks[0] = mark{low, f.end}
	}
}
