//go:build linux

package conformance

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	ctrlC = "\x03"
	ctrlD = "\x04"
	ctrlZ = "\x1a"
)

// keyboard is the far end of a terminal: what is typed, and the screen.
type keyboard struct {
	t      testing.TB
	master *os.File
	screen *output
}

// openTerminal returns a new terminal that neither echoes nor changes output,
// or false where there are none.
func openTerminal(t testing.TB) (k keyboard, slave *os.File, ok bool) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Logf("NOT RUN: %s: no terminals here: %v", t.Name(), err)
		return k, nil, false
	}
	t.Cleanup(func() { master.Close() })
	raw, err := master.SyscallConn() // Fd would end the deadlines
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	err = raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Logf("NOT RUN: %s: no terminals here: %v", t.Name(), err)
		return k, nil, false
	}
	t.Cleanup(func() { slave.Close() })
	silence(t, slave)
	return keyboard{t, master, newOutput(t, master)}, slave, true
}

func silence(t testing.TB, slave *os.File) {
	t.Helper()
	fd := int(slave.Fd())
	modes, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	modes.Oflag &^= unix.OPOST
	modes.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, modes); err != nil {
		t.Fatal(err)
	}
}

func (k keyboard) press(keys string) {
	k.t.Helper()
	if _, err := k.master.WriteString(keys); err != nil {
		k.t.Fatal(err)
	}
}
