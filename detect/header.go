package detect

import (
	"bytes"
)

// headerGrammar is a log line on its own that waits for what it may introduce.
// It is never parsed: the group ends up in another grammar or as a single line.
var headerGrammar = grammar{why: "log line", step: stepHeader}

// The further lines of a message that a trace may come behind.
const (
	maxHeaderLines  = 2  // if any runtime's bare stack may come
	maxMessageLines = 40 // if a traceback may, or an exception that repeats the message
)

const (
	headerUnread uint8 = iota // which of the others it is will be known when a line follows that may belong to it
	headerWeak                // the line may introduce a trace only
	headerStrong              // it states an error: what is set off from it belongs to it too
	headerLogged              // the same, and a logger wrote it: its message may have more lines
	headerPanic               // it tells of a Go panic, whose value may have more lines
	headerWarn                // it is a warning of a logger, which may have more lines
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
		return inlineType(line) >= 0 || tellsOfPanic(line) || tellsOfSignal(line) || namesException(line) || isGoLog(line, r) || r.stampLen > 0 && tellsOfError(line)
	}
	return false
}

// tellsOfError reports whether a line that has a time and no level, as Twisted
// and RQ write it, may introduce a trace.
func tellsOfError(line []byte) bool {
	for _, word := range [...]string{"rror", "xception", "ailed", "ncaught", "handling", "raceback"} {
		if bytes.Contains(line, []byte(word)) {
			return true
		}
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
		python := o.grammar == &pythonGrammar && (g.state != headerStrong || g.depth <= maxHeaderLines)
		if !python && (g.depth > 0 && !isStack(o.grammar) || g.depth > maxHeaderLines) && !g.repeats(o, line) {
			return refuse
		}
		return g.introduce(o)
	}
	if g.depth > 0 && g.statesError() && isTaskDetail(line) {
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
	if string(line) == pyMade {
		g.grammar, g.state, g.count = &pythonGrammar, pyCreated, 0
		return maybe
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
	case g.statesError() && g.count == 0 && blank(line): // Spring Boot leaves a line free around a trace
		g.gap = true
		g.count++
		return maybe
	case g.statesError() && g.count == 0 && g.depth == 0 && isNodeFrame(line): // consola leaves the type out
		return g.become(&nodeGrammar, nodeAfterFrame(line))
	case g.state != headerPanic && g.count == 0 && g.depth == 0 && isGoName(line):
		return g.introduce(opening{grammar: &goGrammar, state: goName, verdict: maybe, bare: true})
	case g.state == headerPanic && isGinFrame(line):
		return g.become(&goGrammar, goGin)
	case g.state == headerPanic && !continues(line):
		if g.count++; g.count <= maxGoPreface {
			return free
		}
	case g.statesError() && g.count == 0 && g.depth < maxHeaderLines && len(line) > 0 && !continues(line) && !isProgramLine(line) && !opensObject(line):
		g.depth++
		return free
	case (g.statesError() || g.state == headerPanic) && g.count == 0 && g.depth == 0 && continues(line):
		g.grammar = &genericGrammar
		stepInner(g, line)
		return takes
	}
	return stepMessage(g, line)
}

// stepMessage takes a further line of a long message, for a traceback that may
// come behind it.
func stepMessage(g *group, line []byte) verdict {
	switch {
	case opensObject(line):
		return refuse
	case g.state == headerLogged, g.state == headerWarn:
	case g.state == headerStrong && (g.depth > 0 || g.gap):
	case g.state == headerWeak && bytes.Contains(g.text[:g.first], []byte(" [ERR_ASSERTION]: ")): // a value that shows a difference
	default:
		return refuse
	}
	if g.depth++; g.depth > maxMessageLines || isProgramLine(line) && inlineType(line) >= 0 {
		return refuse
	}
	if blank(line) {
		return maybe
	}
	return free
}

// opensObject reports whether a line may begin a JSON object over several lines.
func opensObject(line []byte) bool {
	if len(line) == 0 || line[0] != '{' {
		return false
	}
	first := jsonBlank(line, 1)
	return first >= len(line) || line[first] == '"'
}

// statesError reports whether the log line states an error.
func (g *group) statesError() bool { return g.state == headerStrong || g.state == headerLogged }

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
	k := &g.reading
	switch {
	case tellsOfPanic(g.text[:g.first]):
		return headerPanic
	case k.level >= Error && k.format != Logfmt: // a structured line is complete; a trace may follow it all the same
		if k.isLoggers(g.text[:g.first]) {
			return headerLogged
		}
		return headerStrong
	case k.level == Warning && k.format == Text && k.stampLen > 0:
		return headerWarn
	}
	return headerWeak
}

// isLoggers reports whether a logger wrote a line that states an error, and not a
// tool: there is a time or a logger's name, or it begins with the level in upper
// case.
func (k *reading) isLoggers(line []byte) bool {
	if k.stampLen > 0 || !k.ok || k.logger.to > 0 {
		return true
	}
	n := indent(line)
	return n+1 < len(line) && (line[n] == '[' || isUpper(line[n]) && isUpper(line[n+1]))
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
	g.count, g.margin = 0, o.margin
	if g.grammar == &pythonGrammar {
		g.gap = false
	}
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
