package detect

import (
	"strings"
)

// tclGrammar is errorInfo as tclsh prints it: the message, then the commands
// that were running, newest first, with where each of them stands (Tcl's
// generic/tclNamesp.c, tclProc.c, tclIOUtil.c).
var tclGrammar = grammar{language: Tcl, why: "tcl error", step: stepTcl, parse: parseTcl}

// The states are named after what the line before was.
const (
	tclMessage uint8 = iota // the message
	tclIntro                // "while executing"
	tclCommand              // a line of a command that goes on
	tclPlace                // the end of a command, or where it stands
)

const (
	maxTclMessage = 8
	maxTclCommand = 12 // lines; the text is cut to 150 characters
)

// tclMessages are how the messages of Tcl's own commands begin. What a program
// says in its own words cannot be told from other lines.
var tclMessages = [...]string{
	`invalid command name "`, `can't read "`, `can't set "`, `can't unset "`, `wrong # args: should be "`, `couldn't open "`,
	"divide by zero", "expected integer but got ", "expected floating-point number but got ", "expected boolean value but got ",
	`couldn't read file "`, "can't find package ", `bad option "`, `unknown option "`, `key "`, "missing close-bra", "unmatched open ",
	"extra characters after close-", "too many nested evaluations", "can't use ", `invalid bareword "`, `bad index "`, `couldn't execute "`,
	`list element in `, "missing operand at ", "missing value to go with key", `bad level "`, `namespace "`, `unknown or ambiguous subcommand "`,
}

// tclStarts are the messages by their first byte.
var tclStarts = func() (starts [256][]string) {
	for _, m := range tclMessages {
		starts[m[0]] = append(starts[m[0]], m)
	}
	return starts
}()

func openTcl(line []byte) opening {
	if line[0] == ' ' {
		if isTclIntro(view(line)) {
			return opening{grammar: &tclGrammar, state: tclIntro, verdict: maybe, bare: true}
		}
		return opening{}
	}
	for _, m := range tclStarts[line[0]] {
		if hasPrefix(line, m) {
			return opening{grammar: &tclGrammar, state: tclMessage, verdict: maybe}
		}
	}
	return opening{}
}

func isTclIntro(s string) bool {
	return s == "    while executing" || s == "    invoked from within" || s == "    while compiling"
}

func isTclPlace(s string) bool {
	return strings.HasPrefix(s, "    (") && strings.HasSuffix(s, ")")
}

func stepTcl(g *group, line []byte) verdict {
	text := view(line)
	switch g.state {
	case tclMessage:
		if isTclIntro(text) {
			if !g.headed {
				g.message = span{g.trace, len(g.text)}
			}
			g.state, g.count = tclIntro, 0
			return maybe
		}
		if g.count++; g.count > maxTclMessage {
			return refuse
		}
		return free
	case tclIntro, tclCommand:
		if g.state == tclIntro && !strings.HasPrefix(text, `"`) {
			return refuse
		}
		if g.count++; g.count > maxTclCommand {
			return refuse
		}
		if strings.HasSuffix(text, `"`) && (g.state == tclCommand || len(text) > 1) {
			g.state, g.count = tclPlace, 0
			return accept
		}
		g.state = tclCommand
		return maybe
	}
	switch {
	case isTclIntro(text):
		g.state, g.count = tclIntro, 0
		return maybe
	case isTclPlace(text):
		return accept
	}
	return refuse
}

func parseTcl(s *source) []Exception {
	e := Exception{Language: Tcl, Type: "TclError"}
	lines := strings.Split(s.text, "\n")
	n := 0
	for n < len(lines) && !isTclIntro(lines[n]) {
		n++
	}
	e.Value = strings.Join(lines[:n], "\n")
	if n == 0 && s.header != "" {
		e.Value = headerMessage(s.header)
	}
	command := ""
	for i := n; i < len(lines); i++ {
		line := lines[i]
		switch {
		case isTclIntro(line) && i+1 < len(lines):
			command = lines[i+1]
			if e.Value == "" { // the message went out before anything told what it was
				e.Value = strings.TrimSpace(line) + " " + command
			}
		case isTclPlace(line):
			if f, ok := tclFrame(line[len("    (") : len(line)-1]); ok {
				e.Frames = append(e.Frames, f)
			}
		}
	}
	reversed(e.Frames)
	return []Exception{e}
}

// tclFrame reads `procedure "inner" line 1` and `file "main.tcl" line 7`. Places
// within a command's arms and bodies are none of their own.
func tclFrame(s string) (Frame, bool) {
	if class, method, ok := strings.Cut(s, `" method "`); ok && strings.HasPrefix(class, `class "`) {
		s = `method "` + class[len(`class "`):] + " " + method
	}
	kind, rest, ok := strings.Cut(s, ` "`)
	name, at, found := strings.Cut(rest, `" line `)
	if !ok || !found {
		return Frame{}, false
	}
	f := Frame{InApp: true, Line: number(at)}
	switch kind {
	case "procedure", "method":
		f.Function = name
	case "file":
		f.File = name
		f.InApp = !hasAny(name, "/lib/tcl", "/share/tcltk/")
	default:
		return f, false
	}
	return f, true
}
