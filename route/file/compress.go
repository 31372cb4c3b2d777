package file

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// errClosing ends a compression early; the next start begins it anew.
var errClosing = errors.New("closing")

func (s *Sink) packPath() string { return s.hidden(gzipSuffix) }

// compress starts to compress what was rotated, in the background. It waits
// until State has moved into the current file: until then the newest rotated
// file may be needed to recognise output.
func (s *Sink) compress() {
	if !s.unpacked || s.options.Rotate.Compress == "" || s.base.inode != inode(s.info) {
		return
	}
	if !s.packing.CompareAndSwap(false, true) {
		return
	}
	s.unpacked = false
	files := s.plain()
	s.spawn(func() {
		defer s.packing.Store(false)
		for _, number := range files {
			if err := s.pack(number); err != nil {
				if !errors.Is(err, errClosing) {
					s.troubles.note(fmt.Errorf("compress: %w", err))
				}
				return
			}
		}
	})
}

// pack replaces one rotated file by its compressed form. The file is replaced
// in one step and gets its new name in another, so that whenever it is cut off
// each record is in exactly one file.
func (s *Sink) pack(number uint64) error {
	source, err := s.openRotated(number)
	if source == nil || err != nil {
		return err
	}
	defer source.Close()
	done, err := packed(source)
	if err != nil {
		return err
	}
	if !done {
		if err := s.packTo(s.packPath(), source); err != nil {
			_ = s.disk.remove(s.packPath()) // the first error is the one to tell
			return err
		}
	}
	s.names.Lock()
	defer s.names.Unlock()
	k := s.locate(number)
	if k == 0 { // rotated out of existence meanwhile
		_ = s.disk.remove(s.packPath())
		return nil
	}
	if !done {
		if err := s.disk.rename(s.packPath(), s.numbered(k)); err != nil {
			return err
		}
	}
	return s.disk.rename(s.numbered(k), s.numbered(k)+gzipSuffix)
}

// openRotated opens a rotated file; nil if it is gone.
func (s *Sink) openRotated(number uint64) (handle, error) {
	s.names.Lock()
	defer s.names.Unlock()
	k := s.locate(number)
	if k == 0 {
		return nil, nil
	}
	return s.disk.open(s.numbered(k), os.O_RDONLY, 0)
}

// packed reports whether f is compressed already: one whose new name was cut
// off.
func packed(f handle) (bool, error) {
	var head [3]byte
	n, err := f.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	return bytes.Equal(head[:n], []byte{0x1f, 0x8b, 8}), nil // RFC 1952, 2.3.1
}

// packTo writes source, compressed, to a new file at path and makes sure that
// it is on the disk: it is about to replace the only copy.
func (s *Sink) packTo(path string, source io.Reader) error {
	target, err := s.disk.open(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(target.Chmod(s.options.Mode), s.packInto(target, source))
	if err == nil {
		err = target.Sync()
	}
	return errors.Join(err, target.Close())
}

// packInto compresses at the fastest level: the app runs on the same cores, and
// logs shrink to a tenth even so.
func (s *Sink) packInto(target io.Writer, source io.Reader) error {
	w, err := gzip.NewWriterLevel(target, gzip.BestSpeed)
	if err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	for {
		if s.closing.Load() {
			return errClosing
		}
		n, err := source.Read(buf)
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		if err == io.EOF {
			return w.Close()
		}
		if err != nil {
			return err
		}
	}
}
