package redact

import "strings"

const (
	pemBegin   = "-----BEGIN "
	pemEnd     = "-----END "
	pemLine    = 16 // the shortest line of base64 that is taken for a part of a key
	maxKeyLine = 1024
	maxPEM     = 16 << 10 // of a private key
)

// pem handles a private key in PEM form (RFC 7468): whole, cut off, or without its
// beginning; in lines, or in one with \n in it. i is at -----.
func (x *scan) pem(i int) int {
	s := x.s
	label := s[i:min(len(s), i+64)]
	at := strings.Index(label, "PRIVATE KEY")
	dashes := -1
	if at > 0 {
		if dashes = strings.Index(label[at:], "-----"); dashes < 0 || dashes > 20 || strings.ContainsAny(label[:at], "\n\\") {
			dashes = -1
		}
	}
	if dashes < 0 {
		return i + len("-----")
	}
	after := i + at + dashes + len("-----")
	if strings.HasPrefix(s[i:], pemEnd) {
		x.keyBefore(i)
		return after
	}
	if end := x.nextEnd(after); end-after <= maxPEM {
		return x.cutLines(after, end)
	}
	return x.cutLines(after, keyEnd(s, after))
}

// nextEnd returns where the next private key ends, behind the text if none does. It
// is called with ever larger i.
func (x *scan) nextEnd(i int) int {
	if x.endAt <= i {
		x.endAt = len(x.s) + maxPEM + 1
		if n := strings.Index(x.s[i:], pemEnd); n >= 0 {
			x.endAt = i + n
		}
	}
	return x.endAt
}

// cutLines cuts out what each of the lines from one index to another holds.
func (x *scan) cutLines(from, to int) int {
	for from < to {
		end := indexOr(x.s, from, to, '\n')
		first, last := trimLine(x.s, from, end)
		x.cut(first, last)
		from = end + 1
	}
	x.floor, x.least, x.word = to, to, span{to, to}
	return to
}

// trimLine leaves out the blanks and quotes around the content of a line.
func trimLine(s string, from, to int) (int, int) {
	const around = " \t\r\"'+,"
	text := s[from:to]
	from += len(text) - len(strings.TrimLeft(text, around))
	return from, from + len(strings.TrimRight(s[from:to], around))
}

// keyEnd returns where a key that is cut off ends: its lines are base64, or headers.
func keyEnd(s string, i int) int {
	end := i
	for i < len(s) && i-end < maxPEM {
		line := indexOr(s, i, min(len(s), i+maxPEM), '\n')
		from, to := trimLine(s, i, line)
		if text := s[from:to]; text != "" && !isKeyLine(text) {
			break
		} else if text != "" {
			end = to
		}
		i = line + 1
	}
	return end
}

// keyBefore cuts out the lines of a key that ends at i and whose beginning is not
// there.
func (x *scan) keyBefore(i int) {
	s, first := x.s, i
	for at := i; at > x.floor; {
		least := max(x.floor, at-maxKeyLine)
		line := least + strings.LastIndexByte(s[least:at-1], '\n') + 1
		from, to := trimLine(s, line, at)
		if text := strings.TrimRight(s[from:to], "\n"); text != "" {
			if _, to = trimLine(s, from, from+len(text)); !isKeyLine(s[from:to]) {
				break
			}
			first = from
		}
		at = line
	}
	x.cutLines(first, i)
}

// isKeyLine reports whether a line is a part of a key: base64, perhaps with \n in
// it, a header, or a Mark where one was.
func isKeyLine(text string) bool {
	if text == Mark || strings.HasPrefix(text, "Proc-Type:") || strings.HasPrefix(text, "DEK-Info:") {
		return true
	}
	text = strings.TrimRight(strings.TrimPrefix(text, `\n`), "\\nr…=")
	if len(text) < pemLine {
		return false
	}
	blanks := 0
	for i := 0; i < len(text); i++ {
		if c := text[i]; !isWord(c) && c != '+' && c != '/' && c != '\\' && c != '=' || c == '_' {
			if c != ' ' {
				return false
			}
			if blanks++; blanks > len(text)/pemLine {
				return false
			}
		}
	}
	return true
}
