package supervise

import (
	"os"

	"golang.org/x/sys/unix"
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
