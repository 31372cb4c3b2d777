package detect

import (
	"bytes"
)

// The forms of the Go runtime, 1.10 to 1.26: runtime/panic.go,
// runtime/traceback.go, net/http's recovered panics and the race detector.

// The states are named after what the line before was.
const (
	goPreface uint8 = iota // "runtime: …" before a fatal error
	goValue                // "panic: value", "fatal error: value", or more of it
	goSignal               // "SIGQUIT: quit"
	goDump                 // a dump that no panic introduced
	goStack                // "goroutine 1 [running]:" or a frame's file
	goCall                 // a frame's function
	goBetween              // a blank line between goroutines
	goGin                  // a frame of Gin's recovery
	goName                 // the function of a frame that a logger printed
	goPlace                // its place
	goMore                 // a message that pkg/errors prints above the frames of where it was added
	goChi                  // a line of what chi's Recoverer prints
)

const (
	maxGoPreface = 16
	maxGoValue   = 64
)

var goGrammar = grammar{language: Go, why: "go panic", step: stepGo, parse: parseGo}

// openGo decides what the table of first lines cannot.
func openGo(line []byte) opening {
	switch line[0] {
	case ' ':
		if isChiHead(line) {
			return opening{grammar: &goGrammar, state: goChi, verdict: maybe}
		}
	case 'g':
		if isGoroutine(line) {
			return opening{grammar: &goGrammar, state: goDump, verdict: maybe, bare: true, alone: &goDumpGrammar}
		}
	case 'S':
		if isGoSignal(line) {
			return opening{grammar: &goGrammar, state: goSignal, verdict: maybe}
		}
	}
	return opening{}
}

// isGoSignal recognises "SIGQUIT: quit".
func isGoSignal(line []byte) bool {
	name, _, ok := bytes.Cut(line, []byte(": "))
	if !ok || !hasPrefix(name, "SIG") {
		return false
	}
	for _, c := range name {
		if !isUpper(c) && !isDigit(c) {
			return false
		}
	}
	return true
}

func stepGo(g *group, line []byte) verdict {
	switch g.state {
	case goPreface:
		return stepGoPreface(g, line)
	case goValue, goSignal:
		return stepGoValue(g, line)
	case goGin:
		if isGinFrame(line) || hasPrefix(line, "\t") {
			return accept
		}
		return refuse
	case goChi:
		return stepChi(g, line)
	case goPlace, goMore:
		return stepGoError(g, line)
	case goName:
		if isGoFile(line) && (bytes.Contains(line, []byte(".go:")) || g.count > 0 && bytes.Contains(line, []byte(".s:"))) {
			g.count++
			g.state = goPlace
			return accept
		}
		return refuse
	case goCall:
		if isGoFile(line) {
			g.state = goStack
			return accept
		}
		return refuse
	}
	return stepGoStack(g, line)
}

func stepGoPreface(g *group, line []byte) verdict {
	if hasPrefix(line, "fatal error: ") || hasPrefix(line, "panic: ") {
		g.state, g.count = goValue, 0
		g.mark(line, line)
		return maybe
	}
	if g.count++; g.count > maxGoPreface {
		return refuse
	}
	if hasPrefix(line, "runtime: ") || hasPrefix(line, "\t") || hasPrefix(line, "stack: ") || hasPrefix(line, "0x") {
		return maybe
	}
	return refuse
}

// stepGoValue waits for the first goroutine.
func stepGoValue(g *group, line []byte) verdict {
	if end := len(line) == 0 || hasPrefix(line, "[signal ") || isGoroutine(line); end && g.depth == 0 {
		g.depth = 1 // the value is complete
		g.message = span{max(g.message.from, g.trace), len(g.text)}
	}
	switch {
	case isGoroutine(line) || string(line) == "runtime stack:":
		g.state = goStack
		return accept
	case hasPrefix(line, "[signal "):
		return accept
	case blank(line):
		return maybe
	case hasPrefix(line, "PC=0x") && g.state == goSignal:
		return accept
	case isGoRemark(line):
		return maybe
	}
	if g.count++; g.count > maxGoValue || g.state == goSignal {
		return refuse
	}
	if indent(line) > 0 {
		return maybe
	}
	return free
}

// isGoRemark recognises what the runtime says between the value and the stacks.
func isGoRemark(line []byte) bool {
	return hasPrefix(line, "panic during panic") || hasPrefix(line, "signal arrived during") ||
		hasPrefix(line, "[originating from") || hasPrefix(line, "goroutine running on other")
}

// stepGoStack comes where a frame, another goroutine or the end may come.
func stepGoStack(g *group, line []byte) verdict {
	switch {
	case blank(line):
		g.state = goBetween
		return maybe
	case isGoroutine(line) || string(line) == "runtime stack:":
		g.state = goStack
		return accept
	case isGoFile(line) || hasPrefix(line, "...") && hasSuffix(line, "elided..."):
		return accept
	case hasPrefix(line, "created by ") || isGoCall(line):
		g.state = goCall
		return maybe
	case isGoRegister(line) || hasPrefix(line, "goroutine running on other thread") || hasPrefix(line, "[originating from"):
		return accept
	}
	return refuse
}

// isGoroutine recognises "goroutine 7 [chan receive, 3 minutes]:" and the longer
// form of GOTRACEBACK=system.
func isGoroutine(line []byte) bool {
	rest, ok := cutPrefix(line, "goroutine ")
	if !ok || len(rest) == 0 || !isDigit(rest[0]) {
		return false
	}
	i := bytes.IndexByte(rest, '[')
	return i > 0 && hasSuffix(bytes.TrimRight(rest[i:], " "), "]:")
}

// isGoFile recognises "\t/srv/app/main.go:12 +0x1d".
func isGoFile(line []byte) bool {
	if len(line) < 4 || line[0] != '\t' {
		return false
	}
	for from := 1; ; {
		i := bytes.IndexByte(line[from:], ':')
		if i < 0 {
			return false
		}
		if from += i + 1; from < len(line) && isDigit(line[from]) {
			n := from
			for n < len(line) && isDigit(line[n]) {
				n++
			}
			if n == len(line) || line[n] == ' ' {
				return true
			}
		}
	}
}

// isGoCall recognises "pkg/path.(*T).method(0x1, …)".
func isGoCall(line []byte) bool {
	if len(line) < 3 || line[0] == ' ' || line[0] == '\t' || line[len(line)-1] != ')' {
		return false
	}
	name := line[:goNameEnd(line)]
	return len(name) > 0 && bytes.IndexByte(name, ' ') < 0 &&
		(bytes.IndexByte(name, '.') > 0 || string(name) == "panic" || isName(name[0]))
}

// goNameEnd returns where the arguments of a call begin: at the parenthesis that
// the last one closes.
func goNameEnd[T string | []byte](call T) int {
	depth := 0
	for i := len(call) - 1; i >= 0; i-- {
		switch call[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return 0
}

// isGoRegister recognises a line of the dump of registers, "rax    0x0".
func isGoRegister(line []byte) bool {
	name, value, ok := bytes.Cut(line, []byte(" "))
	return ok && len(name) > 0 && len(name) <= 7 && isLower(name[0]) && hasPrefix(bytes.TrimLeft(value, " "), "0x")
}
