package file

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/logwrap/logwrap/detect"
)

// trail is what the sink's files hold behind a place: bytes that were written
// but never acknowledged. The records they come from are delivered again;
// follow compares and skips them.
type trail struct {
	parts []part // oldest first, the last one is the current file
	buf   []byte // reused
}

// part is the rest of one file.
type part struct {
	file  handle
	inode uint64
	off   int64
	end   int64
	born  int64 // of the file, known once off is past 0
}

// findTrail opens what comes after from: the rest of its file, under whatever
// name that has now, and the files that are newer.
func (s *Sink) findTrail(from place) (*trail, error) {
	t := &trail{}
	names, err := s.newerThan(from)
	if err != nil {
		return nil, err
	}
	for _, name := range append(names, s.options.Path) {
		if err := t.add(s.disk, name, from); err != nil {
			t.close()
			return nil, err
		}
	}
	if n := len(t.parts); n > 0 && t.parts[n-1].inode == inode(s.info) {
		return t, nil
	}
	t.close()
	if info, err := s.disk.lstat(s.options.Path); err != nil || inode(info) != inode(s.info) {
		return nil, fmt.Errorf("open %s: somebody else moved it at the same time", s.options.Path)
	}
	return t, nil // it may be written but not read: nothing can be recognised
}

// newerThan returns the paths of the file that from is in, unless that is the
// current one, and of the rotated files that are newer, oldest first.
func (s *Sink) newerThan(from place) ([]string, error) {
	if from.inode == inode(s.info) {
		return nil, nil
	}
	for k := 1; k <= s.options.Rotate.Keep; k++ {
		info, err := s.disk.lstat(s.numbered(k))
		if err != nil || inode(info) != from.inode {
			continue
		}
		var names []string
		for ; k > 0; k-- {
			names = append(names, s.numbered(k))
		}
		return names, nil
	}
	// Somebody else may have rotated it, to a name of their own choice.
	dir := filepath.Dir(s.options.Path)
	entries, err := s.disk.list(dir)
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && inode(info) == from.inode {
			return []string{filepath.Join(dir, entry.Name())}, nil
		}
	}
	return nil, nil
}

// add appends what name holds behind from. A file that is gone, or that may not
// be read, adds nothing: what cannot be recognised is written again.
func (t *trail) add(d disk, name string, from place) error {
	f, err := d.open(name, os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return err
	}
	p := part{file: f, inode: inode(info), end: info.Size()}
	if p.inode == from.inode {
		same, err := from.in(f)
		if err != nil {
			_ = f.Close()
			return err
		}
		if same {
			p.off, p.born = from.size, from.born
		} // else it was truncated since: all of it is newer than from
	}
	t.parts = append(t.parts, p)
	return nil
}

// empty reports whether nothing is left to compare.
func (t *trail) empty() bool {
	for i := range t.parts {
		if t.parts[i].off < t.parts[i].end {
			return false
		}
	}
	return true
}

func (t *trail) close() {
	for i := range t.parts {
		_ = t.parts[i].file.Close() // only read from
	}
	t.parts = nil
}

// match compares b with the bytes that come next. It returns how many of b's
// there are (fewer only at the end of the trail), and whether they are equal.
func (t *trail) match(b []byte) (n int, equal bool, err error) {
	if cap(t.buf) < len(b) {
		t.buf = make([]byte, len(b))
	}
	for i := range t.parts {
		p := &t.parts[i]
		want := min(int64(len(b)-n), p.end-p.off)
		if want == 0 {
			continue
		}
		got := t.buf[:want]
		if _, err := p.file.ReadAt(got, p.off); err != nil {
			return 0, false, err
		}
		if !bytes.Equal(got, b[n:n+int(want)]) {
			return n, false, nil
		}
		n += int(want)
	}
	return n, true, nil
}

// advance moves past n bytes that matched and belong to a record captured at
// time. It returns the part it then stands in.
func (t *trail) advance(n int, time int64) *part {
	var last *part
	for i := range t.parts {
		p := &t.parts[i]
		step := min(int64(n), p.end-p.off)
		if step == 0 {
			continue
		}
		if p.off == 0 {
			p.born = time
		}
		p.off += step
		n -= int(step)
		last = p
	}
	return last
}

// follow skips what of the rendered batch the trail holds already: done bytes,
// up to the place reached. The trail ends where it is exhausted, or where it
// differs: from there on nothing is taken for granted and all is appended.
func (s *Sink) follow(batch []detect.Record) (done int, reached place, err error) {
	for i, end := range s.ends {
		record := s.out[done:end]
		n, equal, err := s.trail.match(record)
		if err != nil {
			return 0, place{}, err
		}
		if !equal {
			return done, reached, s.leaveTrail(true)
		}
		p := s.trail.advance(n, batch[i].Time)
		done += n
		reached = place{inode: p.inode, size: p.off, born: p.born, tail: tailOf(record[:n], p.off)}
		if s.trail.empty() {
			return done, reached, s.leaveTrail(false)
		}
	}
	return done, reached, nil
}

// leaveTrail goes over to appending. After bytes that are not ours it makes
// sure that ours begin a line.
func (s *Sink) leaveTrail(foreign bool) error {
	defer func() {
		s.trail.close()
		s.trail = nil
	}()
	last := s.trail.parts[len(s.trail.parts)-1]
	s.size = last.end
	if !foreign {
		s.born = last.born
		return nil
	}
	if s.size == 0 {
		return nil
	}
	var end [1]byte
	if _, err := last.file.ReadAt(end[:], s.size-1); err != nil {
		return err
	}
	if end[0] == '\n' {
		return nil
	}
	if _, err := s.file.Write([]byte{'\n'}); err != nil {
		return err
	}
	s.size++
	return nil
}
