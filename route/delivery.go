package route

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	// patience is how long a handler with a full queue may hold up the others of
	// its feed, once: long enough for a disk that is busy with itself, short enough
	// that nobody notices one that does not work.
	patience = 500 * time.Millisecond

	minPause = 100 * time.Millisecond
	maxPause = 30 * time.Second
	// finalPause is the longest pause once the app has ended and time is short.
	finalPause = 500 * time.Millisecond
)

// delivery takes one handler's records to its sink: in order, in batches, again
// until they are accepted, and moves the handler's cursor.
type delivery struct {
	router *Router
	name   string
	bit    Set
	sink   Sink
	limits Limits
	handle *capture.Handle

	eventOptions EventOptions
	events       *Events         // nil unless the handler takes events; owned by the feed
	collected    []detect.Record // events of the batch being filled; owned by the feed

	queue  *queue          // filled by the feed
	behind atomic.Bool     // it left its feed: what waits is given up, the journal has it
	lost   uint64          // lines it will never get
	pend   []portion       // the batch in hand
	recs   []detect.Record // the batch's records
	failed time.Time       // since when the sink accepts nothing; zero: it does
}

// begin prepares the handler for a feed that starts at its cursor.
func (d *delivery) begin() {
	d.queue = newQueue()
	d.behind.Store(false)
	if d.events != nil {
		d.collected = nil
		d.events = NewEvents(d.eventOptions, func(r *detect.Record) { d.collected = append(d.collected, ownCopy(r)) })
	}
}

// offer puts a portion into the queue, waiting for room. A handler that takes
// nothing for patience while the feed has others to serve is left behind; then
// offer returns false.
func (d *delivery) offer(ctx context.Context, p portion, alone bool) bool {
	if d.queue.put(p) {
		return true
	}
	var late <-chan time.Time
	if !alone {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	for {
		select {
		case <-d.queue.room:
			if d.queue.put(p) {
				return true
			}
		case <-late:
			d.behind.Store(true)
			p.release(&d.router.pool)
			d.queue.close()
			return false
		case <-ctx.Done():
			p.release(&d.router.pool)
			return true
		}
	}
}

// run delivers until the handler's feed has ended or ctx is done. It reports
// whether the handler was left behind and needs a feed of its own.
func (d *delivery) run(ctx context.Context) (behind bool) {
	defer d.giveUp()
	for d.queue.wait(ctx) && !d.behind.Load() {
		d.gather(ctx)
		if !d.deliver(ctx) {
			return false
		}
	}
	return d.behind.Load() && ctx.Err() == nil
}

// giveUp lets go of everything in hand and in the queue.
func (d *delivery) giveUp() {
	d.queue.clear(&d.router.pool)
	d.release()
}

// gather fills the batch in hand, waiting for company no longer than the sink
// wants its records to wait.
func (d *delivery) gather(ctx context.Context) {
	var late <-chan time.Time
	for len(d.recs) < d.limits.Records && d.bytes() < d.limits.Bytes {
		if p, ok := d.queue.get(); ok {
			d.recs = p.take(d.recs)
			d.pend = append(d.pend, p)
			continue
		}
		if d.limits.Delay == 0 || len(d.recs) == 0 || isClosed(d.router.ending) {
			return
		}
		if late == nil {
			timer := time.NewTimer(d.limits.Delay)
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-d.queue.more:
			if !d.queue.open() {
				return
			}
		case <-late:
			return
		case <-d.router.ending:
		case <-ctx.Done():
			return
		}
	}
}

// bytes is how much memory the batch in hand holds on to.
func (d *delivery) bytes() (n int) {
	for i := range d.pend {
		n += d.pend[i].bytes
	}
	return n
}

// deliver hands the batch in hand to the sink until all of it is accepted or
// refused for good, then moves the cursor. It returns false if ctx ended before.
func (d *delivery) deliver(ctx context.Context) bool {
	for rest := d.recs; len(rest) > 0; {
		n := d.fit(rest)
		if !d.insist(ctx, rest[:n]) {
			return false
		}
		rest = rest[n:]
	}
	if len(d.pend) == 0 {
		return true
	}
	for i := range d.pend {
		d.lost += d.pend[i].lost
	}
	cursor := d.pend[len(d.pend)-1].after
	cursor.Lost = d.lost
	d.handle.Store(cursor, d.state())
	d.release()
	return true
}

// release lets go of the batch in hand.
func (d *delivery) release() {
	for i := range d.pend {
		d.pend[i].release(&d.router.pool)
	}
	clear(d.recs)
	clear(d.pend)
	d.recs, d.pend = d.recs[:0], d.pend[:0]
}

// fit returns how many of the records, at least one, stay within the sink's
// limits.
func (d *delivery) fit(recs []detect.Record) int {
	bytes := 0
	for i := range recs {
		if bytes += len(recs[i].Text); i > 0 && (i == d.limits.Records || bytes > d.limits.Bytes) {
			return i
		}
	}
	return len(recs)
}

func (d *delivery) state() State {
	if r, ok := d.sink.(Resumer); ok {
		return r.State()
	}
	return State{}
}

// insist delivers records until each is accepted or refused. It returns false
// if ctx ended before. The slice is changed.
func (d *delivery) insist(ctx context.Context, recs []detect.Record) bool {
	for pause := minPause; ; pause = min(2*pause, maxPause) {
		err := d.try(ctx, recs)
		var partial *Partial
		switch {
		case err == nil:
			d.works()
			return true
		case IsPermanent(err):
			d.refuse(len(recs), err)
			return true
		case errors.As(err, &partial):
			if len(partial.Refused) > 0 {
				d.refuse(len(partial.Refused), partial.Refused[0].Err)
			}
			if len(partial.Retry) < len(recs) {
				pause = minPause // it does accept some
			}
			recs = keep(recs, partial.Retry)
			if len(recs) == 0 {
				return true
			}
		}
		if ctx.Err() != nil {
			return false
		}
		d.fails(err)
		if !d.sleep(ctx, max(pause, min(Pause(err), maxPause))) {
			return false
		}
	}
}

func (d *delivery) try(ctx context.Context, recs []detect.Record) error {
	ctx, cancel := context.WithTimeout(ctx, d.limits.Timeout)
	defer cancel()
	return d.sink.Deliver(ctx, recs)
}

// keep moves the records of the given indices to the front.
func keep(recs []detect.Record, indices []int) []detect.Record {
	for to, from := range indices {
		recs[to] = recs[from]
	}
	return recs[:len(indices)]
}

// sleep waits between half of d and d: handlers that failed together must not
// come back together. It returns false if ctx ended.
func (d *delivery) sleep(ctx context.Context, pause time.Duration) bool {
	ending := d.router.ending
	if isClosed(ending) {
		pause, ending = min(pause, finalPause), nil
	}
	timer := time.NewTimer(pause/2 + rand.N(pause/2+1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ending:
		return true // the app has ended: try once more now
	case <-ctx.Done():
		return false
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// fails and works say so once each time the sink's state changes.
func (d *delivery) fails(err error) {
	if d.failed.IsZero() {
		d.failed = time.Now()
		d.router.log.Warn("cannot deliver; trying again until it works", "handler", d.name, "error", err)
	}
}

func (d *delivery) works() {
	if t, ok := d.sink.(Troubled); ok {
		if err := t.Trouble(); err != nil {
			d.router.log.Warn("delivers, but not as configured", "handler", d.name, "error", err)
		}
	}
	if !d.failed.IsZero() {
		d.router.log.Info("delivering again", "handler", d.name, "after", time.Since(d.failed).Round(time.Millisecond).String())
		d.failed = time.Time{}
	}
}

func (d *delivery) refuse(n int, err error) {
	d.handle.AddRefused(uint64(n))
	d.router.log.Warn("the destination refused records for good", "handler", d.name, "records", n, "error", err)
}
