package format

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080

	hexDigits   = "0123456789abcdef"
	replacement = "\ufffd"
)

// plainJSON returns how many bytes at the start of s may stand in a JSON string
// as they are: printable ASCII but the quote and the backslash.
func plainJSON(s []byte) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := binary.LittleEndian.Uint64(s[i:])
		// The lowest byte whose high bit is set in m is the first one that is
		// below 0x20, a quote, a backslash, DEL or not ASCII: a borrow or carry
		// can only come out of a byte that is one of these itself.
		m := (w - ones*0x20) | ((w ^ ones*'"') - ones) | ((w ^ ones*'\\') - ones) | (w + ones) | w
		if m &= highs; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			break
		}
	}
	return i
}

// plainASCII is plainJSON with quotes and backslashes allowed.
func plainASCII(s []byte) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := binary.LittleEndian.Uint64(s[i:])
		m := (w - ones*0x20) | (w + ones) | w
		if m &= highs; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x7f {
			break
		}
	}
	return i
}

// treacherous reports whether r is a control character, or one that makes
// a reader see other lines or another order than there is.
func treacherous(r rune) bool {
	return r < 0x20 || r >= 0x7f && r <= 0x9f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// appendWide appends the run of bytes from 0x80 up that s begins with, escaped,
// and returns how many bytes of s that was.
func appendWide(dst, s []byte, escape func([]byte, rune) []byte) ([]byte, int) {
	i := 0
	for i < len(s) && s[i] >= utf8.RuneSelf {
		r, size := utf8.DecodeRune(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, replacement...)
		case treacherous(r):
			dst = escape(dst, r)
		default:
			dst = append(dst, s[i:i+size]...)
		}
		i += size
	}
	return dst, i
}

// appendU appends r, which is below U+10000, as \uXXXX.
func appendU(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// appendX appends a control character as \xXX, a wider one as \uXXXX.
func appendX(dst []byte, r rune) []byte {
	if r > 0xff {
		return appendU(dst, r)
	}
	return append(dst, '\\', 'x', hexDigits[r>>4], hexDigits[r&15])
}

// appendString appends s as a JSON string, quotes included.
func appendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	for {
		n := plainJSON(s)
		dst = append(dst, s[:n]...)
		if n == len(s) {
			return append(dst, '"')
		}
		s = s[n:]
		if s[0] >= utf8.RuneSelf {
			dst, n = appendWide(dst, s, appendU)
			s = s[n:]
			continue
		}
		dst = appendASCIIEscape(dst, s[0])
		s = s[1:]
	}
}

func appendASCIIEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return appendU(dst, rune(c))
}

// appendValue appends a valid JSON value as it is spelt, but on one line and
// clean: white space other than spaces, which can only stand between tokens, is
// left out; what appendString would escape or replace, it does too.
func appendValue(dst, v []byte) []byte {
	for {
		n := plainASCII(v)
		dst = append(dst, v[:n]...)
		if n == len(v) {
			return dst
		}
		v = v[n:]
		switch c := v[0]; {
		case c >= utf8.RuneSelf:
			dst, n = appendWide(dst, v, appendU)
			v = v[n:]
			continue
		case c == 0x7f:
			dst = appendU(dst, 0x7f)
		}
		v = v[1:]
	}
}
