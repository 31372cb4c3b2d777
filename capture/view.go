package capture

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// ErrOrphaned is what View.Watch returns when the parent is gone.
var ErrOrphaned = errors.New("the process that captures is gone")

// View is the read side of a journal, in the router's process. Its methods may
// be called from several goroutines.
type View struct {
	data *os.File
	bell *os.File
	ctl  *control
	mem  []byte
	file *journalFile

	mu   sync.Mutex
	wake chan struct{} // closed and replaced when the doorbell rings
	end  chan struct{} // closed when the journal has ended
}

// OpenView opens the journal whose Files were inherited. The View owns them.
func OpenView(files []*os.File) (*View, error) {
	if len(files) != 3 {
		return nil, fmt.Errorf("open the journal's view: %d descriptors instead of 3", len(files))
	}
	ctl, mem, err := mapControl(files[1])
	if err != nil {
		return nil, err
	}
	if load(&ctl.magic) != controlMagic {
		return nil, errors.New("open the journal's view: the descriptors are of another version of logwrap")
	}
	v := &View{data: files[0], bell: files[2], ctl: ctl, mem: mem, wake: make(chan struct{}), end: make(chan struct{})}
	if load(&ctl.inFile) != 0 {
		v.file = &journalFile{f: files[0]}
	}
	return v, nil
}

// ID returns the journal's identity, 16 hex digits.
func (v *View) ID() string { return fmt.Sprintf("%016x", load(&v.ctl.id)) }

// Watch turns the parent's doorbell into wake-ups of every waiting Reader. It
// returns ErrOrphaned when the parent is gone, and never otherwise.
func (v *View) Watch() error {
	buf := make([]byte, 64)
	for ended := false; ; {
		if !ended && v.Ended() {
			ended = true
			close(v.end)
		}
		n, err := v.bell.Read(buf)
		if n > 0 {
			v.broadcast()
			continue
		}
		if err == nil || errors.Is(err, io.EOF) {
			return ErrOrphaned
		}
		return fmt.Errorf("wait for the journal: %w", err)
	}
}

func (v *View) broadcast() {
	v.mu.Lock()
	close(v.wake)
	v.wake = make(chan struct{})
	v.mu.Unlock()
}

// Wait blocks until there is something behind position p, the journal has
// ended, or ctx is done. It reports whether there is something.
func (v *View) Wait(ctx context.Context, p Position) bool {
	for {
		v.mu.Lock()
		wake := v.wake
		v.mu.Unlock()
		store(&v.ctl.waiting, 1) // before looking, so that no ring is missed
		if Position(load(&v.ctl.head)) > p {
			return true
		}
		if v.Ended() || ctx.Err() != nil {
			return Position(load(&v.ctl.head)) > p
		}
		select {
		case <-wake:
		case <-ctx.Done():
		}
	}
}

// End is closed when nothing will be appended any more. It takes a running Watch.
func (v *View) End() <-chan struct{} { return v.end }

// Ended reports whether nothing will be appended any more.
func (v *View) Ended() bool { return load(&v.ctl.eof) != 0 }

// Deadline returns when the router has to be done, zero as long as the app runs.
func (v *View) Deadline() time.Time {
	if d := load(&v.ctl.deadline); d != 0 {
		return time.Unix(0, int64(d))
	}
	return time.Time{}
}

// Head returns the position behind the newest frame.
func (v *View) Head() Position { return Position(load(&v.ctl.head)) }

// Run returns what is known of the run with that number.
func (v *View) Run(ordinal uint32) (Run, bool) {
	e := &v.ctl.runs[ordinal%runTable]
	if ordinal == 0 || load(&e.ordinal) != uint64(ordinal) {
		return Run{}, false
	}
	return Run{ID: e.id, PID: int(load(&e.pid)), Started: int64(load(&e.started)), Command: cString(e.command[:])}, true
}

// readAt reads what lies between p and end into buf, as far as it fits and not
// beyond the end of p's lap.
func (v *View) readAt(buf []byte, p, end Position) []byte {
	size := Position(load(&v.ctl.size))
	n := min(Position(len(buf)), end-p, size-p%size)
	got, err := v.data.ReadAt(buf[:n], int64(load(&v.ctl.base))+int64(p%size))
	if err != nil && got < int(n) {
		clear(buf[got:n]) // an unreadable part is a damaged part
	}
	return buf[:n]
}

// headerSpan returns how far it is from the frame whose header begins buf to the
// next one, without looking at its payload.
func headerSpan(buf []byte, at, size Position) (Position, bool) {
	left := size - at%size
	if left < frameHeader {
		return left, true
	}
	if len(buf) < frameHeader || binary.LittleEndian.Uint32(buf) != frameMagic ||
		Position(binary.LittleEndian.Uint64(buf[8:])) != at {
		return 0, false
	}
	if Kind(buf[56]) == kindSkip {
		return left, true
	}
	n := binary.LittleEndian.Uint32(buf[48:])
	return Position(frameSize(int(n))), n <= MaxPayload
}

// resync returns the first position from p on where a whole, undamaged frame
// begins, or end.
func (v *View) resync(p, end Position) Position {
	p = (p + 7) &^ 7
	buf := make([]byte, 2*maxFrame)
	var f Frame
	for p < end {
		got := v.readAt(buf, p, end)
		if i := indexFrame(got); i > 0 {
			p += Position(i)
			continue
		}
		if parseFrame(got, p, &f) == frameOK {
			return p
		}
		p += 8
	}
	return end
}

// indexFrame returns where in buf, at a multiple of 8, a frame may begin; its
// length, rounded to 8, if nowhere.
func indexFrame(buf []byte) int {
	i := 0
	for ; i+4 <= len(buf); i += 8 {
		if binary.LittleEndian.Uint32(buf[i:]) == frameMagic {
			return i
		}
	}
	return i
}
