package route

import (
	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// recallMost is how many captured bytes before the next record a cursor holds on
// to for what goes with events. It is small beside the smallest journal.
const recallMost = 128 << 10

// recall reads what lies before a cursor again, so that an event soon after a
// restart has the same records behind it. It has a splitter and a detector of its
// own: what it sees must not change what comes of the bytes behind the cursor.
type recall struct {
	until    [capture.Streams]capture.Offset
	last     capture.Offset // the largest of until
	run      *detect.Run    // of the frame at hand
	splitter *capture.Splitter
	detector *detect.Detector
}

// newRecall returns nil if nobody among the members wants to know.
func newRecall(at capture.Cursor, members []*delivery) *recall {
	var events []*Events
	for _, d := range members {
		if d.events != nil {
			events = append(events, d.events)
		}
	}
	if events == nil {
		return nil
	}
	r := &recall{until: at.From}
	for _, o := range at.From {
		r.last = max(r.last, o)
	}
	r.detector = detect.New(detect.Options{}, func(rec *detect.Record) {
		rec.Run = r.run
		for _, e := range events {
			e.Recall(rec)
		}
	})
	r.splitter = capture.NewSplitter(capture.Cursor{}, func(l *capture.Line) {
		if !l.Continued { // where the reading begins, a line may have begun before
			r.detector.Add(l)
		}
	})
	return r
}

// frame takes what of a frame of a run lies before the cursor. It reports false once
// nothing more will.
func (r *recall) frame(f *capture.Frame, run *detect.Run) bool {
	done := f.Offset >= r.last
	if done || run != r.run {
		for s := range capture.Stream(capture.Streams) {
			r.detector.Close(s)
		}
	}
	if r.run = run; done {
		return false
	}
	part := *f
	if until := r.until[f.Stream]; part.Kind == capture.KindData {
		if f.Offset >= until {
			return true
		}
		part.Payload = f.Payload[:min(capture.Offset(len(f.Payload)), until-f.Offset)]
	}
	r.detector.Tick(f.Clock)
	r.splitter.Frame(&part)
	return true
}
