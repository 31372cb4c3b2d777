package detect

import (
	"bytes"
)

// The forms of Throwable.printStackTrace (OpenJDK, also of Kotlin, Scala and
// Groovy), of Logback's and Log4j's %ex and %rEx, and of Groovy's launcher.

// The states are named after what the line before was.
const (
	javaValue  uint8 = iota // "pkg.Type: value" or more of the value
	javaFrames              // a frame
	javaBare                // a frame without "at", as JUnit's console launcher prints it
	javaCaught              // Groovy's "Caught: pkg.Type: value", which the trace repeats
)

// maxJavaValue bounds the lines of a value that comes before its frames.
const maxJavaValue = 64

var javaGrammar = grammar{language: Java, why: "java stack trace", step: stepJava, parse: parseJava}

func stepJava(g *group, line []byte) verdict {
	if g.state == javaCaught {
		return stepCaught(g, line)
	}
	body := line[indent(line):]
	switch {
	case g.state == javaBare:
		if indent(line) > 0 && (isJavaCall(body) || isJavaLink(body) || string(body) == "[...]") {
			return accept
		}
		return refuse
	case isJavaFrame(line):
		if g.depth == 0 && !g.headed && g.state == javaValue {
			g.message = span{max(g.message.from, g.trace+javaHead(g.text[:g.first])), len(g.text)}
		}
		g.state, g.count, g.depth = javaFrames, 0, 1
		return accept
	case g.state == javaFrames && isClojureCall(line):
		return accept
	case isJavaLink(body):
		g.state, g.count = javaValue, 0
		return accept
	case isJavaMark(body) && len(body) < len(line):
		return accept
	case g.state == javaFrames && len(line) == 0 && (g.gap || g.block != nil):
		return done
	case g.state == javaFrames:
		return refuse
	}
	if g.count++; g.count > maxJavaValue {
		return refuse
	}
	if indent(line) > 0 {
		return maybe
	}
	return free
}

// stepCaught waits for the head that Groovy prints twice, behind the first value.
func stepCaught(g *group, line []byte) verdict {
	head := g.text[len("Caught: "):g.first]
	if string(line) == string(head) {
		g.state, g.count = javaValue, 0
		g.mark(line, line)
		return maybe
	}
	if g.count++; g.count > maxJavaValue || throwableType(head) == 0 && !isPowerAssertion(head) {
		return refuse
	}
	if blank(line) || indent(line) > 0 {
		return maybe
	}
	return free
}

// isPowerAssertion recognises how Groovy's PowerAssertionError names itself. A
// blank line and the assertion with its values follow.
func isPowerAssertion[T string | []byte](line T) bool {
	const name = "Assertion failed:"
	return len(line) >= len(name) && string(line[:len(name)]) == name && blank(line[len(name):])
}

// openJVM decides whether a line begins one of the reports that are no traces of
// printStackTrace.
func openJVM(line []byte) opening {
	switch line[0] {
	case '#', 'A', 'T':
		if isPowerAssertion(line) {
			return opening{grammar: &javaGrammar, state: javaValue, verdict: maybe, bare: true}
		}
		return openHotspot(line)
	case '*':
		if isStars(line) {
			return opening{grammar: &springGrammar, state: springRule, verdict: maybe, bare: true}
		}
	}
	return opening{}
}

// javaGrammarOf returns the grammar that parses a record's trace.
func javaGrammarOf(r *Record) *grammar {
	text := r.Text[min(max(int(r.head), 0), len(r.Text)):]
	switch {
	case isClojureHead(firstLine(r.Text)):
		return &clojureGrammar
	case isSBT(r.Text):
		return &sbtGrammar
	case isHotspot(text):
		return &hotspotGrammar
	case isSpringReport(text):
		return &springGrammar
	}
	return &javaGrammar
}

// javaHead returns where the exception is named in `Exception in thread "t"
// pkg.Type: value`, 0 if the line has no thread. Names of threads may have quotes.
func javaHead[T string | []byte](line T) int {
	const start = `Exception in thread "`
	if len(line) < len(start) || string(line[:len(start)]) != start {
		return 0
	}
	plain := 0
	for i := len(start); i+1 < len(line); i++ {
		if line[i] != '"' || line[i+1] != ' ' {
			continue
		}
		if throwableType([]byte(line[i+2:])) > 0 {
			return i + 2
		}
		if plain == 0 {
			plain = i + 2
		}
	}
	return plain
}

// isJavaFrame recognises "\tat pkg.Class.method(File.java:12) ~[jar:version]".
func isJavaFrame(line []byte) bool {
	rest, ok := cutPrefix(line[indent(line):], "at ")
	return ok && indent(line) > 0 && isJavaCall(rest)
}

// isJavaCall recognises a frame without what it begins with.
func isJavaCall(rest []byte) bool {
	paren := bytes.IndexByte(rest, '(')
	if paren <= 0 || bytes.IndexByte(rest[:paren], '.') < 0 {
		return false
	}
	name, apart := bytes.CutSuffix(rest[:paren], []byte(" ")) // by Maven, Clojure
	if bytes.IndexByte(name, ' ') >= 0 && bytes.IndexByte(name, '/') < 0 {
		return false
	}
	end := bytes.IndexByte(rest[paren:], ')')
	if end < 0 {
		return false
	}
	if tail := rest[paren+end+1:]; len(tail) > 0 && !hasPrefix(tail, " ~[") && !hasPrefix(tail, " [") {
		return false
	}
	place := rest[paren+1 : paren+end]
	return isJavaSource(place) && (!apart || cutDigits(place) > 0 || string(place) == "Native Method" || string(place) == "Unknown Source")
}

// isClojureCall recognises a frame behind the first one as clojure.stacktrace
// prints it: "    main$f.invoke (main.clj:2)".
func isClojureCall(line []byte) bool {
	return indent(line) == 4 && hasSuffix(line, ")") && bytes.Contains(line, []byte(" (")) && isJavaCall(line[4:])
}

// junitArrow is how JUnit's console launcher begins an exception.
const junitArrow = "=> "

// isJavaSource recognises what stands in the parentheses of a frame.
func isJavaSource(s []byte) bool {
	switch string(s) {
	case "Native Method", "Unknown Source":
		return true
	}
	if len(s) == 0 || bytes.IndexByte(s, ' ') >= 0 || bytes.IndexByte(s, ',') >= 0 {
		return false
	}
	if s[0] == '<' {
		return true
	}
	file, number, found := bytes.Cut(s, []byte(":"))
	for _, c := range number {
		if !isDigit(c) && c != '-' {
			return false
		}
	}
	return found && len(number) > 0 || bytes.IndexByte(file, '.') > 0
}

// isJavaLink recognises the head of an exception that belongs to the one before.
func isJavaLink(body []byte) bool {
	if len(body) == 0 {
		return false
	}
	switch body[0] {
	case 'C':
		return hasPrefix(body, "Caused by: ")
	case 'S':
		return hasPrefix(body, "Suppressed: ")
	case 'W':
		return hasPrefix(body, "Wrapped by: ")
	case '[':
		return hasPrefix(body, "[CIRCULAR REFERENCE:")
	}
	return false
}

// isJavaMark recognises the indented lines among frames that are none.
func isJavaMark(body []byte) bool {
	if rest, ok := cutPrefix(body, "... "); ok {
		return len(rest) > 0 && isDigit(rest[0])
	}
	return hasPrefix(body, "(Coroutine ") || hasPrefix(body, "|_ ") || hasPrefix(body, "*__")
}
