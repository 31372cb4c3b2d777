package route

import (
	"bytes"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	outputText = 4 << 10  // bytes that are kept of one record
	outputMost = 64 << 10 // bytes that go with one event
)

// outputRing holds the last records of the app as they were written, in slots
// whose buffers are used again. It has as many slots as lines are wanted.
type outputRing struct {
	slots []outputSlot
	next  int // the slot to fill
	used  int

	made  []byte // what output returned last
	fresh int    // slots filled since
}

type outputSlot struct {
	id    capture.Offset
	lines int
	text  []byte
}

func (o *outputRing) push(r *detect.Record) {
	if len(o.slots) == 0 || r.Stream == capture.Lifecycle {
		return
	}
	s := &o.slots[o.next]
	s.id = r.ID
	s.text = append(s.text[:0], cutText(r.Text, outputText)...)
	s.lines = bytes.Count(s.text, []byte("\n")) + 1
	o.next = (o.next + 1) % len(o.slots)
	o.used = min(o.used+1, len(o.slots))
	o.fresh++
}

// oldest returns the first record in the ring, false if it is empty.
func (o *outputRing) oldest() (id capture.Offset, ok bool) {
	if o.used == 0 {
		return 0, false
	}
	return o.back(o.used - 1).id, true
}

// back returns the slot filled n slots before the last one.
func (o *outputRing) back(n int) *outputSlot {
	return &o.slots[(o.next-1-n+2*len(o.slots))%len(o.slots)]
}

// output returns a copy of the last lines, oldest first, each with its newline.
// What events have in common they share, as crumbs do.
func (o *outputRing) output() []byte {
	n := o.fitting()
	if n == 0 {
		return nil
	}
	fresh, kept := min(o.fresh, n), 0
	for i := fresh; i < n; i++ {
		kept += len(o.back(i).text) + 1
	}
	text := o.made[len(o.made)-kept:] // behind its end nobody reads
	for i := fresh - 1; i >= 0; i-- {
		text = append(append(text, o.back(i).text...), '\n')
	}
	o.made, o.fresh = text, 0
	return text[:len(text):len(text)]
}

// fitting returns how many of the last records are output together.
func (o *outputRing) fitting() (n int) {
	lines, size := 0, 0
	for n < o.used {
		s := o.back(n)
		if lines += s.lines; n > 0 && lines > len(o.slots) {
			break
		}
		if size += len(s.text) + 1; size > outputMost {
			break
		}
		n++
	}
	return n
}
