package detect

import (
	"strings"
)

// crystalForm is Exception#inspect_with_backtrace (Crystal's exception.cr,
// crystal/main.cr, fiber.cr).
var crystalForm = form{
	language: Crystal, why: "crystal exception", values: 64, exits: []int{1, 11}, signals: []string{"SIGSEGV"},
	head: func(line string) (Exception, bool) {
		if strings.HasPrefix(line, "Invalid memory access (signal ") {
			return Exception{Type: "Invalid memory access", Value: line}, true
		}
		rest, ok := strings.CutPrefix(line, "Unhandled exception")
		place, value, found := strings.Cut(rest, ": ")
		return Exception{Value: value}, ok && found && (place == "" || strings.HasPrefix(place, " in spawn"))
	},
	frame: crystalFrame,
	link: func(line string) (Exception, bool) {
		value, ok := strings.CutPrefix(line, "Caused by: ")
		return Exception{Value: value}, ok
	},
	fatal: func(text string) bool { return !strings.HasPrefix(text, "Unhandled exception in spawn") },
	complete: func(e *Exception) {
		value, ok := strings.CutSuffix(e.Value, ")")
		if i := strings.LastIndexByte(value, '('); ok && i >= 0 && e.Type == "" {
			e.Value, e.Type = strings.TrimSuffix(value[:i], " "), value[i+1:]
			if i := strings.LastIndex(e.Type, "::"); i > 0 {
				e.Module, e.Type = e.Type[:i], e.Type[i+2:]
			}
		}
	},
}

// crystalFrame reads "  from main.cr:6:5 in 'drain'", and "[0x55c] fn +118 in
// ./app" of a fault.
func crystalFrame(line string) (Frame, bool) {
	f := Frame{}
	if rest, ok := strings.CutPrefix(line, "[0x"); ok {
		_, rest, ok = strings.Cut(rest, "] ")
		f.Function, f.File, _ = strings.Cut(rest, " in ")
		if i := strings.LastIndex(f.Function, " +"); i > 0 {
			f.Function = f.Function[:i]
		}
		return known(f), ok
	}
	rest, ok := strings.CutPrefix(line, "  from ")
	if !ok {
		return f, false
	}
	place, name, ok := strings.Cut(rest, " in '")
	if strings.Contains(place, " ") || place != "???" && !(ok && strings.HasSuffix(name, "'")) {
		return f, false
	}
	f.File, f.Line, f.Column = splitPlace(place)
	f.Function = strings.TrimSuffix(name, "'")
	f.InApp = strings.HasSuffix(f.File, ".cr") && !hasAny(f.File, "/lib/crystal/", "/share/crystal/") && !strings.HasPrefix(f.File, "lib/")
	return known(f), true
}

// known clears the question marks of what a runtime does not know.
func known(f Frame) Frame {
	if strings.HasPrefix(f.Function, "??") {
		f.Function = ""
	}
	if strings.HasPrefix(f.File, "??") {
		f.File = ""
	}
	return f
}

// fortranForm is libgfortran's (runtime/error.c, backtrace.c, stop.c,
// compile_options.c).
var fortranForm = form{
	language: Fortran, why: "fortran runtime error", values: 3, exits: []int{1, 2},
	signals: []string{"SIGSEGV", "SIGFPE", "SIGBUS", "SIGILL", "SIGABRT"},
	head:    fortranHead,
	goesOn:  func(line string) bool { return line == "" || strings.HasPrefix(line, "Fortran runtime error: ") },
	intro: func(line string) bool {
		return line == "Error termination. Backtrace:" || line == "Backtrace for this error:" || strings.HasPrefix(line, "#0  0x")
	},
	frame: func(line string) (Frame, bool) {
		rest, ok := strings.CutPrefix(line, "#")
		if !ok || rest == "" || !isDigit(rest[0]) {
			return Frame{}, false
		}
		at, name, ok := strings.Cut(strings.TrimLeft(rest, "0123456789 "), " in ")
		if !ok || !strings.HasPrefix(at, "x") && !strings.HasPrefix(at, "0x") {
			return Frame{}, false
		}
		return known(Frame{Function: name, InApp: false}), true
	},
	more: func(line string, f *Frame) bool {
		place, ok := strings.CutPrefix(line, "\tat ")
		if ok {
			f.File, f.Line, f.Column = splitPlace(place)
			f.InApp = !strings.HasPrefix(place, "../") && !strings.HasPrefix(place, "./")
		}
		return ok
	},
	fatal: func(string) bool { return true },
	complete: func(e *Exception) {
		if value, ok := strings.CutPrefix(e.Value, "At line "); ok {
			place, rest, _ := strings.Cut(value, "\n")
			e.Type, e.Value, _ = strings.Cut(rest, ": ")
			if line, file, ok := strings.Cut(place, " of file "); ok && len(e.Frames) == 0 {
				file, _, _ = strings.Cut(file, " (unit")
				e.Frames = []Frame{{File: file, Line: number(line), InApp: true}}
			}
		}
		e.Value = strings.TrimSpace(e.Value)
	},
}

func fortranHead(line string) (Exception, bool) {
	e := Exception{}
	switch {
	case strings.HasPrefix(line, "At line "):
		n, file, ok := strings.Cut(line[len("At line "):], " of file ")
		e.Value = line
		return e, ok && number(n) > 0 && file != ""
	case line == "ERROR STOP", strings.HasPrefix(line, "ERROR STOP "):
		e.Type, e.Value = "ERROR STOP", strings.TrimPrefix(line[len("ERROR STOP"):], " ")
		return e, true
	case strings.HasPrefix(line, "Program received signal "):
		var ok bool
		e.Type, e.Value, ok = strings.Cut(line[len("Program received signal "):], ": ")
		return e, ok && isWord(e.Type)
	case strings.HasPrefix(line, "Program aborted."):
		e.Type, e.Value = "SIGABRT", "Program aborted."
		return e, true
	}
	var ok bool
	e.Type = "Fortran runtime error"
	e.Value, ok = strings.CutPrefix(line, e.Type+": ")
	return e, ok
}

// pascalForm is Free Pascal's (rtl/inc/heap.inc, sysutils: CatchUnhandledException).
var pascalForm = form{
	language: Pascal, why: "pascal exception", values: 32, exits: []int{217, 200, 201, 202, 203, 204, 205, 206, 207, 210, 212, 215, 216, 218, 219, 222, 223, 227, 231},
	head: func(line string) (Exception, bool) {
		if rest, ok := strings.CutPrefix(line, "Runtime error "); ok {
			code, at, ok := strings.Cut(rest, " at $")
			return Exception{Type: "Runtime error " + code, Value: line}, ok && number(code) > 0 && isAddress(at)
		}
		at, ok := strings.CutPrefix(line, "An unhandled exception occurred at $")
		return Exception{}, ok && isAddress(strings.TrimSuffix(at, ":"))
	},
	frame: func(line string) (Frame, bool) {
		rest, ok := strings.CutPrefix(line, "  $")
		if !ok {
			return Frame{}, false
		}
		at, rest, _ := strings.Cut(rest, " ")
		if !isAddress(at) {
			return Frame{}, false
		}
		f := Frame{}
		name, place, found := strings.Cut(rest, "line ")
		if f.Function = strings.Trim(name, " ,"); found {
			_, f.File, _ = strings.Cut(place, " of ")
			f.Line = number(place)
		}
		f.InApp = f.File != "" && !hasAny(f.File, "/fpcsrc/", "/rtl/")
		return f, true
	},
	fatal:  func(text string) bool { return !strings.HasPrefix(text, "  $") },
	goesOn: func(line string) bool { _, _, ok := splitHead(line); return ok },
	complete: func(e *Exception) {
		if e.Type == "" {
			e.Type, e.Value, _ = splitHead(e.Value)
		}
	},
}

func isAddress(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; !isDigit(s[i]) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) >= 8
}
