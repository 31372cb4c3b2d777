package syslog

import "unicode/utf8"

// appendName appends the part of s that a header field may hold: printable
// ASCII without blanks (RFC 5424 6), at most limit bytes, "-" if nothing is
// left. Other characters become '_', one for each.
func appendName(dst []byte, s string, limit int) []byte {
	start := len(dst)
	for _, c := range s {
		if len(dst)-start == limit {
			break
		}
		if c <= ' ' || c >= 0x7f {
			c = '_'
		}
		dst = append(dst, byte(c))
	}
	if len(dst) == start {
		dst = append(dst, '-')
	}
	return dst
}

// appendTag appends s as RFC 3164 5.3 wants a tag: at most 32 characters, none
// of which ends it.
func appendTag(dst []byte, s string) []byte {
	start := len(dst)
	dst = appendName(dst, s, 32)
	for i, c := range dst[start:] {
		if c == ':' || c == '[' || c == ']' {
			dst[start+i] = '_'
		}
	}
	return dst
}

// appendValue appends s as the value of a structured data parameter (RFC 5424
// 6.3.3): UTF-8, with '"', '\' and ']' escaped, at most limit bytes. Control
// characters are written as #ooo, since a line feed here would end the message
// in newline framing.
func appendValue(dst, s []byte, limit int) []byte {
	start := len(dst)
	for len(s) > 0 {
		c, size := utf8.DecodeRune(s)
		before := len(dst)
		switch {
		case c == '"' || c == '\\' || c == ']':
			dst = append(dst, '\\', byte(c))
		case c < ' ' || c == 0x7f:
			dst = appendOctal(dst, byte(c))
		default: // U+FFFD for what is no UTF-8
			dst = utf8.AppendRune(dst, c)
		}
		if len(dst)-start > limit {
			return dst[:before]
		}
		s = s[size:]
	}
	return dst
}

// appendText appends text with control characters other than tabs written as
// #ooo.
func appendText(dst, text []byte) []byte {
	from := 0
	for i, c := range text {
		if c >= ' ' && c != 0x7f || c == '\t' {
			continue
		}
		dst = append(dst, text[from:i]...)
		dst = appendOctal(dst, c)
		from = i + 1
	}
	return append(dst, text[from:]...)
}

func appendOctal(dst []byte, c byte) []byte {
	return append(dst, '#', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
}

// cutRune shortens b to at most n bytes without splitting a character. Bytes
// that are no UTF-8 are cut anywhere.
func cutRune(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for i := n; i >= 0 && i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:min(i+utf8.UTFMax, len(b))]) {
				return b[:i]
			}
			break
		}
	}
	return b[:n]
}
