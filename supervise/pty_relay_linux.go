package supervise

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Relay passes the keys typed at our terminal on to the app on a PTY.
type Relay struct {
	pty    *PTY
	in     *os.File
	before *unix.Termios // of in
	wake   *os.File      // closed to end the copying
	done   chan struct{} // closed when it has ended

	mu       sync.Mutex
	restored bool
	err      error
}

// Relay puts the terminal in into raw mode and copies what is typed there to the
// app, in a goroutine, until Restore. The pseudo-terminal gets the modes and the
// window of in: it is the one that echoes, edits lines, makes INT of Ctrl-C for
// the app, and ends lines in \r\n, which is what Master then reads and a log
// captures. Call it before the app is started.
//
// Whoever calls it must call Restore before this process ends, however it ends:
// a terminal left in raw mode is unusable. An in that is no terminal, or whose
// foreground is not ours, is an error; nothing is changed then.
func (p *PTY) Relay(in *os.File) (*Relay, error) {
	fail := func(err error) (*Relay, error) { return nil, fmt.Errorf("relay a terminal: %w", err) }
	before, err := getModes(in)
	if err != nil {
		return fail(err)
	}
	if !hasForeground(in) {
		return fail(fmt.Errorf("this process is in the background: %w", syscall.EPERM))
	}
	if err := setModes(p.Slave, before); err != nil {
		return fail(err)
	}
	if err := p.Resize(in); err != nil {
		return fail(err)
	}
	wakeEnd, wake, err := os.Pipe()
	if err != nil {
		return fail(err)
	}
	r := &Relay{pty: p, in: in, before: before, wake: wake, done: make(chan struct{})}
	if err := r.Raw(); err != nil {
		wake.Close()
		wakeEnd.Close()
		return fail(err)
	}
	go r.copy(wakeEnd)
	return r, nil
}

// hasForeground reports whether keys typed at tty go to our group, or nobody's:
// a terminal that controls no session, as a PTY of a test, has no foreground.
func hasForeground(tty *os.File) bool {
	foreground := true
	_ = control(tty, func(fd int) error {
		group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
		foreground = err != nil || group == syscall.Getpgrp()
		return nil
	})
	return foreground
}

// Raw puts the terminal into raw mode again after somebody else, a shell while
// we were stopped, has put it out of it. After Restore it does nothing.
func (r *Relay) Raw() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.restored {
		return nil
	}
	return setModes(r.in, rawModes(r.before))
}

// Restore ends the copying and gives the terminal the modes it had. No key typed
// later is taken from whoever reads the terminal next. Every further call, from
// any goroutine, waits for the first and returns the same.
func (r *Relay) Restore() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.restored {
		return r.err
	}
	r.restored = true
	r.wake.Close()
	// An app that does not read its terminal must not hold us here.
	_ = r.pty.Master.SetWriteDeadline(time.Now())
	<-r.done
	_ = r.pty.Master.SetWriteDeadline(time.Time{})
	r.err = setModes(r.in, r.before)
	if r.err != nil {
		r.err = fmt.Errorf("restore the terminal: %w", r.err)
	}
	return r.err
}

// copy copies keys until wake is closed, the terminal is hung up, or the app's
// end of the PTY is gone.
//
// It does not read before there is something to be read: a read could not be
// broken off, and would take a key from the shell that follows us.
func (r *Relay) copy(wake *os.File) {
	defer close(r.done)
	defer wake.Close()
	var fds [2]unix.PollFd
	_ = control(wake, func(fd int) error { fds[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}; return nil })
	if control(r.in, func(fd int) error { fds[1] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}; return nil }) != nil {
		return
	}
	buf := make([]byte, 4096)
	last := byte('\n')
	for {
		fds[0].Revents, fds[1].Revents = 0, 0
		if _, err := unix.Poll(fds[:], -1); err == unix.EINTR {
			continue
		} else if err != nil || fds[0].Revents != 0 {
			return
		}
		n, err := unix.Read(int(fds[1].Fd), buf)
		if err == unix.EINTR || err == unix.EAGAIN {
			continue
		}
		if err != nil || n == 0 {
			r.endOfInput(last)
			return
		}
		last = buf[n-1]
		if _, err := r.pty.Master.Write(buf[:n]); err != nil {
			return
		}
	}
}

// endOfInput types the key that ends the input, if the app's terminal has one
// now: it has not while the app reads single keys. Within a line the key only
// ends the line, so it is typed twice.
func (r *Relay) endOfInput(last byte) {
	modes, err := getModes(r.pty.Master)
	if err != nil || modes.Lflag&unix.ICANON == 0 {
		return
	}
	keys := []byte{modes.Cc[unix.VEOF], modes.Cc[unix.VEOF]}
	if last == '\n' || last == '\r' {
		keys = keys[:1]
	}
	_, _ = r.pty.Master.Write(keys)
}
