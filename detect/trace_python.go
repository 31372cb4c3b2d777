package detect

import (
	"bytes"
)

// The forms of CPython 2.7 to 3.14: Lib/traceback.py, Python/pythonrun.c and
// Python/traceback.c, Modules/faulthandler.c.

const (
	pyTraceback = "Traceback (most recent call last):"
	pyGroup     = "  + Exception Group Traceback (most recent call last):"
	pyCause     = "The above exception was the direct cause of the following exception:"
	pyContext   = "During handling of the above exception, another exception occurred:"
	pyStack     = "Stack (most recent call last):"
	pyFatal     = "Fatal Python error: "
	pyMade      = "source_traceback: Object created at (most recent call last):"
	pyCaught    = `> File "` // Loguru's mark of the frame that caught it
)

// The states are named after what the line before was.
const (
	pyIntro   uint8 = iota // a line that a traceback follows
	pyHead                 // "Traceback (most recent call last):"
	pyFrames               // a frame or its source
	pyValue                // "Type: value", or more of the value
	pyMarker               // "The above exception …"
	pyMargin               // a line of an exception group
	pySyntax               // the place of a syntax error that has no traceback
	pyExtra                // frames after the exception: where it was logged
	pyFault                // faulthandler's report
	pyCreated              // frames before the traceback: where asyncio's debug mode saw the task made
	pySettled              // "Type: value", where the value is known to end with the line
	pyBracket              // a line of a value between brackets
	pyQuote                // a line of a traceback that the value quotes
	pyBox                  // a line of Rich's box
	pyBoxEnd               // the lower edge of that
	pyLead                 // a line that leads to a traceback which is set in
	pyShow                 // a line of a traceback with its source, as IPython and stackprinter draw it
)

// pyGroupEnd is how far the rule that ends an exception group is set in; those
// within it are set in further.
const pyGroupEnd = 4

const (
	maxPyMember   = 100 // bytes of the type in "RayTaskError(ValueError)"
	maxCreated    = 200 // lines of the place where a task was made
	maxDetails    = 6   // lines between an introduction and its traceback
	maxPlainValue = 8   // unindented lines that may belong to a value
)

var pythonGrammar = grammar{language: Python, why: "python traceback", step: stepPython, parse: parsePython, late: pyTraceback}

// openPython decides what the table of first lines cannot.
func openPython(line []byte) opening {
	intro := opening{grammar: &pythonGrammar, state: pyIntro, verdict: maybe}
	switch {
	case line[0] == 'P' && hasPrefix(line, "Process ") && hasSuffix(line, ":"),
		line[0] == 'E' && hasPrefix(line, "Exception in thread ") && hasSuffix(line, ":"),
		isLower(line[0]) && isRemoteHead(bytes.TrimRight(line, " ")):
		return intro
	case line[0] == ' ' && hasPrefix(line, `  File "`) && isDigit(line[len(line)-1]) && !bytes.Contains(line, []byte(", in ")):
		return opening{grammar: &pythonGrammar, state: pySyntax, verdict: maybe, bare: true}
	}
	if c := line[0]; c == ' ' || c == '\t' || c == '+' || c >= 0x80 {
		return openPyHead(line)
	}
	if isPyPlace(line) || isPyShowHead(line) {
		return opening{grammar: &pythonGrammar, state: pyShow, verdict: maybe, bare: true}
	}
	if n := len(line) - len(pyTraceback); n > 0 && n <= maxPyMargin && hasSuffix(line, pyTraceback) && !isQuoteMark(line[:n]) {
		return opening{grammar: &pythonGrammar, state: pyHead, verdict: maybe, margin: uint8(n)}
	}
	return openPytest(line)
}

// isRemoteHead recognises "multiprocessing.pool.RemoteTraceback:", behind which
// another process's traceback stands in quotes.
func isRemoteHead(line []byte) bool {
	return hasSuffix(line, "RemoteTraceback:") && pythonType(line) == len(line)-1
}

func stepPyLine(g *group, line []byte) verdict {
	switch g.state {
	case pyIntro:
		return stepPyIntro(g, line)
	case pyHead, pyFrames:
		return stepPyFrames(g, line)
	case pyValue, pySettled:
		return stepPyValue(g, line)
	case pyBracket:
		return stepPyBracket(g, line)
	case pyQuote:
		return stepPyQuote(g, line)
	case pyCreated:
		return stepPyCreated(g, line)
	case pyBox, pyBoxEnd:
		return stepPyBox(g, line)
	case pyShow:
		return stepPyShow(g, line)
	case pyLead:
		return stepPyLead(g, line)
	case pyMarker:
		return stepPyMarker(g, line)
	case pyMargin:
		return stepPyMargin(g, line)
	case pySyntax:
		return stepPySyntax(g, line)
	case pyExtra:
		return stepPyExtra(line)
	}
	return stepPyFault(line)
}

func stepPyIntro(g *group, line []byte) verdict {
	switch {
	case string(line) == pyTraceback:
		g.state = pyHead
		return maybe
	case string(line) == pyGroup:
		g.state = pyMargin
		return accept
	case string(line) == pyMade:
		g.state = pyCreated
		return maybe
	case isTaskDetail(line) || string(line) == `"""`:
		if g.count++; g.count <= maxDetails {
			return maybe
		}
	}
	return refuse
}

// stepPyCreated takes the frames of the place where a task or a handle was made.
func stepPyCreated(g *group, line []byte) verdict {
	if string(line) == pyTraceback {
		if g.headed {
			g.trace = g.next()
		}
		g.state = pyHead
		return maybe
	}
	if g.count++; g.count > maxCreated || !hasPrefix(line, "  ") {
		return refuse
	}
	return maybe
}

// isTaskDetail recognises the lines that asyncio and others put between a message
// and the traceback.
func isTaskDetail(line []byte) bool {
	for _, p := range [...]string{"future: <", "task: <", "handle: <", "transport: <", "protocol: <", "asyncgen: <", "Original exception was:",
		"Server: ", "Request: "} { // these are Plug's, for Elixir
		if hasPrefix(line, p) {
			return true
		}
	}
	return false
}

func stepPyFrames(g *group, line []byte) verdict {
	if g.state == pyHead && isRubyReversed(line) { // Ruby's head is the same
		return g.become(&rubyGrammar, rubyReverse)
	}
	gap := g.gap
	g.gap = len(line) == 0 // Loguru leaves a line free around every frame
	frame := hasPrefix(line, `  File "`) || hasPrefix(line, pyCaught)
	switch {
	case g.gap && !gap:
		return maybe
	case frame, g.state == pyFrames && hasPrefix(line, "  ") && !blank(line):
		g.state = pyFrames
		return accept
	case indent(line) > 0 || pythonType(line) == 0:
		return refuse
	}
	if gap && g.state == pyHead {
		return refuse
	}
	g.openPyValue(line)
	if gap {
		return takes
	}
	return accept
}

func stepPyMarker(g *group, line []byte) verdict {
	switch {
	case blank(line):
		return maybe
	case string(line) == pyTraceback:
		g.state = pyHead
		return maybe
	case string(line) == pyGroup:
		g.state = pyMargin
		return accept
	case isPyBoxHead(line):
		g.state = pyBox
		return maybe
	case isPyPlace(line) || isPyShowHead(line):
		g.state = pyShow
		return maybe
	}
	return refuse
}

func stepPyMargin(g *group, line []byte) verdict {
	n := indent(line)
	switch {
	case string(line) == pyGroup:
		return refuse // another one
	case n == pyGroupEnd && hasPrefix(line[n:], "+---"):
		g.count = maxPlainValue
		return accept
	case n > 0 && n < len(line) && (line[n] == '|' || line[n] == '+'):
		if rest, ok := cutPrefix(line, "  | "); ok && pythonType(rest) > 0 {
			g.mark(line, rest)
		}
		g.count = 0
		return accept
	case blank(line):
		return maybe
	case string(line) == pyCause, string(line) == pyContext:
		g.state = pyMarker
		return accept
	}
	// Only the first line of a member's value has the margin.
	if g.count++; g.count > maxPlainValue {
		return refuse
	}
	return free
}

func stepPySyntax(g *group, line []byte) verdict {
	if g.count++; g.count > 3 {
		return refuse
	}
	if hasPrefix(line, "    ") {
		return maybe
	}
	if n := pythonType(line); n == 0 || !isSyntaxError(line[:n]) {
		return refuse
	}
	g.state, g.count = pySettled, 0
	g.mark(line, line)
	return accept
}

func isSyntaxError(name []byte) bool {
	switch string(name) {
	case "SyntaxError", "IndentationError", "TabError":
		return true
	}
	return false
}

// stepPyExtra takes the stack that logging prints after the exception, for
// stack_info and for errors of a handler.
func stepPyExtra(line []byte) verdict {
	if hasPrefix(line, "  ") || hasPrefix(line, "Message: ") || hasPrefix(line, "Arguments: ") {
		return accept
	}
	return refuse
}
