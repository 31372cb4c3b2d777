package detect

import (
	"bytes"
)

// maxPySource bounds the lines of a statement that a frame is shown with.
const maxPySource = 12

// openPyValue takes the line "Type: value" that ends the frames.
func (g *group) openPyValue(line []byte) {
	g.state, g.count = pyValue, 0
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
		return maybe
	case string(line) == pyCause, string(line) == pyContext:
		g.state = pyMarker
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
	case line[0] == ' ' && hasPrefix(line, `  File "`), isPyRule(line):
		return refuse
	case g.state == pyValue && (line[0] == ' ' || line[0] == '\t' || continues(line)):
		g.stretch(line)
		return accept
	}
	if g.count++; g.count > maxPlainValue {
		return drop
	}
	if g.state == pySettled { // notes: the marker of a chain may come behind them
		return free
	}
	return likely
}

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
	case pythonType(line) > 0:
		g.state, g.count = pyValue, 0
	default:
		return refuse
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

// endsPyValue reports whether nothing but notes can follow "Type: value": there
// is no value, the interpreter itself wrote it, or the statement that raised it
// shows where the value ends.
func (g *group) endsPyValue(line []byte) bool {
	name := line[:pythonType(line)]
	value := bytes.TrimSpace(bytes.TrimPrefix(line[len(name):], []byte(":")))
	if len(value) == 0 || hasPrefix(value, "[Errno ") || string(name) == "KeyError" || isSyntaxError(name) {
		return true
	}
	shown, raised := false, false
	for text, n := g.text[min(g.trace, len(g.text)):], 0; n < maxPySource; n++ {
		i := bytes.LastIndexByte(text, '\n')
		if i < 0 {
			break
		}
		last := text[i+1:]
		if bytes.Contains(last, []byte(`File "`)) && hasPrefix(last[indent(last):], `File "`) {
			break
		}
		shown = shown || !blank(last)
		raised = raised || bytes.Contains(last, []byte("raise")) || bytes.Contains(last, []byte("assert"))
		if at := bytes.Index(last, value); at >= 0 && at+len(value) < len(last) && isQuote(last[at+len(value)]) {
			return true
		}
		text = text[:i]
	}
	return !raised && isPyBuiltin(name, shown)
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

// isPyBuiltin reports whether the values of a type have one line if no statement
// of a program raised it. Extensions raise some of them too, but then no source
// is shown.
func isPyBuiltin(name []byte, shown bool) bool {
	switch string(name) {
	case "IndexError", "ZeroDivisionError", "AttributeError", "NameError", "UnboundLocalError", "ModuleNotFoundError", "RecursionError",
		"UnicodeDecodeError", "UnicodeEncodeError", "OverflowError", "EOFError":
		return true
	case "ValueError", "TypeError":
		return shown
	}
	return false
}

// isPyRule recognises the rules that unittest and pytest draw between and above
// their reports, which may hold a title.
func isPyRule(line []byte) bool {
	n := len(line)
	if n < 60 || line[0] != '-' && line[0] != '=' && line[0] != '_' {
		return false
	}
	for i := range 3 {
		if line[i] != line[0] || line[n-1-i] != line[0] {
			return false
		}
	}
	return true
}
