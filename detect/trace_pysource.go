package detect

import (
	"bytes"
)

// Where a value ends is not marked, but the type may tell, and the statement that
// raised the exception, which is shown above it.

// maxPySource bounds the lines of a statement.
const maxPySource = 12

// endsPyValue reports whether nothing but notes can follow "Type: value": there
// is no value, the interpreter itself wrote it, or the statement that raised it
// shows where the value ends.
func (g *group) endsPyValue(line []byte) bool {
	name := line[:pythonType(line)]
	value := bytes.TrimSpace(bytes.TrimPrefix(line[len(name):], []byte(":")))
	if len(value) == 0 || g.isUnraisable() || hasPrefix(value, "[Errno ") || hasPrefix(value, "maximum recursion depth exceeded") ||
		string(name) == "KeyError" || isSyntaxError(name) {
		return true
	}
	if last := g.message; last.to > last.from && last.to <= len(g.text) && bytes.HasSuffix(g.text[last.from:last.to], line[len(name):]) {
		return true // the one before it in the chain said the same, and that had one line
	}
	shown, raised, whole := false, false, false
	g.eachPySource(g.text[min(g.trace, len(g.text)):], func(source []byte) bool {
		shown = shown || !blank(source)
		raised = raised || bytes.Contains(source, []byte("raise")) || bytes.Contains(source, []byte("assert"))
		whole = endsLiteral(source, value) || g.goesOn() && beginsLiteral(source, value)
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

// beginsLiteral reports whether the source raises something like f"text {x}" or
// "text %s" % x and the value is that, as far as can be seen: x might have several
// lines.
func beginsLiteral(source, value []byte) bool {
	at := bytes.IndexAny(source, `"'`)
	if at < 1 || source[at-1] != '(' && source[at-1] != 'f' || !endsCall(source) || bytes.Contains(source, []byte(`\n`)) {
		return false
	}
	text := source[at+1:]
	n := bytes.IndexAny(text, `{%"'`)
	return n >= minLiteral && bytes.HasPrefix(value, text[:n])
}

// endsCall reports whether the statement raise E(…) has no further lines.
func endsCall(source []byte) bool {
	return source[len(source)-1] == ')' || bytes.Contains(source, []byte(") from "))
}

// minLiteral is how many bytes of a literal tell that a value is made from it.
const minLiteral = 4

func isQuote(c byte) bool { return c == '"' || c == '\'' }

// isPyBuiltin reports whether the values of a type have one line if no statement
// of a program raised it. Extensions raise some of them too, but then no source
// is shown.
func isPyBuiltin(name []byte, shown bool) bool {
	switch string(name) {
	case "IndexError", "ZeroDivisionError", "AttributeError", "NameError", "UnboundLocalError", "ModuleNotFoundError",
		"UnicodeDecodeError", "UnicodeEncodeError", "OverflowError", "EOFError":
		return true
	case "ValueError", "TypeError":
		return shown
	}
	return false
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
