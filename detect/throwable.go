package detect

import (
	"bytes"
)

// throwableGrammar is a line "Type: value" that a Java or a JavaScript trace may
// begin with: the first frame tells which.
var throwableGrammar = grammar{why: "exception", step: stepThrowable}

// maxThrowableValue bounds the lines of a value before the first frame.
const maxThrowableValue = 48

// maxCode bounds the code in "TypeError [ERR_INVALID_ARG_TYPE]: text", so that
// no line is searched more than once.
const maxCode = 80

func openThrowable(line []byte) opening {
	line, _ = cutPrefix(line[indent(line):], junitArrow) // test runners set off what failed
	n := throwableType(line)
	if n == 0 || !namesFailure(line[:n]) {
		return opening{}
	}
	return opening{grammar: &throwableGrammar, verdict: maybe, bare: true}
}

func stepThrowable(g *group, line []byte) verdict {
	switch {
	case isJavaFrame(line), isJavaLink(line) && linksThrowable(line), isJavaMark(line[indent(line):]) && indent(line) > 0:
		g.markThrowable()
		return g.become(&javaGrammar, javaFrames)
	case isJavaCall(line[indent(line):]) && indent(line) > 0 && hasPrefix(bytes.TrimLeft(g.traceText(), " "), junitArrow):
		g.markThrowable()
		return g.become(&javaGrammar, javaBare)
	case isDotnetFrame(line), isDotnetLink(line[indent(line):]):
		g.markThrowable()
		g.grammar, g.state, g.count, g.depth = &dotnetGrammar, dotnetFrames, 0, 1
		return stepDotnet(g, line)
	case isNodeFrame(line):
		g.markThrowable()
		return g.become(&nodeGrammar, nodeAfterFrame(line))
	case isRubyFrame(line), isRubyFrom(line) && isRubyFrame(line[len("\tfrom "):]):
		g.markThrowable()
		return g.become(&rubyGrammar, rubyBare)
	case isJRubyFrame(line):
		g.markThrowable()
		return g.become(&jrubyGrammar, jrubyFrames)
	case isPHPStack(line):
		g.markThrowable()
		return g.become(&phpGrammar, phpFrames)
	case isRTail(view(line)) && hasPrefix(g.traceText(), "Error: "):
		g.grammar, g.state, g.count = &rGrammar, rValue, 0
		return stepR(g, line)
	}
	if g.count < 2 && len(line) > 0 && isNativeFrame(line) && tellsOfSignal(g.text[:g.first]) { // "Error: signal 11:"
		return g.become(&nativeGrammar, natStack)
	}
	if isPHPFirst(line) {
		return g.become(&phpGrammar, phpFrames)
	}
	if v := stepReport(g, line); v != refuse {
		return v
	}
	if g.count == 0 && hasPrefix(line, "\tjava.lang.") && hasPrefix(g.traceText(), "Error: LinkageError occurred while loading main class ") { // by the launcher
		g.markThrowable()
		return g.become(&javaGrammar, javaValue)
	}
	if o := openPyHead(line); o.verdict != refuse && g.headed { // "Type: value" was a line of a message
		g.depth = 1
		return g.introduce(o)
	}
	if g.headed && g.count == 0 && g.trace < len(g.text) && isGoFile(line) && bytes.Contains(line, []byte(".go:")) && isGoName(g.text[g.trace:]) {
		return g.become(&goGrammar, goPlace) // "main.run" could be a type as well
	}
	if g.count++; g.count > maxThrowableValue {
		return refuse
	}
	return free
}

// linksThrowable reports whether what is linked is called like an exception; a
// frame would tell as well, but has not come yet.
func linksThrowable(link []byte) bool {
	_, head, _ := bytes.Cut(link, []byte(": "))
	n := throwableType(head)
	return n > 0 && (bytes.IndexByte(head[:n], '.') > 0 || namesFailure(head[:n]))
}

// markThrowable makes what the group holds since the trace began its message.
func (g *group) markThrowable() {
	g.margin = uint8(min(indent(g.traceText()), 255))
	if !g.headed {
		g.message = span{g.trace + int(g.margin), len(g.text)}
	}
}

// traceText returns what the group holds of its trace, nothing if that began in a
// piece that is gone.
func (g *group) traceText() []byte { return g.text[min(g.trace, len(g.text)):] }

// throwableType returns the length of the type in a line "Type", "Type: value"
// or "Type [CODE]: value", 0 if the line is none of these.
func throwableType(line []byte) int {
	if len(line) == 0 {
		return 0
	}
	n, start := 0, 0
	for n < len(line) && (isName(line[n]) || line[n] == '$' || line[n] == '.') {
		if line[n] == '.' {
			start = n + 1
		}
		n++
	}
	if n == start || isDigit(line[0]) || line[0] == '.' {
		return 0
	}
	if start == 0 && !isUpper(line[0]) {
		return 0
	}
	rest := line[n:]
	if len(rest) > 3 && rest[0] == ' ' && rest[1] == '[' {
		end := bytes.IndexByte(rest[:min(len(rest), maxCode)], ']')
		if end < 0 || bytes.IndexByte(rest[2:end], ' ') >= 0 {
			return 0
		}
		if rest = rest[end+1:]; len(rest) == 0 {
			return 0
		}
	}
	if len(rest) == 0 || rest[0] == ':' && (len(rest) == 1 || rest[1] == ' ') {
		return n
	}
	return 0
}

// namesFailure reports whether a type is called like an exception.
func namesFailure(name []byte) bool {
	for _, word := range [...]string{"Exception", "Error", "Throwable", "Failure", "Fault", "Timeout", "Err"} {
		if hasSuffix(name, word) {
			return true
		}
	}
	// "reactor.core.Exceptions$ErrorCallbackNotImplemented"
	return bytes.IndexByte(name, '.') > 0 && (bytes.Contains(name, []byte("Exception")) || bytes.Contains(name, []byte("Error")))
}

// inlineType returns where in a log line an exception is named, as in "request
// failed Error: no route", -1 if nowhere.
func inlineType(line []byte) int {
	for from := 0; ; {
		i := bytes.Index(line[from:], []byte(": "))
		end := from + i
		if i < 0 {
			end = len(line)
		}
		start := typeBefore(line[:end])
		if start < end {
			if n := throwableType(line[start:]); n > 0 && namesFailure(line[start:start+n]) {
				return start
			}
		}
		if i < 0 {
			return -1
		}
		from = end + 2
	}
}

// typeBefore returns where the type name that ends a text begins.
func typeBefore(text []byte) int {
	i := len(text)
	if i > 0 && text[i-1] == ']' {
		near := max(0, i-maxCode)
		if open := bytes.LastIndex(text[near:], []byte(" [")); open >= 0 {
			i = near + open
		}
	}
	for i > 0 && (isName(text[i-1]) || text[i-1] == '$' || text[i-1] == '.') {
		i--
	}
	return i
}
