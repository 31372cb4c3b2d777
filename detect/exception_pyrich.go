package detect

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// pyBoxLen returns how many lines a box of Rich has.
func pyBoxLen(lines []string) int {
	n := 1
	for n < len(lines) && startsWithAny([]byte(lines[n]), pyBoxSides[:]) {
		n++
	}
	if n < len(lines) && startsWithAny([]byte(lines[n]), pyBoxBottoms[:]) {
		n++
	}
	return n
}

// pyBoxInside returns the lines within a box, without its sides, and how many
// columns they have.
func pyBoxInside(lines []string) (inside []string, width int) {
	width = utf8.RuneCountInString(lines[0]) - 4
	for _, line := range lines[1:] {
		for _, side := range pyBoxSides {
			if rest, ok := strings.CutPrefix(line, side); ok {
				rest = strings.TrimSuffix(strings.TrimRight(rest, " "), side)
				inside = append(inside, strings.TrimPrefix(strings.TrimRight(rest, " "), " "))
				break
			}
		}
	}
	return inside, width
}

// pyBoxFrames reads the frames of a box. A place that is wider than the box goes
// on in the next lines.
func pyBoxFrames(lines []string) []Frame {
	inside, width := pyBoxInside(lines)
	var frames []Frame
	place := ""
	full := false
	for _, line := range append(inside, "") {
		if isPyBoxPlace(line) {
			if place != "" && (!full || strings.HasPrefix(line, "in ")) { // a place that just fills the line
				place += " "
			}
			place += strings.TrimSpace(line)
			full = utf8.RuneCountInString(line) >= width
			continue
		}
		if f, ok := pyBoxFrame(place); ok {
			frames = append(frames, f)
		}
		place, full = "", false
	}
	return frames
}

// isPyBoxPlace reports whether a line within a box may be the place of a frame:
// source is set in, or has the mark of the line.
func isPyBoxPlace(line string) bool {
	if line == "" || strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "... ") || strings.HasPrefix(line, "❱ ") || strings.HasPrefix(line, "> ") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(line)
	return !strings.ContainsRune("╭│╰┌└", first)
}

// pyBoxFrame reads "/srv/app/main.py:9 in main", "in main:9" of a file that is
// not there, and "/srv/app/bad.py:2" of a syntax error.
func pyBoxFrame(place string) (Frame, bool) {
	f := Frame{File: place}
	if rest, ok := strings.CutPrefix(place, "in "); ok {
		i := strings.LastIndexByte(rest, ':')
		if i < 1 || number(rest[i+1:]) == 0 {
			return Frame{}, false
		}
		f.File, f.Function, f.Line = "", rest[:i], number(rest[i+1:])
		return f, true
	}
	if i := strings.LastIndex(place, " in "); i > 0 {
		f.File, f.Function = place[:i], place[i+len(" in "):]
	}
	i := strings.LastIndexByte(f.File, ':')
	if i < 1 || number(f.File[i+1:]) == 0 || f.Function == "" && strings.Contains(place, " ") {
		return Frame{}, false
	}
	f.File, f.Line = f.File[:i], number(f.File[i+1:])
	f.InApp = pythonInApp(f.File)
	return f, true
}

// box reads the box at the start of some lines and returns how many it has.
func (p *pyReader) box(lines []string) int {
	n := pyBoxLen(lines)
	switch first := []byte(lines[0]); {
	case isPyBoxHead(first):
		p.finish("")
		p.members = len(p.list)
		p.one.Frames, p.state, p.boxed = pyBoxFrames(lines[:n]), pyFrames, true
	case isPyBoxMember(first) && p.depth < maxPyDepth:
		inside, _ := pyBoxInside(lines[:n])
		found := parsePyLines(inside, p.depth+1)
		if k := len(found); k > 0 {
			found[k-1].Relation = "member"
		}
		p.list = slices.Insert(p.list, p.members, found...) // the last one first
	case p.state == pyFrames:
		p.one.Frames = append(p.one.Frames, pyBoxFrames(lines[:n])...)
	}
	return n
}
