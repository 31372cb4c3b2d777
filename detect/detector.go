package detect

import (
	"strings"
	"time"

	"github.com/logwrap/logwrap/capture"
)

// Options bound what a Detector holds back. The zero value is ready for use.
type Options struct {
	Hold     time.Duration // longest pause within a group; 0: 200 ms
	MaxBytes int           // most bytes of text in a group; 0: 1 MiB
	MaxLines int           // most lines in a group; 0: 20000
}

// maxPieces is how many pieces of one long line, or of one oversized group, keep
// the cursor of the stream at the first of them. A line without end must not pin
// the journal for good.
const maxPieces = 64

// Detector turns the lines of a journal into records. It is not safe for use by
// several goroutines.
type Detector struct {
	hold     int64
	maxBytes int
	maxLines int
	emit     func(*Record)
	streams  [capture.Streams]stream
	rec      Record // what is handed to emit
	probe    Record // scratch for lines that are only looked at
	scratch  []byte // scratch for a line without its colours
	colours  []byte // what rec points into if its line has colours
	probed   []byte // the same of probe
	again    queue  // scratch for lines that are read a second time
	inner    bool   // it reads a value of a record, which is not searched for others
}

// stream is the state of one stream between two lines.
type stream struct {
	group group
	piece piece
}

// piece is what the first piece of a long line leaves to the others.
type piece struct {
	open   bool // the line goes on
	start  capture.Offset
	count  int
	level  Level
	logger []byte
}

// New returns a Detector that calls emit for every record, in the order of the
// lines of each stream. The record and its bytes are valid until emit returns;
// emit must not call the Detector.
func New(o Options, emit func(*Record)) *Detector {
	if o.Hold <= 0 {
		o.Hold = 200 * time.Millisecond
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 1 << 20
	}
	if o.MaxLines <= 0 {
		o.MaxLines = 20000
	}
	return &Detector{hold: int64(o.Hold), maxBytes: o.MaxBytes, maxLines: o.MaxLines, emit: emit}
}

// Add takes the next line of its stream and emits the records that are complete
// by it: none, the line itself, or the group it ended and then the line.
// The line's text is not used after Add returns.
func (d *Detector) Add(l *capture.Line) {
	s := &d.streams[l.Stream]
	d.expire(s, l.Clock)
	if l.More || l.Continued {
		d.addPiece(s, l)
		return
	}
	s.piece.open = false
	for s.group.active() {
		if d.extend(s, l) {
			return
		}
		d.finish(s)
	}
	d.begin(s, l)
}

// Tick says that the journal's clock has reached clock, in the unit of
// capture.Line.Clock. It emits the groups of every stream that have waited for
// longer than Options.Hold.
func (d *Detector) Tick(clock int64) {
	for i := range d.streams {
		d.expire(&d.streams[i], clock)
	}
}

// Close says that a stream has ended, and emits what is open on it.
func (d *Detector) Close(id capture.Stream) {
	s := &d.streams[id]
	s.piece.open = false
	d.end(s)
}

// Open returns where replay has to begin for the records of a stream that are
// still to come: the first byte of the oldest line that was not emitted, or of
// the long line or oversized group that is being emitted in pieces. It reports
// false if nothing is open.
func (d *Detector) Open(id capture.Stream) (start capture.Offset, open bool) {
	s := &d.streams[id]
	switch {
	case s.piece.open:
		return s.piece.start, true
	case s.group.active():
		return s.group.origin, true
	}
	return 0, false
}

// Reset forgets everything that is open, emitting nothing.
func (d *Detector) Reset() {
	for i := range d.streams {
		d.streams[i].group.reset()
		d.streams[i].piece.open = false
	}
}

func (d *Detector) expire(s *stream, clock int64) {
	if g := &s.group; g.active() && clock-g.clock >= d.hold {
		d.end(s)
	}
}

// end emits all that a stream holds back.
func (d *Detector) end(s *stream) {
	for s.group.active() {
		d.finish(s)
	}
}

// begin handles a line while no group is open.
func (d *Detector) begin(s *stream, l *capture.Line) {
	r := &d.rec
	*r = Record{ID: l.Start, End: l.End, Time: l.Time, Stream: l.Stream, Lines: 1, Text: l.Text}
	classifyWith(l.Text, r, &d.colours)
	line := withoutReturn(l.Text)
	if r.shape&colouredText != 0 {
		line = plain(l.Text, &d.scratch)
	}
	o := open(line, r)
	if o.verdict == refuse {
		d.send(r)
		return
	}
	g := &s.group
	g.grammar, g.state = o.grammar, o.state
	if o.alone != nil {
		g.grammar = o.alone
	}
	g.stream, g.headed, g.margin, g.reading = l.Stream, o.headed, o.margin, r.reading()
	g.push(l)
	g.settle(o.verdict)
	if o.verdict == done {
		d.finish(s)
	}
}

// extend offers a line to the open group and reports whether the group took it.
// If not, the group ends before the line.
func (d *Detector) extend(s *stream, l *capture.Line) bool {
	g := &s.group
	line := plain(l.Text, &d.scratch)
	if g.raw = 0; len(line)+1 < len(l.Text) {
		g.raw = len(l.Text)
	}
	v := g.grammar.step(g, line)
	if (v == free || v == likely) && d.startsRecord(l.Text, line) || v == opaque && openTrace(line).verdict != refuse ||
		v == takes && d.statesItsOwn(line) {
		v = refuse
	}
	if v == drop {
		g.likely = 0
	}
	if v == refuse || v == drop || !d.makeRoom(s, len(l.Text)) {
		return false
	}
	g.push(l)
	g.settle(v)
	if v == done {
		d.finish(s)
	}
	return true
}

// makeRoom emits what a group holds if it cannot take n more bytes, as a partial
// record. It reports false if the group has to end here.
func (d *Detector) makeRoom(s *stream, n int) bool {
	g := &s.group
	if g.lines == 0 || (len(g.text)+1+n <= d.maxBytes && int(g.lines) < d.maxLines) {
		return true
	}
	if g.keptLines == 0 || g.pieces >= maxPieces {
		return false
	}
	g.settle(accept)
	g.partial = true
	d.sendGroup(s)
	g.nextPiece()
	return true
}

func (d *Detector) sendGroup(s *stream) {
	r := &d.rec
	s.group.compose(r, &d.colours)
	d.send(r)
}

// send hands a finished record on.
func (d *Detector) send(r *Record) {
	d.embedTrace(r)
	d.emit(r)
}

// addPiece emits a piece of a line that is longer than capture.MaxLine. The
// first one is classified, the others follow it. Pieces never join a group.
func (d *Detector) addPiece(s *stream, l *capture.Line) {
	d.end(s)
	r, p := &d.rec, &s.piece
	*r = Record{ID: l.Start, End: l.End, Time: l.Time, Stream: l.Stream, Lines: 1, Text: l.Text, Partial: true}
	if l.Continued {
		r.Message, r.Why = l.Text, goesOn
		if p.open {
			r.Level, r.Logger = p.level, p.logger
			p.count++
		}
	} else {
		classifyWith(l.Text, r, &d.colours)
		*p = piece{start: l.Start, count: 1, level: r.Level, logger: append(p.logger[:0], r.Logger...)}
		p.open = true
	}
	p.open = p.open && l.More && p.count < maxPieces
	d.emit(r)
}

// startsRecord reports whether a line is one that a program begins a record
// with: one that states a level or a time, or is structured, or opens a trace.
func (d *Detector) startsRecord(text, line []byte) bool {
	r := &d.probe
	*r = Record{Lines: 1, Text: text}
	classifyWith(text, r, &d.probed)
	return r.Level != NotSet || r.stampLen > 0 || r.Format != Text || openTrace(line).verdict != refuse
}

// statesItsOwn reports whether a line states a time or a level although it is
// indented: a logger that pads its lines wrote it.
func (d *Detector) statesItsOwn(line []byte) bool {
	if n := indent(line); n > 2 || n == len(line) || line[0] == '\t' {
		return false
	}
	r := &d.probe
	*r = Record{Lines: 1, Text: line}
	classifyWith(line, r, &d.probed)
	return r.Format == Text && (r.stampLen > 0 || r.Level != NotSet && isUpper(line[min(indent(line)+1, len(line)-1)]))
}

// feedText adds the lines of a text and closes the stream.
func feedText(d *Detector, text string) {
	for len(text) > 0 {
		line, rest := text, ""
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			line, rest = text[:i], text[i+1:]
		}
		d.Add(&capture.Line{Text: []byte(line)})
		text = rest
	}
	d.Close(capture.Stdout)
}
