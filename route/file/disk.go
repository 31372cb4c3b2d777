package file

import (
	"hash/fnv"
	"io"
	"os"
	"syscall"
)

// disk is what the sink asks of the operating system. Tests put one in its
// place that fails, or dies, at a chosen step.
type disk interface {
	open(path string, flag int, mode os.FileMode) (handle, error)
	lstat(path string) (os.FileInfo, error)
	rename(from, to string) error
	remove(path string) error
	list(dir string) ([]os.DirEntry, error)
}

// handle is an open file.
type handle interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.Closer
	Stat() (os.FileInfo, error)
	Chmod(os.FileMode) error
	Truncate(size int64) error
	Sync() error
}

// realDisk is the operating system's.
type realDisk struct{}

func (realDisk) open(path string, flag int, mode os.FileMode) (handle, error) {
	f, err := os.OpenFile(path, flag|syscall.O_CLOEXEC|syscall.O_NOFOLLOW, mode)
	if err != nil {
		return nil, err // not f: a nil *os.File is no nil handle
	}
	return f, nil
}

func (realDisk) lstat(path string) (os.FileInfo, error) { return os.Lstat(path) }
func (realDisk) rename(from, to string) error           { return os.Rename(from, to) }
func (realDisk) remove(path string) error               { return os.Remove(path) }
func (realDisk) list(dir string) ([]os.DirEntry, error) { return os.ReadDir(dir) }

// inode returns the number that a file keeps when it is renamed.
func inode(info os.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Ino)
	}
	return 0
}

// tailLength is how many bytes before a place are remembered, by their hash.
const tailLength = 64

// fingerprint names up to tailLength bytes: a hash above, their number below.
// It is 0 for none.
func fingerprint(tail []byte) uint64 {
	if len(tail) == 0 {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write(tail) // never fails
	return h.Sum64()<<8 | uint64(len(tail))
}
