package capture

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	// DefaultMemory is the size of a journal in memory unless stated.
	DefaultMemory = 64 << 20
	// DefaultFile is the size of a journal in a file unless stated.
	DefaultFile = 1 << 30
	// MinSize is the smallest journal: a few of the largest frames.
	MinSize = 1 << 20
)

// ErrFull is what Append returns when the journal may not drop anything and
// some cursor has not moved on yet.
var ErrFull = errors.New("the journal is full")

// JournalOptions says where a journal lives and what it does when it is full.
type JournalOptions struct {
	Path  string // file that outlives the process; empty: memory
	Size  int64  // bytes of frames it holds at most; 0: DefaultMemory or DefaultFile
	Block bool   // when full: refuse to append instead of dropping the oldest frames
}

// Journal is the write side: the only queue between the app and the sinks. Its
// methods may be called from several goroutines.
type Journal struct {
	mu      sync.Mutex
	opts    JournalOptions
	data    *os.File
	control *os.File
	bell    *os.File // rings the reader's doorbell
	bellEnd *os.File // the reader's end, handed to the router
	ctl     *control
	mem     []byte
	scratch []byte // owned by append, one frame
	walk    []byte // owned by free

	lineStart [Streams]bool
	run       uint32
	clockBase int64 // clock of the newest frame when the journal was opened
	opened    time.Time
	lastClock int64
	file      *journalFile
	punched   uint64 // storage before this position was given back

	failed    error // why the last write to the data file failed
	unwritten uint64
}

// OpenJournal makes a journal in memory, or opens the one in a file, recovering
// what an earlier process left in it. The file stays locked until Close.
func OpenJournal(o JournalOptions) (*Journal, error) {
	if o.Size == 0 {
		o.Size = DefaultMemory
		if o.Path != "" {
			o.Size = DefaultFile
		}
	}
	o.Size = max(o.Size, MinSize) &^ 7
	j := &Journal{opts: o, opened: time.Now(), scratch: make([]byte, 0, maxFrame)}
	for i := range j.lineStart {
		j.lineStart[i] = true
	}
	if err := j.open(); err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

func (j *Journal) open() error {
	var err error
	if j.control, err = Memory("logwrap-control", controlSize); err != nil {
		return err
	}
	if j.ctl, j.mem, err = mapControl(j.control); err != nil {
		return err
	}
	if j.bellEnd, j.bell, err = os.Pipe(); err != nil {
		return fmt.Errorf("make the journal's doorbell: %w", err)
	}
	if err := syscall.SetNonblock(int(j.bell.Fd()), true); err != nil {
		return fmt.Errorf("make the journal's doorbell: %w", err)
	}
	store(&j.ctl.magic, controlMagic)
	if j.opts.Path != "" {
		return j.openFile()
	}
	if j.data, err = Memory("logwrap-journal", j.opts.Size); err != nil {
		return err
	}
	var id [8]byte
	rand.Read(id[:])
	store(&j.ctl.id, binary.BigEndian.Uint64(id[:]))
	store(&j.ctl.size, uint64(j.opts.Size))
	return nil
}

// Files returns what a router inherits, in the order OpenView takes them. They
// stay the journal's.
func (j *Journal) Files() []*os.File { return []*os.File{j.data, j.control, j.bellEnd} }

// ID returns the journal's identity, 16 hex digits.
func (j *Journal) ID() string { return fmt.Sprintf("%016x", load(&j.ctl.id)) }

// Append takes the bytes of one read of a stream; p may be reused at once. More
// than MaxPayload bytes become several frames.
//
// It returns ErrFull, with nothing taken, if the journal has to block. A write
// that the file system refuses is not an error to the caller, who could not do
// better: the bytes are counted as lost and readers see the gap; Trouble tells.
func (j *Journal) Append(s Stream, p []byte) error {
	now := time.Now()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.opts.Block && !j.room(frameSpace(len(p))) {
		return ErrFull
	}
	for len(p) > 0 {
		n := min(len(p), MaxPayload)
		j.append(KindData, s, p[:n], now)
		p = p[n:]
	}
	return nil
}

// lifecycleRoom is what a full journal keeps free for lines about the app's life,
// the last of which must not be missed: some hundred of them.
const lifecycleRoom = 64 << 10

// Full reports whether no more output of the app should be read: Append might
// have to refuse it. There is still room for lines about its life.
func (j *Journal) Full() bool {
	if !j.opts.Block {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.room(frameSpace(MaxPayload) + lifecycleRoom)
}

// frameSpace is what n payload bytes take at most, the end of a lap included.
func frameSpace(n int) int {
	frames := n/MaxPayload + 1
	return n + frames*(frameHeader+8) + maxFrame
}

// End says that a stream is over for the run.
func (j *Journal) End(s Stream) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.append(KindEnd, s, nil, time.Now())
	j.lineStart[s] = true
}

// Tick notes that time went on. It lets readers close what is open without a
// clock of their own.
func (j *Journal) Tick() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.opts.Block && !j.room(frameSpace(0)) {
		return
	}
	j.append(KindTick, Lifecycle, nil, time.Now())
	j.reclaim()
}

// Run is one execution of the app.
type Run struct {
	ID      [16]byte
	PID     int
	Command string // at most 63 bytes are kept
	Started int64  // Unix nanoseconds
}

// BeginRun says that what follows comes from a new run of the app.
func (j *Journal) BeginRun(r Run) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.run++
	e := &j.ctl.runs[j.run%runTable]
	store(&e.ordinal, 0) // readers take a half-written entry for none
	store(&e.pid, uint64(r.PID))
	store(&e.started, uint64(r.Started))
	e.id = r.ID
	e.command = [64]byte{}
	copy(e.command[:63], r.Command)
	store(&e.ordinal, uint64(j.run))
	for i := range j.lineStart {
		j.lineStart[i] = true
	}
	j.append(KindRun, Lifecycle, nil, time.Now())
	if j.file != nil {
		j.file.saveRuns(j.ctl)
	}
}

// Finish says that nothing will follow, and by when the router has to be done.
func (j *Journal) Finish(deadline time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	store(&j.ctl.deadline, uint64(deadline.UnixNano()))
	store(&j.ctl.eof, 1)
	j.ring()
}

// append writes one frame and publishes it. The mutex is held.
func (j *Journal) append(kind Kind, s Stream, p []byte, now time.Time) {
	newlines := uint64(bytes.Count(p, []byte{'\n'}))
	if kind == KindEnd && !j.lineStart[s] {
		newlines = 1 // the last line counts although it has no newline
	}
	f := Frame{
		Offset: Offset(load(&j.ctl.offset)), Lines: load(&j.ctl.lines),
		Time: now.UnixNano(), Clock: j.clock(now), Run: j.run,
		Kind: kind, Stream: s, LineStart: j.lineStart[s], Newlines: uint32(newlines), Payload: p,
	}
	if j.place(&f) {
		store(&j.ctl.head, uint64(f.End()))
	} else {
		j.unwritten += newlines
	}
	// What could not be written counts as well: that is how readers see the gap.
	store(&j.ctl.offset, uint64(f.Offset)+uint64(len(p)))
	store(&j.ctl.lines, f.Lines+newlines)
	if len(p) > 0 {
		j.lineStart[s] = p[len(p)-1] == '\n'
	}
	if load(&j.ctl.waiting) != 0 {
		j.ring()
	}
}

// clock returns now on the journal's own clock, which goes on where an earlier
// process left it and never back.
func (j *Journal) clock(now time.Time) int64 {
	c := j.clockBase + int64(now.Sub(j.opened))
	j.lastClock = max(j.lastClock, c)
	return j.lastClock
}

// place finds room for f, drops what is in the way and writes it.
func (j *Journal) place(f *Frame) bool {
	size := Position(load(&j.ctl.size))
	f.At = Position(load(&j.ctl.head))
	need := Position(frameSize(len(f.Payload)))
	left := size - f.At%size
	if left < need {
		if !j.skip(f, left) {
			return false
		}
		f.At += left
	}
	if !j.free(f.At + need) {
		return false
	}
	j.scratch = appendFrame(j.scratch[:0], f)
	return j.write(j.scratch, f.At)
}

// skip fills the rest of a lap that is too short for the frame that follows. A
// rest shorter than a header stays as it is; readers know that.
func (j *Journal) skip(f *Frame, left Position) bool {
	if !j.free(f.At + left) {
		return false
	}
	if left < frameHeader {
		return true
	}
	s := Frame{At: f.At, Offset: f.Offset, Lines: f.Lines, Time: f.Time, Clock: f.Clock, Run: f.Run, Kind: kindSkip, Stream: Lifecycle}
	j.scratch = appendFrame(j.scratch[:0], &s)
	return j.write(j.scratch, s.At)
}

func (j *Journal) write(b []byte, at Position) bool {
	pos := int64(load(&j.ctl.base)) + int64(uint64(at)%load(&j.ctl.size))
	_, err := j.data.WriteAt(b, pos)
	j.failed = err
	return err == nil
}

// Trouble tells whether the last write to the journal's storage failed, and how
// many lines were lost to such failures so far.
func (j *Journal) Trouble() (lost uint64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.unwritten, j.failed
}

// ring wakes the reader. A full pipe means that it has been woken already.
func (j *Journal) ring() {
	store(&j.ctl.waiting, 0)
	_, _ = syscall.Write(int(j.bell.Fd()), []byte{1})
}

// Register gives each of the named handlers a cursor: where it left off if the
// journal knows it, else at the oldest frame. Handlers that are not named lose
// theirs; their names are returned if they still had something to get.
func (j *Journal) Register(handlers []string) (forgotten []string, err error) {
	if len(handlers) > MaxHandlers {
		return nil, fmt.Errorf("register %d handlers: a journal keeps at most %d cursors", len(handlers), MaxHandlers)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	want := map[string]bool{}
	for _, h := range handlers {
		if len(h) > 63 {
			return nil, fmt.Errorf("register handler %q: the name is longer than 63 bytes", h)
		}
		want[h] = true
	}
	for i := range MaxHandlers {
		s := slotAt(j.mem, i)
		if s.used == 0 {
			continue
		}
		if name := s.label(); want[name] {
			delete(want, name)
			continue
		} else if s.cursor().lines < load(&j.ctl.lines) {
			forgotten = append(forgotten, name)
		}
		j.setSlot(i, "")
	}
	for _, h := range handlers {
		if want[h] {
			delete(want, h)
			j.setSlot(j.freeSlot(), h)
		}
	}
	return forgotten, nil
}

func (j *Journal) freeSlot() int {
	for i := range MaxHandlers {
		if slotAt(j.mem, i).used == 0 {
			return i
		}
	}
	return MaxHandlers - 1 // Register has counted them: never reached
}

// setSlot gives slot i to a handler that starts at the oldest frame, or frees it.
func (j *Journal) setSlot(i int, name string) {
	s := slotAt(j.mem, i)
	// The number goes on, or a copy in the file that is left from the slot's
	// handler before would seem to be the newer one.
	*s = slot{seq: s.seq}
	if name == "" {
		s.setCursor(slotCursor{})
	} else {
		copy(s.name[:63], name)
		s.setCursor(slotCursor{frame: load(&j.ctl.tail), lines: j.linesAt(Position(load(&j.ctl.tail)))})
		store(&s.used, 1)
	}
	if j.file != nil {
		j.file.saveSlot(i, s)
	}
}

// linesAt returns how many newlines came before the frame at p.
func (j *Journal) linesAt(p Position) uint64 {
	var f Frame
	if p < Position(load(&j.ctl.head)) && j.readHeader(p, &f) {
		return f.Lines
	}
	return load(&j.ctl.lines)
}

// Backlog is what one handler has not got.
type Backlog struct {
	Handler string
	Lines   uint64 // captured and not delivered yet
	Lost    uint64 // dropped: it will never get them
	Refused uint64 // records its destination refused for good
}

// Backlogs returns what each handler has not got, in order of the handlers' slots.
func (j *Journal) Backlogs() []Backlog {
	j.mu.Lock()
	defer j.mu.Unlock()
	var list []Backlog
	lines := load(&j.ctl.lines)
	for i := range MaxHandlers {
		s := slotAt(j.mem, i)
		if load(&s.used) == 0 {
			continue
		}
		c := s.cursor()
		b := Backlog{Handler: s.label(), Lost: c.lost, Refused: load(&s.refused)}
		if c.lines < lines {
			b.Lines = lines - c.lines
		}
		list = append(list, b)
	}
	return list
}

// Progress is what readers have done with the journal so far; only changes mean
// anything.
type Progress struct {
	Read      uint64 // reads of the journal
	Delivered uint64 // moves of a cursor
}

// Progress returns what readers have done so far.
func (j *Journal) Progress() Progress {
	p := Progress{Read: load(&j.ctl.reads)}
	for i := range MaxHandlers {
		if s := slotAt(j.mem, i); load(&s.used) != 0 {
			p.Delivered += load(&s.seq)
		}
	}
	return p
}

// Sync makes sure that what was appended so far survives a crash of the machine.
// It does nothing for a journal in memory.
func (j *Journal) Sync() error {
	if j.file == nil {
		return nil
	}
	j.mu.Lock()
	j.checkpoint()
	j.mu.Unlock()
	if err := syncData(j.data); err != nil {
		return fmt.Errorf("sync journal %s: %w", j.opts.Path, err)
	}
	return nil
}

// Close gives up the descriptors; a file keeps what was not delivered.
func (j *Journal) Close() error {
	if j.file != nil {
		j.mu.Lock()
		j.checkpoint()
		j.mu.Unlock()
	}
	for _, f := range []*os.File{j.data, j.control, j.bell, j.bellEnd} {
		if f != nil {
			f.Close()
		}
	}
	return nil
}
