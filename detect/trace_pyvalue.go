package detect

import (
	"bytes"
)

// maxPyBracket bounds the lines of a value between brackets.
const maxPyBracket = 200

// openPyValue takes the line "Type: value" that ends the frames.
func (g *group) openPyValue(line []byte) {
	g.state, g.count, g.gap = pyValue, 0, false
	switch {
	case hasSuffix(line, pyTraceback):
		g.state = pyQuote
	case g.endsPyValue(line):
		g.state = pySettled
	}
	g.mark(line, line)
}

func stepPyValue(g *group, line []byte) verdict {
	switch {
	case blank(line):
		g.gap = g.gap || !endsInColon(g.text)
		return maybe
	case string(line) == pyCause, string(line) == pyContext:
		g.state, g.gap = pyMarker, false
		return accept
	case string(line) == pyStack, string(line) == "Call stack:":
		g.state = pyExtra
		return accept
	case string(line) == `"""`:
		return accept
	case string(line) == pyTraceback && g.state == pyValue && endsInColon(g.text):
		g.state = pyQuote
		g.stretch(line)
		return accept
	case line[0] == 'S' && string(line) == nativeStackHead:
		return maybe
	case line[0] == '#' && g.state == pyValue && len(line) > 1 && isDigit(line[1]) && g.inNativeStack():
		g.stretch(line)
		return accept
	case isPyBoxMember(line):
		g.state = pyBox
		return accept
	case line[0] == ' ' && hasPrefix(line, `  File "`):
		if g.state == pySettled || !bytes.Contains(line, []byte(", in ")) {
			return refuse // a syntax error
		}
		g.state = pyQuote
		g.stretch(line)
		return accept
	case isPyRule(line):
		return refuse
	case g.gap && isCeleryBanner(line):
		return drop
	}
	return stepPyText(g, line)
}

// stepPyText takes a line that has no mark: more of the value, a note, or what the
// program printed next.
func stepPyText(g *group, line []byte) verdict {
	open := g.state == pyValue
	past := g.gap && g.goesOn() // a paragraph further on it is not the value's
	switch {
	case open && isSQLAlchemyPart(line):
		return stepPyBracket(g, line)
	case open && !past && (line[0] == ' ' || line[0] == '\t' || continues(line)):
		g.stretch(line)
		return accept
	case open && g.showsEnd(line):
		g.state = pySettled
		g.stretch(line)
		return accept
	}
	if g.count++; g.count > maxPlainValue {
		return drop
	}
	if !open || past { // notes: the marker of a chain may come behind them
		return free
	}
	return likely
}

// goesOn reports whether a logger or a runtime that survived the exception told of
// it, so that the program's output may follow: the traceback has an introduction.
func (g *group) goesOn() bool { return g.headed || !hasPrefix(g.text, pyTraceback) }

// isUnraisable reports whether the interpreter could only tell of the exception,
// as with one in a __del__.
func (g *group) isUnraisable() bool { return hasPrefix(g.text, "Exception ignored ") }

// isCeleryBanner recognises the first line of what a worker of Celery prints when
// it is ready.
func isCeleryBanner(line []byte) bool { return hasPrefix(line, " -------------- ") }

// nativeStackHead is how Selenium's errors announce the stack of the browser's
// driver.
const nativeStackHead = "Stacktrace:"

func (g *group) inNativeStack() bool {
	last := g.text[bytes.LastIndexByte(g.text, '\n')+1:]
	return string(last) == nativeStackHead || len(last) > 1 && last[0] == '#' && isDigit(last[1])
}

// stepPyQuote takes a traceback that is part of a value, up to its own value.
func stepPyQuote(g *group, line []byte) verdict {
	switch {
	case blank(line):
		return maybe
	case hasPrefix(line, "  "):
	case isPyClass(line[:pythonType(line)]):
		g.state, g.count = pyValue, 0
	default: // no whole traceback
		g.state = pyValue
		return stepPyValue(g, line)
	}
	g.stretch(line)
	return accept
}

// isSQLAlchemyPart recognises the lines that follow the database's own words.
func isSQLAlchemyPart(line []byte) bool {
	return hasPrefix(line, "[SQL: ") || hasPrefix(line, "[parameters: ") || hasPrefix(line, "(Background on this error at: ")
}

// stepPyBracket takes the lines of a value up to the bracket that closes them.
func stepPyBracket(g *group, line []byte) verdict {
	switch {
	case g.state != pyBracket && line[0] == '(':
		g.state, g.count = pySettled, 0
	case len(line) > 0 && line[len(line)-1] == ']':
		g.state, g.count, g.gap = pyValue, 0, false
	default:
		if g.state != pyBracket {
			g.state, g.count = pyBracket, 0
		}
		if g.count++; g.count > maxPyBracket {
			return drop
		}
		return free
	}
	g.stretch(line)
	return accept
}

// endsInColon reports whether a text announces what follows it, blank lines or
// not.
func endsInColon[T string | []byte](text T) bool {
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ' ', '\t', '\r', '\n':
		default:
			return text[i] == ':'
		}
	}
	return false
}

// isPyRule recognises the rules that unittest and pytest draw between and above
// their reports, which may hold a title, and socketserver's.
func isPyRule(line []byte) bool {
	n := len(line)
	if n < 40 || line[0] != '-' && line[0] != '=' && line[0] != '_' {
		return false
	}
	for i := range 3 {
		if line[i] != line[0] || line[n-1-i] != line[0] {
			return false
		}
	}
	return true
}
