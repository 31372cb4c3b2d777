package capture

import "sync/atomic"

// Cursor is how far a handler has got: everything before it was delivered. It is
// one place for each stream, because what is still open on one stream (half a
// line, a trace that may go on) must not hold back what is done on another.
type Cursor struct {
	Frame Position        // read from this frame on
	From  [Streams]Offset // and of each stream only what begins here or later
	Lines uint64          // newlines before it, for counting what is missing
	Lost  uint64          // lines before it that the handler never got
}

// Gap is a part of the journal that can't be read any more: dropped when the
// journal was full, or damaged.
type Gap struct {
	From, To     Offset
	Lines        uint64 // newlines that were lost
	Since, Until int64  // capture times around it, Unix nanoseconds; Since is 0 if unknown
}

// Visitor takes what a Reader finds, in the journal's order.
type Visitor interface {
	// Frame is called with each frame. Its payload is a part of the buffer given
	// to Read.
	Frame(*Frame)
	// Gap is called before the first Frame behind a loss.
	Gap(Gap)
}

// Reader reads a journal's frames in order from a cursor on. It is not safe for
// concurrent use.
type Reader struct {
	view   *View
	pos    Position
	offset Offset // the next frame's, if nothing is missing
	lines  uint64
	time   int64 // of the last frame
}

// NewReader returns a reader that begins at c.
func (v *View) NewReader(c Cursor) *Reader {
	r := &Reader{view: v, pos: c.Frame, lines: c.Lines}
	r.offset = c.From[0]
	for _, o := range c.From {
		r.offset = max(r.offset, o)
	}
	return r
}

// Position returns where the next frame is expected.
func (r *Reader) Position() Position { return r.pos }

// Lines returns how many newlines lie before the reader, lost ones included.
func (r *Reader) Lines() uint64 { return r.lines }

// ReadSize returns a good size for the next Read's buffer: what is there, but
// not less than the largest frame may need.
func (r *Reader) ReadSize() int {
	if n := r.view.Head() - r.pos; n < ReadMax {
		return int(n)
	}
	return ReadMax
}

// ReadMax is the size of the largest buffer that a Read makes use of; it holds
// any frame.
const ReadMax = 256 << 10

// Read reads once into buf, which must hold ReadSize bytes, and visits every
// whole frame in it. It reports false when it is at the journal's head.
func (r *Reader) Read(buf []byte, to Visitor) bool {
	head := r.view.Head()
	if tail := Position(load(&r.view.ctl.tail)); r.pos < tail {
		r.pos = tail
	}
	if r.pos >= head {
		return false
	}
	got := r.view.readAt(buf, r.pos, head)
	atomic.AddUint64(&r.view.ctl.reads, 1)
	var f Frame
	for first := true; len(got) > 0; first = false {
		span, state := r.parse(got, &f)
		if state == frameShort && !first {
			return true // the next Read begins with it
		}
		if state != frameOK {
			r.recover(head)
			return true
		}
		if f.Kind != kindSkip && span != 0 && f.At == r.pos {
			r.visit(&f, to)
		}
		r.pos += span
		got = got[min(int(span), len(got)):]
	}
	return true
}

// parse reads the frame at the reader's position and returns how far it is to
// the next one.
func (r *Reader) parse(got []byte, f *Frame) (Position, frameState) {
	size := Position(load(&r.view.ctl.size))
	left := size - r.pos%size
	if left < frameHeader {
		f.Kind = kindSkip
		return left, frameOK
	}
	state := parseFrame(got, r.pos, f)
	if state == frameOK && f.Kind == kindSkip {
		return left, frameOK
	}
	return Position(frameSize(len(f.Payload))), state
}

// recover finds where to go on when what lies at the reader's position is no
// frame: it was overwritten meanwhile, or it is damaged.
func (r *Reader) recover(head Position) {
	if tail := Position(load(&r.view.ctl.tail)); r.pos < tail {
		r.pos = tail
		return
	}
	r.pos = r.view.resync(r.pos+8, head)
}

func (r *Reader) visit(f *Frame, to Visitor) {
	if f.Offset > r.offset {
		g := Gap{From: r.offset, To: f.Offset, Since: r.time, Until: f.Time}
		if f.Lines > r.lines {
			g.Lines = f.Lines - r.lines
		}
		to.Gap(g)
	}
	r.offset = max(r.offset, f.Offset+Offset(len(f.Payload)))
	r.lines = max(r.lines, f.Lines+uint64(f.Newlines))
	r.time = f.Time
	to.Frame(f)
}
