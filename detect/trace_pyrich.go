package detect

import (
	"bytes"
)

// Rich (rich/traceback.py, rich/logging.py) draws a traceback in a box: in the
// middle of its upper edge the title, then for each frame its place and its
// source. The value follows below the box, then the boxes of a group's members.

const (
	pyBoxTitle  = " Traceback (most recent call last) "
	pyBoxMember = " Sub-exception #"
)

// The edges and sides of the boxes: rounded, square where a console has no
// rounded ones, and ASCII.
var (
	pyBoxTops    = [...]string{"╭─", "┌─", "+--"}
	pyBoxBottoms = [...]string{"╰─", "└─", "+--"}
	pyBoxSides   = [...]string{"│", "|"}
)

func isPyBoxHead(line []byte) bool {
	return isPyBoxTop(line) && bytes.Contains(line, []byte(pyBoxTitle))
}

func isPyBoxTop(line []byte) bool { return startsWithAny(line, pyBoxTops[:]) }

func startsWithAny(line []byte, list []string) bool {
	for _, p := range list {
		if hasPrefix(line, p) {
			return true
		}
	}
	return false
}

func stepPyBox(g *group, line []byte) verdict {
	if g.state == pyBox {
		switch {
		case startsWithAny(line, pyBoxSides[:]):
			return accept
		case startsWithAny(line, pyBoxBottoms[:]):
			g.state = pyBoxEnd
			return accept
		}
		return refuse
	}
	switch {
	case isPyBoxTop(line): // the place of a syntax error, or the next member
		g.state = pyBox
		return accept
	case blank(line):
		return maybe
	case pythonType(trimRight(line)) > 0 && len(g.tail) == 0:
		g.openPyValue(trimRight(line))
		return accept
	case string(line) == pyCause, string(line) == pyContext:
		g.state = pyMarker
		return accept
	}
	return refuse
}

// isPyBoxMember recognises the upper edge around a member of a group.
func isPyBoxMember(line []byte) bool {
	return isPyBoxTop(line) && bytes.Contains(line, []byte(pyBoxMember))
}

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
