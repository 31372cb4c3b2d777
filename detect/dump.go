package detect

import (
	"bytes"
)

// Dumps of threads: what a runtime prints of a process that lives on, because it
// was asked where it is. They are no errors, and nothing that ended the process.
//
//   - HotSpot on SIGQUIT (hotspot/share/runtime/vmOperations.cpp,
//     threads.cpp) and java.lang.management.ThreadInfo.toString;
//   - CPython's faulthandler (Modules/faulthandler.c, Python/traceback.c):
//     register, dump_traceback and dump_traceback_later;
//   - Go's runtime.Stack, debug.PrintStack and the goroutine profile of
//     runtime/pprof.

var (
	jvmDumpGrammar = grammar{language: Java, why: "java thread dump", step: stepJVMDump, parse: parseJVMDump, compose: composeDump}
	pyDumpGrammar  = grammar{language: Python, why: "python thread dump", step: stepPyDump, parse: parsePyDump, compose: composeDump}
	goDumpGrammar  = grammar{language: Go, why: "go stack dump", step: stepGoDump, parse: parseGoDump, compose: composeDump}
	goProfGrammar  = grammar{language: Go, why: "go goroutine profile", step: stepGoProfile, parse: parseGoProfile, compose: composeDump}
)

const (
	jvmDumpHead  = "Full thread dump"
	pyDumpLate   = "Timeout ("
	pyDumpThread = "(most recent call first):"
	goProfHead   = "goroutine profile: total "
)

// The states are named after what the line before was.
const (
	dumpStamp uint8 = iota // a time alone on its line
	dumpFirst              // the head of a thread, which nothing introduced
	dumpBody               // a line of the dump
	dumpHeap               // the state of the heap, which ends HotSpot's dump
)

// openDump decides whether a line begins a dump.
func openDump(line []byte) opening {
	switch c := line[0]; {
	case c == '"':
		if isJVMThread(line) {
			return opening{grammar: &jvmDumpGrammar, state: dumpFirst, verdict: maybe}
		}
	case c == '2':
		if isStampAlone(line) {
			return opening{grammar: &jvmDumpGrammar, state: dumpStamp, verdict: maybe}
		}
	case c == 'F':
		if hasPrefix(line, jvmDumpHead) && line[len(line)-1] == ':' {
			return opening{grammar: &jvmDumpGrammar, state: dumpBody, verdict: accept}
		}
	case c == 'g':
		if hasPrefix(line, goProfHead) {
			return opening{grammar: &goProfGrammar, verdict: maybe}
		}
	case c == 'T' || c == 'C' || c == 'S':
		if isPyThread(line) || hasPrefix(line, pyDumpLate) && hasSuffix(line, ")!") {
			return opening{grammar: &pyDumpGrammar, state: dumpFirst, verdict: maybe}
		}
	}
	return opening{}
}

// isStampAlone recognises "2026-11-22 10:00:00", which HotSpot prints first.
func isStampAlone(line []byte) bool {
	if len(line) != len("2026-11-22 10:00:00") || line[10] != ' ' {
		return false
	}
	_, n := scanStamp(line)
	return n == len(line)
}

// isJVMThread recognises `"main" #1 prio=5 os_prio=0 …` and `"main" prio=5 Id=1
// RUNNABLE`. Names may hold quotes.
func isJVMThread(line []byte) bool { return jvmNameEnd(line) > 0 }

// jvmNameEnd returns where the name of a thread ends, 0 if the line is no head
// of one.
func jvmNameEnd[T string | []byte](line T) int {
	for i := len(line) - 3; i > 0; i-- {
		if line[i] != '"' || line[i+1] != ' ' {
			continue
		}
		rest := line[i+2:]
		for _, p := range [...]string{"prio=", "daemon prio=", "os_prio=", "virtual"} {
			if len(rest) > len(p) && string(rest[:len(p)]) == p {
				return i
			}
		}
		if rest[0] == '#' && len(rest) > 1 && isDigit(rest[1]) {
			return i
		}
	}
	return 0
}

func stepJVMDump(g *group, line []byte) verdict {
	switch g.state {
	case dumpStamp:
		if hasPrefix(line, jvmDumpHead) && hasSuffix(line, ":") {
			g.state = dumpBody
			return accept
		}
		return refuse
	case dumpFirst:
		if !hasPrefix(line, "   java.lang.Thread.State: ") && !isJavaFrame(line) {
			return refuse
		}
		g.state = dumpBody
		return accept
	}
	switch {
	case blank(line) && g.state == dumpHeap:
		return done
	case blank(line):
		return maybe
	case string(line) == "Heap":
		g.state = dumpHeap
		return accept
	case isJVMDumpLine(line):
		return accept
	}
	return refuse
}

// isJVMDumpLine recognises the lines of a dump behind its head.
func isJVMDumpLine(line []byte) bool {
	switch line[0] {
	case ' ', '\t':
		return true
	case '"':
		return hasSuffix(line, `":`) || isJVMThread(line)
	case '}':
		return len(line) == 1
	case '=':
		return hasPrefix(line, "=====")
	case '0':
		return hasPrefix(line, "0x")
	}
	for _, p := range [...]string{"Threads class SMR info:", "_java_thread_list=", "_to_delete_list=", "JNI global ref", "Found one Java-level deadlock", "Java stack information for the threads listed above"} {
		if hasPrefix(line, p) {
			return true
		}
	}
	return hasPrefix(line, "Found ") && (hasSuffix(line, " deadlock.") || hasSuffix(line, " deadlocks."))
}

// isPyThread recognises the line above the frames of a thread.
func isPyThread(line []byte) bool {
	return hasSuffix(line, pyDumpThread) &&
		(hasPrefix(line, "Thread 0x") || hasPrefix(line, "Current thread 0x") || string(line) == "Stack "+pyDumpThread)
}

func stepPyDump(g *group, line []byte) verdict {
	switch {
	case blank(line):
		return maybe
	case isPyThread(line):
		if g.state == dumpBody && len(g.tail) == 0 {
			return refuse // another dump: threads have a blank line between them
		}
		return maybe
	case hasPrefix(line, `  File "`), hasPrefix(line, "  <"), hasPrefix(line, "  ..."), hasPrefix(line, "  Binary file "):
		g.state = dumpBody
		return accept
	}
	return refuse
}

// stepGoDump ends at another goroutine that runs: what prints a dump is the only
// one.
func stepGoDump(g *group, line []byte) verdict {
	if isGoroutine(line) && bytes.Contains(line, []byte("[running")) {
		return refuse
	}
	return stepGo(g, line)
}

func stepGoProfile(_ *group, line []byte) verdict {
	switch {
	case blank(line):
		return maybe
	case hasPrefix(line, "#\t0x"), hasPrefix(line, "# labels: "), isGoProfileCount(line):
		return accept
	}
	return refuse
}

// isGoProfileCount recognises "2 @ 0x442931 0x47cd1d".
func isGoProfileCount(line []byte) bool {
	n := digitsEnd(line, 0)
	return n > 0 && hasPrefix(line[n:], " @ 0x")
}

// composeDump gives a dump its level: information, but for the stack of a panic
// that somebody recovered.
func composeDump(g *group, r *Record) {
	r.Trace, r.head = g.grammar.language, 0
	r.Level, r.Format, r.Why, r.Logger = Info, Text, g.grammar.why, nil
	r.stampLen = 0
	r.Message = firstLine(r.Text)
	if isStampAlone(r.Message) {
		r.Message = firstLine(r.Text[len(r.Message)+1:])
	}
	switch {
	case hasPrefix(r.Text, pyDumpLate): // a timer that somebody set ran out
		r.Level = Warning
	case showsPanic(r):
		r.Level, r.Why = Error, "go panic"
	}
}

// Dump reports whether the record shows where the threads of a process were
// because somebody asked, and not an error.
func (r *Record) Dump() bool { return dumpOf(r) != nil }

// showsPanic reports whether a stack was taken while somebody recovered a panic.
func showsPanic(r *Record) bool {
	return r.Trace == Go && bytes.Contains(r.Text, []byte("\npanic("))
}

// dumpOf returns the grammar of the dump that a record holds, nil if it holds
// none.
func dumpOf(r *Record) *grammar {
	if r.Trace == NoLanguage || r.Format == JSON || r.shape&fieldTrace != 0 || r.head != 0 || len(r.Text) == 0 {
		return nil
	}
	switch first := firstLine(r.Text); r.Trace {
	case Go:
		if hasPrefix(first, goProfHead) {
			return &goProfGrammar
		}
		if isGoroutine(first) && !showsPanic(r) {
			return &goDumpGrammar
		}
	case Java:
		if isStampAlone(first) || isJVMThread(first) || hasPrefix(first, jvmDumpHead) {
			return &jvmDumpGrammar
		}
	case Python:
		if isPyThread(first) || hasPrefix(first, pyDumpLate) {
			return &pyDumpGrammar
		}
	}
	return nil
}
