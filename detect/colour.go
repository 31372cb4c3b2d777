package detect

import "bytes"

const (
	escape = 0x1b
	maxOSC = 2048 // an operating system command that is longer was never closed
)

// withoutColours returns a text without its terminal sequences: CSI (colours,
// cursor moves) and OSC (titles, links) of ECMA-48. The copy is new.
func withoutColours(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for {
		i := bytes.IndexByte(text, escape)
		if i < 0 {
			return append(out, text...)
		}
		out = append(out, text[:i]...)
		text = text[i+sequenceLen(text[i:]):]
	}
}

// sequenceLen returns the length of the sequence that b begins with.
func sequenceLen(b []byte) int {
	if len(b) < 2 {
		return len(b)
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b); i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return i + 1
			}
		}
		return len(b)
	case ']':
		for i := 2; i < min(len(b), maxOSC); i++ {
			if b[i] == 0x07 {
				return i + 1
			}
			if b[i] == escape && i+1 < len(b) && b[i+1] == '\\' {
				return i + 2
			}
		}
		return 2 // never closed: not worth the whole line
	case '(', ')':
		return min(3, len(b))
	}
	return 2
}
