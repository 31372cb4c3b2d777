package detect

import (
	"bytes"
	"strings"
)

// parseRust reads a panic, what it led to, or a report on an error and its causes.
func parseRust(s *source) []Exception {
	lines := strings.Split(s.text, "\n")
	first := []byte(strings.TrimRight(lines[0], " "))
	switch {
	case strings.Contains(s.header, "' panicked at "):
		if i := strings.Index(s.header, "thread '"); i >= 0 && rustThread([]byte(s.header[i:])) != nil {
			return []Exception{rustPanic(append([]string{s.header[i:], rustStackHead}, lines...))}
		}
		return nil
	case strings.HasPrefix(s.text, "Error: ") && (hasAny(s.text, "\n  × ", "\n  x ") || hasAny(lines[0], "  × ", "  x ")):
		return parseMiette(lines)
	case isReportMark(lines[0]) || strings.HasPrefix(s.text, "Error:"):
		return parseRustReport(s.header, lines)
	case string(first) == eyreCrashed:
		return parseEyrePanic(lines)
	case s.header != "":
		return parseRustReport("", strings.Split(s.header+"\n"+s.text, "\n"))
	}
	if len(first) == 0 || rustThread(first) == nil {
		return parseReportOrAbort(lines)
	}
	var list []Exception
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && !isRustNounwind([]byte(lines[n])) {
			n++
		}
		if len(list) > 0 {
			list[len(list)-1].Relation = "previous"
		}
		list = append(list, rustPanic(lines[:n]))
		lines = lines[n:]
	}
	return list
}

// parseReportOrAbort reads a text that has no thread: a failed allocation, or a
// report whose first line is a log line.
func parseReportOrAbort(lines []string) []Exception {
	switch {
	case isAllocationFailure([]byte(lines[0])):
		return []Exception{{Type: "memory allocation failed", Value: lines[0], Language: Rust, Frames: rustFrames(lines[1:])}}
	case strings.HasPrefix(lines[0], rustRuntime):
		return []Exception{{Type: "fatal runtime error", Value: lines[0][len(rustRuntime):], Language: Rust}}
	}
	return parseRustReport("", lines)
}

// rustPanic reads one panic: its first line, the value and the stack.
func rustPanic(lines []string) Exception {
	e := Exception{Type: "panic", Language: Rust, Thread: rustThreadName(lines[0])}
	rest := string(rustThread([]byte(lines[0])))
	if rest == rustOverflow {
		e.Type, e.Value = "stack overflow", lines[0]
		return e
	}
	rest = strings.TrimPrefix(rest, rustPanicked)
	end := 1
	for end < len(lines) && !endsRustValue([]byte(lines[end])) {
		end++
	}
	value, place := lines[1:end], ""
	switch rustState([]byte(rest)) {
	case rustHead:
		place = strings.TrimSuffix(rest, ":")
	default:
		value = append([]string{strings.TrimPrefix(rest, "'")}, value...)
		for i, line := range value {
			if at := rustOldEnd(line); at >= 0 {
				place = line[at+3:]
				value = append(value[:i:i], line[:at])
				break
			}
		}
	}
	e.Value = strings.Join(trimBlankLines(value), "\n")
	if e.Frames = rustFrames(lines[end:]); len(e.Frames) == 0 && place != "" {
		e.Frames = []Frame{rustFrame("", place)}
	}
	return e
}

func rustThreadName(line string) string {
	rest := rustThread([]byte(line))
	name := line[:len(line)-len(rest)]
	name = name[len("thread '"):strings.LastIndexByte(name, '\'')]
	if name == "<unnamed>" {
		return ""
	}
	return name
}

func endsRustValue(line []byte) bool {
	return string(line) == rustStackHead || hasPrefix(line, "note: ") && isRustNote(line) || hasPrefix(line, rustRuntime) ||
		isRustAbort(line) || isShellSignal(line)
}

// rustFrames reads a stack, whatever is around it.
func rustFrames(lines []string) []Frame {
	var list []Frame
	for _, line := range lines {
		body := line[indent(line):]
		switch place, isPlace := strings.CutPrefix(body, "at "); {
		case body == "" || len(body) == len(line) || !isRustFrame([]byte(line)):
		case isPlace:
			if n := len(list); n > 0 && list[n-1].File == "" {
				list[n-1] = rustFrame(list[n-1].Function, place)
			}
		case strings.HasPrefix(body, "[... omitted"), strings.HasPrefix(body, "\u22ee "): // "⋮ 3 frames hidden ⋮"
		default:
			list = append(list, rustFrame(rustFunction(body), ""))
		}
	}
	return reversed(list)
}

// rustFunction cuts a frame's number, address and hash: "3: 0x55d0 - a::b::h0123456789abcdef".
func rustFunction(body string) string {
	if n := digitsEnd([]byte(body), 0); n > 0 && strings.HasPrefix(body[n:], ": ") {
		body = strings.TrimLeft(body[n+2:], " ")
	}
	if strings.HasPrefix(body, "0x") {
		if _, name, ok := strings.Cut(body, " - "); ok {
			body = name
		}
	}
	if body == "<unknown>" {
		return ""
	}
	if i := len(body) - len("::h0123456789abcdef"); i > 0 && strings.HasPrefix(body[i:], "::h") && isHex(body[i+3:]) {
		body = body[:i]
	}
	return cutCrateHashes(strings.TrimSuffix(body, "<unknown>"))
}

// cutCrateHashes cuts what tells versions of a crate apart in names of the newer
// mangling: "std[e28293b1aa0f68bd]::rt::lang_start".
func cutCrateHashes(name string) string {
	const hash = len("[e28293b1aa0f68bd]")
	if !strings.Contains(name, "]::") {
		return name
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(name, '[')
		if i < 0 {
			b.WriteString(name)
			return b.String()
		}
		b.WriteString(name[:i])
		name = name[i:]
		if len(name) > hash && name[hash-1] == ']' && name[hash] == ':' && isHex(name[1:hash-1]) {
			name = name[hash:]
			continue
		}
		b.WriteByte('[')
		name = name[1:]
	}
}

func isHex[T string | []byte](s T) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return len(s) > 0
}

// rustFrame makes a frame of a function and "file:line:column".
func rustFrame(function, place string) Frame {
	f := Frame{Function: function}
	f.File, f.Line, f.Column = cutPlace(place)
	f.InApp = rustInApp(function, f.File)
	return f
}

// cutPlace splits "file:line:column", of which the last parts may be missing.
func cutPlace(place string) (file string, line, column int) {
	file = place
	for range 2 {
		i := strings.LastIndexByte(file, ':')
		if i < 1 || i+1 == len(file) || digitsEnd([]byte(file), i+1) != len(file) {
			break
		}
		line, column = number(file[i+1:]), line
		file = file[:i]
	}
	return file, line, column
}

// rustInApp: not the standard library nor what it starts with, nor what cargo
// fetched (sentry-rust, sentry-backtrace's lists, by the paths where there are any).
func rustInApp(function, file string) bool {
	for _, part := range [...]string{"/rustc/", "/rustc-", "/.cargo/", "/cargo/registry/", "/cargo/git/", "/.rustup/", "/rustlib/", `\.cargo\`, "/vendor/"} {
		if strings.Contains(file, part) {
			return false
		}
	}
	if file != "" {
		return !strings.HasPrefix(file, "../sysdeps/") && !strings.HasPrefix(file, "./csu/") && !strings.HasPrefix(file, "./nptl/")
	}
	name := strings.TrimLeft(function, "<&*(")
	if crate, _, ok := strings.Cut(name, "::"); ok {
		switch crate {
		case "std", "core", "alloc", "backtrace", "__rustc", "std_detect", "test", "panic_unwind", "rust_begin_unwind", "tokio", "rayon_core", "anyhow", "eyre", "color_eyre", "sentry":
			return false
		}
		return true
	}
	return false // of C, or the runtime's own: "main", "rust_begin_unwind", "__libc_start_main"
}

// rustIsFatal reports whether the panic machinery says in a text that it ends
// the process. A panic of main may still be caught.
func rustIsFatal(text []byte) bool {
	for len(text) > 0 {
		line := firstLine(text)
		if hasPrefix(line, rustRuntime) || isRustAbort(line) || isAllocationFailure(line) {
			return true
		}
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			break
		}
		text = text[i+1:]
	}
	return false
}
