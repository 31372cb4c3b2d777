package detect

import "bytes"

// header reads the front of a text line: times, brackets, numbers and names, up
// to the level and the logger that some of them state, or up to the first word
// that is plain prose. What stands after that is message and is not searched:
// "no ERROR found" states nothing.
type header struct {
	text []byte
	at   int // how far it has been read
	end  int // where the text ends, trailing blanks left out

	level Level
	why   string

	stamp, stampEnd int // the line's own time, if stampEnd > 0
	style           stampStyle
	afterStamp      int // where the message begins if there is nothing but a time

	logger, loggerEnd int
	brackets          int  // groups read before the level
	numbers           int  // plain numbers before the level: process and thread ids
	words             int  // plain words before the level: one may be a logger's name
	prose             bool // one of them cannot be
	dashed            bool // " - " or "|" stood before the level: columns
	bracketed         bool // the level stood in brackets
	lower             bool // the level was written in lower case
	padded            bool // blanks fill the level up to a column
	pidBracket        bool // "[123]" stood right before the level
	stampBracket      bool // the time stood in brackets

	tail int // where key=value pairs or JSON after the message begin, 0 if nowhere, or one of the next two
}

// What a format promises after the message, before it was looked for.
const (
	pairsPromised   = -1 // consoles of zerolog, logrus, slog, structlog: key=value
	monologPromised = -2 // "{context} {extra}"
)

// maxPrefix is how far into a line a level is looked for, and maxElements how
// many parts may stand before it.
const (
	maxPrefix   = 512
	maxElements = 12
)

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// readPrefix reads up to the level. It reports whether one was found.
func (h *header) readPrefix() bool {
	from := h.at
	if h.elements() {
		return true
	}
	if h.stampEnd > 0 && h.stamp != from+2 && h.stamp != from+3 || from+8 > h.end {
		return false
	}
	other := header{text: h.text, at: from, end: h.end}
	if !other.otherForm() {
		return false
	}
	*h = other
	return true
}

// elements reads one element after the other up to the level.
func (h *header) elements() bool {
	for range maxElements {
		h.skipBlanks()
		if h.at >= h.end || h.at > maxPrefix {
			return false
		}
		before := h.at
		if h.element() {
			return true
		}
		if h.at == before {
			return false
		}
	}
	return false
}

// element reads one part of the prefix and reports whether it was the level.
// It leaves h.at where it is if the message begins there.
func (h *header) element() bool {
	switch c := h.text[h.at]; {
	case isDigit(c):
		return h.digits()
	case c == '[':
		return h.bracket()
	case c == 0xe2: // punctuation and symbols, no letters
		if h.begun() && hasPrefix(h.text[h.at:h.end], "› ") {
			h.at += len("› ")
			h.afterStamp, h.prose = h.at, h.brackets == 0
			return false
		}
		return h.brackets > 0 && h.symbol() || h.stampEnd > 0 && h.signLevel()
	case h.prose && h.words == 0: // the message begins here
	case isUpper(c) || isLower(c) || c == '_' || c >= 0x80 || h.stampEnd > 0 && (c == '.' || c == '/'):
		return h.word()
	case c == '(':
		return h.paren()
	case c == '{' || c == '<':
		if c == '<' && h.angleLevel() {
			return true
		}
		h.braces(c)
	case c == '|' || c == '-' || c == ':' || c == ',' || c == '*' || c == '#':
		h.separator(c)
	}
	return false
}

func (h *header) skipBlanks() {
	for h.at < h.end && isBlank(h.text[h.at]) {
		h.at++
	}
}

// begun reports whether something before the current position shows that this
// is a log line and no sentence.
func (h *header) begun() bool { return h.stampEnd > 0 || h.brackets > 0 }

// readStamp reads a time at h.at, if one stands there.
func (h *header) readStamp() bool {
	if h.stampEnd > 0 {
		return false
	}
	s, n := scanStamp(h.text[h.at:h.end])
	if n == 0 {
		return false
	}
	h.stamp, h.stampEnd, h.style = h.at, h.at+n, s.style
	h.at += n
	return true
}

// separator steps over a sign that stands alone between columns.
func (h *header) separator(c byte) {
	if !h.begun() && h.words == 0 {
		return
	}
	i := h.at
	for i < h.end && h.text[i] == c {
		i++
	}
	if i-h.at > 3 || i < h.end && !isBlank(h.text[i]) && c != '|' && c != ',' && c != '#' {
		return
	}
	if c == '|' && i+1 < h.end && h.text[i] == '-' && isUpper(h.text[i+1]) { // Logback of itself: "|-ERROR in logger"
		i++
	}
	if c == '#' {
		i = digitsEnd(h.text[:h.end], i)
	}
	if c == '-' || c == '|' || c == ',' {
		h.dashed = true
		if h.words == 1 {
			h.words, h.prose = 0, false
		}
	}
	h.at = i
}

// braces steps over {file.py:12} and <0.33.0> between a time and a level; a
// plain name in angle brackets is someone who says something.
func (h *header) braces(open byte) {
	if h.stampEnd == 0 {
		return
	}
	end := h.group(h.at, open+2)
	if end == 0 || bytes.IndexByte(h.text[h.at:end], ' ') >= 0 || open == '<' && bytes.IndexByte(h.text[h.at:end], '.') < 0 {
		return
	}
	h.at = end
}

// group returns one past the bracket that closes the one at i, 0 if the line
// has none near. An inner pair may stand in it.
func (h *header) group(i int, closing byte) int {
	opening, depth := h.text[i], 0
	for stop := min(h.end, i+200); i < stop; i++ {
		switch h.text[i] {
		case opening:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// paren reads a parenthesis before the level: a thread, or a level's letter.
func (h *header) paren() bool {
	end := h.group(h.at, ')')
	if end == 0 {
		return false
	}
	inside := h.text[h.at+1 : end-1]
	if len(inside) == 1 && end < h.end && isBlank(h.text[end]) {
		switch c := inside[0]; c {
		case 'E', 'W', 'I', 'D':
			return h.state(letterLevel(c), end, "level letter")
		}
	}
	if level, s := levelOf(inside); s == strong && isUpper(inside[0]) && end < h.end {
		return h.state(level, end, "level word in brackets")
	}
	if h.stampEnd > 0 && isLoggerName(inside) {
		h.at = end
	}
	return false
}

// state notes the level; the text goes on at next.
func (h *header) state(level Level, next int, why string) bool {
	h.level, h.why, h.at = level, why, next
	return true
}
