package sentry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// Sink delivers each record as one Sentry event, and tells of the runs of the app
// as sessions and check-ins.
type Sink struct {
	maker    maker
	gate     *gate
	to       target
	patience patience
	runs     runs
}

// New returns a Sink that sends to o.DSN as id. It reads o.CAFile and opens no
// connection; errors are *route.OptionError.
func New(o Options, id route.Identity) (*Sink, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	to, err := newTarget(&o)
	if err != nil {
		return nil, err
	}
	m, err := newEventMaker(o, id)
	if err != nil {
		return nil, err
	}
	s := &Sink{maker: m, gate: newGate(&o, id), to: to, patience: o.patience()}
	s.runs = newRuns(&s.maker)
	s.maker.mark = s.gate.mark
	return s, nil
}

// RunBegan notes what /proc tells of the app's process as long as it is there.
func (s *Sink) RunBegan(run *detect.Run) {
	s.maker.processes.look(run)
	s.gate.sdk.follow(run)
}

// Deliver sends the batch, one request an event, and stops at the first event
// that has to be tried again.
func (s *Sink) Deliver(ctx context.Context, batch []detect.Record) error {
	defer s.gate.settle()
	var refused []route.Refusal
	for i := range batch {
		r := &batch[i]
		err := s.patience.spent(s.deliver(ctx, r), r.Time, time.Now())
		switch {
		case err == nil:
		case route.IsPermanent(err):
			category := errorCategory
			if !isTrouble(r) {
				category = sessionCategory
			}
			s.to.discard(reasonOf(err), category, 1)
			refused = append(refused, route.Refusal{Index: i, Err: err})
		case i == 0:
			return err
		default:
			p := &route.Partial{Refused: refused, Err: err}
			for ; i < len(batch); i++ {
				p.Retry = append(p.Retry, i)
			}
			return p
		}
	}
	if refused != nil {
		return &route.Partial{Refused: refused}
	}
	return nil
}

// reasonOf says in a client report's words why an event was given up.
func reasonOf(err error) string {
	var answered *answerError
	if errors.As(err, &answered) {
		return sendError
	}
	return networkError
}

// deliver sends what a record tells of.
func (s *Sink) deliver(ctx context.Context, r *detect.Record) error {
	about := s.runs.items(r)
	if !isTrouble(r) {
		return s.sendAbout(ctx, r, about)
	}
	if !s.gate.admits(r) {
		return s.passOver(ctx, r, about)
	}
	var err error
	for cut := whole; cut <= barest; cut++ {
		var e *envelope
		if e, err = s.maker.envelope(r, cut); err != nil {
			return route.Permanent(err)
		}
		e.items = append(e.items, about...)
		if err = s.to.send(ctx, e); !errors.Is(err, errTooLarge) {
			if err == nil {
				s.gate.sent(r)
			}
			return err
		}
	}
	return route.Permanent(fmt.Errorf("%w, even without attachment, breadcrumbs and source lines", err))
}

// passOver counts an event that is not sent, and tells how its run ended if it is
// what ended it: what is told later of other runs has its errors counted.
func (s *Sink) passOver(ctx context.Context, r *detect.Record, about []item) error {
	if n := s.gate.take(); n.flood+n.sdk > 0 {
		s.to.discard(heldBack, errorCategory, int(n.flood+n.sdk))
	}
	if endingOf(r) == nil {
		return nil
	}
	return s.sendAbout(ctx, r, about)
}

// isTrouble reports whether r is an event, not only what a run is told by.
func isTrouble(r *detect.Record) bool { return r.Event == nil || r.Event.Kind == detect.Trouble }

// sendAbout sends items that no event goes with. A server that does not know
// them is not sent any more.
func (s *Sink) sendAbout(ctx context.Context, r *detect.Record, items []item) error {
	if len(items) == 0 {
		return nil
	}
	err := s.to.send(ctx, &envelope{at: r.Time, items: items})
	if errors.Is(err, errTooLarge) || route.IsPermanent(err) {
		s.runs.unwanted(items)
		return route.Permanent(err)
	}
	return err
}

// Close drops the connection that was kept for the next event.
func (s *Sink) Close() error {
	s.gate.close()
	s.to.close()
	return nil
}
