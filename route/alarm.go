package route

import (
	"slices"

	"github.com/logwrap/logwrap/detect"
)

// worker handles the end of a process below the app.
func (e *Events) worker(r *detect.Record, event bool) {
	if !r.Exit.Crashed {
		if event {
			e.plain(r, detect.Event{})
		}
		return
	}
	if len(e.queue) > 0 {
		if t := e.queue[0]; t.event.Hang == nil && endsWorker(&t.rec, r) && (endSignal(r.Exit) != "" || t.rec.Fatal() || e.isLastWord(&t.rec)) {
			t.event.Crash, t.wants = r.Exit, true
			e.release()
			return
		}
	}
	if len(e.queue) == 0 && tells(r.Exit) {
		e.follow(r)
		e.wait(r, detect.Event{Crash: r.Exit}, true)
		return
	}
	e.plain(r, detect.Event{Crash: r.Exit})
}

// takeWorker takes the record of a worker's death that the trace t explains out
// of the queue, nil if there is none.
func (e *Events) takeWorker(t *detect.Record) *detect.Exit {
	for i, w := range e.queue {
		if w.rec.Exit != nil && w.rec.Exit.Worker != nil && w.event.Crash != nil && endsWorker(t, &w.rec) {
			e.queue = slices.Delete(e.queue, i, i+1)
			e.bytes -= len(w.buf)
			return w.event.Crash
		}
	}
	return nil
}

// hang handles an app that was found to hang. A dump, or a trace that is the last
// word, was printed for that if the app was asked for it.
func (e *Events) hang(r *detect.Record) {
	if len(e.queue) > 0 {
		t := e.queue[0]
		if t.rec.Trace != detect.NoLanguage && t.event.Hang == nil && r.Hang.DumpSignal != "" && sameRun(&t.rec, r) && (t.rec.Dump() || e.isLastWord(&t.rec)) {
			t.event.Hang, t.hang, t.wants = r.Hang, r.ID, true
			return
		}
	}
	e.release()
	e.follow(r)
	e.wait(r, detect.Event{Hang: r.Hang}, true)
}

// replaceHang puts r, the trace printed because of the held hang, in its place.
// What waits behind stays there, so that a cursor can go back to the hang.
func (e *Events) replaceHang(r *detect.Record) {
	w := e.queue[0]
	e.bytes -= len(w.buf)
	w.keep(r)
	e.bytes += len(w.buf)
}
