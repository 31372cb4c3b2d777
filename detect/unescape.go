package detect

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape returns the text of a quoted string's inside: the escapes of JSON,
// and those that Go's strconv.Quote and logfmt writers use beyond them. What is
// no escape stays as it is. It returns its argument if that holds no backslash.
func unescape(inside []byte) []byte {
	at := bytes.IndexByte(inside, '\\')
	if at < 0 {
		return inside
	}
	out := make([]byte, 0, len(inside))
	for at >= 0 {
		out = append(out, inside[:at]...)
		inside = inside[at:]
		var n int
		out, n = appendEscape(out, inside)
		inside = inside[n:]
		at = bytes.IndexByte(inside, '\\')
	}
	return append(out, inside...)
}

// appendEscape appends what the escape at the start of b stands for and returns
// its length.
func appendEscape(out, b []byte) ([]byte, int) {
	if len(b) < 2 {
		return append(out, b...), len(b)
	}
	switch c := b[1]; c {
	case 'n':
		return append(out, '\n'), 2
	case 't':
		return append(out, '\t'), 2
	case 'r':
		return append(out, '\r'), 2
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'a':
		return append(out, '\a'), 2
	case 'v':
		return append(out, '\v'), 2
	case '"', '\\', '/', '\'':
		return append(out, c), 2
	case 'x':
		if v, ok := hexValue(b[2:], 2); ok {
			return append(out, byte(v)), 4
		}
	case 'u':
		return appendUTF16(out, b)
	case 'U':
		if v, ok := hexValue(b[2:], 8); ok {
			return utf8.AppendRune(out, v), 10
		}
	}
	return append(out, b[:2]...), 2
}

// appendUTF16 appends a \u00e9 escape, or the two of a surrogate pair.
func appendUTF16(out, b []byte) ([]byte, int) {
	v, ok := hexValue(b[2:], 4)
	if !ok {
		return append(out, b[:2]...), 2
	}
	if utf16.IsSurrogate(v) && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if low, ok := hexValue(b[8:], 4); ok {
			if pair := utf16.DecodeRune(v, low); pair != utf8.RuneError {
				return utf8.AppendRune(out, pair), 12
			}
		}
	}
	return utf8.AppendRune(out, v), 6 // half a pair becomes U+FFFD
}

func hexValue(b []byte, digits int) (rune, bool) {
	if len(b) < digits {
		return 0, false
	}
	v := 0
	for _, c := range b[:digits] {
		d := hexDigit(c)
		if d < 0 {
			return 0, false
		}
		v = v<<4 | d
	}
	return rune(v), true
}
