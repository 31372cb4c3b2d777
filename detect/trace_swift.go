package detect

import (
	"strings"
)

// swiftForm is Swift's fatalError and, since 5.9, the report of its backtracer
// (stdlib/public/runtime, swift-backtrace).
var swiftForm = form{
	language: Swift, why: "swift crash", values: 8, signals: []string{"SIGILL", "SIGTRAP", "SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE"},
	sure:   true,
	goesOn: func(line string) bool { _, ok := swiftHead(line); return ok },
	head:   swiftHead,
	frame:  swiftFrame,
	intro: func(line string) bool {
		return strings.HasPrefix(line, "Thread ") && strings.HasSuffix(line, "crashed:") || line == "Current stack trace:"
	},
	more: func(line string, _ *Frame) bool {
		return strings.HasPrefix(line, "  ") || strings.Contains(line, "│") || strings.HasPrefix(line, "...") || isRegister(line)
	},
	other: func(line string) bool {
		return strings.HasPrefix(line, "Thread ") && strings.HasSuffix(line, ":") && !strings.HasSuffix(line, "crashed:") || line == "Registers:" || strings.HasPrefix(line, "Images (")
	},
	last: func(line string) bool {
		return strings.HasPrefix(line, "Backtrace took ") || strings.HasPrefix(line, "Press space to interact")
	},
	fatal: func(string) bool { return true },
	complete: func(e *Exception) {
		// The lines of the value are the report's heads.
		lines := strings.Split(e.Value, "\n")
		e.Value = lines[0]
		for _, line := range lines[1:] {
			if one, ok := swiftHead(line); ok && e.Type == "" {
				e.Type, e.Value = one.Type, one.Value
			}
		}
		if e.Type == "" {
			e.Type = "Fatal error"
		}
		if n := len(e.Frames); n > 1 && e.Frames[0].Function == "" && e.Frames[0].Module == "" {
			e.Frames = e.Frames[1:] // the place that the message names is the first frame's as well
		}
	},
}

// isRegister recognises "rax 0x0000000000000001 1" and "0x7f… 00 00 …", lines
// of the registers and of the images.
func isRegister(line string) bool {
	name, rest, ok := strings.Cut(line, " ")
	if start, _, _ := strings.Cut(strings.TrimPrefix(name, "0x"), "–"); len(start) < len(name) && isAddress(start) {
		return true
	}
	return ok && len(name) <= 6 && strings.HasPrefix(strings.TrimLeft(rest, " "), "0x")
}

func swiftHead(line string) (Exception, bool) {
	for _, p := range [...]string{"*** Program crashed: ", "\U0001F4A3 Program crashed: "} {
		if rest, ok := strings.CutPrefix(line, p); ok {
			typ, _, _ := strings.Cut(rest, " at 0x")
			return Exception{Type: typ, Value: strings.TrimSuffix(rest, " ***")}, true
		}
	}
	if rest, ok := strings.CutPrefix(line, "*** Signal "); ok {
		return Exception{}, number(rest) > 0 && strings.Contains(rest, ": Backtracing from 0x")
	}
	place, rest := "", line
	if i := strings.Index(line, ".swift:"); i > 0 {
		var ok bool
		if place, rest, ok = strings.Cut(line, ": "); !ok || strings.Contains(place, " ") {
			return Exception{}, false
		}
	}
	for _, typ := range [...]string{"Fatal error", "Precondition failed", "Assertion failed"} {
		value, ok := strings.CutPrefix(rest, typ)
		if !ok || value != "" && !strings.HasPrefix(value, ": ") {
			continue
		}
		e := Exception{Type: typ, Value: strings.TrimPrefix(value, ": ")}
		if i := strings.LastIndex(e.Value, ": file "); i >= 0 && place == "" {
			file, n, _ := strings.Cut(e.Value[i+len(": file "):], ", line ")
			e.Value, place = e.Value[:i], file+":"+n
		}
		f := Frame{InApp: true}
		f.File, f.Line, f.Column = splitPlace(place)
		if f.Line == 0 || !strings.HasSuffix(f.File, ".swift") {
			return e, false
		}
		e.Frames = []Frame{f}
		return e, true
	}
	return Exception{}, false
}

// swiftFrame reads "1 [ra] 0x7f12 fn() + 12 in app at /srv/main.swift:8:3".
func swiftFrame(line string) (Frame, bool) {
	n := 0
	for n < len(line) && isDigit(line[n]) {
		n++
	}
	rest := strings.TrimLeft(line[n:], " ")
	if n == 0 || n > 4 || n == len(line) || line[n] != ' ' {
		return Frame{}, false
	}
	if i := strings.Index(rest, "0x"); i >= 0 && i < 24 {
		_, rest, _ = strings.Cut(rest[i:], " ")
	}
	f := Frame{}
	if name, place, ok := strings.Cut(rest, " at /"); ok {
		rest = name
		f.File, f.Line, f.Column = splitPlace("/" + place)
	}
	name, module, ok := strings.Cut(rest, " in ")
	if f.Module = module; !ok {
		return f, strings.Contains(line, "0x")
	}
	if i := strings.LastIndex(name, " + "); i > 0 {
		name = name[:i]
	}
	f.Function = strings.TrimPrefix(strings.TrimPrefix(name, "[inlined] "), "[system] ")
	if i := strings.IndexByte(f.Function, '('); i > 0 {
		f.Function = f.Function[:i]
	}
	f.InApp = f.Line > 0 && !hasAny(f.File, "/.build/checkouts/", "/usr/lib/swift")
	return f, true
}
