package detect

import (
	"bytes"
)

// IPython (IPython/core/ultratb.py) and stackprinter show frames with their
// source, an arrow at the line:
//
//	ValueError                                Traceback (most recent call last)
//	File /srv/app/main.py:8, in main()
//	      7 def main():
//	----> 8     print(head([]))
//
//	ValueError: text

const pyShowTitle = " Traceback (most recent call last)"

// maxPyShow bounds the lines before the first arrow.
const maxPyShow = 40

// isPyShowHead recognises IPython's first line.
func isPyShowHead(line []byte) bool {
	if !hasSuffix(line, pyShowTitle) {
		return false
	}
	name := bytes.TrimRight(line[:len(line)-len(pyShowTitle)], " ")
	return len(name) > 0 && pythonType(name) == len(name)
}

// isPyPlace recognises a frame that is not set in, with which stackprinter
// begins.
func isPyPlace(line []byte) bool {
	return line[0] == 'F' && hasPrefix(line, `File "`) && bytes.Contains(line, []byte(`", line `)) && bytes.Contains(line, []byte(", in "))
}

func stepPyShow(g *group, line []byte) verdict {
	switch {
	case blank(line), g.keptLines == 0 && (isPyPlace(line) || isPyShowFrame(line)):
		if g.count++; g.count > maxPyShow {
			return refuse
		}
		return maybe
	case isPyArrow(line), g.keptLines > 0 && (line[0] == ' ' || isPyPlace(line) || isPyShowFrame(line)):
		return accept
	case line[0] == ' ':
		if g.count++; g.count > maxPyShow {
			return refuse
		}
		return maybe
	case g.keptLines > 0 && pythonType(line) > 0:
		g.openPyValue(line)
		return accept
	}
	return refuse
}

// isPyArrow recognises "----> 8     print(x)".
func isPyArrow(line []byte) bool {
	n := 0
	for n < len(line) && line[n] == '-' {
		n++
	}
	return n >= 2 && n+2 < len(line) && line[n] == '>' && line[n+1] == ' ' && isDigit(line[n+2])
}

// isPyShowFrame recognises the lines of IPython above the source of a frame.
func isPyShowFrame(line []byte) bool {
	_, ok := pyShowFrame(view(line))
	return ok
}
