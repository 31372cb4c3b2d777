package route

import (
	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// Recall takes a record that was dealt with in a life before: it may only be what
// came before an event. What one run wrote is not behind the events of the next.
func (e *Events) Recall(r *detect.Record) {
	e.enter(r.Run)
	e.crumbs.push(r)
	e.output.push(r)
}

// enter forgets what another run wrote than that of the record at hand.
func (e *Events) enter(run *detect.Run) {
	if run != nil && run.ID != e.run {
		e.run, e.crumbs.used, e.output.used = run.ID, 0, 0
	}
}

// Reach returns the oldest record that what is held, or the next event, has
// behind it, and false if there is none.
func (e *Events) Reach() (oldest capture.Offset, ok bool) {
	oldest, ok = e.before()
	for _, w := range e.queue {
		if w.reaches {
			oldest, ok = min(oldest, w.reach), true
		}
	}
	return oldest, ok
}

// before is Reach for an event that came now.
func (e *Events) before() (oldest capture.Offset, ok bool) {
	oldest, ok = e.crumbs.oldest()
	if o, has := e.output.oldest(); has {
		oldest, ok = min(oldest, o), true
	}
	return oldest, ok
}

// background adds to an event what came before it, if it is trouble.
func (e *Events) background(event detect.Event) detect.Event {
	if event.Kind == detect.Trouble {
		event.Crumbs, event.Output = e.crumbs.crumbs(), e.output.output()
	}
	return event
}
