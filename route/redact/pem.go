package redact

import (
	"slices"
	"strings"
)

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
		x.partsBefore(i)
		return after
	}
	if end := x.nextEnd(after); end-after <= maxPEM && hasKeyPart(s, after, end) {
		return x.cutLines(after, end)
	}
	return x.cutParts(after, min(len(s), after+maxPEM))
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

// maxMisses is how many words without a part of a key may stand between such parts:
// what a log writes before each line.
const maxMisses = 12

// cutParts cuts out the parts of a key that is cut off itself: the words after its
// beginning that are base64.
func (x *scan) cutParts(from, to int) int {
	i, end := from, from
	for misses := 0; i < to && misses < maxMisses; {
		word := nextWord(x.s, i, to)
		if word.from == word.to {
			break
		}
		if i = word.to; isKeyPart(x.s[word.from:word.to], word.to == len(x.s)) {
			end, misses = x.cut(word.from, word.to), 0
			continue
		}
		misses++
	}
	return end
}

// partsBefore cuts out the parts of a key that ends at i and whose beginning is not
// there.
func (x *scan) partsBefore(i int) {
	var parts []span
	for at, misses := i, 0; misses < maxMisses && i-at < maxPEM; {
		word := lastWord(x.s, max(x.done, at-maxKeyLine), at)
		if word.from == word.to {
			break
		}
		if at = word.from; isKeyPart(x.s[word.from:word.to], true) {
			parts, misses = append(parts, word), 0
			continue
		}
		misses++
	}
	for _, p := range slices.Backward(parts) {
		x.cut(p.from, p.to)
	}
	x.floor, x.done = i, i
}

func hasKeyPart(s string, from, to int) bool {
	for from < to {
		word := nextWord(s, from, to)
		if from = word.to; isKeyPart(s[word.from:word.to], false) {
			return true
		}
		if word.from == word.to {
			break
		}
	}
	return false
}

// inPart reports bytes that words of base64 are made of.
func inPart(c byte) bool {
	return isWord(c) && c != '_' || c == '+' || c == '/' || c == '=' || c >= 0x80
}

// nextWord returns the next run of what is neither a blank nor a quote.
func nextWord(s string, from, to int) span {
	for from < to && (!inPart(s[from]) || s[from] == '+') && from < to {
		from += max(1, escapedEnd(s, from))
	}
	from = min(from, to)
	end := from
	for end < to && inPart(s[end]) {
		end++
	}
	return span{from, end}
}

// escapedEnd returns 2 for \n and the like.
func escapedEnd(s string, i int) int {
	if s[i] == '\\' && i+1 < len(s) && (s[i+1] == 'n' || s[i+1] == 'r') {
		return 2
	}
	return 0
}

func lastWord(s string, from, to int) span {
	for to > from && !inPart(s[to-1]) {
		to--
	}
	start := to
	for start > from && inPart(s[start-1]) {
		start--
	}
	if start > 0 && start < to && s[start-1] == '\\' && (s[start] == 'n' || s[start] == 'r') {
		if start++; start == to {
			return span{start - 2, start}
		}
	}
	return span{start, to}
}

// isKeyPart reports whether a word is base64 of some length, or the end of it.
func isKeyPart(word string, last bool) bool {
	text := strings.TrimRight(word, "…")
	cut := len(text) < len(word)
	padded := strings.HasSuffix(text, "=")
	text = strings.TrimRight(text, "=")
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= 0x80 || c == '=' {
			return false
		}
	}
	return len(text) >= 24 || len(text) >= 2 && padded || (last || cut) && len(text) >= pemLine
}
