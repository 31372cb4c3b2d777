package elasticsearch

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/logwrap/logwrap/detect"
)

const (
	// maxDepth is how many objects may be nested below "fields"; flattened
	// allows 20 (its depth_limit).
	maxDepth = 16

	// maxValue and maxKey keep a path and its value below the 32766 bytes that a
	// term of the index may have: 17 keys of 512 bytes and a value of 8 KiB.
	maxValue = 8 << 10
	maxKey   = 512

	manyKeys = 32
)

// fieldWriter appends the members of "fields". It is kept for its buffers.
type fieldWriter struct {
	keys keySet
	lost bool // something was cut or left out: the line has to be kept whole
}

// appendFields appends the fields as one JSON object.
func (w *fieldWriter) appendFields(dst []byte, fields []detect.Field) []byte {
	w.lost = false
	keys := &w.keys
	keys.reset()
	dst = append(dst, '{')
	for i := range fields {
		f := &fields[i]
		if !w.keep(keys, f.Key) {
			w.lost = true
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, f.Key), ':')
		dst = w.appendField(dst, f)
	}
	return append(dst, '}')
}

func (w *fieldWriter) appendField(dst []byte, f *detect.Field) []byte {
	if !f.Raw {
		return w.appendCut(dst, f.Value)
	}
	raw := f.Value
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
	}
	if !json.Valid(raw) {
		return w.appendCut(dst, raw)
	}
	n := nested{writer: w, in: raw}
	return n.appendValue(dst, maxDepth)
}

// appendCut appends s as a string, cut if it is too long for a term.
func (w *fieldWriter) appendCut(dst, s []byte) []byte {
	if len(s) > maxValue {
		s, w.lost = cutRune(s, maxValue), true
	}
	return appendString(dst, s)
}

// keep reports whether a key may stand in an object: the server refuses blank
// ones, NULs, and duplicates, which it sees after the replacement of what is no
// UTF-8.
func (w *fieldWriter) keep(keys *keySet, key []byte) bool {
	if len(key) > maxKey || len(bytes.TrimSpace(key)) == 0 || bytes.IndexByte(key, 0) >= 0 {
		return false
	}
	if !utf8.Valid(key) {
		key = []byte(strings.ToValidUTF8(string(key), "\uFFFD"))
	}
	return keys.add(key)
}

// keySet knows which keys an object has had.
type keySet struct {
	few  [][]byte
	many map[string]struct{}
}

func (s *keySet) reset() { s.few, s.many = s.few[:0], nil }

// add returns false if the key was there already.
func (s *keySet) add(key []byte) bool {
	if s.many != nil {
		if _, ok := s.many[string(key)]; ok {
			return false
		}
		s.many[string(key)] = struct{}{}
		return true
	}
	for _, k := range s.few {
		if bytes.Equal(k, key) {
			return false
		}
	}
	s.few = append(s.few, key)
	if len(s.few) > manyKeys {
		s.many = make(map[string]struct{}, 2*len(s.few))
		for _, k := range s.few {
			s.many[string(k)] = struct{}{}
		}
	}
	return true
}
