package detect

import (
	"strings"
)

// nativeFrames reads the first stack of some lines: up to a blank line behind it.
func nativeFrames(lines []string) []Frame {
	var list []Frame
	first, last := -1, -1 // the numbers of frames: backward-cpp begins with the oldest call
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if line == "" || line == glibcMap {
			if len(list) > 0 {
				break
			}
			continue
		}
		if !isNativeFrame([]byte(line)) {
			continue
		}
		for i+1 < len(lines) && isWrapped(line, lines[i+1]) { // gdb wraps long arguments
			i++
			line += " " + strings.TrimSpace(lines[i])
		}
		f := oneFrame(line)
		f.Address = frameAddress(line)
		if f.Function != "" || f.File != "" {
			list = append(list, f)
			if n := strings.TrimLeft(line, " "); n[0] == '#' {
				last = number(n[1:])
				first = max(first, last)
			}
		}
	}
	if first > last {
		return list
	}
	return reversed(list)
}

// frameAddress returns the address that a frame begins with, behind its number, or
// that backtrace_symbols(3) puts at the end.
func frameAddress(line string) string {
	at := strings.Index(line, "0x")
	if open := strings.LastIndex(line, " [0x"); open > 0 && strings.HasSuffix(line, "]") {
		at = open + len(" [")
	} else if at > 0 && strings.Trim(line[:at], " \t#@0123456789:frame*") != "" {
		return "" // an argument or an offset
	}
	if at < 0 {
		return ""
	}
	end := at + 2
	for end < len(line) && (isDigit(line[end]) || line[end] >= 'a' && line[end] <= 'f' || line[end] >= 'A' && line[end] <= 'F') {
		end++
	}
	if end-at <= 2 || end-at > 18 {
		return ""
	}
	return line[at:end]
}

func isWrapped(line, next string) bool {
	return strings.HasPrefix(line, "#") && strings.HasPrefix(next, "    ") && !isNativeFrame([]byte(next)) &&
		!strings.Contains(line, ") at ") && !strings.Contains(line, ") from ") && strings.Contains(line, "(")
}

// oneFrame reads a frame of any form that isNativeFrame knows.
func oneFrame(line string) Frame {
	rest := strings.TrimLeft(line, " \t")
	switch {
	case strings.HasPrefix(rest, "#"):
		rest = rest[1:]
		return numberedFrame(strings.TrimLeft(rest[digitsEnd([]byte(rest), 0):], " "), strings.HasPrefix(line, "#"))
	case strings.HasPrefix(rest, "@"):
		return atFrame(strings.TrimLeft(rest[1:], " "))
	case isSymbolLine([]byte(line)):
		return symbolFrame(rest)
	case strings.HasPrefix(rest, "frame #"), strings.HasPrefix(rest, "* frame #"):
		return lldbFrame(rest)
	}
	if _, after, ok := strings.Cut(rest, "# "); ok {
		return boostFrame(strings.TrimSpace(after))
	}
	return Frame{}
}

// numberedFrame reads "0x55 in f(int) /srv/main.c:6:3" of the sanitizers, "f
// (x=1) at main.c:4" of gdb, "Source "main.c", line 4, in f" of backward-cpp.
func numberedFrame(rest string, flush bool) Frame {
	quoted, isObject := strings.CutPrefix(rest, "Object \"")
	if !isObject {
		if s, ok := strings.CutPrefix(rest, "Source \""); ok {
			file, after, _ := strings.Cut(s, "\", line ")
			n, name, _ := strings.Cut(after, ", in ")
			f := nativeFrame(cutParameters(name), file)
			f.Line = number(n)
			return f
		}
	} else {
		file, after, _ := strings.Cut(quoted, "\"")
		_, name, _ := strings.Cut(after, ", in ")
		return nativeFrame(cutParameters(name), file)
	}
	if strings.HasPrefix(rest, "0x") {
		_, after, ok := strings.Cut(rest, " ")
		rest = strings.TrimPrefix(strings.TrimLeft(after, " "), "in ")
		if !ok {
			return Frame{}
		}
	}
	if flush && (strings.Contains(rest, " (") || strings.HasPrefix(rest, "<signal")) && !strings.HasSuffix(rest, ")") || strings.HasSuffix(rest, ")") && flush && gdbNoPlace(rest) {
		return gdbFrame(rest)
	}
	if i := strings.LastIndex(rest, " at "); flush && i > 0 { // cpptrace
		return boostFrame(rest)
	}
	return sanitizerFrame(rest)
}

func gdbNoPlace(rest string) bool {
	i := goNameEnd(rest)
	return i > 1 && rest[i-1] == ' ' && !strings.Contains(rest[i:], "+0x") && !strings.HasPrefix(rest[i:], "(/")
}

// gdbFrame reads "route (r=0x7f, depth=0) at main.c:4" and "raise () from /lib/libc.so.6".
func gdbFrame(rest string) Frame {
	call, place := rest, ""
	if i := strings.LastIndex(rest, ") at "); i > 0 {
		call, place = rest[:i+1], rest[i+len(") at "):]
	} else if i := strings.LastIndex(rest, ") from "); i > 0 {
		call, place = rest[:i+1], rest[i+len(") from "):]
	}
	if strings.HasPrefix(call, "<signal handler") {
		return Frame{}
	}
	if strings.HasSuffix(call, ")") {
		if i := goNameEnd(call); i > 0 {
			call = strings.TrimSuffix(call[:i], " ")
		}
	}
	if call == "??" {
		call = ""
	}
	return nativeFrame(cutParameters(call), place)
}

// sanitizerFrame reads what comes after the address: a function, which may have
// blanks, and its place or the module with an offset.
func sanitizerFrame(rest string) Frame {
	rest, _, _ = strings.Cut(rest, " (BuildId: ")
	module := ""
	if strings.HasSuffix(rest, ")") {
		if i := strings.LastIndex(rest, "("); i >= 0 && (i == 0 || rest[i-1] == ' ') && strings.Contains(rest[i:], "+0x") {
			module = rest[i+1 : len(rest)-1]
			module = module[:strings.LastIndex(module, "+0x")]
			rest = strings.TrimRight(rest[:max(i-1, 0)], " ")
		}
	}
	rest = strings.TrimSuffix(strings.TrimSuffix(rest, "<null>"), " ")
	if file, line, _ := cutPlace(rest); line > 0 || strings.HasPrefix(file, "/") {
		at := strings.LastIndex(file, " /")
		if at < 0 {
			at = strings.LastIndexByte(file, ' ')
		}
		return nativeFrame(cutParameters(rest[:max(at, 0)]), rest[at+1:])
	}
	if i := strings.LastIndex(rest, " /"); i > 0 { // a place without a line
		return nativeFrame(cutParameters(rest[:i]), rest[i+1:])
	}
	if rest == "<null>" {
		rest = ""
	}
	return nativeFrame(cutParameters(rest), module)
}

// atFrame reads "0x55 func(int)" of glog, "0x55 112 func()" of absl and "00005 func" of folly.
func atFrame(rest string) Frame {
	_, name, _ := strings.Cut(rest, " ")
	name = strings.TrimLeft(name, " ")
	if n := digitsEnd([]byte(name), 0); n > 0 && n < len(name) && name[n] == ' ' {
		name = strings.TrimLeft(name[n:], " ")
	}
	if rest, ok := strings.CutPrefix(name, "(unknown)"); ok { // absl: the size of the frame, then the function
		name = strings.TrimLeft(rest, " ")
	}
	if name == "(unknown)" {
		name = ""
	}
	return nativeFrame(cutParameters(name), "")
}

// symbolFrame reads a line of backtrace_symbols(3).
func symbolFrame(rest string) Frame {
	rest = strings.TrimRight(rest[:strings.LastIndexByte(rest, '[')], " ")
	open := strings.IndexByte(rest, '(')
	if open < 0 {
		return nativeFrame("", rest)
	}
	name, _, _ := strings.Cut(strings.TrimSuffix(rest[open+1:], ")"), "+0x")
	name = cutParameters(name) // a server may have demangled it
	module := rest[:open]
	return nativeFrame(name, module[strings.LastIndexByte(module, ' ')+1:]) // some number the lines
}

// lldbFrame reads "frame #0: 0x55 app`route(r=0x7f) at main.c:4:10".
func lldbFrame(rest string) Frame {
	module, call, ok := strings.Cut(rest, "`")
	if !ok {
		return Frame{}
	}
	if i := strings.LastIndexByte(module, ' '); i >= 0 {
		module = module[i+1:]
	}
	place := module
	if i := strings.LastIndex(call, ") at "); i > 0 {
		call, place = call[:i+1], call[i+len(") at "):]
	} else if c, _, ok := strings.Cut(call, " + "); ok {
		call = c
	}
	return nativeFrame(cutParameters(call), place)
}

// boostFrame reads "f(int) at /srv/main.cpp:12", "0x55 in ./app".
func boostFrame(rest string) Frame {
	if i := strings.LastIndex(rest, " at "); i > 0 {
		return nativeFrame(cutParameters(rest[:i]), rest[i+4:])
	}
	name, place := rest, ""
	if i := strings.LastIndex(rest, " in "); i > 0 {
		name, place = rest[:i], rest[i+4:]
	}
	if strings.HasPrefix(name, "0x") {
		name = ""
	}
	return nativeFrame(cutParameters(name), place)
}

// cutParameters cuts the parameters of a demangled function of C++, which
// Sentry does not group by either: "a::f(int) const" is "a::f".
func cutParameters(name string) string {
	name = strings.TrimSpace(name)
	for _, note := range [...]string{" [clone ", " [with "} {
		name, _, _ = strings.Cut(name, note)
	}
	if i := strings.LastIndex(name, "[abi:"); i > 0 && strings.IndexByte(name[i:], ']') > 0 {
		name = name[:i] + name[i+strings.IndexByte(name[i:], ']')+1:]
	}
	for _, tail := range [...]string{" const", " &", " &&", " volatile", " noexcept"} {
		name = strings.TrimSuffix(name, tail)
	}
	if i := goNameEnd(name); strings.HasSuffix(name, ")") && i > 0 && !strings.HasSuffix(name[:i], "operator") && !strings.HasSuffix(name, "(anonymous namespace)") {
		name = strings.TrimSpace(name[:i])
	}
	return cutReturnType(name)
}

// cutReturnType cuts what the names of templates and __PRETTY_FUNCTION__ begin
// with, as in "T& box<a, b>::at".
func cutReturnType(name string) string {
	depth := 0
	end := len(name)
	if i := strings.Index(name, "operator"); i >= 0 { // "operator new", "operator std::string"
		if end = i; !strings.HasSuffix(name[:i], "::") {
			return name
		}
	}
	for i := end - 1; i >= 0; i-- {
		switch name[i] {
		case '>', ')':
			depth++
		case '<', '(':
			depth--
		case ' ':
			if depth == 0 {
				return strings.TrimLeft(name[i+1:], "*&")
			}
		}
	}
	return name
}

// nativeFrame makes a frame of a function and a place, or a module without a line.
func nativeFrame(function, place string) Frame {
	f := Frame{Function: function}
	f.File, f.Line, f.Column = cutPlace(place)
	f.InApp = nativeInApp(f.Function, f.File)
	return f
}

// nativeInApp: not the C and C++ libraries, nor the sanitizers in front of them
// (Sentry's built-in rules for native stacks go by the module's path as well).
func nativeInApp(function, file string) bool {
	switch function {
	case "malloc", "calloc", "realloc", "free", "memcpy", "memmove", "memset", "strlen", "strcpy", "abort", "raise", "gsignal", "clone", "clone3", "kill", "pthread_create", "__restore_rt":
		return false
	}
	if strings.Contains(file, "/sysdeps/") || strings.HasPrefix(file, "csu/") {
		return false
	}
	for _, p := range [...]string{"/lib/", "/lib64/", "/usr/", "../sysdeps/", "../csu/", "./csu/", "./nptl/", "./stdlib/", "./assert/", "./malloc/", "./signal/", "./debug/", "./misc/", "./string/", "../../", "/build/glibc", "/opt/"} {
		if strings.HasPrefix(file, p) {
			return strings.HasPrefix(file, "/usr/src/app") || strings.HasPrefix(file, "/usr/local/app") || p == "/opt/" && !strings.Contains(file, "/lib/")
		}
	}
	for _, p := range [...]string{"__", "_start", "operator new", "operator delete",
		"std::", "google::", "absl::", "folly::", "boost::stacktrace", "start_thread", "clone"} {
		if strings.HasPrefix(function, p) {
			return false
		}
	}
	return function != "" || file != "" && !strings.Contains(file, ".so")
}
