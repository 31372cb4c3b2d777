package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// safe returns text with everything that could control a terminal made visible,
// cut to limit characters.
func safe(text string, limit int) string {
	var b strings.Builder
	n := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if n == limit {
			return b.String() + "…"
		}
		n++
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteRune(utf8.RuneError)
		case r == '\t':
			b.WriteByte(' ')
		case r == '\r' && i == len(text)-1: // of a line that ended in CR LF
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsPrint(r) && r != ' ': // C1 controls, marks that turn the direction, private use
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
