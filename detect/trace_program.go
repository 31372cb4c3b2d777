package detect

// programGrammar is a line "prog: text", as Lua's and GHC's runtimes begin an
// error: what announces the stack tells which.
var programGrammar = grammar{why: "program message", step: stepProgram}

const (
	maxProgramValue = 8  // lines of a value that could be anything
	maxProgramSet   = 40 // lines of a value that are indented or blank
)

// openProgram decides whether a line that says nothing of itself may begin an
// error of such a runtime.
func openProgram(line []byte, r *Record) opening {
	if r.Level != NotSet || r.Format != Text || r.stampLen > 0 || !isProgramLine(line) {
		return opening{}
	}
	return opening{grammar: &programGrammar, verdict: maybe}
}

// isProgramLine recognises "prog: text" where the program may be a path.
func isProgramLine(line []byte) bool {
	n := 0
	for n < len(line) && n < 200 && (isName(line[n]) || line[n] == '/' || line[n] == '.' || line[n] == '-' || line[n] == '+') {
		n++
	}
	return n > 0 && n+1 < len(line) && line[n] == ':' && line[n+1] == ' '
}

func stepProgram(g *group, line []byte) verdict {
	switch {
	case len(line) == 0 || line[0] == ' ' || line[0] == '\t':
		if g.depth++; g.depth <= maxProgramSet {
			return maybe
		}
		return refuse
	case line[0] == 's' && string(line) == "stack traceback:":
		return g.becomeForm(&luaForm)
	case (line[0] == 'C' || line[0] == 'H') && haskellForm.intro(view(line)):
		return g.becomeForm(&haskellForm)
	case g.count == 0 && g.depth == 0 && isProgramLine(line): // one more message, and soon told
		return refuse
	}
	if g.count++; g.count > maxProgramValue {
		return refuse
	}
	return free
}

// becomeForm gives the group its language by the line that announces a stack.
func (g *group) becomeForm(f *form) verdict {
	f.mark(g)
	g.become(&f.trace, formStack)
	return maybe // a frame tells
}
