package detect

import (
	"bytes"
)

// The forms of Node.js 10 to 24 (V8 stack traces, util.inspect of errors, and
// what the process prints when it dies of one), and of Deno and Bun where they
// are the same.

// The states are named after what the line before was.
const (
	nodePlace   uint8 = iota // where it was thrown: "/srv/app/main.js:5"
	nodeSource               // the line of source at that place
	nodeValue                // the caret below it, or the error's "Type: value"
	nodeFrames               // a frame
	nodeProps                // a line of the error's properties
	nodeTrailer              // the end of the properties, or the blank line at the end
	nodeJest                 // the head of a failed test, or what jest says of it
	nodeDeno                 // Deno's "error: Uncaught Type: value", more of it, or the source below
)

const (
	denoUncaught = "error: Uncaught "
	jestHead     = "  ● "
)

const (
	maxNodeSource = 3   // lines of source between the place and the caret
	maxNodeValue  = 256 // lines of a value after the caret
	maxNodeProps  = 1000
)

var nodeGrammar = grammar{language: JavaScript, why: "javascript stack trace", step: stepNode, parse: parseNode}

// openNode recognises the place that Node prints above the error that ends it.
func openNode(line []byte) opening {
	if o := openV8(line); o.verdict != refuse {
		return o
	}
	if hasPrefix(line, jestHead) {
		return opening{grammar: &nodeGrammar, state: nodeJest, verdict: maybe}
	}
	if rest, ok := cutPrefix(line, denoUncaught); ok && isDenoValue(rest) {
		return opening{grammar: &nodeGrammar, state: nodeDeno, verdict: accept}
	}
	if c := line[len(line)-1]; !isDigit(c) || !isNodePlace(line) {
		return opening{}
	}
	return opening{grammar: &nodeGrammar, state: nodePlace, verdict: maybe}
}

func isNodePlace(line []byte) bool {
	i := len(line)
	for i > 0 && isDigit(line[i-1]) {
		i--
	}
	if i < 2 || i == len(line) || line[i-1] != ':' {
		return false
	}
	path := line[:i-1]
	if isDigit(path[len(path)-1]) && cutDigits(path) > 0 {
		return false // with a column, it is a place that somebody else names
	}
	switch {
	case path[0] == '/', hasPrefix(path, "file://"), hasPrefix(path, "node:"), hasPrefix(path, "internal/"), hasPrefix(path, "webpack"):
		return bytes.IndexByte(path, '\t') < 0 && !bytes.Contains(path, []byte(": "))
	case len(path) > 2 && path[1] == ':' && path[2] == '\\':
		return true
	}
	switch string(path) {
	case "[eval]", "[stdin]", "[worker eval]", "undefined", "evalmachine.<anonymous>", "<anonymous_script>":
		return true
	}
	return bytes.IndexByte(path, ' ') < 0 && (hasSuffix(path, ".js") || hasSuffix(path, ".ts") || hasSuffix(path, "js") && hasSuffix(path[:len(path)-2], "."))
}

// cutDigits returns where ":12" at the end of a text begins, 0 if there is none.
func cutDigits(text []byte) int {
	i := len(text)
	for i > 0 && isDigit(text[i-1]) {
		i--
	}
	if i == len(text) || i == 0 || text[i-1] != ':' {
		return 0
	}
	return i - 1
}

func stepNode(g *group, line []byte) verdict {
	switch g.state {
	case nodePlace, nodeSource:
		return stepNodeSource(g, line)
	case nodeValue:
		return stepNodeValue(g, line)
	case nodeFrames:
		return stepNodeFrames(g, line)
	case nodeProps:
		return stepNodeProps(g, line)
	case nodeJest:
		return stepNodeJest(g, line)
	case nodeDeno:
		return stepNodeDeno(g, line)
	}
	return stepNodeTrailer(g, line)
}

func stepNodeSource(g *group, line []byte) verdict {
	if g.state == nodeSource && isCaret(line) {
		g.state, g.count = nodeValue, 0
		return accept
	}
	if g.count++; g.count > maxNodeSource {
		return refuse
	}
	g.state = nodeSource
	return opaque
}

func isCaret(line []byte) bool {
	n := indent(line)
	for _, c := range line[n:] {
		if c != '^' {
			return false
		}
	}
	return n < len(line)
}

// stepNodeValue comes after the caret, where all is the error's until the frames
// begin or the process says goodbye.
func stepNodeValue(g *group, line []byte) verdict {
	switch {
	case isNodeFrame(line):
		g.state, g.count = nodeAfterFrame(line), 0
		return accept
	case isGoodbye(line):
		return done
	case blank(line) || isCaret(line):
		return maybe
	}
	if g.count++; g.count > maxNodeValue {
		return refuse
	}
	switch {
	case g.message.to == 0 && g.depth == 0 && isNodePlace(line): // the error of a worker was thrown again
		g.state, g.depth, g.count = nodePlace, 1, 0
		return accept
	case g.message.to == 0:
		g.mark(line, line)
		if hasSuffix(line, " {") && line[0] == '[' {
			g.state = nodeProps
		}
	case !hasPrefix(line, "(Use `node "):
		g.stretch(line)
	}
	return accept
}

func stepNodeFrames(g *group, line []byte) verdict {
	switch {
	case isNodeFrame(line):
		g.state = nodeAfterFrame(line)
		return accept
	case isCodeFrame(line):
		return accept
	case indent(line) > 0 && (hasPrefix(line[indent(line):], "... ") || hasPrefix(line[indent(line):], "[... ")):
		return accept
	case hasPrefix(line, "Emitted '") || hasPrefix(line, "Caused by: ") || hasPrefix(line, "Thrown at:"):
		return accept
	case hasPrefix(line, "    [cause]: ") || hasPrefix(line, "  [cause]: "):
		return accept
	}
	return stepNodeTrailer(g, line)
}

// stepNodeProps takes everything up to the brace that closes the properties.
func stepNodeProps(g *group, line []byte) verdict {
	if g.count++; g.count > maxNodeProps {
		return refuse
	}
	switch {
	case indent(line) == int(g.margin) && len(line) > int(g.margin) && line[g.margin] == '}':
		g.state = nodeTrailer
		return accept
	case indent(line) > int(g.margin) && !blank(line):
		return accept
	}
	return maybe
}

func stepNodeTrailer(g *group, line []byte) verdict {
	switch {
	case blank(line):
		g.state = nodeTrailer
		return maybe
	case isGoodbye(line):
		return done
	case hasPrefix(line, "(Use `node "):
		return accept
	}
	return refuse
}

// isGoodbye recognises the last words of a process that an error ended.
func isGoodbye(line []byte) bool {
	version, ok := cutPrefix(line, "Node.js v")
	if !ok {
		version, ok = cutPrefix(line, "Bun v")
	}
	return ok && len(version) > 0 && isDigit(version[0])
}

// nodeAfterFrame returns the state after a frame.
func nodeAfterFrame(line []byte) uint8 {
	if hasSuffix(line, " {") {
		return nodeProps
	}
	return nodeFrames
}

// isNodeFrame recognises "    at fn (file:1:2)" and "    at file:1:2".
func isNodeFrame(line []byte) bool {
	n := indent(line)
	if rest, ok := cutPrefix(line, vitestFrame); ok {
		return isVitestPlace(rest)
	}
	rest, ok := cutPrefix(line[n:], "at ")
	if n < 2 || !ok || line[0] != ' ' {
		return false
	}
	rest = trimNodeFrame(rest)
	if len(rest) > 0 && rest[len(rest)-1] == ')' {
		i := bytes.Index(rest, []byte(" ("))
		return i > 0 && isNodeLocation(rest[i+2:len(rest)-1])
	}
	rest, _ = cutPrefix(rest, "async ")
	if bytes.Contains(rest, []byte(".rs:")) || n > 12 && !hasPrefix(rest, "node:") && !hasPrefix(rest, "file:") {
		return false
	}
	return isNodeLocation(rest) && (isScriptPlace(rest) || bytes.IndexByte(rest, '/') >= 0 || bytes.IndexByte(rest, '\\') >= 0 || !isName(rest[0]) || hasPrefix(rest, "node:"))
}

// isScriptPlace recognises "rules.js:2:1", a file with no folder.
func isScriptPlace(place []byte) bool {
	if column := cutDigits(place); column > 0 {
		line := cutDigits(place[:column])
		return hasSuffix(place[:line], ".js") || hasSuffix(place[:line], ".ts") || hasSuffix(place[:line], ".mjs") || hasSuffix(place[:line], ".cjs")
	}
	return false
}

// trimNodeFrame cuts what util.inspect puts behind the last frame of an error.
func trimNodeFrame[T string | []byte](frame T) T {
	n := len(frame)
	for n > 0 {
		switch c := frame[n-1]; c {
		case '{', '}', ']', ',', ' ':
			n--
			continue
		}
		break
	}
	return frame[:n]
}

// isNodeLocation recognises a file with line and column, or one of the places
// that have none.
func isNodeLocation(s []byte) bool {
	switch string(s) {
	case "<anonymous>", "native", "unknown location", "ext:core":
		return true
	}
	if rest, ok := cutPrefix(s, "index "); ok {
		return len(rest) > 0 && isDigit(rest[0])
	}
	for range 2 {
		i := len(s)
		for i > 0 && isDigit(s[i-1]) {
			i--
		}
		if i == len(s) || i < 2 || s[i-1] != ':' {
			return false
		}
		s = s[:i-1]
	}
	return len(s) > 0
}
