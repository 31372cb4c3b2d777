package detect

const (
	escape = 0x1b
	bell   = 0x07
)

// withoutColours returns a copy of a text without its terminal sequences.
func withoutColours(text []byte) []byte { return appendPlain(make([]byte, 0, len(text)), text) }

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
		return commandLen(b)
	case '(', ')':
		return min(3, len(b))
	}
	return 2
}

// commandLen returns the length of the operating system command that b begins
// with. If it is not closed before the next sequence, only its start goes.
func commandLen(b []byte) int {
	for i := 2; i < len(b); i++ {
		switch b[i] {
		case bell:
			return i + 1
		case escape:
			if i+1 < len(b) && b[i+1] == '\\' {
				return i + 2
			}
			return 2
		}
	}
	return 2
}
