package detect

import (
	"bytes"
)

// What C and C++ programs leave when they die: the words of glibc, libstdc++ and
// libc++abi, the dumps of backtrace(3), glog, absl, folly, Boost and backward-cpp,
// and those of gdb and lldb. The sanitizers and Valgrind are in trace_sanitizer.go.

// The states are named after what the line before was.
const (
	natAbort    uint8 = iota // the C library's last words; only old ones have a stack
	natWhat                  // "terminate called after throwing …"
	natValue                 // "  what():  value" or more of it
	natTitle                 // a line that tells of a signal or of a stack
	natStack                 // a frame
	natDebugger              // "Program received signal SIGSEGV, Segmentation fault."
	natMap                   // a line of the memory map of an old glibc
	natServer                // "mysqld got signal 11 ;" or its advice to the reader
	natBoost                 // "Dynamic exception type: …" or what else Boost tells of an exception
	sanDeadly                // "AddressSanitizer:DEADLYSIGNAL"
	sanBody                  // a line of a sanitizer's report
	sanTail                  // "SUMMARY: …" or what comes after it
	ubsBody                  // a line of a report of UBSan
	ubsEnd                   // the blank line at its end
	valHead                  // a first line of a report of Valgrind
	valBody                  // its frames
	valBlank                 // a line with nothing but the process
)

const (
	maxNativeValue  = 8  // lines of what()
	maxServerAdvice = 48 // lines between MySQL's signal and its first frame
	maxBeforeStack  = 10 // lines between a signal and its first frame
)

var nativeGrammar = grammar{language: Native, why: "native crash", step: stepNative, parse: parseNative}

// nativeDumpGrammar is a stack that nothing says to be an error.
var nativeDumpGrammar = grammar{why: "native stack dump", step: stepNative, compose: composeGeneric}

const (
	cxxWhat      = "  what():  "
	cxxabiThrown = " exception of type "
	gdbThread    = "\" received signal SIG"
	glibcTrace   = "======= Backtrace: ========="
	glibcMap     = "======= Memory map: ========"
	assertFailed = ": Assertion `"

	glibcxxFailed = ": Assertion '" // of libstdc++, which names no program
)

// openNative decides what the table of first lines cannot.
func openNative(line []byte) opening {
	abort := opening{grammar: &nativeGrammar, state: natAbort, verdict: accept}
	switch c := line[0]; {
	case c == ' ':
		if isNativeFrame(line) && isFirstFrame(line) {
			return opening{grammar: &nativeGrammar, state: natTitle, verdict: maybe, bare: true, alone: &nativeDumpGrammar}
		}
		return opening{}
	case c == '#':
		if isNativeFrame(line) {
			return opening{grammar: &nativeGrammar, state: natTitle, verdict: maybe, bare: true, alone: &nativeDumpGrammar}
		}
		return opening{}
	case c == '=' && isRedisReport(line):
		return opening{grammar: &redisGrammar, verdict: accept}
	case c == '=':
		return openValgrind(line)
	case c == '*':
		return openStars(line)
	case line[len(line)-1] == ']' && isSymbolLine(line):
		return opening{grammar: &nativeGrammar, state: natTitle, verdict: maybe, bare: true, alone: &nativeDumpGrammar}
	case hasSuffix(line, "failed.") && isAssertion(line) || isHeapAbort(line):
		return abort
	case c == 'A' || c == 'F' || c == 'E' || c == 'T' && hasPrefix(line, "TRAP: "):
		if isAssertion(line) {
			return abort
		}
	case c == 'l' && (hasPrefix(line, "libc++abi: ") || hasPrefix(line, "libc++abi.dylib: ")):
		if bytes.Contains(line, []byte(cxxabiThrown)) { // the value may have more lines
			abort.state = natValue
		}
		return abort
	case c == '(' && isGLibError(line):
		return abort
	case c == 'T' && hasPrefix(line, "Thread ") && bytes.Contains(line, []byte(gdbThread)):
		return opening{grammar: &nativeGrammar, state: natDebugger, verdict: accept}
	}
	if line[len(line)-1] == ';' && isMySQLDeath(line) {
		return opening{grammar: &nativeGrammar, state: natServer, verdict: accept}
	}
	// "Aborted" alone may be what the app says about a job.
	if i := shellSignal(line); i == 0 || i == 2 || i > 0 && (hasSuffix(line, "(core dumped)") || !isUpper(line[0])) {
		abort.verdict = done
		return abort
	}
	return openSanitizer(line)
}

// openStars reads the lines in asterisks: of glibc, of glog's and folly's signal
// handlers, and lldb's first line of a stack.
func openStars(line []byte) opening {
	o := opening{grammar: &nativeGrammar, state: natAbort, verdict: accept}
	switch {
	case hasPrefix(line, "*** SIG") && (bytes.Contains(line, []byte(" received by PID ")) || bytes.Contains(line, []byte(" received at time="))),
		hasPrefix(line, "*** Signal ") && bytes.Contains(line, []byte(" received by PID ")):
		o.state = natTitle
	case hasPrefix(line, "* thread #") && bytes.Contains(line, []byte("stop reason = signal ")):
		o.state = natDebugger
	case hasPrefix(line, "*** ") && isFortify(line[len("*** "):]):
	case isGLibError(line):
	default:
		return opening{}
	}
	return o
}

// isFortify recognises "*** stack smashing detected ***: terminated" and its kin
// (glibc, debug/fortify_fail.c; older ones name the program).
func isFortify(rest []byte) bool {
	text, tail, ok := bytes.Cut(rest, []byte(" ***"))
	if !ok || len(tail) > 0 && !hasSuffix(tail, " terminated") {
		return false
	}
	switch string(text) {
	case "stack smashing detected", "buffer overflow detected", "%n in writable segment detected", "%n in writable segments detected",
		"invalid %N$ use detected", "longjmp causes uninitialized stack frame", "bit out of range 0 - FD_SETSIZE on fd_set", "prepared for unwind":
		return true
	}
	return false
}

// isMySQLDeath recognises "08:00:00 UTC - mysqld got signal 11 ;", the first line
// of what MySQL and MariaDB say of a fault (sql/signal_handler.cc).
func isMySQLDeath(line []byte) bool {
	rest, ok := bytes.CutSuffix(line, []byte(" ;"))
	n := len(rest)
	for n > 0 && isDigit(rest[n-1]) {
		n--
	}
	return ok && n < len(rest) && (hasSuffix(rest[:n], "mysqld got signal ") || hasSuffix(rest[:n], "mariadbd got signal "))
}

// isGLibError recognises what g_error says before it ends the process:
// "** (app:7): ERROR **: 10:00:00.123: text" and "(app:7): Gtk-ERROR **: text"
// (https://docs.gtk.org/glib/func.log_writer_format_fields.html).
func isGLibError(line []byte) bool {
	rest, _ := cutPrefix(line, "** ")
	i := bytes.Index(rest[:min(len(rest), 200)], []byte("ERROR **: "))
	if i < 5 || rest[0] != '(' || rest[i-1] != ' ' && rest[i-1] != '-' {
		return false
	}
	j := bytes.Index(rest[:i], []byte("): "))
	return j > 0 && bytes.IndexByte(rest[:j], ':') > 0
}

// isAssertion recognises what assert(3) says: glibc's "app: main.c:4: push:
// Assertion `x' failed.", musl's and the BSDs' "Assertion failed: ", GLib's.
func isAssertion(line []byte) bool {
	switch {
	case hasSuffix(line, "' failed."):
		return bytes.Contains(line, []byte(assertFailed)) || bytes.Contains(line, []byte(glibcxxFailed))
	case hasPrefix(line, "Assertion failed: "):
		return hasSuffix(line, ")") && bytes.Contains(line, []byte(" (")) && bytes.Count(line, []byte(": ")) >= 3 ||
			bytes.Contains(line, []byte(", line ")) && (bytes.Contains(line, []byte(", function ")) || bytes.Contains(line, []byte(", file ")))
	case hasPrefix(line, "Fatal glibc error: "):
		return true
	case hasPrefix(line, "ASSERT"), hasPrefix(line, "TRAP: "):
		_, ok := placedAssertion(view(line))
		return ok
	case hasPrefix(line, "ERROR:"):
		return bytes.Contains(line, []byte(": assertion failed"))
	}
	return false
}

// heapWords are the words of which the messages of malloc_printerr have one.
var heapWords = [...]string{"invalid", "corrupt", "double free", "too many", "unaligned", "mismatching", "smallbin", "unlinked", "duplicated"}

// isHeapAbort recognises the messages of malloc_printerr (glibc, malloc/malloc.c).
func isHeapAbort(line []byte) bool {
	if len(line) > 80 {
		return false
	}
	switch line[0] {
	case 'd':
		rest, ok := cutPrefix(line, "double free or corruption (")
		return ok && len(rest) < 12 && hasSuffix(rest, ")")
	case 'c':
		switch string(line) {
		case "corrupted size vs. prev_size", "corrupted size vs. prev_size while consolidating", "corrupted size vs. prev_size in fastbins",
			"corrupted double-linked list", "corrupted double-linked list (not small)":
			return true
		}
	case 'f', 'm', 'r', 't', 's':
	default:
		return false
	}
	n := bytes.Index(line, []byte("(): "))
	if n <= 0 {
		return false
	}
	switch string(line[:n]) {
	case "free", "malloc", "realloc", "calloc", "malloc_consolidate", "munmap_chunk", "mremap_chunk", "sysmalloc", "tcache_thread_shutdown", "malloc_check_get_size":
		for _, word := range heapWords {
			if bytes.Contains(line[n:], []byte(word)) {
				return true
			}
		}
	}
	return false
}

// shellSignals is how a shell tells of a child that a signal ended (strsignal(3)).
var shellSignals = [...]string{"Segmentation fault", "Aborted", "Bus error", "Illegal instruction", "Floating point exception", "Trace/breakpoint trap", "Bad system call"}

// isShellSignal recognises "Aborted (core dumped)" and bash's "./run.sh: line 3:
// 1234 Segmentation fault      (core dumped) ./app".
func isShellSignal(line []byte) bool { return shellSignal(line) >= 0 }

func shellSignal(line []byte) int {
	if len(line) < len("Aborted") || len(line) > 400 {
		return -1
	}
	if i := bytes.Index(line[:min(len(line), 200)], []byte(": ")); i > 0 && hasPrefix(line[i:], ": line ") {
		rest := line[i+len(": line "):]
		if n := digitsEnd(rest, 0); n > 0 && hasPrefix(rest[n:], ":") {
			rest = bytes.TrimLeft(rest[n+1:], " ")
			pid := digitsEnd(rest, 0)
			if pid == 0 || pid == len(rest) {
				return -1
			}
			rest = rest[pid:]
			return signalWords(rest[indent(rest):], true)
		}
	}
	return signalWords(line, false)
}

func signalWords(rest []byte, more bool) int {
	if len(rest) == 0 || !isUpper(rest[0]) {
		return -1
	}
	for i, s := range shellSignals {
		if tail, ok := cutPrefix(rest, s); ok {
			tail = bytes.TrimLeft(tail, " ")
			if len(tail) == 0 || string(tail) == "(core dumped)" || more {
				return i
			}
			return -1
		}
	}
	return -1
}

// tellsOfSignal reports whether a line that states no level may introduce the
// stack which a handler of signals dumps.
func tellsOfSignal(line []byte) bool {
	if len(line) > 120 {
		return false
	}
	if bytes.IndexByte(line, 'g') >= 0 && (bytes.Contains(line, []byte("ignal")) || bytes.Contains(line, []byte("egfault")) || bytes.Contains(line, []byte("egmentation"))) {
		return true
	}
	return bytes.Contains(line, []byte("SIG")) || bytes.Contains(line, []byte(": Throw in function ")) || bytes.Contains(line, []byte("nhandled exception")) || isStackTitle(line)
}

// isStackTitle recognises what handlers write above a stack.
func isStackTitle(line []byte) bool {
	if len(line) > 100 || bytes.IndexByte(line, 'k') < 0 && bytes.IndexByte(line, 'K') < 0 {
		return false
	}
	for _, word := range [...]string{"ack trace", "acktrace", "ack frames", "ACKTRACE", "ack dump", "all stack"} {
		if bytes.Contains(line, []byte(word)) {
			return true
		}
	}
	return false
}

// stepBeforeStack lets a title stand between a log line and the stack.
func stepBeforeStack(g *group, line []byte) verdict {
	if g.count == 0 && !g.gap && isStackTitle(line) {
		g.count++
		return maybe
	}
	return refuse
}
