package format

import "unicode/utf8"

// appendLine appends s as text on one line: colours gone, what could deceive or
// break the line escaped.
func appendLine(dst, s []byte) []byte { return appendClean(dst, s, false) }

// appendLines is appendLine for text that may span lines.
func appendLines(dst, s []byte) []byte { return appendClean(dst, s, true) }

func appendClean(dst, s []byte, newlines bool) []byte {
	for {
		n := plainASCII(s)
		dst = append(dst, s[:n]...)
		if n == len(s) {
			return dst
		}
		s = s[n:]
		if s[0] >= utf8.RuneSelf {
			dst, n = appendWide(dst, s, appendX)
		} else {
			dst, n = appendControl(dst, s, newlines)
		}
		s = s[n:]
	}
}

// appendControl appends what text shows of the control character that s begins
// with and returns how many bytes of s that is for.
func appendControl(dst, s []byte, newlines bool) ([]byte, int) {
	switch c := s[0]; {
	case c == '\t', c == '\n' && newlines:
		return append(dst, c), 1
	case c == '\r' && (len(s) == 1 || newlines && s[1] == '\n'):
		return dst, 1
	case c == 0x1b:
		if n := colour(s); n > 0 {
			return dst, n
		}
	}
	return appendX(dst, rune(s[0])), 1
}

// colour returns the length of the colour sequence that s begins with, 0 if
// there is none: ESC [ digits and separators, then m (ECMA-48 SGR), or K (EL),
// which GNU grep and gcc write after each colour.
func colour(s []byte) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= ';': // digits, colon, semicolon
		case c == 'm', c == 'K':
			return i + 1
		default:
			return 0
		}
	}
	return 0
}
