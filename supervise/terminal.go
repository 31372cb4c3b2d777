package supervise

import (
	"os"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// ControllingTerminal opens the terminal this process may be controlled from.
// It returns nil if there is none, as for most services.
func ControllingTerminal() *os.File {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil
	}
	return tty
}

// isForeground reports whether group is the one the terminal's keys go to.
func isForeground(tty *os.File, group int) bool {
	now, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && now == group
}

// moveForeground gives the terminal's foreground to group to if group from has
// it; otherwise somebody else has taken it and keeps it.
func moveForeground(tty *os.File, from, to int) error {
	if !isForeground(tty, from) {
		return nil
	}
	return withoutTTOU(func() error {
		return unix.IoctlSetPointerInt(int(tty.Fd()), unix.TIOCSPGRP, to)
	})
}

// firstTerminal returns the index of the first of the first three files that is
// a terminal, -1 if none is.
func firstTerminal(files []*os.File) int {
	for i, f := range files[:min(3, len(files))] {
		if f != nil && isTerminal(f) {
			return i
		}
	}
	return -1
}

// isTerminal leaves the file's blocking mode alone, unlike one that asks for Fd.
func isTerminal(f *os.File) bool {
	raw, err := f.SyscallConn()
	if err != nil {
		return false
	}
	terminal := false
	err = raw.Control(func(fd uintptr) { terminal = term.IsTerminal(int(fd)) })
	return err == nil && terminal
}
