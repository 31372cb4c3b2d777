package detect

import (
	"strings"
)

// v8FatalGrammar is what Node.js prints when it aborts: out of memory, a failed
// check of its own or of V8's, process.abort (node/src/node_errors.cc,
// debug_utils.cc; v8/src/base/logging.cc).
var v8FatalGrammar = grammar{language: JavaScript, why: "javascript engine error", step: stepV8, parse: parseV8}

const (
	v8GCs    = "<--- Last few GCs --->"
	v8Memory = "FATAL ERROR: "
	v8Native = "----- Native stack trace -----"
	v8Script = "----- JavaScript stack trace -----"
	v8Fatal  = "# Fatal error in "
	v8Assert = "  #  Assertion failed: "
	maxV8    = 400
)

// The states are named after what was seen so far.
const (
	v8Head  uint8 = iota // what comes before the error
	v8Stack              // the error, or a stack
)

// openV8 decides whether a line begins such a report.
func openV8(line []byte) opening {
	switch line[0] {
	case '<':
		if string(line) == v8GCs {
			return opening{grammar: &v8FatalGrammar, state: v8Head, verdict: maybe}
		}
	case 'F':
		if hasPrefix(line, v8Memory) {
			return opening{grammar: &v8FatalGrammar, state: v8Stack, verdict: maybe}
		}
	case '-':
		if string(line) == v8Native || string(line) == v8Script {
			return opening{grammar: &v8FatalGrammar, state: v8Stack, verdict: maybe}
		}
	case ' ':
		if hasPrefix(line, "  #  ") && isV8Place(view(line)) {
			return opening{grammar: &v8FatalGrammar, state: v8Head, verdict: maybe}
		}
	}
	return opening{}
}

// isV8Place recognises "  #  node[7]: void node::f() at ../src/f.cc:12".
func isV8Place(line string) bool {
	_, line = cutLast(line, " at ")
	file, number := cutNumber(line)
	return number > 0 && strings.Contains(file, "src/")
}

// cutLast splits a text around the last of its separators; if it has none, all
// of it comes before.
func cutLast(text, sep string) (before, after string) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):]
	}
	return text, ""
}

func stepV8(g *group, line []byte) verdict {
	if g.count++; g.count > maxV8 {
		return refuse
	}
	switch {
	case len(line) == 0 || blank(line):
		return maybe
	case hasPrefix(line, v8Memory), hasPrefix(line, v8Assert):
		g.state = v8Stack
		g.mark(line, line)
		return accept
	case string(line) == v8Native, string(line) == v8Script, isV8Frame(view(line)):
		g.state = v8Stack
		return accept
	case line[0] == '#' && g.state == v8Stack:
		return accept
	case g.state == v8Head && (line[0] == '[' || hasPrefix(line, "<--- ")):
		return maybe
	}
	return refuse
}

// isV8Frame recognises " 1: 0xb78db3 node::f() [node]" and "1: f (/srv/a.js:2:27)".
func isV8Frame(line string) bool {
	_, ok := v8Frame(line)
	return ok
}

func v8Frame(line string) (Frame, bool) {
	index, body, ok := strings.Cut(strings.TrimLeft(line, " "), ": ")
	if !ok || number(index) == 0 || len(index) > 3 {
		return Frame{}, false
	}
	if _, rest, ok := strings.Cut(body, " "); ok && strings.HasPrefix(body, "0x") {
		name, module := cutLast(rest, "[")
		return Frame{Function: cutParameters(name), File: strings.TrimSuffix(module, "]")}, true
	}
	if !isNodeFrame([]byte("    at " + body)) {
		return Frame{}, false
	}
	return nodeFrame(body), true
}

// isV8Report reports whether a trace is such a report.
func isV8Report(text []byte) bool {
	return hasPrefix(text, v8GCs) || hasPrefix(text, v8Memory) || hasPrefix(text, "-----") || hasPrefix(text, "#") || hasPrefix(text, "  #  ")
}

// parseV8 reads what failed, and the script's stack, or the native one if there
// is no other.
func parseV8(s *source) []Exception {
	e := Exception{Type: "SIGABRT", Value: "abort", Language: JavaScript}
	var native, script []Frame
	for _, line := range strings.Split(s.text, "\n") {
		switch f, ok := v8Frame(line); {
		case !ok:
			e.readV8(line)
		case strings.Contains(line, ": 0x"):
			native = append(native, f)
		default:
			script = append(script, f)
		}
	}
	if e.Frames = script; len(script) == 0 {
		e.Frames = native
	}
	reversed(e.Frames)
	return []Exception{e}
}

// readV8 reads a line that is no frame.
func (e *Exception) readV8(line string) {
	switch {
	case strings.HasPrefix(line, v8Memory):
		e.Type, e.Value = strings.TrimSuffix(v8Memory, ": "), line[len(v8Memory):]
	case strings.HasPrefix(line, v8Assert):
		e.Type, e.Value = "Assertion failed", line[len(v8Assert):]
	case strings.HasPrefix(line, v8Fatal):
		e.Type, e.Value = "Fatal error", ""
	case e.Type == "Fatal error" && e.Value == "" && len(line) > 2 && line[0] == '#':
		e.Value = strings.TrimSpace(line[1:])
	}
}
