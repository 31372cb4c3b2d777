package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// open opens the current file and finds out what a lost incarnation, or a
// Deliver that failed, left in it. time is the first new record's.
func (s *Sink) open(time int64) error {
	if !s.packing.Load() {
		_ = s.disk.remove(s.packPath()) // a compression that was cut off; usually there is none
	}
	if err := s.openCurrent(time); err != nil {
		return err
	}
	if !s.info.Mode().IsRegular() {
		return nil
	}
	s.loadMark()
	from := s.base
	if s.mark.applies(s.base) {
		from = s.mark.begin
	}
	if !from.known() {
		return nil
	}
	t, err := s.findTrail(from)
	if err != nil {
		return err
	}
	if from.inode == inode(s.info) && from.size <= s.size {
		s.born = from.born
	}
	if t.empty() {
		t.close()
		return nil
	}
	s.trail = t
	return nil
}

// appendOnly are the flags for the current file. O_NONBLOCK keeps the open of a
// FIFO from waiting for a reader; it means nothing to a regular file.
const appendOnly = os.O_WRONLY | os.O_APPEND | syscall.O_NONBLOCK

// openCurrent opens the file at the path, creates it if there is none.
func (s *Sink) openCurrent(time int64) error {
	path := s.options.Path
	created := false
	f, err := s.disk.open(path, appendOnly, 0)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = s.disk.open(path, appendOnly|os.O_CREATE|os.O_EXCL, s.options.Mode)
		created = true
	}
	if err != nil {
		return explain(path, err)
	}
	info, err := s.examine(f, created)
	if err != nil {
		_ = f.Close()
		return err
	}
	s.file, s.info, s.size = f, info, info.Size()
	s.born = time
	if s.size > 0 {
		s.born = info.ModTime().UnixNano() // the best that is known of a file found
	}
	return nil
}

// examine refuses what no log should be appended to.
func (s *Sink) examine(f handle, created bool) (os.FileInfo, error) {
	path := s.options.Path
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() && path != os.DevNull {
		return nil, refusal(path, info.Mode())
	}
	if created { // the umask has had its say; the option is the user's
		if err := f.Chmod(s.options.Mode); err != nil {
			return nil, err
		}
	}
	return info, nil
}

func refusal(path string, mode os.FileMode) error {
	what, hint := "a device", "name a regular file"
	switch {
	case mode&os.ModeNamedPipe != 0:
		what, hint = "a FIFO", "a reader that stops would stop the log; let it read a file, or use the syslog sink"
	case mode&os.ModeSocket != 0:
		what, hint = "a socket", "use the syslog sink"
	}
	return optionError("path", fmt.Errorf("open %s: it is %s, not a regular file", path, what), hint)
}

// explain adds what to do about the errors of open(2) that users run into.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, syscall.ENXIO):
		return refusal(path, os.ModeNamedPipe)
	case errors.Is(err, syscall.ELOOP):
		return optionError("path", fmt.Errorf("open %s: it is a symbolic link", path),
			"name the file it leads to; for /dev/stdout and /dev/stderr use the sinks of that name")
	case errors.Is(err, fs.ErrNotExist):
		return optionError("path", err, "create the folder "+filepath.Dir(path)+", or mount a volume there")
	case errors.Is(err, fs.ErrPermission):
		return optionError("path", err, fmt.Sprintf("let user %d write there", os.Geteuid()))
	}
	return err
}

// reopen follows what others did to the file since the last batch: renamed or
// removed it, as logrotate does, or truncated it (copytruncate).
func (s *Sink) reopen(time int64) error {
	info, err := s.disk.lstat(s.options.Path)
	if err == nil && os.SameFile(info, s.info) {
		s.size = info.Size()
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.file.Close(); err != nil { // NFS tells of failed writes here
		s.file = nil
		return err
	}
	s.file = nil
	return s.openCurrent(time)
}
