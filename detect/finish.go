package detect

import (
	"github.com/logwrap/logwrap/capture"
)

// queue are the lines that a group held and gave up.
type queue struct {
	text  []byte
	lines []held
}

// fill copies the lines that a group holds on top of its event.
func (q *queue) fill(g *group, lines []held) {
	if q.text == nil || cap(q.text) > maxIdle {
		*q = queue{text: make([]byte, 0, 1<<10)}
	}
	q.text, q.lines = q.text[:0], q.lines[:0]
	for _, h := range lines {
		from := len(q.text)
		q.text = append(q.text, g.text[h.from:h.to]...)
		h.from, h.to = from, len(q.text)
		q.lines = append(q.lines, h)
	}
}

// finish emits the open group and reads the lines that it held on top of it anew,
// as if they came now: there may be a trace in them. What the last of them opens
// stays open. Every call emits a line, so that a stream can be emptied by it.
//
// Which records come of the lines behind a record never depends on what was
// before them, so that a replay may begin at any record.
func (d *Detector) finish(s *stream) {
	g := &s.group
	rest := d.release(s)
	if len(rest) == 0 {
		g.reset()
		return
	}
	q := &d.again
	stream := g.stream
	q.fill(g, rest)
	g.reset()
	for i := 0; i < len(q.lines); {
		h := &q.lines[i]
		l := capture.Line{Stream: stream, Start: h.start, End: h.end, Time: h.time, Clock: h.clock, Text: q.text[h.from:h.to]}
		switch {
		case !g.active():
			d.begin(s, &l)
		case !d.extend(s, &l):
			i -= len(d.release(s))
			g.reset()
			continue
		}
		i++
	}
}

// release emits what the open group keeps, or the line it began with if it keeps
// nothing, and returns the lines that are left.
func (d *Detector) release(s *stream) []held {
	g := &s.group
	g.keepLikely()
	if g.keptLines > 0 {
		d.sendGroup(s)
		return g.tail
	}
	if len(g.tail) == 0 {
		return nil
	}
	n := 1
	if g.isClosedFence() { // what it shows is no trace
		n = len(g.tail)
	}
	for _, h := range g.tail[:n] {
		r := &d.rec
		*r = Record{ID: h.start, End: h.end, Time: h.time, Stream: g.stream, Lines: 1, Text: g.text[h.from:h.to]}
		classifyWith(r.Text, r, &d.colours)
		d.send(r)
	}
	return g.tail[n:]
}
