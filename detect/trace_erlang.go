package detect

import (
	"bytes"
)

// The forms of Erlang/OTP 19 to 28: erl_error:format_exception as escript, the
// shell and proc_lib's crash reports print it, logger_formatter with and without
// the legacy header, and what init says when the start-up fails.

// The states are named after what the line before was.
const (
	erlangException uint8 = iota // "exception error: value", or what is indented below it
	erlangReport                 // a line of a report
	erlangInit                   // the last words of the runtime
	erlangInline                 // a report on one line
)

var erlangGrammar = grammar{language: Erlang, why: "erlang stack trace", step: stepErlang, parse: parseErlang}

// erlangReportGrammar is a report that holds no exception, or not yet.
var erlangReportGrammar = grammar{why: "erlang report", step: stepErlangReport, compose: composeErlangReport}

// erlangWords are how the runtime says that it could not start.
var erlangWords = [...]string{
	"init terminating in ", "Runtime terminating during boot", `{"init terminating in `, `{"Kernel pid terminated",`, "Kernel pid terminated (",
}

// openErlang recognises an exception, the head of a report and the last words of
// the runtime.
func openErlang(line []byte) opening {
	switch line[0] {
	case '=':
		if isErlangReport(line) {
			return opening{grammar: &erlangReportGrammar, state: erlangReport, verdict: maybe, headed: true}
		}
	case 'e', '*':
		if erlangClass(line) > 0 {
			o := opening{grammar: &erlangGrammar, state: erlangException, verdict: accept}
			if hasPrefix(line, "exception ") { // a sentence may begin like that
				o.verdict = maybe
			}
			return o
		}
	case '2':
		if tellsErlangInline(line) {
			return opening{grammar: &erlangGrammar, state: erlangInline, verdict: done, headed: true}
		}
	case 'i', 'R', '{', 'K':
		if saysErlangEnd(line) {
			return opening{grammar: &erlangGrammar, state: erlangInit, verdict: accept}
		}
	}
	return opening{}
}

// erlangInlines are the words before the reason in the reports of logger_formatter
// with single_line; what was a line break is a comma.
var erlangInlines = [...]string{" with exit value:, {", " terminating. Reason: {", " exit with reason ", erlangCrasher}

const erlangCrasher = " crasher: initial call: "

// tellsErlangInline recognises a report with a stack on one line.
func tellsErlangInline(line []byte) bool {
	if !bytes.Contains(line[:min(len(line), 60)], []byte("error")) {
		return false
	}
	for i, mark := range erlangInlines {
		if at := bytes.Index(line, []byte(mark)); at >= 0 {
			rest := line[at:]
			return bytes.Contains(rest, []byte(",[{")) || i == 2 && bytes.Contains(rest, []byte(" stacktrace [{")) || i == 3 && bytes.Contains(rest, []byte(", exception "))
		}
	}
	return false
}

// saysErlangEnd recognises the last words of the runtime, which hold a term.
func saysErlangEnd(line []byte) bool {
	for _, p := range erlangWords {
		if hasPrefix(line, p) {
			return bytes.IndexByte(line, '{') >= 0
		}
	}
	return false
}

// isErlangReport recognises "=CRASH REPORT==== 22-Nov-2026::10:43:42.737000 ===".
func isErlangReport(line []byte) bool {
	i := bytes.Index(line[:min(len(line), 24)], []byte(" REPORT==== "))
	return i > 1 && isUpper(line[1]) && hasSuffix(trimRight(line), " ===")
}

// erlangClass returns where the value begins in "escript: exception error: v",
// "** exception exit: v" and "exception throw: v", 0 if the line is none of them.
func erlangClass[T string | []byte](line T) int {
	n := 0
	for _, p := range [...]string{"escript: ", "** "} {
		if len(line) > len(p) && string(line[:len(p)]) == p {
			n = len(p)
		}
	}
	for _, p := range [...]string{"exception error: ", "exception exit: ", "exception throw: "} {
		if len(line) >= n+len(p) && string(line[n:n+len(p)]) == p {
			return n + len(p)
		}
	}
	return 0
}

func stepErlang(g *group, line []byte) verdict {
	switch g.state {
	case erlangException:
		switch {
		case isErlangFrame(line):
			if g.depth == 0 && !g.headed {
				g.message = span{g.trace, len(g.text)}
			}
			g.depth = 1
			return accept
		case indent(line) < 2 || blank(line):
			return refuse
		case g.keptLines > 0 && g.count < maxGeneric:
			g.count++
			return likely
		}
		if g.count++; g.count > maxGeneric {
			return refuse
		}
		return maybe
	case erlangReport:
		return stepErlangLines(g, line)
	}
	switch {
	case blank(line):
		if g.count++; g.count > 1 {
			return refuse
		}
		return maybe
	case hasPrefix(line, "Crash dump is being written to:"):
		return done
	case indent(line) > 0 && g.count < maxGeneric: // a long reason is broken into lines
		g.count++
		return accept
	}
	return refuse
}

// isErlangFrame recognises "  in call from mod:fun/2 (file.erl, line 4)".
func isErlangFrame[T string | []byte](line T) bool {
	_, ok := cutErlangFrame(line)
	return ok
}

// cutErlangFrame returns the call and the place of a frame.
func cutErlangFrame[T string | []byte](line T) (T, bool) {
	n := indent(line)
	for _, p := range [...]string{"in function  ", "in call from ", "in operator  "} {
		if n >= 2 && len(line) > n+len(p) && string(line[n:n+len(p)]) == p {
			return line[n+len(p):], true
		}
	}
	return line, false
}

// stepErlangReport makes a report a trace at the line that tells of an exception.
func stepErlangReport(g *group, line []byte) verdict {
	v := stepErlangLines(g, line)
	if v == accept && tellsErlangException(line) {
		g.block, g.grammar, g.state = g.grammar, &erlangGrammar, erlangReport
	}
	return v
}

// stepErlangLines takes the first line below the head of a report and all that
// is set off from it.
func stepErlangLines(g *group, line []byte) verdict {
	if blank(line) || isErlangReport(line) {
		return refuse
	}
	if g.count++; g.count > 4*maxGeneric {
		return refuse
	}
	switch {
	case g.count == 1:
		return accept
	case indent(line) > 0, hasPrefix(line, "** "), line[0] == '{' || line[0] == '[' || line[0] == '}' || line[0] == ']':
		return accept
	}
	return refuse
}

// tellsErlangException recognises the line of a report that its exception
// follows: the crash reports' own, that of a process which nobody looked after,
// and that of the behaviours.
func tellsErlangException(line []byte) bool {
	return erlangClass(line[indent(line):]) > 0 && indent(line) > 0 ||
		hasPrefix(line, "Error in process <") || hasPrefix(line, "Ranch listener ") && bytes.Contains(line, []byte(" stacktrace [{")) || hasPrefix(line, "** Reason for termination") || hasPrefix(line, "** Reason ==")
}

// composeErlangReport takes the message from the line below the head, in a crash
// report from the one that names the exception.
func composeErlangReport(g *group, r *Record) {
	second := g.text[min(g.first+1, g.kept):g.kept]
	if i := bytes.Index(second, []byte("\n    exception ")); i >= 0 && hasPrefix(second, "  crasher:") {
		second = second[i+1:]
	}
	if i := bytes.IndexByte(second, '\n'); i >= 0 {
		second = second[:i]
	}
	if second = bytes.TrimSpace(second); len(second) > 0 {
		r.Message = second
	}
}
