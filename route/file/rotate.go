package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

const gzipSuffix = ".gz"

// numbered returns the path of the k-th newest rotated file.
func (s *Sink) numbered(k int) string { return s.options.Path + "." + strconv.Itoa(k) }

// rotate moves the current file away and begins a new one. Where that cannot
// be done it goes on in the file there is: a log that grows too large is better
// than a log that stops.
func (s *Sink) rotate(time int64) error {
	if err := s.shift(); err != nil {
		s.troubles.note(fmt.Errorf("rotate: %w", err))
		return nil
	}
	s.unpacked = true
	if err := s.file.Close(); err != nil {
		s.file = nil
		return err
	}
	s.file = nil
	return s.openCurrent(time)
}

// shift gives each rotated file the next number, from the oldest to the newest,
// and the current one number 1. It moves files only up to the first number that
// is free, so that after a kill in the middle the next call completes it.
func (s *Sink) shift() error {
	s.names.Lock()
	defer s.names.Unlock()
	keep := s.options.Rotate.Keep
	free := 1
	for free <= keep && s.taken(free) {
		free++
	}
	if free > keep {
		free = keep
		for _, suffix := range []string{"", gzipSuffix} {
			if err := s.disk.remove(s.numbered(keep) + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	for k := free - 1; k >= 1; k-- {
		for _, suffix := range []string{"", gzipSuffix} {
			err := s.disk.rename(s.numbered(k)+suffix, s.numbered(k+1)+suffix)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return s.disk.rename(s.options.Path, s.numbered(1))
}

// taken reports whether there is a k-th rotated file, compressed or not.
func (s *Sink) taken(k int) bool {
	return s.exists(s.numbered(k)) || s.exists(s.numbered(k)+gzipSuffix)
}

func (s *Sink) exists(path string) bool {
	_, err := s.disk.lstat(path)
	return err == nil
}

// locate returns the number that the rotated file with the given inode has now,
// 0 if it is gone. The caller holds names.
func (s *Sink) locate(number uint64) int {
	for k := 1; k <= s.options.Rotate.Keep; k++ {
		if info, err := s.disk.lstat(s.numbered(k)); err == nil && inode(info) == number {
			return k
		}
	}
	return 0
}

// plain lists the inodes of the rotated files that are not compressed, oldest
// first. Where both forms have the same number, which is not this sink's doing,
// neither is touched.
func (s *Sink) plain() []uint64 {
	s.names.Lock()
	defer s.names.Unlock()
	var found []uint64
	for k := s.options.Rotate.Keep; k >= 1; k-- {
		info, err := s.disk.lstat(s.numbered(k))
		if err == nil && info.Mode()&os.ModeType == 0 && !s.exists(s.numbered(k)+gzipSuffix) {
			found = append(found, inode(info))
		}
	}
	return found
}
