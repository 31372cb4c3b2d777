package route

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/logwrap/logwrap/capture"
)

// Destination is one handler's sink. The i-th Destination belongs to the i-th
// handler of the Tree.
type Destination struct {
	Name   string // of the handler, under which the parent registered its cursor
	Sink   Sink   // owned by the Router from New on
	Limits Limits
	Events *EventOptions // it takes events, with what came before them; nil: it takes records
}

// Options says what a Router needs.
type Options struct {
	View         *capture.View
	Tree         *Tree
	Destinations []Destination
	Log          *slog.Logger // for changes of state, never for single records
}

// Router moves records from the journal to the sinks.
type Router struct {
	view       *capture.View
	tree       *Tree
	log        *slog.Logger
	pool       batchPool
	deliveries []*delivery
	ending     chan struct{} // closed when the journal has ended: hurry

	common *feed // serves every handler that keeps up
	wg     sync.WaitGroup
}

// New makes a router. It starts nothing.
func New(o Options) (*Router, error) {
	r := &Router{view: o.View, tree: o.Tree, log: o.Log, ending: make(chan struct{})}
	for i, dst := range o.Destinations {
		h, err := o.View.Handle(dst.Name)
		if err != nil {
			return nil, err
		}
		cursor, state := h.Cursor()
		d := &delivery{router: r, name: dst.Name, bit: 1 << i, sink: dst.Sink, limits: dst.Limits.orDefault(), handle: h, lost: cursor.Lost}
		if dst.Events != nil {
			d.eventOptions, d.events = *dst.Events, &Events{}
		}
		if res, ok := dst.Sink.(Resumer); ok {
			if err := res.Resume(State(state)); err != nil {
				return nil, fmt.Errorf("handler %s: %w", dst.Name, err)
			}
		}
		r.deliveries = append(r.deliveries, d)
	}
	return r, nil
}

func (l Limits) orDefault() Limits {
	if l.Records <= 0 {
		l.Records = 4096
	}
	if l.Bytes <= 0 {
		l.Bytes = 1 << 20
	}
	if l.Timeout <= 0 {
		l.Timeout = 30 * time.Second
	}
	return l
}

// Run delivers until the journal has ended and every sink has everything, or
// until ctx is done or the journal's deadline has passed. All it started has
// ended when it returns. Undelivered records stay in the journal; their handlers'
// cursors say from where on. The error is that of the watch on the parent:
// capture.ErrOrphaned if it is gone.
func (r *Router) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	orphaned := make(chan error, 1)
	go func() {
		orphaned <- r.view.Watch()
		cancel()
	}()
	go r.watchEnd(ctx, cancel)
	r.start(ctx)
	r.wg.Wait()
	for _, d := range r.deliveries {
		if err := d.sink.Close(); err != nil {
			r.log.Warn("cannot close", "handler", d.name, "error", err)
		}
	}
	select {
	case err := <-orphaned:
		return err
	default:
		return nil
	}
}

// watchEnd makes everyone hurry when the journal has ended, and stops them at
// its deadline.
func (r *Router) watchEnd(ctx context.Context, stop func()) {
	select {
	case <-r.view.End():
	case <-ctx.Done():
		return
	}
	close(r.ending)
	for ctx.Err() == nil {
		// The deadline may move: a second request to stop brings it nearer.
		left := time.Until(r.view.Deadline())
		if left <= 0 {
			stop()
			return
		}
		wait, done := context.WithTimeout(ctx, min(left, 50*time.Millisecond))
		<-wait.Done()
		done()
	}
}

// start starts the common feed with those who are furthest ahead; the others get
// feeds of their own until they have caught up.
func (r *Router) start(ctx context.Context) {
	var lead capture.Cursor
	for _, d := range r.deliveries {
		if c, _ := d.handle.Cursor(); c.Frame >= lead.Frame {
			lead = c
		}
	}
	var members, late []*delivery
	for _, d := range r.deliveries {
		c, _ := d.handle.Cursor()
		if c.Frame == lead.Frame && c.From == lead.From {
			members = append(members, d)
		} else {
			late = append(late, d)
		}
	}
	r.common = newFeed(r, lead, members...)
	for _, d := range late {
		r.follow(ctx, d)
	}
	for _, d := range r.deliveries {
		r.wg.Go(func() { r.serve(ctx, d) })
	}
	r.wg.Go(func() { r.common.work(ctx) })
}

// serve delivers one handler's records, from whichever feed it has.
func (r *Router) serve(ctx context.Context, d *delivery) {
	for d.run(ctx) {
		r.follow(ctx, d)
	}
}

// follow gives a handler a feed of its own, from its cursor on.
func (r *Router) follow(ctx context.Context, d *delivery) {
	c, _ := d.handle.Cursor()
	f := newFeed(r, c, d)
	r.wg.Go(func() { f.work(ctx) })
}

// rejoin moves the member of a feed of its own to the common feed, if both have
// read just as far. It reports whether it did.
func (r *Router) rejoin(f *feed) bool {
	if f == r.common || !r.common.mu.TryLock() {
		return false
	}
	defer r.common.mu.Unlock()
	if r.common.ended || r.common.reader.Position() != f.reader.Position() || f.lost != 0 {
		return false
	}
	r.common.members = append(r.common.members, f.members...)
	f.members = nil
	return true
}
