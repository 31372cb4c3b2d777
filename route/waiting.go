package route

import (
	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// waiting is a record kept back. Its bytes are in buf.
type waiting struct {
	rec   detect.Record
	buf   []byte
	event detect.Event
	wants bool           // it is an event
	hang  capture.Offset // where the record of event.Hang is, if that is set

	reach   capture.Offset // the oldest record of its background
	reaches bool           // it has some
}

// awaitsDump reports whether w is the record of a hang whose app was asked to
// print the trace t.
func (w *waiting) awaitsDump(t *detect.Record) bool {
	return w.rec.Hang != nil && w.rec.Hang.DumpSignal != "" && sameRun(&w.rec, t)
}

// isError reports whether w is a trace that may be why the run ends.
func (w *waiting) isError() bool {
	return w.rec.Trace != detect.NoLanguage && w.event.Hang == nil && isLoud(&w.rec) && !w.rec.Dump()
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
