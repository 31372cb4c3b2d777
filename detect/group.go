package detect

import (
	"bytes"
	"unsafe"

	"github.com/logwrap/logwrap/capture"
)

// maxIdle is the largest buffer a stream keeps while nothing is open.
const maxIdle = 64 << 10

// group is what a stream holds back: the lines of an event that belong to it for
// certain (kept), and behind them those of which that is not known yet (tail).
type group struct {
	grammar *grammar
	state   uint8
	depth   uint8 // for grammars that nest
	count   int   // for grammars that count uncertain lines
	stream  capture.Stream
	headed  bool     // the first line is a log line that introduces the trace
	block   *grammar // what the group is if the trace at its end turns out to be none
	margin  uint8    // how far the trace is indented as a whole
	gap     bool     // a blank line was seen between the log line and the trace
	trace   int      // where in text the trace begins
	message span     // the "Type: value" of the last exception so far
	raw     int      // length of the next line as written, if that has colours; else 0

	origin    capture.Offset // of the first line, also of pieces already emitted
	start     capture.Offset
	time      int64
	clock     int64  // of the last line
	text      []byte // the lines, joined by newlines; owned by the group
	first     int    // length of the first line
	reading   reading
	lines     int32
	kept      int // bytes of text, lines and end of what belongs to the event
	keptLines int32
	keptEnd   capture.Offset
	tail      []held
	likely    int // how much of tail belongs to the event unless more is learnt

	partial bool // a piece of an oversized group
	found   bool // one of the pieces has the value of an exception
	pieces  int  // how many pieces were emitted
	level   Level
	logger  []byte
}

// held is a line of a group's tail.
type held struct {
	start, end capture.Offset
	time       int64
	clock      int64
	from, to   int // in text
}

// span is a part of a group's text; empty if to is 0.
type span struct{ from, to int }

func (g *group) active() bool { return g.grammar != nil }

// push appends a line to the tail.
func (g *group) push(l *capture.Line) {
	if g.lines == 0 {
		g.start, g.time, g.first = l.Start, l.Time, len(l.Text)
		if g.pieces == 0 {
			g.origin = l.Start
		}
	} else {
		g.text = append(g.text, '\n')
	}
	from := len(g.text)
	g.text = append(g.text, l.Text...)
	g.tail = append(g.tail, held{l.Start, l.End, l.Time, l.Clock, from, len(g.text)})
	g.lines++
	g.clock = l.Clock
}

// next is where in text the line that comes next will begin.
func (g *group) next() int {
	if g.lines == 0 {
		return 0
	}
	return len(g.text) + 1
}

// settle applies the verdict on the line that was pushed last.
func (g *group) settle(v verdict) {
	switch v {
	case accept, takes, done:
		g.keep(len(g.tail))
	case likely:
		g.likely = len(g.tail)
	}
}

// keep moves the first n lines of the tail into the event.
func (g *group) keep(n int) {
	if n == 0 {
		return
	}
	last := g.tail[n-1]
	g.kept, g.keptEnd = last.to, last.end
	g.keptLines += int32(n)
	g.tail = append(g.tail[:0], g.tail[n:]...)
	g.likely = 0
}

// keepLikely takes in what belongs to the event for want of a better idea.
func (g *group) keepLikely() {
	if g.likely > 0 {
		g.keep(g.likely)
		g.message.to = g.kept
	}
}

// mark says that the message is the next line, from one of its bytes on. A line
// with colours is taken as a whole.
func (g *group) mark(line, rest []byte) {
	from := g.next()
	if g.raw == 0 {
		from += len(line) - len(rest)
	}
	g.message = span{from, from + max(len(rest), g.raw)}
}

// stretch makes the message end with the next line.
func (g *group) stretch(line []byte) {
	if g.message.to > 0 {
		g.message.to = g.next() + max(len(line), g.raw)
	}
}

// compose writes the record of what the group keeps. scratch is for its first
// line without colours.
func (g *group) compose(r *Record, scratch *[]byte) {
	*r = Record{
		ID: g.start, End: g.keptEnd, Time: g.time, Stream: g.stream,
		Lines: g.keptLines, Text: g.text[:g.kept], Partial: g.partial,
	}
	if g.pieces > 0 {
		g.composePiece(r)
		return
	}
	if first := g.text[:min(g.first, g.kept)]; !g.reading.restore(r, first) {
		classifyWith(first, r, scratch)
	}
	r.Text = g.text[:g.kept]
	if b := g.block; b != nil {
		b.compose(g, r)
	}
	switch {
	case g.grammar.compose != nil:
		g.grammar.compose(g, r)
	case g.block == nil || g.trace < g.kept:
		g.composeTrace(r)
	}
	if r.Trace == NoLanguage && r.Format != JSON && r.Lines > 1 {
		r.Message = toEnd(r.Message, r.Text)
	}
	g.level, g.logger = r.Level, append(g.logger[:0], r.Logger...)
}

// composePiece writes the record of a further piece. Where the value of a trace
// comes last, the piece that has it is the one with the exception.
func (g *group) composePiece(r *Record) {
	r.Level, r.Logger, r.Message, r.Why = g.level, g.logger, r.Text, goesOn
	if m := g.message; g.late() && m.to > 0 && m.from < g.kept {
		g.found = true
		r.Trace, r.Message = g.grammar.language, g.text[m.from:min(m.to, g.kept)]
	}
}

// late reports whether the exception of a trace that is cut into pieces has not
// been printed yet, for all that the pieces so far tell.
func (g *group) late() bool { return g.grammar.late != "" && !g.found }

// toEnd returns text from where message begins in it: lines that go on from a
// record belong to what it says. A message that is no part of text is not enough.
func toEnd(message, text []byte) []byte {
	at := placeIn(message, text)
	if at < 0 {
		return text
	}
	return text[at:]
}

// placeIn returns where in text its part begins, -1 if it is none.
func placeIn(part, text []byte) int {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(text)))
	p := uintptr(unsafe.Pointer(unsafe.SliceData(part)))
	if len(part) == 0 || p < start || p >= start+uintptr(len(text)) {
		return -1
	}
	return int(p - start)
}

// composeTrace fills in what a stack trace has that its first line has not.
func (g *group) composeTrace(r *Record) {
	r.Trace = g.grammar.language
	r.head = int32(g.trace)
	if g.found = g.message.to > 0; g.partial && g.late() {
		r.Trace, r.head = NoLanguage, 0
	}
	if g.headed {
		if r.Level == NotSet {
			r.Level, r.Why = Error, g.grammar.why
		}
		if g.depth > 0 && r.Trace == Python && g.trace > g.first { // the message has more lines
			r.Message = bytes.TrimRight(toEnd(r.Message, r.Text[:g.trace]), " \n")
		}
		if len(bytes.TrimSpace(r.Message)) == 0 && g.trace > 0 { // Rails leaves its first line free
			trace := min(g.trace, g.kept)
			r.Message = bytes.TrimSpace(g.text[min(g.first, trace):trace])
			if m := g.message; m.to > 0 && m.to <= g.kept {
				r.Message = g.text[m.from:m.to]
			}
			if len(r.Message) == 0 {
				r.Message = firstLine(g.text[trace:g.kept])
			}
		}
		return
	}
	r.Level, r.Why, r.Format, r.Logger = Error, g.grammar.why, Text, nil
	r.stampLen = 0
	head := g.text[:min(g.first, g.kept)]
	r.Message = head[javaHead(head):]
	if g.grammar == &nodeGrammar {
		r.Message, _ = cutPrefix(r.Message, "error: ") // Deno
	}
	if m := g.message; m.to > 0 && m.from < g.kept {
		r.Message = g.text[m.from:min(m.to, g.kept)]
	}
}

// nextPiece goes on with an empty buffer after a partial record.
func (g *group) nextPiece() {
	g.pieces++
	g.text, g.tail = g.text[:0], g.tail[:0]
	g.lines, g.kept, g.keptLines, g.likely = 0, 0, 0, 0
	g.first, g.message = 0, span{}
}

// reset forgets the group and keeps its buffers, unless they are large.
func (g *group) reset() {
	text, tail, logger := g.text[:0], g.tail[:0], g.logger[:0]
	if cap(text) > maxIdle {
		text = nil
	}
	if cap(tail) > maxIdle/64 {
		tail = nil
	}
	*g = group{text: text, tail: tail, logger: logger}
}
