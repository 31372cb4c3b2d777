package capture

import (
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The control area is what parent and router share while they run: a few
// counters, the table of runs, and one slot a handler. It always lives in memory,
// never in the journal's file, so that a failing disk can't take the parent down
// with a SIGBUS; what must outlive the parent is also written to the file.
const (
	controlMagic = 0x31435257474f4c // "LOGWRC1"
	controlSize  = 64 << 10
	slotsAt      = 8 << 10
	slotSize     = 512
	// MaxHandlers is how many cursors a journal keeps.
	MaxHandlers = 64
)

// control is the head of the shared area; every word is accessed atomically.
type control struct {
	magic    uint64
	id       uint64 // of the journal
	base     uint64 // where the ring begins in the data file
	size     uint64 // of the ring
	inFile   uint64 // 1: the journal has a path; cursors are written to it too
	head     uint64 // Position behind the last frame
	tail     uint64 // Position of the oldest frame that may be read
	offset   uint64 // payload bytes captured, over all streams
	lines    uint64 // newlines captured
	eof      uint64 // 1: nothing will follow
	waiting  uint64 // 1: the reader sleeps until the doorbell rings
	reads    uint64 // counts what readers read
	deadline uint64 // Unix nanoseconds by which the router has to be done; 0: none
	runs     [runTable]runEntry
}

// runTable is how many runs of the app the journal remembers.
const runTable = 64

type runEntry struct {
	ordinal uint64
	pid     uint64
	started uint64
	id      [16]byte
	command [64]byte
}

// slot is one handler's part of the shared area. The cursor is written by the
// router alone, under a sequence lock: odd while it is being written, so a
// router that dies in the middle leaves the copy before it in force.
type slot struct {
	used    uint64
	name    [64]byte
	seq     uint64 // which of the two copies counts: even, copy seq/2%2
	copies  [2]slotCursor
	refused uint64 // records its destination refused for good
}

type slotCursor struct {
	frame uint64
	from  [Streams]uint64
	lines uint64
	lost  uint64
	state [4]uint64
}

func mapControl(f *os.File) (*control, []byte, error) {
	mem, err := unix.Mmap(int(f.Fd()), 0, controlSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, fmt.Errorf("map the journal's control area: %w", err)
	}
	return (*control)(unsafe.Pointer(&mem[0])), mem, nil
}

func slotAt(mem []byte, i int) *slot {
	return (*slot)(unsafe.Pointer(&mem[slotsAt+i*slotSize]))
}

func load(p *uint64) uint64     { return atomic.LoadUint64(p) }
func store(p *uint64, v uint64) { atomic.StoreUint64(p, v) }

// cursor returns the slot's cursor as the last complete write left it.
func (s *slot) cursor() slotCursor {
	for {
		seq := load(&s.seq)
		c := &s.copies[seq/2%2]
		got := slotCursor{frame: load(&c.frame), lines: load(&c.lines), lost: load(&c.lost)}
		for i := range c.from {
			got.from[i] = load(&c.from[i])
		}
		for i := range c.state {
			got.state[i] = load(&c.state[i])
		}
		if load(&s.seq)/2 == seq/2 {
			return got
		}
	}
}

// setCursor writes the copy that is not in force and then puts it in force.
func (s *slot) setCursor(v slotCursor) {
	seq := load(&s.seq)
	c := &s.copies[(seq/2+1)%2]
	store(&c.frame, v.frame)
	store(&c.lines, v.lines)
	store(&c.lost, v.lost)
	for i := range c.from {
		store(&c.from[i], v.from[i])
	}
	for i := range c.state {
		store(&c.state[i], v.state[i])
	}
	store(&s.seq, seq+2)
}

func (s *slot) label() string { return cString(s.name[:]) }

func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
