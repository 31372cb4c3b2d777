package detect

import (
	"bytes"
)

const (
	maxPySource  = 12  // lines of the statement that a frame is shown with
	maxPyBracket = 200 // lines of a value between brackets
)

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
	case g.state == pyValue && !(g.gap && g.goesOn()) && (line[0] == ' ' || line[0] == '\t' || continues(line)):
		g.stretch(line)
		return accept
	}
	if g.state == pyValue && isSQLAlchemyPart(line) {
		return stepPyBracket(g, line)
	}
	if g.state == pyValue && g.showsEnd(line) {
		g.state = pySettled
		g.stretch(line)
		return accept
	}
	if g.count++; g.count > maxPlainValue {
		return drop
	}
	if g.state == pySettled || g.gap && g.goesOn() { // notes: the marker of a chain may come behind them
		return free
	}
	return likely
}

// goesOn reports whether the program survived the exception, so that its output
// may follow.
func (g *group) goesOn() bool { return g.headed || g.isUnraisable() }

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

// isPyClass reports whether a type is called like a class, and not like a level.
func isPyClass(name []byte) bool {
	return isClassName(view(name[bytes.LastIndexByte(name, '.')+1:]))
}

// isSQLAlchemyPart recognises the lines that follow the database's own words.
func isSQLAlchemyPart(line []byte) bool {
	return hasPrefix(line, "[SQL: ") || hasPrefix(line, "[parameters: ") || hasPrefix(line, "(Background on this error at: ")
}

// stepPyBracket takes the lines of a value up to the bracket that closes them.
func stepPyBracket(g *group, line []byte) verdict {
	if len(line) > 0 && (line[len(line)-1] == ']' || line[0] == '(' && g.state != pyBracket) {
		g.state, g.count, g.gap = pyValue, 0, false
		g.stretch(line)
		return accept
	}
	if g.state != pyBracket {
		g.state, g.count = pyBracket, 0
	}
	if g.count++; g.count > maxPyBracket {
		return drop
	}
	return free
}

// showsEnd reports whether the statement that raised the exception shows that its
// value ends with the line: raise ValueError("first\nlast").
func (g *group) showsEnd(line []byte) bool {
	if len(line) < 3 || g.message.from <= g.trace || g.message.from > len(g.text) {
		return false
	}
	raised := false
	g.eachPySource(g.text[g.trace:g.message.from], func(source []byte) bool {
		at := bytes.Index(source, line)
		raised = at >= 2 && string(source[at-2:at]) == `\n` && at+len(line) < len(source) && isQuote(source[at+len(line)])
		return !raised
	})
	return raised
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
	if len(value) == 0 || g.isUnraisable() || hasPrefix(value, "[Errno ") || string(name) == "KeyError" || isSyntaxError(name) {
		return true
	}
	shown, raised, whole := false, false, false
	g.eachPySource(g.text[min(g.trace, len(g.text)):], func(source []byte) bool {
		shown = shown || !blank(source)
		raised = raised || bytes.Contains(source, []byte("raise")) || bytes.Contains(source, []byte("assert"))
		whole = endsLiteral(source, value) || g.goesOn() && endsFString(source, value)
		return !whole
	})
	if whole {
		return true
	}
	return !raised && isPyBuiltin(name, shown)
}

// eachPySource calls do for the lines of source below the last frame of a text,
// the last one first, until it returns false.
func (g *group) eachPySource(text []byte, do func(source []byte) bool) {
	for range maxPySource {
		i := bytes.LastIndexByte(text, '\n')
		if i < 0 {
			return
		}
		source := text[i+1:]
		if hasPrefix(source[indent(source):], `File "`) || bytes.Contains(source, []byte(`]: File "`)) || !do(source) {
			return
		}
		text = text[:i]
	}
}

// endsLiteral reports whether a literal in the source ends with the value.
func endsLiteral(source, value []byte) bool {
	at := bytes.Index(source, value)
	return at >= 0 && at+len(value) < len(source) && isQuote(source[at+len(value)])
}

// endsFString reports whether the source raises f"text {x} text" and the value is
// that, as far as can be seen: x might have several lines.
func endsFString(source, value []byte) bool {
	at := bytes.Index(source, []byte("(f"))
	if at < 0 || at+3 >= len(source) || !isQuote(source[at+2]) {
		return false
	}
	text := source[at+3:]
	end := bytes.IndexByte(text, source[at+2])
	if end < 0 || end+1 == len(text) || text[end+1] != ')' {
		return false
	}
	text = text[:end]
	from, to := bytes.IndexByte(text, '{'), bytes.LastIndexByte(text, '}')
	return from > 0 && to > from && !bytes.Contains(text, []byte(`\n`)) &&
		bytes.HasPrefix(value, text[:from]) && bytes.HasSuffix(value, text[to+1:])
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
