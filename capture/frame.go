package capture

import (
	"encoding/binary"
	"hash/crc32"
	"sync"
)

// Position is a place in the journal's ring: how many bytes of frames were
// written before it since the journal was made. It only grows; the place in the
// file is Position modulo the ring's size.
type Position uint64

// Kind says what a frame is for.
type Kind uint8

const (
	KindData Kind = iota + 1 // bytes of a stream
	KindTick                 // nothing but the clock: time went on and nothing was captured
	KindRun                  // the app was started; whatever was open in the run before is over
	KindEnd                  // its stream is over for this run
	kindSkip                 // fills the end of a lap
)

const (
	frameMagic  = 0x3166574c // "LWf1"
	frameHeader = 64
	// MaxPayload is the most bytes one frame carries.
	MaxPayload = 128 << 10
	maxFrame   = frameHeader + MaxPayload
)

const flagLineStart = 1 // the byte before this frame in its stream was a newline, or there is none

// castagnoli is made by the first frame, after the app's start: that takes longer
// than opening a journal.
var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

func crcOf(p []byte) uint32 { return crc32.Checksum(p, castagnoli()) }

// Frame is one entry of the journal: what one read of a stream brought.
type Frame struct {
	At        Position // where the frame begins
	Offset    Offset   // of the payload's first byte
	Lines     uint64   // newlines in the journal before this frame, lost ones included
	Time      int64    // of capture, Unix nanoseconds
	Clock     int64    // the same moment on a clock that never goes back, nanoseconds
	Newlines  uint32   // newlines in the payload
	Run       uint32   // which run of the app, counted by the journal
	Kind      Kind
	Stream    Stream
	LineStart bool   // the payload begins a line
	Payload   []byte // valid until the buffer it was read into is reused
}

// End returns the position of the frame that follows.
func (f *Frame) End() Position { return f.At + Position(frameSize(len(f.Payload))) }

// frameSize is what a payload of n bytes takes in the ring.
func frameSize(n int) int { return frameHeader + (n+7)&^7 }

// appendFrame appends f's wire form to dst.
//
// All integers are little-endian: magic u32, CRC-32C of everything behind it
// u32, At u64, Offset u64, Lines u64, Time i64, Clock i64, payload length u32,
// Run u32, Kind u8, Stream u8, flags u8, a zero byte, newlines u32, payload,
// zeros up to a multiple of 8.
func appendFrame(dst []byte, f *Frame) []byte {
	start := len(dst)
	le := binary.LittleEndian
	dst = le.AppendUint32(dst, frameMagic)
	dst = le.AppendUint32(dst, 0)
	dst = le.AppendUint64(dst, uint64(f.At))
	dst = le.AppendUint64(dst, uint64(f.Offset))
	dst = le.AppendUint64(dst, f.Lines)
	dst = le.AppendUint64(dst, uint64(f.Time))
	dst = le.AppendUint64(dst, uint64(f.Clock))
	dst = le.AppendUint32(dst, uint32(len(f.Payload)))
	dst = le.AppendUint32(dst, f.Run)
	var flags byte
	if f.LineStart {
		flags |= flagLineStart
	}
	dst = append(dst, byte(f.Kind), byte(f.Stream), flags, 0)
	dst = le.AppendUint32(dst, f.Newlines)
	dst = append(dst, f.Payload...)
	for len(dst)%8 != 0 {
		dst = append(dst, 0)
	}
	le.PutUint32(dst[start+4:], crcOf(dst[start+8:start+frameHeader+len(f.Payload)]))
	return dst
}

type frameState uint8

const (
	frameOK    frameState = iota
	frameShort            // buf ends before the frame does
	frameBad              // not a frame that belongs at this position
)

// parseFrame reads the frame that begins at buf[0], which lies at position at.
// The payload is a part of buf.
func parseFrame(buf []byte, at Position, f *Frame) frameState {
	if len(buf) < frameHeader {
		return frameShort
	}
	le := binary.LittleEndian
	if le.Uint32(buf) != frameMagic || Position(le.Uint64(buf[8:])) != at {
		return frameBad
	}
	n := int(le.Uint32(buf[48:]))
	if n > MaxPayload && Kind(buf[56]) != kindSkip {
		return frameBad
	}
	f.At = at
	f.Offset = Offset(le.Uint64(buf[16:]))
	f.Lines = le.Uint64(buf[24:])
	f.Time = int64(le.Uint64(buf[32:]))
	f.Clock = int64(le.Uint64(buf[40:]))
	f.Run = le.Uint32(buf[52:])
	f.Kind = Kind(buf[56])
	f.Stream = Stream(buf[57])
	f.LineStart = buf[58]&flagLineStart != 0
	f.Newlines = le.Uint32(buf[60:])
	f.Payload = nil
	if f.Kind == kindSkip {
		if crcOf(buf[8:frameHeader]) != le.Uint32(buf[4:]) {
			return frameBad
		}
		return frameOK
	}
	if len(buf) < frameSize(n) {
		return frameShort
	}
	if f.Kind < KindData || f.Kind > KindEnd || f.Stream >= Streams {
		return frameBad
	}
	if crcOf(buf[8:frameHeader+n]) != le.Uint32(buf[4:]) {
		return frameBad
	}
	f.Payload = buf[frameHeader : frameHeader+n : frameHeader+n]
	return frameOK
}

// claimed returns the position that the frame header in buf says it has.
func claimed(buf []byte) Position { return Position(binary.LittleEndian.Uint64(buf[8:])) }
