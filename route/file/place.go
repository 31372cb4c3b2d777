package file

import "github.com/logwrap/logwrap/route"

// place is a position in one of the sink's files. Zero: none is known.
type place struct {
	inode uint64
	size  int64  // of the file up to here
	born  int64  // capture time of the file's first record, Unix nanoseconds
	tail  uint64 // fingerprint of the last bytes before it
}

func placeOf(s route.State) place {
	return place{inode: s[0], size: int64(s[1]), born: int64(s[2]), tail: s[3]}
}

func (p place) state() route.State {
	return route.State{p.inode, uint64(p.size), uint64(p.born), p.tail}
}

func (p place) known() bool { return p != place{} }

// tailOf returns the fingerprint of a place at size, behind out.
func tailOf(out []byte, size int64) uint64 {
	n := min(int64(len(out)), size, tailLength)
	return fingerprint(out[int64(len(out))-n:])
}

// in reports whether f is, by its content, the file that p is in: long enough,
// and with the same bytes before p. If not, the file was truncated since, or is
// another one that got its inode's number.
func (p place) in(f handle) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() < p.size {
		return false, err
	}
	n := int64(p.tail & 0xff)
	if n == 0 || n > p.size || n > tailLength {
		return true, nil
	}
	tail := make([]byte, n)
	if _, err := f.ReadAt(tail, p.size-n); err != nil {
		return false, err
	}
	return fingerprint(tail) == p.tail, nil
}
