package capture

import (
	"bytes"
	"testing"
)

func FuzzParseFrame(f *testing.F) {
	f.Add([]byte("hello\n"), uint64(64), uint16(3))
	f.Add([]byte{}, uint64(0), uint16(500))
	f.Add([]byte("LWf1"), uint64(1<<40), uint16(60*8))
	f.Fuzz(func(t *testing.T, payload []byte, at uint64, bit uint16) {
		var got Frame
		parseFrame(payload, Position(at), &got) // any bytes: must not panic
		payload = payload[:min(len(payload), MaxPayload)]
		want := Frame{At: Position(at), Offset: 7, Lines: 8, Time: -9, Clock: 10, Newlines: 11, Run: 12, Kind: KindData, Stream: Stderr, LineStart: true, Payload: payload}
		wire := appendFrame(nil, &want)
		if len(wire) != frameSize(len(payload)) {
			t.Fatalf("%d bytes, not %d", len(wire), frameSize(len(payload)))
		}
		if s := parseFrame(wire, want.At, &got); s != frameOK || !sameFrame(&got, &want) {
			t.Fatalf("state %d: %+v, want %+v", s, got, want)
		}
		if parseFrame(wire, want.At+8, &got) == frameOK {
			t.Error("taken for a frame at another position")
		}
		i := int(bit) % (8 * len(wire))
		wire[i/8] ^= 1 << (i % 8)
		if parseFrame(wire, want.At, &got) == frameOK && !sameFrame(&got, &want) {
			t.Errorf("bit %d flipped: taken for %+v", i, got)
		}
	})
}

func sameFrame(a, b *Frame) bool {
	x, y := *a, *b
	x.Payload, y.Payload = nil, nil
	return bytes.Equal(a.Payload, b.Payload) && x.At == y.At && x.Offset == y.Offset && x.Lines == y.Lines && x.Time == y.Time &&
		x.Clock == y.Clock && x.Newlines == y.Newlines && x.Run == y.Run && x.Kind == y.Kind && x.Stream == y.Stream && x.LineStart == y.LineStart
}

func TestHotPathDoesNotAllocate(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: 8 << 20})
	line := bytes.Repeat([]byte("a line of text\n"), 100)
	if n := testing.AllocsPerRun(200, func() { j.Append(Stdout, line) }); n != 0 {
		t.Errorf("Append: %v allocations", n)
	}
	r := v.NewReader(Cursor{})
	lines := 0
	to := &lineCounter{s: NewSplitter(Cursor{}, func(*Line) { lines++ })}
	buf := make([]byte, 2*frameSize(len(line))) // two frames a read
	if n := testing.AllocsPerRun(50, func() { r.Read(buf, to) }); n > 2 {
		t.Errorf("Read and split: %v allocations for two frames", n)
	}
	if lines != 51*200 {
		t.Errorf("%d lines read, want %d", lines, 51*200)
	}
}

type lineCounter struct{ s *Splitter }

func (c *lineCounter) Frame(f *Frame) { c.s.Frame(f) }
func (c *lineCounter) Gap(Gap)        { c.s.Gap() }
