package capture

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// tickEvery is how often the clock is noted in a journal that has fallen
	// silent, and tickFor for how long: more than anything waits for company. After
	// that, nothing is left that time could close.
	tickEvery = 250 * time.Millisecond
	tickFor   = 8 * time.Second
	// fullPause is how often a full journal that blocks is looked at again.
	fullPause = 5 * time.Millisecond
	// pipeSize is asked for from the kernel for the app's pipes.
	pipeSize = 1 << 20
)

// PumpOptions says what a Pump moves where.
type PumpOptions struct {
	Journal *Journal
	// Sources are the read ends of the app's standard output and error. The Pump
	// owns them and closes them at their end.
	Sources [2]*os.File
	// Consoles get a byte-exact copy of each stream; nil: none. They stay the
	// caller's.
	Consoles [2]*os.File
	// HangUp lets the app see it when a console's reader is gone, by closing the
	// stream as the pipe would be without us in between: "yes | head" ends. For
	// those who have nobody else to deliver to.
	HangUp bool
}

// Pump copies what the app writes to the console and into the journal. One
// goroutine reads both pipes, so the order in which it found their bytes is the
// journal's. A console that does not accept what it is given holds up its own
// stream, as it would without logwrap in between, and nothing else.
type Pump struct {
	journal  *Journal
	sources  [2]*os.File
	consoles [2]*console
	hangUp   bool
	wakeEnd  *os.File
	wake     *os.File
	deadline atomic.Int64 // Unix nanoseconds by which to stop; 0: at the end of both streams
	buf      []byte
	started  time.Time
	last     atomic.Int64 // when something was last read, since started; 0: never
	ticked   time.Time    // when the clock was last noted, or something read
}

// NewPump makes a pump; Run starts it.
func NewPump(o PumpOptions) (*Pump, error) {
	p := &Pump{journal: o.Journal, sources: o.Sources, hangUp: o.HangUp, buf: make([]byte, MaxPayload), started: time.Now()}
	var err error
	if p.wakeEnd, p.wake, err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("make the pump's wake-up pipe: %w", err)
	}
	for i, f := range o.Consoles {
		if f != nil {
			p.consoles[i] = newConsole(f)
		}
		if o.Sources[i] != nil {
			growPipe(o.Sources[i], pipeSize)
		}
	}
	return p, nil
}

// Finish tells a running pump that the app is gone: it reads on to the end of
// both streams, but no longer than until deadline, for somebody else may keep
// them open. It may be called from any goroutine and more than once.
func (p *Pump) Finish(deadline time.Time) {
	p.deadline.Store(deadline.UnixNano())
	_, _ = p.wake.Write([]byte{0})
}

// Silence returns for how long nothing was read, at most since the pump was
// made. It may be called from any goroutine.
func (p *Pump) Silence() time.Duration {
	return time.Since(p.started) - time.Duration(p.last.Load())
}

// Run moves bytes until both streams have ended and the consoles have taken
// everything, or the deadline given to Finish has passed; what is in the pipes by
// then still reaches the journal, although maybe not the console. It reports
// whether the streams had ended.
func (p *Pump) Run() (ended bool) {
	runtime.LockOSThread() // it blocks in poll(2) most of its life
	defer runtime.UnlockOSThread()
	defer p.close()
	for {
		set, timeout := p.pollSet()
		if len(set) == 1 && p.done() {
			return p.sources[0] == nil && p.sources[1] == nil
		}
		_, err := unix.Poll(set, timeout)
		if err != nil && !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) {
			return false
		}
		for _, fd := range set {
			if err == nil && fd.Revents != 0 {
				p.serve(fd)
			}
		}
		p.tick()
		if d := p.deadline.Load(); d != 0 && time.Now().UnixNano() >= d {
			p.salvage()
			return p.sources[0] == nil && p.sources[1] == nil
		}
	}
}

// done reports whether there is nothing left to move.
func (p *Pump) done() bool {
	for i, f := range p.sources {
		if f != nil || p.consoles[i].waiting() {
			return false
		}
	}
	return true
}

// pollSet lists what to wait for, and for how many milliseconds.
func (p *Pump) pollSet() ([]unix.PollFd, int) {
	set := make([]unix.PollFd, 1, 5)
	set[0] = unix.PollFd{Fd: int32(p.wakeEnd.Fd()), Events: unix.POLLIN}
	full := p.journal.Full()
	for i, f := range p.sources {
		if c := p.consoles[i]; c.waiting() {
			set = append(set, unix.PollFd{Fd: int32(c.fd), Events: unix.POLLOUT})
		} else if f != nil && !full {
			set = append(set, unix.PollFd{Fd: int32(f.Fd()), Events: unix.POLLIN})
		}
	}
	timeout := tickEvery
	if full {
		timeout = fullPause
	}
	if d := p.deadline.Load(); d != 0 {
		timeout = min(timeout, max(0, time.Until(time.Unix(0, d))))
	} else if p.idle() && !full {
		return set, -1 // nothing to do until something comes
	}
	return set, int((timeout + time.Millisecond - 1) / time.Millisecond)
}

// end closes a stream.
func (p *Pump) end(i int) {
	p.sources[i].Close()
	p.sources[i] = nil
	p.journal.End(Stream(i))
}

// idle reports whether it has been silent for so long that time changes nothing.
func (p *Pump) idle() bool {
	last := p.last.Load()
	return last == 0 || p.ticked.Sub(p.started)-time.Duration(last) >= tickFor
}

// serve handles one descriptor that poll found ready.
func (p *Pump) serve(fd unix.PollFd) {
	if int(fd.Fd) == int(p.wakeEnd.Fd()) {
		var b [16]byte
		_, _ = unix.Read(int(fd.Fd), b[:])
		return
	}
	for i, f := range p.sources {
		if c := p.consoles[i]; c.waiting() {
			if int(fd.Fd) != c.fd {
				continue
			}
			if c.flush(); c.broken && p.hangUp && f != nil {
				p.end(i)
			}
		} else if f != nil && int32(f.Fd()) == fd.Fd && !p.journal.Full() {
			p.read(i) // the other stream may have taken the room that poll began with
		}
	}
}

// read moves what one read of a stream brings.
func (p *Pump) read(i int) {
	n, err := unix.Read(int(p.sources[i].Fd()), p.buf)
	switch {
	case errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN):
		return
	case n <= 0:
		p.end(i)
		return
	}
	// The journal first: what was shown is never missing from it.
	_ = p.journal.Append(Stream(i), p.buf[:n]) // room was made sure of by serve
	if c := p.consoles[i]; c != nil {
		c.write(p.buf[:n])
		if c.broken && p.hangUp {
			p.end(i)
		}
	}
	p.ticked = time.Now()
	p.last.Store(int64(p.ticked.Sub(p.started)))
}

// salvage takes into the journal what a console that accepts nothing has kept
// from being read: no more than a pipe holds, as others may go on writing.
func (p *Pump) salvage() {
	for i := range p.sources {
		for left := pipeSize; left > 0 && p.sources[i] != nil && !p.journal.Full(); {
			fd := []unix.PollFd{{Fd: int32(p.sources[i].Fd()), Events: unix.POLLIN}}
			if n, err := unix.Poll(fd, 0); err != nil || n == 0 {
				break
			}
			n, err := unix.Read(int(fd[0].Fd), p.buf[:min(left, len(p.buf))])
			if n <= 0 || err != nil {
				p.end(i)
				break
			}
			_ = p.journal.Append(Stream(i), p.buf[:n])
			left -= n
		}
	}
}

// tick notes the time in the journal while it is silent.
func (p *Pump) tick() {
	if !p.idle() && time.Since(p.ticked) >= tickEvery {
		p.journal.Tick()
		p.ticked = time.Now()
	}
}

func (p *Pump) close() {
	for i, f := range p.sources {
		if f != nil {
			p.end(i)
		}
		p.consoles[i].close()
	}
	p.wake.Close()
	p.wakeEnd.Close()
}
