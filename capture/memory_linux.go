package capture

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Memory returns a file of the given size that lives in memory only, is
// gone with its last descriptor and is not inherited unless handed on.
func Memory(name string, size int64) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return unlinked(name, size) // a seccomp profile may forbid memfd_create
	}
	f := os.NewFile(uintptr(fd), name)
	if err := f.Truncate(size); err != nil {
		f.Close()
		return nil, fmt.Errorf("size %s to %d bytes: %w", name, size, err)
	}
	return f, nil
}

// punch gives the storage of a part of f back; best effort.
func punch(f *os.File, off, n int64) {
	_ = unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, off, n)
}

// reserve makes sure that the first n bytes of f can be written later. A file
// system that knows no such thing is not an error.
func reserve(f *os.File, n int64) error {
	err := unix.Fallocate(int(f.Fd()), 0, 0, n)
	if err == unix.ENOSPC || err == unix.EDQUOT || err == unix.EFBIG {
		return fmt.Errorf("reserve %d bytes for %s: %w", n, f.Name(), err)
	}
	return nil
}

// syncData flushes f's bytes, not its times, to the disk. The file may be closed
// meanwhile.
func syncData(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) { failed = unix.Fdatasync(int(fd)) })
	return errors.Join(err, failed)
}

// growPipe asks for a larger pipe buffer; a pipe that stays small only costs speed.
func growPipe(f *os.File, size int) {
	_, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, size)
}
