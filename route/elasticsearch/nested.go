package elasticsearch

import (
	"bytes"
	"encoding/json"
)

// nested copies one JSON value, on one line, and turns into strings the parts
// of it that the index can't hold. Its input is valid JSON and UTF-8.
type nested struct {
	writer *fieldWriter
	in     []byte
	at     int
}

// appendValue copies the value at n.at; depth is how many more objects and
// arrays may be opened.
func (n *nested) appendValue(dst []byte, depth int) []byte {
	n.skipBlanks()
	from := n.at
	switch n.in[from] {
	case '{', '[':
		start := len(dst)
		var ok bool
		if depth > 0 {
			if n.in[from] == '{' {
				dst, ok = n.appendObject(dst, depth-1)
			} else {
				dst, ok = n.appendArray(dst, depth-1)
			}
		}
		if ok {
			return dst
		}
		n.at = from
		n.skipValue()
		return n.writer.appendCut(dst[:start], n.in[from:n.at])
	}
	n.skipValue()
	token := n.in[from:n.at]
	if len(token) > maxValue {
		return n.writer.appendCut(dst, token)
	}
	return append(dst, token...)
}

// appendObject copies an object. It returns false if a key can't be stored.
func (n *nested) appendObject(dst []byte, depth int) ([]byte, bool) {
	var keys keySet
	dst = append(dst, '{')
	n.at++
	for {
		n.skipBlanks()
		switch n.in[n.at] {
		case '}':
			n.at++
			return append(dst, '}'), true
		case ',':
			n.at++
			dst = append(dst, ',')
			n.skipBlanks()
		}
		from := n.at
		n.skipValue()
		quoted := n.in[from:n.at]
		if !n.writer.keep(&keys, keyOf(quoted)) {
			return dst, false
		}
		dst = append(append(dst, quoted...), ':')
		n.skipBlanks()
		n.at++ // the colon
		dst = n.appendValue(dst, depth)
	}
}

// keyOf returns a key as the server will see it.
func keyOf(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return nil
	}
	return []byte(s)
}

func (n *nested) appendArray(dst []byte, depth int) ([]byte, bool) {
	dst = append(dst, '[')
	n.at++
	for {
		n.skipBlanks()
		switch n.in[n.at] {
		case ']':
			n.at++
			return append(dst, ']'), true
		case ',':
			n.at++
			dst = append(dst, ',')
		}
		dst = n.appendValue(dst, depth)
	}
}

func (n *nested) skipBlanks() {
	for n.at < len(n.in) && n.in[n.at] <= ' ' {
		n.at++
	}
}

// skipValue moves behind the value at n.at, however deep it is.
func (n *nested) skipValue() {
	open := 0
	for n.at < len(n.in) {
		switch c := n.in[n.at]; c {
		case '"':
			n.skipString()
			if open == 0 {
				return
			}
			continue
		case '{', '[':
			open++
		case '}', ']':
			if open == 0 {
				return // the end of what a number or a word stands in
			}
			open--
			if open == 0 {
				n.at++
				return
			}
		default:
			if open == 0 && (c == ',' || c <= ' ' || c == ':') {
				return
			}
		}
		n.at++
	}
}

func (n *nested) skipString() {
	for n.at++; n.at < len(n.in); n.at++ {
		switch n.in[n.at] {
		case '\\':
			n.at++
		case '"':
			n.at++
			return
		}
	}
}
