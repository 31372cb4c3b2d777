package detect

import (
	"bytes"
)

// minRichColumn is where the level of a RichHandler stands at the least.
const minRichColumn = 9

// markRich reads a line of a RichHandler whose time is left out, because it is
// that of the line before: blanks, the level in eight columns, the message, and
// the place at the right edge.
func markRich(text []byte, from, end int, r *Record) bool {
	if from < minRichColumn || !isUpper(text[from]) || end-from < 12 || !isDigit(text[end-1]) || text[from+8] != ' ' {
		return false
	}
	name := bytes.TrimRight(text[from:from+8], " ")
	level := NotSet
	switch string(name) {
	case "DEBUG":
		level = Debug
	case "INFO":
		level = Info
	case "WARNING":
		level = Warning
	case "ERROR":
		level = Error
	case "CRITICAL":
		level = Critical
	}
	cut := richPlace(text[:end])
	if level == NotSet || cut <= from+9 {
		return false
	}
	r.Level, r.Why, r.Message = level, "level word", bytes.TrimSpace(text[from+9:cut])
	return true
}

// cutRichPlace cuts the place at the right edge of a RichHandler's line from the
// message.
func (r *Record) cutRichPlace(text []byte) {
	cut, at := richPlace(text), placeIn(r.Message, text)
	if cut > 0 && at >= 0 && at < cut && hasPrefix(text[cut:], "  ") {
		r.Message = text[at:cut]
	}
}

// richPlace returns where the blanks before "main.py:11" begin, with which a text
// ends; 0 if it does not.
func richPlace(text []byte) int {
	i := len(text)
	for i > 0 && isDigit(text[i-1]) {
		i--
	}
	if i == len(text) || !hasSuffix(text[:i], ".py:") {
		return 0
	}
	for i > 0 && text[i-1] != ' ' {
		i--
	}
	if i == 0 {
		return 0
	}
	for i > 0 && text[i-1] == ' ' {
		i--
	}
	return i
}
