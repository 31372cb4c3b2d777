package detect

import (
	"encoding/binary"
	"math/bits"
)

// maxDepth is how deeply a JSON line may nest; a deeper one is text. It bounds
// the recursion here and in everything that reads the line later.
const maxDepth = 64

// member is one key of a JSON object and the value under it, as positions in
// the text: of the key without its quotes, of the value with them.
type member struct {
	key, keyEnd     int
	value, valueEnd int
	keyEscaped      bool
	valueEscaped    bool // only of a string
}

// members walks the keys of one JSON object while it checks the grammar
// (RFC 8259). Like encoding/json it takes bytes that are not UTF-8 inside
// strings. It allocates nothing and reads each byte once.
type members struct {
	text  []byte
	at    int
	depth int
	end   int // one past the closing brace, once there
	bad   bool
	begun bool
}

// next moves to the next member. It returns false at the end of the object and
// where the text is not JSON; bad tells which.
func (m *members) next(out *member) bool {
	b, i := m.text, m.at
	if !m.begun {
		m.begun = true
		i = jsonBlank(b, i+1)
		if i < len(b) && b[i] == '}' {
			m.end = i + 1
			return false
		}
	} else {
		i = jsonBlank(b, i)
		if i >= len(b) {
			return m.fail()
		}
		if b[i] == '}' {
			m.end = i + 1
			return false
		}
		if b[i] != ',' {
			return m.fail()
		}
		i = jsonBlank(b, i+1)
	}
	if i >= len(b) || b[i] != '"' {
		return m.fail()
	}
	end, escaped := jsonString(b, i)
	if end < 0 {
		return m.fail()
	}
	out.key, out.keyEnd, out.keyEscaped = i+1, end-1, escaped
	i = jsonBlank(b, end)
	if i >= len(b) || b[i] != ':' {
		return m.fail()
	}
	i = jsonBlank(b, i+1)
	out.value, out.valueEscaped = i, false
	if i < len(b) && b[i] == '"' {
		out.valueEnd, out.valueEscaped = jsonString(b, i)
	} else {
		out.valueEnd = jsonValue(b, i, m.depth+1)
	}
	m.at = out.valueEnd
	return out.valueEnd >= 0 || m.fail()
}

func (m *members) fail() bool {
	m.bad = true
	return false
}

// jsonBlank returns the first position from i on that is not JSON white space.
func jsonBlank(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ' ', '\t', '\n', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

// jsonValue returns one past the value that begins at i, -1 if there is none.
func jsonValue(b []byte, i, depth int) int {
	if i >= len(b) {
		return -1
	}
	switch c := b[i]; {
	case c == '"':
		end, _ := jsonString(b, i)
		return end
	case c == '-' || isDigit(c):
		return jsonNumber(b, i)
	case c == '{':
		return jsonObject(b, i, depth)
	case c == '[':
		return jsonArray(b, i, depth)
	case c == 't':
		return jsonLiteral(b, i, "true")
	case c == 'f':
		return jsonLiteral(b, i, "false")
	case c == 'n':
		return jsonLiteral(b, i, "null")
	}
	return -1
}

func jsonLiteral(b []byte, i int, want string) int {
	if len(b)-i < len(want) || string(b[i:i+len(want)]) != want {
		return -1
	}
	return i + len(want)
}

func jsonObject(b []byte, i, depth int) int {
	if depth > maxDepth {
		return -1
	}
	m := members{text: b, at: i, depth: depth}
	var one member
	for m.next(&one) {
	}
	if m.bad {
		return -1
	}
	return m.end
}

func jsonArray(b []byte, i, depth int) int {
	if depth > maxDepth {
		return -1
	}
	i = jsonBlank(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = jsonValue(b, i, depth+1); i < 0 {
			return -1
		}
		if i = jsonBlank(b, i); i >= len(b) {
			return -1
		}
		if b[i] == ']' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i = jsonBlank(b, i+1)
	}
}

// jsonNumber returns one past the number at i, -1 if it is malformed.
func jsonNumber(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	start := i
	i = digitsEnd(b, i)
	if i == start || b[start] == '0' && i > start+1 {
		return -1
	}
	if i < len(b) && b[i] == '.' {
		start = i + 1
		if i = digitsEnd(b, start); i == start {
			return -1
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start = i
		if i = digitsEnd(b, start); i == start {
			return -1
		}
	}
	return i
}

func digitsEnd(b []byte, i int) int {
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	return i
}

const (
	everyByte = 0x0101010101010101
	highBits  = 0x8080808080808080
)

// jsonString returns one past the closing quote of the string that opens at i,
// -1 if it is not one, and whether it holds escapes. Eight bytes a step: a
// word's lowest marked byte is exactly the first quote, backslash or control.
func jsonString(b []byte, i int) (end int, escaped bool) {
	i++
	for {
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			quote := w ^ '"'*everyByte
			slash := w ^ '\\'*everyByte
			hit := ((quote-everyByte)&^quote | (slash-everyByte)&^slash | (w-0x20*everyByte)&^w) & highBits
			if hit != 0 {
				i += bits.TrailingZeros64(hit) >> 3
				break
			}
			i += 8
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= 0x20 {
			i++
		}
		if i >= len(b) || b[i] < 0x20 {
			return -1, escaped
		}
		if b[i] == '"' {
			return i + 1, escaped
		}
		escaped = true
		if i = jsonEscape(b, i+1); i < 0 {
			return -1, true
		}
	}
}

// jsonEscape returns one past the escape whose letter stands at i.
func jsonEscape(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		if len(b)-i < 5 {
			return -1
		}
		for _, c := range b[i+1 : i+5] {
			if hexDigit(c) < 0 {
				return -1
			}
		}
		return i + 5
	}
	return -1
}

func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
