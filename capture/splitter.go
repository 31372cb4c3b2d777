package capture

import "bytes"

// Splitter cuts the payloads of frames into lines, stream by stream. It is a
// pure function of the frames it is given. How the bytes were cut into frames
// makes no difference, except for a line that stays open while more than MaxLine
// passes on other streams. It is not safe for concurrent use.
type Splitter struct {
	from [Streams]Offset
	open [Streams]openLine
	line Line // handed to emit, reused
	emit func(*Line)
	lost uint64
}

// NewSplitter returns a splitter that passes over, on each stream, what lies
// before c. emit is called for each line; the Line is reused after it returns,
// its Text is not changed again.
func NewSplitter(c Cursor, emit func(*Line)) *Splitter {
	return &Splitter{from: c.From, emit: emit}
}

// Frame splits one frame. What it hands over may point into the payload.
func (s *Splitter) Frame(f *Frame) {
	for i := range s.open {
		// A line that stays open while the journal goes on must not pin it. Here
		// alone the cut into frames matters: it decides where such a line is divided.
		if o := &s.open[i]; len(o.text) > 0 && f.Offset > o.start()+MaxLine {
			s.piece(Stream(i), len(o.text), f.Clock)
		}
	}
	switch f.Kind {
	case KindEnd:
		if s.open[f.Stream].gap && !f.LineStart {
			s.lost++ // all of the last line was lost, and it has no newline that could tell
		}
		s.end(f.Stream)
	case KindRun:
		for i := range s.open {
			s.end(Stream(i))
		}
	case KindData:
		s.data(f)
	}
}

// data splits the payload of a frame.
func (s *Splitter) data(f *Frame) {
	o := &s.open[f.Stream]
	p, at := f.Payload, f.Offset
	lineStart := f.LineStart
	if from := s.from[f.Stream]; at < from {
		n := int(min(from-at, Offset(len(p))))
		if n > 0 {
			lineStart = p[n-1] == '\n'
		}
		p, at = p[n:], at+Offset(n)
	}
	if !lineStart && !o.active() && !o.skip && len(p) > 0 {
		o.skip = o.gap       // the line's beginning was lost,
		o.continued = !o.gap // or was delivered as a piece
	}
	o.gap = false
	for len(p) > 0 {
		n := bytes.IndexByte(p, '\n')
		if n < 0 {
			s.keep(f, p, at)
			return
		}
		s.close(f, p[:n], at)
		p, at = p[n+1:], at+Offset(n)+1
	}
}

// close hands over the line that ends with text, whose newline lies behind it.
func (s *Splitter) close(f *Frame, text []byte, at Offset) {
	o := &s.open[f.Stream]
	if o.skip {
		o.skip = false
		s.lost++
		return
	}
	end := at + Offset(len(text)) + 1
	s.line = Line{Stream: f.Stream, Start: at, End: end, Time: f.Time, Clock: f.Clock, Text: text, Continued: o.continued}
	if len(o.text) > 0 || len(text) > MaxLine {
		s.keep(f, text, at)
		s.line = Line{Stream: f.Stream, Start: o.startOr(at), End: end, Time: o.time, Clock: f.Clock, Text: o.text, Continued: o.continued}
	}
	*o = openLine{}
	s.emit(&s.line)
}

// keep holds on to the beginning of a line.
func (s *Splitter) keep(f *Frame, text []byte, at Offset) {
	o := &s.open[f.Stream]
	if o.skip {
		return
	}
	o.add(text, at, f.Time)
	o.clock = f.Clock
	for len(o.text) > MaxLine {
		s.piece(f.Stream, MaxLine, f.Clock)
	}
}

// piece hands over the first n bytes of a line that is too long, or open for too
// long.
func (s *Splitter) piece(stream Stream, n int, clock int64) {
	o := &s.open[stream]
	s.line = Line{Stream: stream, Start: o.start(), Time: o.time, Clock: clock, More: true, Continued: o.continued}
	s.line.Text, s.line.End = o.cut(n)
	o.continued = true
	s.emit(&s.line)
}

// end hands over the last line of a stream, which has no newline.
func (s *Splitter) end(stream Stream) {
	o := s.open[stream]
	s.open[stream] = openLine{}
	if o.skip {
		s.lost++
	}
	if len(o.text) == 0 {
		return
	}
	s.line = Line{Stream: stream, Start: o.start(), Time: o.time, Clock: o.clock, Continued: o.continued}
	s.line.Text, s.line.End = o.cut(len(o.text))
	s.emit(&s.line)
}

// Gap forgets the lines that a loss has cut through; what follows of them is
// passed over and counted by Lost.
func (s *Splitter) Gap() {
	for i := range s.open {
		s.open[i] = openLine{gap: true}
	}
}

// Lost returns how many lines were given up because their beginning was lost,
// since it was last called.
func (s *Splitter) Lost() uint64 {
	n := s.lost
	s.lost = 0
	return n
}

// Open returns the first byte of the line that is open on a stream.
func (s *Splitter) Open(stream Stream) (Offset, bool) {
	o := &s.open[stream]
	if len(o.text) == 0 {
		return 0, false
	}
	return o.start(), true
}

// openLine is the beginning of a line whose end was not read yet.
type openLine struct {
	text      []byte // a copy; handed over with the Line it becomes
	parts     []part // where text's bytes came from: other streams' bytes lie between
	time      int64
	clock     int64
	continued bool // an earlier piece was handed over
	skip      bool // its beginning was lost: drop it up to its newline
	gap       bool // something was lost since the stream was last read
}

// part is n bytes that lie together in the journal.
type part struct {
	at Offset
	n  int
}

func (o *openLine) active() bool { return len(o.text) > 0 || o.continued }

func (o *openLine) start() Offset { return o.parts[0].at }

func (o *openLine) startOr(at Offset) Offset {
	if len(o.parts) == 0 {
		return at
	}
	return o.parts[0].at
}

func (o *openLine) add(text []byte, at Offset, time int64) {
	if len(text) == 0 {
		return
	}
	if len(o.text) == 0 {
		o.time = time
	}
	o.text = append(o.text, text...)
	if last := len(o.parts) - 1; last >= 0 && o.parts[last].at+Offset(o.parts[last].n) == at {
		o.parts[last].n += len(text)
		return
	}
	o.parts = append(o.parts, part{at, len(text)})
}

// cut takes the first n bytes, n > 0, off and returns them and the offset behind
// the last of them.
func (o *openLine) cut(n int) ([]byte, Offset) {
	text := o.text[:n:n]
	o.text = append([]byte(nil), o.text[n:]...)
	var end Offset
	for n > 0 {
		p := &o.parts[0]
		k := min(n, p.n)
		p.at, p.n, n = p.at+Offset(k), p.n-k, n-k
		end = p.at
		if p.n == 0 && len(o.parts) > 0 {
			o.parts = o.parts[1:]
		}
	}
	return text, end
}
