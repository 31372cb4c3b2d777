package capture

import (
	"fmt"

	"golang.org/x/sys/unix"
)

const sendNoSignal = unix.MSG_NOSIGNAL

// reopen opens what fd refers to once more: the new descriptor has flags of its
// own, so setting it non-blocking does not touch those who share fd.
func reopen(fd int) (int, error) {
	flags := unix.O_WRONLY | unix.O_NONBLOCK | unix.O_CLOEXEC | unix.O_NOCTTY
	return unix.Open(fmt.Sprintf("/proc/self/fd/%d", fd), flags, 0)
}

// pipeBuf is what a pipe or terminal takes without blocking when poll(2) calls
// it writable: PIPE_BUF.
const pipeBuf = 4096
