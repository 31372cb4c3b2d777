package sentry

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

const (
	lockPatience = 100 * time.Millisecond
	lockPause    = 2 * time.Millisecond
)

var errLocked = errors.New("another process holds the lock")

// stateFile is a state that processes share. It is locked while it is read and
// replaced, and replaced as a whole.
type stateFile struct {
	path string
	seen os.FileInfo // of the content that was last read or written; nil: none
}

// load reads the state; it is nil if there is none that can be read.
func (f *stateFile) load() (s *floodState) {
	file, err := f.lock()
	if err != nil {
		return nil
	}
	defer file.Close()
	return f.read(file)
}

// update hands change what others have written since we last looked, nil if
// nothing, and writes what it returns. change is not called if the lock is not
// to be had.
func (f *stateFile) update(change func(theirs *floodState) *floodState) error {
	file, err := f.lock()
	if err != nil {
		return err
	}
	defer file.Close()
	next := change(f.read(file))
	data, err := next.encode()
	if err != nil {
		return err
	}
	return f.write(data)
}

// lock opens and locks the file that is at the path when the lock is had. Links
// and files of others are not touched.
func (f *stateFile) lock() (*os.File, error) {
	for deadline := time.Now().Add(lockPatience); ; time.Sleep(lockPause) {
		file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0o600)
		if err != nil {
			return nil, err
		}
		err = takeLock(file, f.path)
		if err == nil {
			return file, nil
		}
		file.Close()
		if !errors.Is(err, errLocked) || time.Now().After(deadline) {
			return nil, err
		}
	}
}

func takeLock(file *os.File, path string) error {
	st, err := file.Stat()
	if err != nil {
		return err
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); !st.Mode().IsRegular() || !ok || int(sys.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is no file of ours", path)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	} else if err != nil {
		return err
	}
	if now, err := os.Lstat(path); err != nil || !os.SameFile(now, st) {
		return errLocked // it was replaced meanwhile
	}
	return nil
}

// read returns the state in the file, nil if it is what we have seen last or is
// no state.
func (f *stateFile) read(file *os.File) *floodState {
	st, err := file.Stat()
	if err != nil || f.seen != nil && os.SameFile(st, f.seen) && st.Size() == f.seen.Size() && st.ModTime().Equal(f.seen.ModTime()) {
		return nil
	}
	f.seen = st
	data, err := io.ReadAll(io.LimitReader(file, maxState))
	if err != nil {
		return nil
	}
	s, err := parseState(data)
	if err != nil {
		return nil // to be replaced
	}
	return s
}

// write replaces the file. It is not synced: what a crash of the machine can cost
// is how often something was sent.
func (f *stateFile) write(data []byte) error {
	temp := f.path + ".new"
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	st, statErr := file.Stat()
	if err = errors.Join(err, statErr, file.Close()); err != nil {
		os.Remove(temp)
		return err
	}
	if err := os.Rename(temp, f.path); err != nil {
		os.Remove(temp)
		return err
	}
	f.seen = st
	return nil
}
