package detect

import (
	"bytes"
)

// headerGrammar is a log line on its own that waits for what it may introduce.
// It is never parsed: the group ends up in another grammar or as a single line.
var headerGrammar = grammar{why: "log line", step: stepHeader}

// maxHeaderLines bounds the further lines of a message that a bare stack may
// come behind.
const maxHeaderLines = 2

// maxMessageLines bounds the lines of a message that the exception behind it
// repeats.
const maxMessageLines = 32

const (
	headerUnread uint8 = iota // which of the others it is will be known when a line follows that may belong to it
	headerWeak                // the line may introduce a trace only
	headerStrong              // it states an error: what is set off from it belongs to it too
	headerPanic               // it tells of a Go panic, whose value may have more lines
)

// introduces reports whether a line that begins no trace may come right before
// one which belongs to it: it states an error, is a warning by a logger (which
// may log a caught exception), or has the words.
func introduces(line []byte, r *Record) bool {
	switch {
	case r.Level >= Error:
		return true
	case r.Level == Warning:
		return r.stampLen > 0 || len(r.Logger) > 0 || r.Format == Klog
	case r.Level == NotSet && r.Format == Text:
		return inlineType(line) >= 0 || tellsOfPanic(line) || tellsOfSignal(line) || namesException(line) || isGoLog(line, r)
	}
	return false
}

// isGoLog reports whether a line is one of Go's log package, "2026/11/22 10:00:00
// main.go:12: message".
func isGoLog(line []byte, r *Record) bool {
	return r.stampLen > 4 && line[4] == '/' && bytes.Contains(line, []byte(": "))
}

// tellsOfPanic reports whether a log line may introduce the stack of a Go panic
// that was recovered.
func tellsOfPanic(line []byte) bool {
	return bytes.Contains(line, []byte("panic")) || bytes.Contains(line, []byte("ecover"))
}

func stepHeader(g *group, line []byte) verdict {
	if v := stepRubyHeader(g, line); v != refuse {
		return v
	}
	if v := stepPHPHeader(g, line); v != refuse {
		return v
	}
	if beginsWithTime(line) {
		return refuse
	}
	if g.state == headerUnread {
		g.state = g.headerState()
	}
	if o := openTrace(line); o.verdict != refuse {
		if g.depth > 0 && (g.depth > maxHeaderLines || !isStack(o.grammar)) && !g.repeats(o, line) {
			return refuse
		}
		return g.introduce(o)
	}
	if g.depth > 0 && g.state == headerStrong && isTaskDetail(line) {
		return refuse
	}
	if v := stepTagged(g, line); v != refuse {
		return v
	}
	if v := stepInline(g, line); v != refuse {
		return v
	}
	if v := stepReport(g, line); v != refuse {
		return v
	}
	if v := stepBeforeStack(g, line); v != refuse {
		return v
	}
	if g.count == 0 && (string(line) == "  crasher:" || hasPrefix(line, "Error in process <")) {
		return g.become(&erlangGrammar, erlangReport)
	}
	if v := stepInlineElixir(g, line); v != refuse {
		return v
	}
	if isTaskDetail(line) || isDotnetDetail(line) {
		if g.count++; g.count <= maxDetails {
			return maybe
		}
		return refuse
	}
	if g.depth == 0 && (g.count == 0 || g.gap) && throwableType(line) > 0 { // types that are too plain to open a group on their own
		return g.introduce(opening{grammar: &throwableGrammar, verdict: maybe, bare: true})
	}
	switch {
	case g.state == headerStrong && g.count == 0 && blank(line): // Spring Boot leaves a line free around a trace
		g.gap = true
		g.count++
		return maybe
	case g.state == headerStrong && g.count == 0 && g.depth == 0 && isNodeFrame(line): // consola leaves the type out
		return g.become(&nodeGrammar, nodeAfterFrame(line))
	case g.state != headerPanic && g.count == 0 && g.depth == 0 && isGoName(line):
		return g.introduce(opening{grammar: &goGrammar, state: goName, verdict: maybe, bare: true})
	case g.state == headerPanic && isGinFrame(line):
		return g.become(&goGrammar, goGin)
	case g.state == headerPanic && !continues(line):
		if g.count++; g.count <= maxGoPreface {
			return free
		}
	case g.state == headerStrong && g.count == 0 && len(line) > 0 && !continues(line) && !isProgramLine(line) && line[0] != '{':
		g.depth++
		return free
	case g.state != headerWeak && g.count == 0 && g.depth == 0 && continues(line):
		g.grammar = &genericGrammar
		stepInner(g, line)
		return takes
	case g.state == headerStrong && (g.depth > 0 || g.gap) && g.depth < maxMessageLines:
		g.depth++
		return free
	}
	return refuse
}

// repeats reports whether a line begins a trace whose exception says what the log
// line said: then the lines between them are of the message.
func (g *group) repeats(o opening, line []byte) bool {
	line = line[indent(line):]
	n := throwableType(line)
	if o.grammar != &throwableGrammar || n == 0 || len(line) < n+2 {
		return false
	}
	value := string(line[n+2:])
	return len(value) > 0 && headerMessage(string(g.text[:g.first])) == value
}

// headerState tells what may follow the group's log line.
func (g *group) headerState() uint8 {
	switch {
	case tellsOfPanic(g.text[:g.first]):
		return headerPanic
	case g.reading.level >= Error && g.reading.format != Logfmt: // a structured line is complete; a trace may follow it all the same
		return headerStrong
	}
	return headerWeak
}

// beginsWithTime reports whether a line begins with a date and a time of day,
// perhaps in a bracket: it is a record of its own.
func beginsWithTime(line []byte) bool {
	if len(line) > 0 && line[0] == '[' {
		line = line[1:]
	}
	if len(line) < len("2006-01-02 15:04:05") || !isDigit(line[0]) {
		return false
	}
	_, n := scanStamp(line)
	return n >= len("2006-01-02 15:04:05")
}

// introduce puts the group's log line at the head of a trace, if that has none.
func (g *group) introduce(o opening) verdict {
	if !o.bare {
		return refuse
	}
	g.grammar, g.state, g.trace = o.grammar, o.state, g.next()
	g.count = 0
	return o.verdict
}

// stepInline handles a frame after a log line that names the exception itself.
func stepInline(g *group, line []byte) verdict {
	java, dotnet := isJavaFrame(line), isDotnetFrame(line)
	if !java && !dotnet && !isNodeFrame(line) || inlineType(g.text[:g.first]) < 0 && (java || dotnet || !hasPrefix(g.text, "error: ")) {
		return refuse
	}
	if java {
		return g.become(&javaGrammar, javaFrames)
	}
	if dotnet {
		return g.become(&dotnetGrammar, dotnetFrames)
	}
	return g.become(&nodeGrammar, nodeAfterFrame(line))
}

// become gives the group its language by a line that belongs to it.
func (g *group) become(to *grammar, state uint8) verdict {
	g.grammar, g.state, g.count, g.depth = to, state, 0, 1
	return accept
}
