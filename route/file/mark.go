package file

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/logwrap/logwrap/route"
)

// mark says where output begins that comes after the place after, for when
// that place alone does not tell: nothing was delivered yet, or the file is
// not the one, or not as long as, the sink had left it.
//
// It is written to a small hidden file beside the log before the output is, and
// removed once the State has moved past it.
type mark struct {
	written bool
	after   place
	begin   place
}

// markMagic begins the file of a mark and names its layout.
const markMagic = "logwrap mark 1\n\x00"

const markLength = len(markMagic) + 2*4*8 + 16 + 4

// hidden returns the path of a helper file beside the log. Its name begins with
// a dot, so that patterns such as app.log* do not match it.
func (s *Sink) hidden(suffix string) string {
	dir, base := filepath.Split(s.options.Path)
	return dir + "." + base + ".logwrap" + suffix
}

func (s *Sink) markPath() string { return s.hidden("") }

// applies reports whether m continues base.
func (m *mark) applies(base place) bool { return m.written && m.after == base }

// encode lays out m: magic, after, begin, journal, checksum.
func (m *mark) encode(journal string) []byte {
	b := append(make([]byte, 0, markLength), markMagic...)
	for _, p := range []place{m.after, m.begin} {
		for _, word := range p.state() {
			b = binary.BigEndian.AppendUint64(b, word)
		}
	}
	var id [16]byte
	copy(id[:], journal)
	b = append(b, id[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// decodeMark is the inverse of encode. It refuses what another journal's sink
// left, and what was cut off.
func decodeMark(b []byte, journal string) (mark, bool) {
	if len(b) != markLength {
		return mark{}, false
	}
	words := b[len(markMagic):]
	var states [2]route.State
	for i := range 8 {
		states[i/4][i%4] = binary.BigEndian.Uint64(words[i*8:])
	}
	m := mark{written: true, after: placeOf(states[0]), begin: placeOf(states[1])}
	return m, string(m.encode(journal)) == string(b)
}

// loadMark reads the mark that a lost incarnation may have left.
func (s *Sink) loadMark() {
	if s.mark.written {
		return // it is what this incarnation wrote itself, before a failure
	}
	f, err := s.disk.open(s.markPath(), os.O_RDONLY, 0)
	if err != nil {
		return
	}
	defer f.Close()
	b := make([]byte, markLength+1)
	n, _ := f.ReadAt(b, 0) // io.EOF at least; what was read is checked
	if m, ok := decodeMark(b[:n], s.journal); ok {
		s.mark = m
	}
}

// ensureMark writes a mark unless the next incarnation will find the end of the
// file without one. Where it cannot be written, as in a folder that is not
// ours, a kill in this very Deliver may double a batch.
func (s *Sink) ensureMark() {
	from := s.base
	if s.mark.applies(s.base) {
		from = s.mark.begin
	}
	here := place{inode: inode(s.info), size: s.size, born: s.born}
	if from.known() {
		same := from.inode == here.inode && from.size == here.size
		fresh := here.size == 0 && (from.inode != here.inode || from.size > 0)
		if same || fresh {
			return
		}
	}
	s.mark = mark{written: true, after: s.base, begin: here}
	f, err := s.disk.open(s.markPath(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	_, _ = f.Write(s.mark.encode(s.journal)) // a torn one is not taken for a mark
	_ = f.Close()
}

// dropMark removes a mark that State has moved past.
func (s *Sink) dropMark() {
	if s.mark.written && !s.mark.applies(s.base) {
		_ = s.disk.remove(s.markPath()) // it would not apply any more anyhow
		s.mark = mark{}
	}
}
