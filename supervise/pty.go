package supervise

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// The window of a terminal nobody looks at.
const (
	defaultRows = 24
	defaultCols = 80
)

// PTY is a pseudo-terminal. What the app writes to Slave is read from Master;
// what is written to Master is typed to the app. Both belong to the caller.
//
// Close Slave once the app has been started. A read from Master then returns
// what is left and after that an error, EIO, when no process has the slave end
// open any more: that is the end of the output, as EOF is for a pipe. Reads
// have deadlines, and Close ends them.
//
// There is one stream: the app's stdout and stderr are no longer told apart.
type PTY struct {
	Master, Slave *os.File
}

// OpenPTY returns a new pseudo-terminal with a window of 80 by 24. Nobody types
// there yet: line ends are left as the app writes them, so that the bytes read
// from Master are the app's; Relay changes that. Where there are none, as in a
// container without /dev/pts, it returns an error.
func OpenPTY() (*PTY, error) {
	p, err := openPTY()
	if err != nil {
		return nil, fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	if err := p.keepLineEnds(); err != nil {
		p.Close()
		return nil, fmt.Errorf("open a pseudo-terminal: set its modes: %w", err)
	}
	if err := p.Resize(nil); err != nil {
		p.Close()
		return nil, fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	return p, nil
}

// Close closes both ends. Processes that have the slave end open are hung up on.
func (p *PTY) Close() {
	p.Slave.Close()
	p.Master.Close()
}

// Files returns what the descriptors 0 to 2 of an app on the pseudo-terminal are
// to be when ours is in. An in that is no terminal (a pipe, a file, /dev/null) is
// passed on as it is; the app then has the pseudo-terminal for its output only,
// and typed is false: nobody can press a key, so no controlling terminal is
// needed, and none is hung up when the app ends before others that use it. If
// typed, use Spec.ControllingTTY, and Relay to pass the keys on.
func (p *PTY) Files(in *os.File) (files []*os.File, typed bool) {
	if in == nil || !isTerminal(in) {
		return []*os.File{in, p.Slave, p.Slave}, false
	}
	return []*os.File{p.Slave, p.Slave, p.Slave}, true
}

// Output returns a further descriptor of Master for whoever copies the app's
// output, which the caller owns. It may be given to poll(2), and its Fd called,
// without a change to the mode Master is in.
func (p *PTY) Output() (*os.File, error) {
	var output *os.File
	err := control(p.Master, func(fd int) error {
		copied, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err == nil {
			output = os.NewFile(uintptr(copied), p.Master.Name())
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("copy the descriptor of a pseudo-terminal: %w", err)
	}
	return output, nil
}

// Resize gives the pseudo-terminal the window of the terminal from, or 80 by 24
// if from is nil, no terminal, or does not know its own. The kernel tells the app
// (WINCH) if that is a change. Call it when we are told.
func (p *PTY) Resize(from *os.File) error {
	size := &unix.Winsize{Row: defaultRows, Col: defaultCols}
	if from != nil {
		_ = control(from, func(fd int) error {
			known, err := unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ)
			if err == nil && known.Row > 0 && known.Col > 0 {
				size = known
			}
			return err
		})
	}
	err := control(p.Master, func(fd int) error { return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size) })
	if err != nil {
		return fmt.Errorf("set the window size: %w", err)
	}
	return nil
}

// control runs f on the file's descriptor without changing its blocking mode.
func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = f(int(fd)) }); err != nil {
		return err
	}
	return failed
}
