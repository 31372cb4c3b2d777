package detect

import (
	"strings"
)

// sbclForm is SBCL's report of a condition that nothing handled while the
// debugger is disabled (src/code/debug.lisp).
var sbclForm = form{
	language: CommonLisp, why: "lisp condition", values: 64, exits: []int{1},
	head: func(line string) (Exception, bool) {
		name, thread, ok := strings.Cut(strings.TrimPrefix(line, "Unhandled "), " in thread #<")
		if !ok || strings.ToUpper(name) != name || strings.Contains(name, " ") || name == "" {
			return Exception{}, false
		}
		e := Exception{Type: name, Value: "#<" + thread}
		if i := strings.LastIndexByte(name, ':'); i >= 0 {
			e.Module, e.Type = strings.TrimRight(name[:i], ":"), name[i+1:]
		}
		return e, true
	},
	intro: func(line string) bool { return strings.HasPrefix(line, "Backtrace for: #<") },
	frame: sbclFrame,
	more:  func(line string, _ *Frame) bool { return strings.HasPrefix(line, " ") },
	last:  func(line string) bool { return line == "unhandled condition in --disable-debugger mode, quitting" },
	fatal: func(text string) bool { return strings.HasSuffix(text, "mode, quitting") },
	complete: func(e *Exception) {
		if name, ok := between(e.Value, `THREAD "`, `"`); ok {
			e.Thread = name
		}
		if _, value, ok := strings.Cut(e.Value, ">:\n"); ok {
			e.Value = strings.TrimLeft(value, " ")
		}
	},
}

// lispCalls are the functions of the system that print no package.
var lispCalls = [...]string{"ERROR", "SIGNAL", "CERROR", "INVOKE-DEBUGGER", "EVAL", "LOAD", "EVAL-TLF", "FUNCALL", "APPLY", "OPEN"}

// sbclFrame reads `4: (INNER 5)` and `6: ((LAMBDA NIL :IN "/srv/main.lisp"))`.
func sbclFrame(line string) (Frame, bool) {
	n := 0
	for n < len(line) && isDigit(line[n]) {
		n++
	}
	rest, ok := strings.CutPrefix(line[n:], ": (")
	if !ok || n == 0 {
		return Frame{}, false
	}
	f := Frame{Function: lispFunction(rest), InApp: true}
	if name, ok := strings.CutPrefix(rest, `"`); ok { // "foreign function: start_thread"
		name, _, _ = strings.Cut(name, `"`)
		return Frame{Function: strings.TrimPrefix(name, "foreign function: ")}, true
	}
	f.File, _ = between(f.Function, `:IN "`, `"`)
	for _, name := range lispCalls {
		f.InApp = f.InApp && f.Function != name
	}
	f.InApp = f.InApp && !strings.HasPrefix(strings.TrimLeft(f.Function, "("), "SB-") && !strings.Contains(f.Function, " SB-")
	return f, true
}

// lispFunction returns the first element of a call: a name or a list.
func lispFunction(s string) string {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth <= 0 {
				return s[:i+max(depth+1, 0)]
			}
		case ' ':
			if depth == 0 {
				return s[:i]
			}
		}
	}
	return s
}

// guileGrammar is Guile's report (ice-9/boot-9.scm, system/repl/debug.scm): the
// frames, oldest call first, then what was raised.
var guileGrammar = grammar{language: Scheme, why: "guile backtrace", step: stepGuile, parse: parseGuile}

// The states are named after what the line before was.
const (
	guileHead   uint8 = iota // "Backtrace:"
	guileFrames              // a frame, or the file of the next ones
	guileGap                 // the blank line behind them
	guileValue               // a line of what was raised
)

// maxGuileValue bounds the lines of a value, whose end nothing marks.
const maxGuileValue = 3

func stepGuile(g *group, line []byte) verdict {
	text := view(line)
	switch {
	case g.state <= guileFrames && isGuileFile(text):
		g.state = guileFrames
		return maybe
	case g.state == guileHead && isNativeFrame(line): // many call a stack that
		return g.become(&nativeGrammar, natStack)
	case g.state <= guileFrames && isGuileFrame(text):
		g.state = guileFrames
		return accept
	case g.state == guileFrames && len(line) == 0:
		g.state = guileGap
		return maybe
	case g.state == guileGap:
		if _, _, ok := guileRaised(text); ok {
			g.state = guileValue
			g.mark(line, line)
			return accept
		}
	case g.state == guileValue:
		if g.count++; g.count == 1 && strings.HasSuffix(view(g.text), ":") {
			g.stretch(line)
			return accept
		} else if g.count <= maxGuileValue && len(line) > 0 {
			return likely
		}
		return drop
	}
	return refuse
}

func isGuileFile(s string) bool {
	return strings.HasPrefix(s, "In ") && strings.HasSuffix(s, ":") && s != "In :"
}

func isGuileFrame(s string) bool { _, ok := guileFrame(s); return ok }

// guileFrame reads "  191:35  2 (map1 (4 7))"; the file stands above.
func guileFrame(s string) (Frame, bool) {
	body := strings.TrimLeft(s, " ")
	place, call, ok := strings.Cut(body, " (")
	if !ok || len(body) == len(s) {
		return Frame{}, false
	}
	place, index, ok := strings.Cut(place, " ")
	f := Frame{}
	if ok {
		line, column, _ := strings.Cut(place, ":")
		if f.Line, f.Column = number(line), number(column); f.Line == 0 {
			return f, false
		}
		index = strings.TrimLeft(index, " ")
	} else {
		index = place
	}
	if index == "" || strings.Trim(index, "0123456789") != "" {
		return f, false
	}
	f.Function = strings.TrimRight(call, ")")
	if i := strings.IndexAny(f.Function, " ("); i > 0 {
		f.Function = f.Function[:i]
	}
	return f, true
}

// guileRaised reads the line behind the frames: "main.scm:2:7: In procedure f:",
// "ERROR: In procedure f:" and their like.
func guileRaised(s string) (typ, value string, ok bool) {
	rest, ok := strings.CutPrefix(s, "ERROR: ")
	if !ok {
		place, text, found := strings.Cut(s, ": ")
		if _, line, _ := splitPlace(place); !found || line == 0 {
			return "", "", false
		}
		rest = text
	}
	typ = "error"
	if key, ok := between(rest, "Throw to key `", "'"); ok {
		typ = key
	}
	return typ, rest, true
}

func parseGuile(s *source) []Exception {
	e := Exception{Language: Scheme, Type: "error"}
	lines := strings.Split(s.text, "\n")
	file := ""
	for i, line := range lines {
		switch {
		case isGuileFile(line):
			if file = strings.TrimSuffix(strings.TrimPrefix(line, "In "), ":"); file == "unknown file" {
				file = ""
			}
		case line == "" && len(e.Frames) > 0:
			e.Type, e.Value = guileValueOf(lines[i+1:])
			return []Exception{e}
		default:
			if f, ok := guileFrame(line); ok {
				f.File = file
				f.InApp = file != "" && !strings.HasPrefix(file, "ice-9/") && !strings.HasPrefix(file, "srfi/") && !strings.HasPrefix(file, "system/")
				e.Frames = append(e.Frames, f)
			}
		}
	}
	return []Exception{e}
}

// guileValueOf reads what was raised from the lines behind the frames.
func guileValueOf(lines []string) (typ, value string) {
	if len(lines) == 0 {
		return "error", ""
	}
	typ, value, _ = guileRaised(lines[0])
	rest := strings.TrimSpace(strings.Join(lines[1:], "\n"))
	if strings.HasPrefix(value, "In procedure ") && strings.HasSuffix(value, ":") && rest != "" {
		value, rest = rest, ""
		if key, ok := between(value, "Throw to key `", "'"); ok {
			typ = key
		}
	}
	if rest != "" {
		value += "\n" + rest
	}
	return typ, value
}
