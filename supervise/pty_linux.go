package supervise

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openPTY follows pts(4) and ioctl_tty(2).
func openPTY() (*PTY, error) {
	master, err := openMaster()
	if err != nil {
		return nil, err
	}
	slave, err := openSlave(master)
	if err != nil {
		master.Close()
		return nil, err
	}
	return &PTY{Master: master, Slave: slave}, nil
}

// openMaster uses /dev/ptmx, or, where a container has none, the one in the
// mount of devpts, which belongs to the same terminals.
func openMaster() (*os.File, error) {
	const flags = os.O_RDWR | unix.O_NOCTTY
	master, err := os.OpenFile("/dev/ptmx", flags, 0)
	if errors.Is(err, os.ErrNotExist) {
		if other, otherErr := os.OpenFile("/dev/pts/ptmx", flags, 0); otherErr == nil {
			return other, nil
		}
	}
	if errors.Is(err, syscall.ENOSPC) {
		return nil, fmt.Errorf("%w: all that /proc/sys/kernel/pty/max allows are in use", err)
	}
	return master, err
}

// openSlave unlocks the slave end and opens it. Linux from 4.13 on opens it
// without its path, which may lead to another mount of devpts, or nowhere.
func openSlave(master *os.File) (*os.File, error) {
	const flags = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC
	var slave *os.File
	err := control(master, func(fd int) error {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return os.NewSyscallError("unlock the slave end", err)
		}
		n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
		if err != nil {
			return os.NewSyscallError("number of the slave end", err)
		}
		path := fmt.Sprintf("/dev/pts/%d", n)
		peer, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, flags)
		if errno == 0 {
			slave = os.NewFile(peer, path)
			return nil
		}
		if errno != syscall.EINVAL && errno != syscall.ENOTTY {
			return os.NewSyscallError("open the slave end", errno)
		}
		plain, err := unix.Open(path, flags, 0)
		if err != nil {
			return &os.PathError{Op: "open", Path: path, Err: err}
		}
		slave = os.NewFile(uintptr(plain), path)
		return nil
	})
	return slave, err
}

// keepLineEnds stops the terminal from making \r\n of the app's \n.
func (p *PTY) keepLineEnds() error {
	modes, err := getModes(p.Slave)
	if err != nil {
		return err
	}
	modes.Oflag &^= unix.ONLCR
	return setModes(p.Slave, modes)
}

func getModes(tty *os.File) (modes *unix.Termios, err error) {
	err = control(tty, func(fd int) error {
		modes, err = unix.IoctlGetTermios(fd, unix.TCGETS)
		return err
	})
	return modes, err
}

// setModes takes effect at once: a terminal that has stopped its output cannot hold us.
// It also works from the background, where the kernel would stop us.
func setModes(tty *os.File, modes *unix.Termios) error {
	return withoutTTOU(func() error {
		return control(tty, func(fd int) error { return unix.IoctlSetTermios(fd, unix.TCSETS, modes) })
	})
}

// rawModes returns modes without anything the terminal does by itself: keys are
// passed on as they are pressed, none echoed or taken for a signal, and output
// is shown as it is written. See termios(3), cfmakeraw.
func rawModes(modes *unix.Termios) *unix.Termios {
	raw := *modes
	raw.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	raw.Oflag &^= unix.OPOST
	raw.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	raw.Cflag &^= unix.CSIZE | unix.PARENB
	raw.Cflag |= unix.CS8
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	return &raw
}
