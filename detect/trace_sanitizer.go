package detect

import (
	"bytes"
)

// The reports of the sanitizers (LLVM compiler-rt, sanitizer_common and the
// directories of each tool; GCC has a copy) and of Valgrind's tools.

const (
	maxSanitizerLines = 24 // lines of a report that have no known form
	maxSanitizerRule  = 80
	ubsError          = ": runtime error: "
)

// openSanitizer recognises a report without a ruler above it.
func openSanitizer(line []byte) opening {
	o := opening{grammar: &nativeGrammar, state: sanBody, verdict: accept}
	switch {
	case isSanitizerHead(line):
		if hasSuffix(line, "DEADLYSIGNAL") {
			o.state, o.verdict = sanDeadly, maybe
		}
	case isUBSan(line):
		o.state = ubsBody
	default:
		return opening{}
	}
	return o
}

// isSanitizerHead recognises "==12==ERROR: AddressSanitizer: heap-use-after-free
// on …", "WARNING: ThreadSanitizer: data race (pid=12)" and
// "AddressSanitizer:DEADLYSIGNAL".
func isSanitizerHead(line []byte) bool {
	rest := line[valgrindPID(line):]
	if len(rest) < 20 {
		return false
	}
	switch rest[0] {
	case 'E':
		rest, _ = cutPrefix(rest, "ERROR: ")
	case 'W':
		rest, _ = cutPrefix(rest, "WARNING: ")
	case 'F':
		rest, _ = cutPrefix(rest, "FATAL: ")
	case 'A', 'M', 'T', 'U', 'H', 'L':
		return len(rest) == len(line) && len(rest) < 60 && hasSuffix(rest, "Sanitizer:DEADLYSIGNAL")
	default:
		return false
	}
	n := 0
	for n < len(rest) && n < 40 && (isLower(rest[n]) || isUpper(rest[n])) {
		n++
	}
	return hasSuffix(rest[:n], "Sanitizer") && hasPrefix(rest[n:], ": ")
}

// valgrindPID returns the length of "==1234==", 0 if a line has no such head.
func valgrindPID(line []byte) int {
	if len(line) < 5 || line[0] != '=' || line[1] != '=' {
		return 0
	}
	n := digitsEnd(line, 2)
	if n == 2 || !hasPrefix(line[n:], "==") {
		return 0
	}
	return n + 2
}

func stepSanitizer(g *group, line []byte) verdict {
	pid := valgrindPID(line)
	body := line[pid:]
	switch {
	case g.state == sanDeadly:
		if isSanitizerHead(line) {
			g.state = sanBody
			g.mark(line, line)
			return accept
		}
		if isRuler(line) && g.count == 0 {
			g.count++
			return maybe
		}
		return refuse
	case pid > 0 && hasPrefix(body, "ABORTING"), g.state == sanTail && string(line) == "Exiting":
		return done
	case isRuler(line):
		if len(line) > len(goRaceRule) { // it is above the next report; only ThreadSanitizer ends its own with one
			return refuse
		}
		return done
	case hasPrefix(line, "SUMMARY: "):
		g.state = sanTail
		return accept
	case blank(line):
		return maybe
	case pid > 0 && !hasPrefix(body, "ERROR: "), line[0] == ' ', hasPrefix(line, "=>0x"):
		return accept
	case g.state == sanTail:
		if hasPrefix(line, "Shadow byte") || hasPrefix(line, "Memory tags ") || hasPrefix(line, "Tags for ") || isShellSignal(line) {
			return accept
		}
		return refuse
	case isSanitizerLine(line):
		return accept
	}
	if g.count++; g.count > maxSanitizerLines {
		return drop
	}
	return likely
}

// isRuler recognises a line of equals signs.
func isRuler(line []byte) bool {
	return hasPrefix(line, goRaceRule) && len(line) <= maxSanitizerRule && len(bytes.TrimLeft(line, "=")) == 0
}

// isSanitizerLine recognises the lines between the stacks of a report.
func isSanitizerLine(line []byte) bool {
	switch line[0] {
	case '0':
		return hasPrefix(line, "0x")
	case 'H':
		return hasPrefix(line, "HINT: ") || hasPrefix(line, "Hint: ")
	case 'N':
		return hasPrefix(line, "NOTE: ")
	case 'D', 'I':
		return hasPrefix(line, "Direct leak of ") || hasPrefix(line, "Indirect leak of ")
	}
	return bytes.Contains(line, []byte(" thread T")) || bytes.Contains(line, []byte("Sanitizer can not ")) || hasSuffix(line, "here:")
}

// isUBSan recognises "main.c:2:44: runtime error: signed integer overflow: …".
func isUBSan(line []byte) bool {
	near := line[:min(len(line), 400)]
	i := bytes.Index(near, []byte(": "))
	if i <= 0 || !hasPrefix(line[i:], ubsError) {
		return false
	}
	_, n, column := cutPlace(string(near[:i]))
	return n > 0 && column > 0 || string(near[:i]) == "<unknown>"
}

// stepUBSan takes the memory that is shown, the stack, and clang's summary.
func stepUBSan(g *group, line []byte) verdict {
	switch {
	case hasPrefix(line, "SUMMARY: UndefinedBehaviorSanitizer"):
		return done
	case g.state == ubsEnd:
		return refuse
	case blank(line):
		g.state = ubsEnd
		return maybe
	case line[0] == ' ', bytes.Contains(line, []byte(": note: ")):
		return accept
	}
	return refuse
}

// openValgrind recognises what may be the first line of one of Valgrind's
// reports. They end in a line that has nothing but the process, and what Valgrind
// says about itself has the same form, but no stack.
func openValgrind(line []byte) opening {
	n := valgrindPID(line)
	if n == 0 {
		return opening{}
	}
	if isSanitizerHead(line) {
		return opening{grammar: &nativeGrammar, state: sanBody, verdict: accept}
	}
	if rest := line[n:]; len(rest) < 3 || rest[0] != ' ' || !isUpper(rest[1]) && !isDigit(rest[1]) || hasPrefix(rest, " Thread #") {
		return opening{}
	}
	return opening{grammar: &nativeGrammar, state: valHead, verdict: maybe}
}

const maxValgrindHead = 6

func stepValgrind(g *group, line []byte) verdict {
	n := valgrindPID(line)
	if n == 0 || string(line[:n]) != string(g.text[:n]) {
		return refuse
	}
	rest := line[min(n+1, len(line)):]
	switch {
	case blank(rest) && g.state == valBody: // Helgrind tells of the other thread below
		g.state = valBlank
		return maybe
	case blank(rest), g.state == valBlank && !hasPrefix(rest, "This conflicts with "):
		return refuse
	case g.state == valBlank:
		g.state, g.count = valHead, 0
		return maybe
	case hasPrefix(rest, "   at 0x"), hasPrefix(rest, "   by 0x"):
		g.state = valBody
		return accept
	case g.state == valBody:
		if rest[0] == ' ' {
			return accept
		}
		return refuse
	}
	if g.count++; g.count > maxValgrindHead {
		return refuse
	}
	return maybe
}
