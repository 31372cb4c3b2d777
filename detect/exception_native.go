package detect

import (
	"bytes"
	"strings"
)

// parseNative reads the last words of a program in C or C++, or what a handler,
// a debugger or a sanitizer says about it.
func parseNative(s *source) []Exception {
	lines := strings.Split(s.text, "\n")
	first := []byte(lines[0])
	if len(first) == 0 {
		return nil
	}
	switch {
	case isRuler(first) || isSanitizerHead(first):
		return parseSanitizer(lines)
	case isUBSan(first):
		return parseUBSan(lines)
	case valgrindPID(first) > 0:
		return parseValgrind(lines)
	case isRedisReport(first):
		return parseRedis(lines)
	case isGLibError(first):
		return []Exception{parseGLibError(lines[0])}
	case isAssertion(first):
		return []Exception{parseAssertion(lines[0])}
	case hasPrefix(first, boostType):
		return []Exception{parseBoost(s.header, lines)}
	case hasPrefix(first, "terminate called"), hasPrefix(first, "pure virtual"), hasPrefix(first, "libc++abi"):
		return []Exception{parseTerminate(lines)}
	}
	return []Exception{parseSignal(s.header, lines)}
}

// parseAssertion reads the message of assert(3).
func parseAssertion(line string) Exception {
	e := Exception{Type: "Assertion", Value: line, Language: Native}
	if place, rest, ok := strings.Cut(line, assertFailed); ok { // "app: main.c:4: push: Assertion `x' failed."
		e.Value = strings.TrimSuffix(rest, "' failed.")
		if _, after, ok := strings.Cut(place, ": "); ok && strings.Contains(after, ": ") { // the program, if glibc knows it
			place = after
		}
		file, function, _ := strings.Cut(place, ": ")
		f := nativeFrame(cutParameters(function), "")
		f.File, f.Line, f.Column = cutPlace(file)
		f.InApp = nativeInApp(f.Function, f.File)
		e.Frames = []Frame{f}
		return e
	}
	if place, rest, ok := strings.Cut(line, glibcxxFailed); ok { // "stl_vector.h:1123: T& vector<T>::at(size_t) [with T = int]: Assertion 'x' failed."
		e.Value = strings.TrimSuffix(rest, "' failed.")
		file, function, _ := strings.Cut(place, ": ")
		f := nativeFrame(cutParameters(function), file)
		e.Frames = []Frame{f}
		return e
	}
	if placed, ok := placedAssertion(line); ok {
		return placed
	}
	if rest, ok := strings.CutPrefix(line, "Assertion failed: "); ok {
		e.Value = rest
		if value, where, ok := strings.Cut(rest, ", function "); ok { // the BSDs
			e.Value = strings.TrimSuffix(strings.TrimPrefix(value, "("), ")")
			function, where, _ := strings.Cut(where, ", file ")
			file, n, _ := strings.Cut(where, ", line ")
			e.Frames = []Frame{{Function: function, File: file, Line: number(n), InApp: nativeInApp(function, file)}}
		} else if i := strings.LastIndex(rest, " ("); i > 0 { // musl: "x (main.c: push: 4)"
			e.Value = rest[:i]
			if p := strings.Split(strings.TrimSuffix(rest[i+2:], ")"), ": "); len(p) == 3 {
				e.Frames = []Frame{{Function: p[1], File: p[0], Line: number(p[2]), InApp: nativeInApp(p[1], p[0])}}
			}
		}
		return e
	}
	if rest, ok := strings.CutPrefix(line, "ERROR:"); ok { // GLib: "ERROR:main.c:4:push: assertion failed: (x)"
		place, value, _ := strings.Cut(rest, ": ")
		e.Value = strings.TrimPrefix(value, "assertion failed: ")
		if i := strings.LastIndexByte(place, ':'); i > 0 {
			f := Frame{Function: place[i+1:]}
			f.File, f.Line, _ = cutPlace(place[:i])
			f.InApp = nativeInApp(f.Function, f.File)
			e.Frames = []Frame{f}
		}
	}
	return e
}

const boostType = "Dynamic exception type: "

// parseBoost reads boost::diagnostic_information, whose first line says where the
// exception was thrown: "main.cpp(6): Throw in function void pay(int)".
func parseBoost(header string, lines []string) Exception {
	e := Exception{Type: strings.TrimPrefix(lines[0], boostType), Language: Native}
	for _, line := range lines[1:] {
		if value, ok := strings.CutPrefix(line, "std::exception::what: "); ok {
			e.Value = value
		}
	}
	if place, function, ok := strings.Cut(headerMessage(header), ": Throw in function "); ok {
		place = place[strings.LastIndexByte(place, ' ')+1:]
		file, line, _ := strings.Cut(place, "(")
		f := nativeFrame(cutParameters(function), file)
		f.Line = number(line)
		e.Frames = []Frame{f}
	}
	return e
}

// parseGLibError reads "** (app:7): ERROR **: 10:00:00.123: text" and the same
// with a domain before ERROR.
func parseGLibError(line string) Exception {
	e := Exception{Type: "ERROR", Value: line, Language: Native}
	head, value, _ := strings.Cut(line, " **: ")
	if _, name, ok := strings.Cut(head, "): "); ok {
		e.Type = name
	}
	if clock, rest, ok := strings.Cut(value, ": "); ok && len(clock) == len("10:00:00.123") && clock[2] == ':' {
		value = rest
	}
	e.Value = value
	return e
}

// parseTerminate reads what the verbose terminate handler says, or libc++abi.
func parseTerminate(lines []string) Exception {
	e := Exception{Type: "SIGABRT", Value: lines[0], Language: Native}
	end := 1
	for end < len(lines) && !isNativeFrame([]byte(lines[end])) && !beforeFrames(lines[end:]) && !isShellSignal([]byte(lines[end])) {
		end++
	}
	e.Frames = nativeFrames(lines[end:])
	if typ, ok := strings.CutPrefix(lines[0], "terminate called after throwing an instance of '"); ok {
		e.Type, e.Value = strings.TrimSuffix(typ, "'"), ""
		var value []string
		for i, line := range lines[1:end] {
			if i == 0 {
				line = strings.TrimPrefix(line, cxxWhat)
			}
			if !strings.HasPrefix(line, "terminate called recursively") {
				value = append(value, line)
			}
		}
		e.Value = strings.Join(trimBlankLines(value), "\n")
		return e
	}
	if _, rest, ok := strings.Cut(lines[0], cxxabiThrown); ok { // libc++abi
		e.Type, e.Value, _ = strings.Cut(rest, ": ")
		e.Value = strings.Join(trimBlankLines(append([]string{e.Value}, lines[1:end]...)), "\n")
	} else if _, rest, ok := strings.Cut(lines[0], ": "); ok && strings.HasPrefix(lines[0], "libc++abi") {
		e.Value = rest
	}
	return e
}

// beforeFrames reports whether some lines begin with what a handler of signals
// says before the stack.
func beforeFrames(lines []string) bool {
	for i := 0; i < 3 && i < len(lines); i++ {
		if isNativeFrame([]byte(lines[i])) {
			return i > 0
		}
		if !tellsOfSignal([]byte(lines[i])) {
			break
		}
	}
	return false
}

// parseSignal reads a stack that a handler or a debugger printed, and the abort
// of the C library.
func parseSignal(header string, lines []string) Exception {
	e := Exception{Type: "SIGABRT", Value: lines[0], Language: Native, Frames: nativeFrames(lines)}
	if header != "" {
		r := Record{Text: []byte(header)}
		classify(r.Text, &r)
		e.Value = string(firstLine(r.Message))
		if r.Level < Critical {
			e.Type = "Error" // logged, unless it tells of a signal
		}
	}
	head := header
	for _, line := range lines {
		if isNativeFrame([]byte(line)) {
			break
		}
		head += "\n" + line
	}
	if end := lines[len(lines)-1]; strings.HasPrefix(end, "Segmentation fault (") {
		head += "\n" + end
	}
	e.Frames = withPC(e.Frames, lines)
	if i := shellSignal([]byte(lines[0])); i >= 0 {
		e.Type = [...]string{"SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"}[i]
		e.Value = shellSignals[i]
	} else if name := signalName(head); name != "" {
		e.Type = name
	} else if strings.HasPrefix(e.Value, "Check failed: ") {
		e.Type = "Check failed"
	}
	if _, text, ok := strings.Cut(lines[0], e.Type+", "); ok && header == "" { // gdb
		e.Value = strings.TrimSuffix(text, ".")
	} else if _, text, ok := strings.Cut(lines[0], "stop reason = signal "); ok { // lldb
		e.Value = text
	} else if strings.HasPrefix(lines[0], "*** Aborted at ") {
		for _, line := range lines {
			if strings.HasPrefix(line, "*** SIG") || strings.HasPrefix(line, "*** Signal") {
				e.Value = line
			}
		}
	}
	if strings.HasPrefix(e.Value, "*** S") {
		e.Value = strings.TrimSuffix(strings.Trim(e.Value, "* "), "; stack trace:")
	}
	return e
}

// withPC appends the function that "PC: @ 0x401142 (unknown) shop::div()" names,
// where the stack of glog or absl has lost it.
func withPC(list []Frame, lines []string) []Frame {
	for _, line := range lines[:min(len(lines), 4)] {
		rest, ok := strings.CutPrefix(line, "PC: @")
		if !ok {
			continue
		}
		f := atFrame(strings.TrimLeft(rest, " "))
		for i := range list {
			if list[i].Function == f.Function {
				return list
			}
		}
		if f.Function != "" {
			list = append(list, f)
		}
	}
	return list
}

// nativeSignals are the signals that end a program by its own fault, with the
// numbers they have on Linux and the words of strsignal(3).
var nativeSignals = [...]struct{ name, number, words string }{
	{"SIGSEGV", "11", "egmentation fault"}, {"SIGABRT", "6", "Aborted"}, {"SIGBUS", "7", "Bus error"}, {"SIGFPE", "8", "loating point exception"},
	{"SIGILL", "4", "llegal instruction"}, {"SIGTRAP", "5", "breakpoint trap"}, {"SIGSYS", "31", "Bad system call"}, {"SIGQUIT", "3", ""}, {"SIGTERM", "15", ""}, {"SIGINT", "2", ""},
}

// signalName finds the name of a signal in a text, or its number: "signal 11".
func signalName(text string) string {
	for _, s := range nativeSignals {
		if strings.Contains(text, s.name) || s.words != "" && strings.Contains(text, s.words) {
			return s.name
		}
	}
	_, rest, ok := strings.Cut(text, "ignal")
	rest = strings.TrimLeft(rest, " :=#(")
	n := digitsEnd([]byte(rest), 0)
	if !ok || n == 0 {
		return ""
	}
	for _, s := range nativeSignals {
		if rest[:n] == s.number {
			return s.name
		}
	}
	return ""
}

// nativeIsFatal reports whether what wrote the text was about to end the
// process: the C library, a sanitizer at an error, Valgrind at a signal. A shell
// and a debugger tell of another process.
func nativeIsFatal(text []byte) bool {
	line := firstLine(text)
	if len(line) == 0 || shellSignal(line) >= 0 {
		return false
	}
	switch {
	case isRuler(line), hasSuffix(line, "Sanitizer:DEADLYSIGNAL"), isSanitizerHead(line): // a race is only a warning
		near := text[:min(len(text), 512)]
		return bytes.Contains(near, []byte("==ERROR: ")) || bytes.Contains(text, []byte("\nExiting")) || bytes.Contains(text, []byte("==ABORTING"))
	case valgrindPID(line) > 0:
		return bytes.Contains(line, []byte("Process terminating"))
	}
	return isRedisReport(line) || isMySQLDeath(line) || isAssertion(line) || isGLibError(line) || isHeapAbort(line) || hasPrefix(line, "terminate called ") || hasPrefix(line, "pure virtual ") ||
		hasPrefix(line, "libc++abi") || hasPrefix(line, "*** ")
}
