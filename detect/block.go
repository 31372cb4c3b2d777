package detect

import (
	"bytes"
)

// Records that loggers print on several lines, and that are no traces.

// julGrammar is java.util.logging's SimpleFormatter: time, class and method on
// one line, level and message on the next, then perhaps a trace.
var julGrammar = grammar{why: "java.util.logging", step: stepJUL, compose: composeJUL}

// aspnetGrammar is the console logger of Microsoft.Extensions.Logging: level and
// category on one line, the message indented on the next ones.
var aspnetGrammar = grammar{why: ".NET console logger", step: stepASPNET, compose: composeASPNET}

// pyWarningGrammar is a warning of Python's warnings module with its source line.
var pyWarningGrammar = grammar{why: "python warning", step: stepPyWarning, compose: composePyWarning}

// openBlock decides whether a line begins such a record.
func openBlock(line []byte, r *Record) opening {
	switch {
	case len(line) == 0:
	case line[0] == '{' || line[len(line)-1] == '{':
		return openPretty(line, r)
	case isUpper(line[0]) && isJULHead(line), isDigit(line[0]) && r.stampLen > 0 && isTinylogHead(line):
		return opening{grammar: &julGrammar, verdict: maybe, headed: true}
	case line[len(line)-1] == ']' && aspnetTag(line) >= 0:
		return opening{grammar: &aspnetGrammar, verdict: maybe, headed: true}
	case r.stampLen == 0 && isPyWarning(line):
		return opening{grammar: &pyWarningGrammar, verdict: maybe}
	}
	return openPostgres(line, r)
}

// isJULHead recognises "Nov 22, 2026 10:42:26 AM com.example.Main run".
func isJULHead(line []byte) bool {
	if len(line) < 24 || line[3] != ' ' || !isDigit(line[4]) {
		return false
	}
	comma := bytes.IndexByte(line[:8], ',')
	if comma < 0 || !hasPrefix(line[comma:], ", 2") {
		return false
	}
	rest := line[comma:min(len(line), comma+24)]
	return bytes.Contains(rest, []byte("AM ")) || bytes.Contains(rest, []byte("PM "))
}

// isTinylogHead recognises "2026-11-22 10:42:26 [main] com.example.Main.run()",
// how tinylog (org.tinylog.writers) begins a record.
func isTinylogHead(line []byte) bool {
	if !hasSuffix(line, "()") {
		return false
	}
	name := line[bytes.LastIndexByte(line, ' ')+1 : len(line)-2]
	return bytes.IndexByte(name, '.') > 0 && bytes.Contains(line, []byte("] "))
}

// isJULLevel recognises "SEVERE: message".
func isJULLevel(line []byte) bool {
	name, _, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(name) > len("WARNING") {
		return false
	}
	switch string(name) {
	case "SEVERE", "WARNING", "INFO", "CONFIG", "FINE", "FINER", "FINEST", "TRACE", "DEBUG", "WARN", "ERROR":
		return true
	}
	return false
}

func stepJUL(g *group, line []byte) verdict {
	if g.keptLines == 0 {
		if !isJULLevel(line) {
			return refuse
		}
		if i := inlineType(line); i >= 0 && isTinylogHead(g.text[:g.first]) { // the trace follows on the line of the message
			g.mark(line, line[i:])
		}
		return accept
	}
	if g.trace == 0 && g.message.to > 0 && g.lines == 2 && isJavaFrame(line) {
		g.block, g.trace = g.grammar, g.message.from
		return g.become(&javaGrammar, javaFrames)
	}
	if o := openTrace(line); o.bare || throwableType(line) > 0 {
		if o.verdict == refuse {
			o = opening{grammar: &throwableGrammar, verdict: maybe, bare: true}
		}
		g.block = g.grammar
		return g.introduce(o)
	}
	if g.count++; g.count > maxGeneric || !continues(line) {
		return refuse
	}
	return accept
}

// composeJUL takes level and message from the second line, the time from the
// first and the logger from the class that it names.
func composeJUL(g *group, r *Record) {
	stamp, stampLen := r.stamp, r.stampLen
	second := g.text[min(g.first+1, g.kept):g.kept]
	if i := bytes.IndexByte(second, '\n'); i >= 0 {
		second = second[:i]
	}
	text, head := r.Text, g.text[:min(g.first, g.kept)]
	classify(second, r)
	r.Text, r.Format = text, Text
	r.stamp, r.stampLen = stamp, stampLen
	if name, ok := bytes.CutSuffix(head, []byte("()")); ok {
		name = name[bytes.LastIndexByte(name, ' ')+1:]
		r.Logger = name[:max(bytes.LastIndexByte(name, '.'), 0)]
	} else if i := bytes.Index(head, []byte("M ")); i >= 0 {
		r.Logger, _, _ = bytes.Cut(head[i+2:], []byte(" "))
	}
	_, message, _ := bytes.Cut(second, []byte(":"))
	r.Message = bytes.TrimSpace(message)
}

// maxASPNETStamp bounds the time that a TimestampFormat puts before the level.
const maxASPNETStamp = 40

// aspnetTag returns where the level is in "info: Microsoft.Hosting.Lifetime[14]",
// which a time may precede, -1 if the line is no such head.
func aspnetTag(line []byte) int {
	tag := bytes.Index(line[:min(len(line), maxASPNETStamp)], []byte(": ")) - len("info")
	if tag < 0 || tag > 0 && !isASPNETStamp(line[:tag]) || aspnetLevel(line[tag:]) == NotSet {
		return -1
	}
	name := line[tag+len("info: "):]
	open := bytes.LastIndexByte(name, '[')
	if open < 1 || open+2 >= len(name) || bytes.IndexByte(name[:open], ' ') >= 0 {
		return -1
	}
	for _, c := range name[open+1 : len(name)-1] {
		if !isDigit(c) {
			return -1
		}
	}
	return tag
}

// isASPNETStamp recognises "10:22:31 " and "[2026-11-22 10:22:31] ".
func isASPNETStamp(text []byte) bool {
	if len(text) < 6 || !isDigit(text[0]) && (text[0] != '[' || !isDigit(text[1])) {
		return false
	}
	c := text[len(text)-1]
	return c == ' ' || c == ']'
}

// aspnetLevel returns the level of the four letters that a text begins with.
func aspnetLevel(text []byte) Level {
	switch string(text[:min(len(text), 4)]) {
	case "trce":
		return Trace
	case "dbug":
		return Debug
	case "info":
		return Info
	case "warn":
		return Warning
	case "fail":
		return Error
	case "crit":
		return Critical
	}
	return NotSet
}

// aspnetMargin is what that logger puts before every line of a message.
const aspnetMargin = "      "

func stepASPNET(g *group, line []byte) verdict {
	inner, ok := cutPrefix(line, aspnetMargin)
	if !ok {
		return refuse
	}
	if n := dotnetType(inner); g.trace == 0 && n > 0 && namesFailure(inner[:n]) {
		g.trace = g.next()
	} else if g.trace > 0 && (isDotnetFrame(inner) || isDotnetLink(inner[indent(inner):])) {
		g.block, g.grammar, g.depth = g.grammar, &aspnetTraceGrammar, 1
	}
	return accept
}

// aspnetTraceGrammar is such a record once its message turned out to end in an
// exception. All that has the margin belongs to it.
var aspnetTraceGrammar = grammar{language: CSharp, why: ".net stack trace", parse: parseDotnet, step: func(_ *group, line []byte) verdict {
	if hasPrefix(line, aspnetMargin) {
		return accept
	}
	return refuse
}}

func composeASPNET(g *group, r *Record) {
	head := g.text[:min(g.first, g.kept)]
	if tag := aspnetTag(trimRight(head)); tag >= 0 {
		r.Logger = head[tag+len("info: ") : bytes.LastIndexByte(head, '[')]
		if tag > 0 {
			r.Level, r.Why = aspnetLevel(head[tag:]), g.grammar.why
		}
	}
	line := g.text[min(g.first+1, g.kept):g.kept]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	if line = bytes.TrimSpace(line); len(line) > 0 {
		r.Message = line
	}
}

// isPyWarning recognises "/srv/app/main.py:7: DeprecationWarning: text".
func isPyWarning(line []byte) bool {
	i := bytes.Index(line, []byte(".py:"))
	if i < 0 {
		return false
	}
	rest := line[i+4:]
	n := 0
	for n < len(rest) && isDigit(rest[n]) {
		n++
	}
	rest, ok := cutPrefix(rest[n:], ": ")
	name := pythonType(rest)
	return ok && n > 0 && name > 0 && hasSuffix(rest[:name], "Warning")
}

func stepPyWarning(_ *group, line []byte) verdict {
	if hasPrefix(line, "  ") && !blank(line) {
		return done
	}
	return refuse
}

func composePyWarning(g *group, r *Record) {
	if r.Level == NotSet {
		r.Level, r.Why = Warning, g.grammar.why
	}
}
