package capture

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A journal file begins with 128 KiB of its own, all little-endian:
//
//	0        header: magic, id u64, size of the ring u64, CRC-32C
//	4096     two checkpoints, 512 bytes each, written in turn
//	8192     the table of runs, with a checksum
//	16384    one cursor a handler, two copies of 512 bytes each, written in turn
//	131072   the ring
//
// Everything but the header is a hint that may lag behind: frames tell for
// themselves what they are and where they belong.
const (
	fileMagic    = "LOGWRAPJ"
	checkpointAt = 4 << 10
	runsAt       = 8 << 10
	fileSlotsAt  = 16 << 10
	fileRing     = 128 << 10
	sector       = 512
)

// journalFile is the part of a journal's file before the ring.
type journalFile struct {
	f          *os.File
	generation uint64 // of the last checkpoint
}

// ErrLocked is what OpenJournal returns for a file that another process uses.
var ErrLocked = errors.New("another process is using it")

func (j *Journal) openFile() error {
	path := j.opts.Path
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("open journal %s: %w", path, errors.Unwrap(err))
	}
	j.data = f
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return fmt.Errorf("open journal %s: not a regular file", path)
	}
	if err := lock(f); err != nil {
		return fmt.Errorf("open journal %s: %w", path, err)
	}
	jf := &journalFile{f: f}
	known, err := jf.load(j.ctl)
	if err != nil {
		return fmt.Errorf("open journal %s: %w", path, err)
	}
	j.file = jf
	store(&j.ctl.inFile, 1)
	store(&j.ctl.base, fileRing)
	if known {
		j.recover()
	}
	if !known || int64(load(&j.ctl.size)) != j.opts.Size && j.drained() {
		return j.format()
	}
	return nil
}

// lock waits a moment for a router of an earlier process, which may still be
// writing its last cursor.
func lock(f *os.File) error {
	for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("lock: %w", err)
		}
		if time.Now().After(deadline) {
			return ErrLocked
		}
	}
}

// format makes the file an empty journal of the size that is wanted.
func (j *Journal) format() error {
	// What the cursors pointed at is gone, and they with it.
	clear(j.mem[slotsAt : slotsAt+MaxHandlers*slotSize])
	if err := j.data.Truncate(0); err != nil {
		return fmt.Errorf("empty journal %s: %w", j.opts.Path, err)
	}
	if err := reserve(j.data, fileRing+j.opts.Size); err != nil {
		return err
	}
	if err := j.data.Truncate(fileRing + j.opts.Size); err != nil {
		return fmt.Errorf("size journal %s: %w", j.opts.Path, err)
	}
	var h [sector]byte
	copy(h[:], fileMagic)
	rand.Read(h[8:16])
	binary.LittleEndian.PutUint64(h[16:], uint64(j.opts.Size))
	seal(h[:])
	if _, err := j.data.WriteAt(h[:], 0); err != nil {
		return fmt.Errorf("write journal %s: %w", j.opts.Path, err)
	}
	store(&j.ctl.id, binary.LittleEndian.Uint64(h[8:]))
	store(&j.ctl.size, uint64(j.opts.Size))
	for _, p := range []*uint64{&j.ctl.head, &j.ctl.tail, &j.ctl.offset, &j.ctl.lines} {
		store(p, 0)
	}
	j.checkpoint()
	return nil
}

// drained reports whether every cursor has reached the journal's end.
func (j *Journal) drained() bool { return j.slowest() == load(&j.ctl.head) }

// load reads what the file says of itself; known is false for an empty file. A
// file that is something else is not touched.
func (jf *journalFile) load(ctl *control) (known bool, err error) {
	var h [sector]byte
	n, err := jf.f.ReadAt(h[:], 0)
	if n == 0 {
		return false, nil
	}
	if !bytes.Equal(h[:8], []byte(fileMagic)) {
		return false, errors.New("it is not a journal of logwrap")
	}
	if n < sector || !sealed(h[:]) {
		return false, errors.New("its header is damaged")
	}
	store(&ctl.id, binary.LittleEndian.Uint64(h[8:]))
	store(&ctl.size, binary.LittleEndian.Uint64(h[16:]))
	return true, nil
}

// seal puts a checksum into the last four bytes of b.
func seal(b []byte) {
	n := len(b) - 4
	binary.LittleEndian.PutUint32(b[n:], crcOf(b[:n]))
}

func sealed(b []byte) bool {
	n := len(b) - 4
	return binary.LittleEndian.Uint32(b[n:]) == crcOf(b[:n])
}

// checkpoint notes where the journal stands, so that recovery need not look at
// all of it. Best effort: an older checkpoint only makes recovery longer. The
// journal's mutex is held.
func (j *Journal) checkpoint() {
	jf := j.file
	jf.generation++
	var b [sector]byte
	le := binary.LittleEndian
	for i, v := range []uint64{jf.generation, load(&j.ctl.head), load(&j.ctl.tail), load(&j.ctl.offset), load(&j.ctl.lines), uint64(j.lastClock), uint64(j.run)} {
		le.PutUint64(b[8*i:], v)
	}
	seal(b[:])
	_, _ = jf.f.WriteAt(b[:], checkpointAt+int64(jf.generation%2)*sector)
}

// checkpointed returns the newest checkpoint that is whole.
func (jf *journalFile) checkpointed() (words [7]uint64) {
	for i := range int64(2) {
		var b [sector]byte
		if _, err := jf.f.ReadAt(b[:], checkpointAt+i*sector); err != nil || !sealed(b[:]) {
			continue
		}
		if generation := binary.LittleEndian.Uint64(b[:]); generation > words[0] {
			for w := range words {
				words[w] = binary.LittleEndian.Uint64(b[8*w:])
			}
		}
	}
	return words
}

func (jf *journalFile) saveRuns(ctl *control) {
	var b [runTable*int(unsafe.Sizeof(runEntry{})) + 4]byte
	copy(b[:], unsafe.Slice((*byte)(unsafe.Pointer(&ctl.runs[0])), len(b)-4))
	seal(b[:])
	_, _ = jf.f.WriteAt(b[:], runsAt)
}

func (jf *journalFile) loadRuns(ctl *control) {
	var b [runTable*int(unsafe.Sizeof(runEntry{})) + 4]byte
	if _, err := jf.f.ReadAt(b[:], runsAt); err == nil && sealed(b[:]) {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&ctl.runs[0])), len(b)-4), b[:])
	}
}

// saveSlot writes a handler's cursor to the file. Best effort: a cursor that
// lags only makes records come again.
func (jf *journalFile) saveSlot(i int, s *slot) {
	var b [sector]byte
	c := s.cursor()
	le := binary.LittleEndian
	seq := load(&s.seq)
	le.PutUint64(b[0:], seq)
	le.PutUint64(b[8:], load(&s.used))
	copy(b[16:80], s.name[:])
	le.PutUint64(b[80:], c.frame)
	for k, o := range c.from {
		le.PutUint64(b[88+8*k:], o)
	}
	le.PutUint64(b[112:], c.lines)
	le.PutUint64(b[120:], c.lost)
	for k, w := range c.state {
		le.PutUint64(b[128+8*k:], w)
	}
	seal(b[:])
	_, _ = jf.f.WriteAt(b[:], fileSlotsAt+int64(i)*2*sector+int64(seq/2%2)*sector)
}

// loadSlot reads a handler's cursor back, the newer one of its two copies.
func (jf *journalFile) loadSlot(i int, s *slot) {
	le := binary.LittleEndian
	newest, found := uint64(0), false
	for k := range int64(2) {
		var b [sector]byte
		if _, err := jf.f.ReadAt(b[:], fileSlotsAt+int64(i)*2*sector+k*sector); err != nil || !sealed(b[:]) {
			continue
		}
		if seq := le.Uint64(b[:]); found && seq < newest {
			continue
		} else {
			newest, found = seq, true
		}
		var c slotCursor
		c.frame, c.lines, c.lost = le.Uint64(b[80:]), le.Uint64(b[112:]), le.Uint64(b[120:])
		for n := range c.from {
			c.from[n] = le.Uint64(b[88+8*n:])
		}
		for n := range c.state {
			c.state[n] = le.Uint64(b[128+8*n:])
		}
		copy(s.name[:], b[16:80])
		s.seq = newest - 2 // setCursor brings it back to the same number
		s.setCursor(c)
		s.used = le.Uint64(b[8:])
	}
	if !found || s.label() == "" {
		*s = slot{seq: newest}
	}
}
