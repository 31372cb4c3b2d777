package detect

import (
	"bytes"
)

func stepNative(g *group, line []byte) verdict {
	switch g.state {
	case sanDeadly, sanBody, sanTail:
		return stepSanitizer(g, line)
	case ubsBody, ubsEnd:
		return stepUBSan(g, line)
	case valHead, valBody, valBlank:
		return stepValgrind(g, line)
	}
	if isShellSignal(line) {
		return done
	}
	switch g.state {
	case natAbort:
		return stepAbort(g, line)
	case natWhat, natValue:
		return stepTerminate(g, line)
	case natTitle, natDebugger:
		return stepToStack(g, line)
	case natServer:
		if isNativeFrame(line) {
			g.state = natStack
			return accept
		}
		if g.count++; g.count > maxServerAdvice {
			return drop
		}
		if blank(line) {
			return maybe
		}
		return free
	case natBoost:
		if hasPrefix(line, "std::exception::what: ") || hasPrefix(line, "[") && bytes.Contains(line, []byte("] = ")) {
			return accept
		}
		return refuse
	case natMap:
		if len(line) > 0 && bytes.IndexByte(line[:min(len(line), 20)], '-') > 0 && isHex(string(line[:bytes.IndexByte(line, '-')])) {
			return accept
		}
		return refuse
	}
	return stepNativeStack(g, line)
}

func stepAbort(g *group, line []byte) verdict {
	switch {
	case string(line) == glibcTrace:
		g.state = natStack
		return accept
	case hasPrefix(line, "Bail out! "):
		return done
	}
	return refuse
}

// stepTerminate takes what libstdc++'s verbose terminate handler says.
func stepTerminate(g *group, line []byte) verdict {
	switch {
	case hasPrefix(line, "terminate called ") && g.state == natWhat && g.keptLines == 0: // after "pure virtual method called"
		return accept
	case hasPrefix(line, cxxWhat) && g.state == natWhat:
		g.state = natValue
		g.stretch(line)
		return accept
	case g.state == natWhat && string(line) == "terminate called recursively":
		return accept
	case g.state == natWhat:
		return refuse
	case tellsOfSignal(line): // a handler of SIGABRT speaks up, or the value goes on
		g.count++
		return maybe
	case isNativeFrame(line):
		g.state = natStack
		return accept
	}
	if g.count++; g.count > maxNativeValue {
		return drop
	}
	if blank(line) {
		return maybe
	}
	return likely
}

// stepToStack waits for the first frame.
func stepToStack(g *group, line []byte) verdict {
	switch {
	case isNativeFrame(line):
		g.state, g.count = natStack, 0
		return accept
	case g.state == natDebugger && (len(line) == 0 || hasPrefix(line, "Thread ") && hasSuffix(line, "):")) && g.count < maxBeforeStack:
		g.count++
		return maybe
	case hasPrefix(line, "*** SIG") || hasPrefix(line, "*** Signal ") || hasPrefix(line, "PC: @"):
		return accept
	}
	if g.count++; g.count > maxBeforeStack || blank(line) {
		return refuse
	}
	switch {
	case g.state == natDebugger && line[0] != '(': // what it stopped at, the source line
		return free
	case isStackTitle(line), hasPrefix(line, "["):
		return maybe
	}
	return refuse
}

func stepNativeStack(g *group, line []byte) verdict {
	switch {
	case isNativeFrame(line), hasPrefix(line, "(More stack frames follow"), hasPrefix(line, "Backtrace stopped: "):
		return accept
	case hasPrefix(line, "Segmentation fault (") && g.trace+1 < len(g.text): // backward-cpp
		return done
	case string(line) == glibcMap:
		g.state = natMap
		return accept
	case g.text[0] == '*' && (hasPrefix(line, "-> ") || indent(line) > 0): // lldb shows the source
		return accept
	case indent(line) >= 4 && !blank(line): // gdb's long arguments, a file or a source line below its frame
		return accept
	case len(line) > 0 && line[0] == '/' && bytes.Contains(line, []byte(".c")) && rustPlace(line): // folly's place of a frame
		return accept
	}
	return refuse
}

// isFirstFrame reports whether a frame is the innermost of its stack. What is
// indented and looks like one is no opening otherwise.
func isFirstFrame(line []byte) bool {
	rest := line[indent(line):]
	return hasPrefix(rest, "#0") || hasPrefix(rest, "0# ") || hasPrefix(rest, "@ ") && indent(line) >= 4 || hasPrefix(rest, "#") ||
		line[len(line)-1] == ']'
}

// isNativeFrame recognises a frame of any of the usual forms.
func isNativeFrame(line []byte) bool {
	n := indent(line)
	rest := line[n:]
	if len(rest) < 4 {
		return false
	}
	switch c := rest[0]; {
	case c == '#':
		d := digitsEnd(rest, 1)
		if d == 1 || d >= len(rest) || rest[d] != ' ' {
			return false
		}
		return isNumberedFrame(bytes.TrimLeft(rest[d:], " "))
	case c == '@' && n > 0: // glog, absl, folly
		addr, marked := cutPrefix(bytes.TrimLeft(rest[1:], " "), "0x")
		d := hexEnd(addr)
		return (d >= 4 || marked && d > 0) && (d == len(addr) || addr[d] == ' ')
	case isDigit(c) && n > 0: // Boost.Stacktrace and std::stacktrace
		d := digitsEnd(rest, 0)
		return hasPrefix(rest[d:], "# ") && (bytes.Contains(rest, []byte(" in ")) || bytes.Contains(rest, []byte(" at ")) || hasPrefix(rest[d:], "# 0x"))
	case (c == 'f' || c == '*') && n > 0: // lldb
		rest, _ = cutPrefix(rest, "* ")
		return hasPrefix(rest, "frame #") && bytes.Contains(rest[:min(len(rest), 40)], []byte(": 0x"))
	}
	return line[len(line)-1] == ']' && isSymbolLine(line)
}

// isNumberedFrame recognises what comes after "#0": an address, a function with
// its place, or backward-cpp's words.
func isNumberedFrame(rest []byte) bool {
	switch {
	case hasPrefix(rest, "0x"), hasPrefix(rest, "Object \""), hasPrefix(rest, "Source \""), hasPrefix(rest, "<signal handler called>"), hasPrefix(rest, "<null> <null>"):
		return true
	case bytes.Contains(rest, []byte(") at ")), bytes.Contains(rest, []byte(") from /")): // gdb
		return true
	}
	// ThreadSanitizer has no address: "main /srv/main.c:9 (app+0x1286)"
	i := bytes.LastIndexByte(rest, '(')
	return i > 0 && bytes.Contains(rest[i:], []byte("+0x")) && bytes.IndexByte(rest[i:], ')') > 0 ||
		bytes.Contains(rest, []byte(" (BuildId: "))
}

func hexEnd(b []byte) int {
	n := 0
	for n < len(b) && (isDigit(b[n]) || b[n] >= 'a' && b[n] <= 'f' || b[n] >= 'A' && b[n] <= 'F') {
		n++
	}
	return n
}

// isSymbolLine recognises a line of backtrace_symbols(3):
// "./app(_Z1fv+0x10)[0x55dd19a26260]".
func isSymbolLine(line []byte) bool {
	i := bytes.LastIndexByte(line, '[')
	if i < 3 || !hasPrefix(line[i:], "[0x") || i+3+hexEnd(line[i+3:]) != len(line)-1 {
		return false
	}
	rest := bytes.TrimRight(line[:i], " ")
	if len(rest) == 0 || rest[len(rest)-1] != ')' { // a file without symbols
		return (hasPrefix(rest, "/") || hasPrefix(rest, "./")) && bytes.IndexByte(rest, ' ') < 0
	}
	open := bytes.LastIndexByte(rest, '(')
	if open <= 0 || bytes.IndexByte(rest[:open], '.') < 0 && bytes.IndexByte(rest[:open], '/') < 0 {
		return false
	}
	inside := rest[open+1 : len(rest)-1]
	return len(inside) == 0 || bytes.Contains(inside, []byte("+0x"))
}
