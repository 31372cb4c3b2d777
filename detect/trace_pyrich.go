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
