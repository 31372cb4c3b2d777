package capture

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// console writes to the real standard output or error without ever blocking on
// it, although the descriptor is shared with other processes and must therefore
// stay in blocking mode.
type console struct {
	file    *os.File // as inherited
	own     int      // a descriptor of our own in non-blocking mode, -1 if it can't be had
	fd      int      // the one written to
	kind    consoleKind
	pending []byte // accepted from the app, not yet by the console
	buf     []byte // pending's storage
	broken  bool   // its reader is gone
}

type consoleKind uint8

const (
	consoleFile   consoleKind = iota // takes everything at once
	consoleOwn                       // own is in non-blocking mode
	consoleSocket                    // written with MSG_DONTWAIT
	consoleShared                    // written in pieces that fit when poll says so
)

func newConsole(f *os.File) *console {
	c := &console{file: f, own: -1, fd: int(f.Fd())}
	st, err := f.Stat()
	switch {
	case err == nil && st.Mode().IsRegular():
		c.kind = consoleFile
	case err == nil && st.Mode()&os.ModeSocket != 0:
		c.kind = consoleSocket
	default:
		c.kind = consoleShared
		if own, err := reopen(c.fd); err == nil {
			c.own, c.fd, c.kind = own, own, consoleOwn
		}
	}
	return c
}

// waiting reports whether the console has not taken everything yet.
func (c *console) waiting() bool { return c != nil && len(c.pending) > 0 }

// write hands p over; what the console does not take at once is kept. Only one
// write at a time may be waiting.
func (c *console) write(p []byte) {
	if c.broken {
		return
	}
	if c.kind == consoleShared {
		c.buf = append(c.buf[:0], p...)
		c.pending = c.buf
		return
	}
	if n := c.put(p); n < len(p) && !c.broken {
		c.buf = append(c.buf[:0], p[n:]...)
		c.pending = c.buf
	}
}

// flush goes on with what is waiting.
func (c *console) flush() {
	n := c.put(c.pending)
	c.pending = c.pending[n:]
	if c.broken {
		c.pending = nil
	}
}

// put writes as much of p as goes without blocking.
func (c *console) put(p []byte) (written int) {
	for written < len(p) {
		rest := p[written:]
		if c.kind == consoleShared {
			rest = rest[:min(len(rest), pipeBuf)]
		}
		n, err := c.putOnce(rest)
		if n > 0 {
			written += n
		}
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return written
		case errors.Is(err, unix.ENOSPC):
			return len(p) // there may be room again later; the journal has it
		case err != nil:
			c.broken = true // the reader is gone; the app can't be told, the journal has it
			return written
		case c.kind == consoleShared:
			return written // poll again first
		}
	}
	return written
}

func (c *console) putOnce(p []byte) (int, error) {
	if c.kind == consoleSocket {
		return unix.SendmsgN(c.fd, p, nil, nil, unix.MSG_DONTWAIT|sendNoSignal)
	}
	return unix.Write(c.fd, p)
}

func (c *console) close() {
	if c != nil && c.own >= 0 {
		unix.Close(c.own)
	}
}
