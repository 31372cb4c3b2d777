//go:build !linux

package capture

import "golang.org/x/sys/unix"

const sendNoSignal = 0

func reopen(int) (int, error) { return -1, unix.ENOTSUP }

// pipeBuf is what a pipe or terminal takes without blocking when poll(2) calls
// it writable: PIPE_BUF.
const pipeBuf = 512
