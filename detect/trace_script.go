package detect

import (
	"strings"
)

// luaForm is lua.c's and luajit.c's report, and debug.traceback wherever it was
// printed (lauxlib.c, lj_debug.c).
var luaForm = form{
	language: Lua, why: "lua error", values: 64, exits: []int{1},
	head: func(line string) (Exception, bool) {
		_, value, ok := strings.Cut(line, ": ")
		return Exception{Value: value}, ok
	},
	intro: func(line string) bool { return line == "stack traceback:" },
	frame: luaFrame,
	more: func(line string, _ *Frame) bool {
		return strings.HasPrefix(line, "\t...") || strings.HasPrefix(line, "\t(...tail calls...)") || strings.HasPrefix(line, "coroutine ")
	},
	other: func(line string) bool { return line == "stack traceback:" },
	fatal: func(text string) bool { return !strings.HasPrefix(text, "stack traceback:") },
	complete: func(e *Exception) {
		e.Type = "Error"
		if at := luaPlace(e.Value); at > 0 {
			e.Value = e.Value[at:]
		}
	},
}

// luaPlace returns where the message begins behind "conf.lua:3: ", which may
// stand behind the words of a log line; 0 if there is no place.
func luaPlace(s string) int {
	first, _, _ := strings.Cut(s, "\n")
	for from := 0; ; {
		i := strings.IndexByte(first[from:], ':')
		if i < 0 {
			return 0
		}
		i += from
		n := i + 1
		for n < len(first) && isDigit(first[n]) {
			n++
		}
		if n > i+1 && i > 0 && strings.HasPrefix(first[n:], ":") && (from == 0 || hasAny(first[:i], ".lua", "]", ")")) {
			return min(n+len(": "), len(s))
		}
		from = i + 1
	}
}

// luaFrame reads "\tmain.lua:3: in function 'start'".
func luaFrame(line string) (Frame, bool) {
	rest, ok := strings.CutPrefix(line, "\t")
	if !ok {
		return Frame{}, false
	}
	place, name, ok := strings.Cut(rest, ": in ")
	if !ok {
		place, _, ok = strings.Cut(rest, ": at 0x") // luajit's C functions
		return Frame{File: place}, ok
	}
	f := Frame{}
	f.File, f.Line, f.Column = splitPlace(place)
	for _, kind := range [...]string{"function ", "local ", "upvalue ", "method ", "field ", "metamethod ", "global ", "hook "} {
		if short, ok := strings.CutPrefix(name, kind); ok {
			name = short
			break
		}
	}
	name, _, _ = strings.Cut(name, ", client: ") // nginx goes on in the last line
	f.Function = strings.Trim(name, "'")
	if name == "?" {
		f.Function = ""
	}
	f.InApp = f.Line > 0 && !hasAny(f.File, "/share/lua/", "/lib/lua/", "/share/luajit", "/lualib/", "lua_modules/")
	return f, true
}

// dartForm is the Dart VM's (runtime/lib: StackTrace.toString, unhandled
// exceptions of an isolate).
var dartForm = form{
	language: Dart, why: "dart exception", values: 64, exits: []int{255},
	head:   func(line string) (Exception, bool) { return Exception{}, line == "Unhandled exception:" },
	frame:  dartFrame,
	goesOn: func(line string) bool { return throwableType([]byte(line)) > 0 },
	more: func(line string, _ *Frame) bool {
		return line == "<asynchronous suspension>" || line == "..."
	},
	fatal: func(text string) bool { return strings.HasPrefix(text, "Unhandled exception:") },
	complete: func(e *Exception) {
		e.Type, e.Value = dartType(e.Value)
	},
}

// dartType tells an error of Dart's core library by how it prints itself; what
// prints no type is an Exception.
func dartType(s string) (typ, value string) {
	if n := throwableType([]byte(s)); n > 0 && n < len(s) {
		return s[:n], strings.TrimPrefix(s[n+1:], " ")
	}
	for _, t := range [...][2]string{
		{"Bad state: ", "StateError"}, {"Invalid argument", "ArgumentError"}, {"Unsupported operation: ", "UnsupportedError"},
		{"Concurrent modification", "ConcurrentModificationError"}, {"RangeError", "RangeError"}, {"IndexError", "IndexError"},
		{"type '", "TypeError"}, {"Null check operator", "TypeError"}, {"Stack Overflow", "StackOverflowError"}, {"Out of Memory", "OutOfMemoryError"},
		{"UnimplementedError", "UnimplementedError"},
	} {
		if strings.HasPrefix(s, t[0]) {
			if strings.HasSuffix(t[0], ": ") {
				s = s[len(t[0]):]
			}
			return t[1], s
		}
	}
	if name, ok := between(s, "Instance of '", "'"); ok {
		return name, s
	}
	if strings.Contains(s, ": Failed assertion: ") {
		return "AssertionError", s
	}
	return "Exception", s
}

// dartFrame reads "#0      main.<anonymous closure> (file:///srv/main.dart:3:5)".
func dartFrame(line string) (Frame, bool) {
	rest, ok := strings.CutPrefix(line, "#")
	if !ok || rest == "" || !isDigit(rest[0]) || !strings.HasSuffix(rest, ")") {
		return Frame{}, false
	}
	rest = strings.TrimLeft(rest, "0123456789")
	name, place, ok := strings.Cut(strings.TrimLeft(rest, " "), " (")
	if !ok || !strings.HasPrefix(rest, " ") {
		return Frame{}, false
	}
	if i := strings.LastIndex(place, " ("); i >= 0 {
		name, place = name+" ("+place[:i], place[i+2:]
	}
	place = strings.TrimSuffix(place, ")")
	if !strings.HasPrefix(place, "dart:") && !strings.HasPrefix(place, "package:") && !strings.HasPrefix(place, "file://") && !strings.HasSuffix(strings.TrimRight(place, "0123456789:"), ".dart") {
		return Frame{}, false
	}
	f := Frame{Function: name}
	f.File, f.Line, f.Column = splitPlace(place)
	f.File = strings.TrimPrefix(f.File, "file://")
	f.InApp = !strings.HasPrefix(place, "dart:") && !strings.HasPrefix(place, "package:flutter/") && !hasAny(place, "/.pub-cache/")
	return f, true
}

// juliaForm is Base.display_error's (base/errorshow.jl, base/client.jl).
var juliaForm = form{
	language: Julia, why: "julia error", values: 64, exits: []int{1},
	head: func(line string) (Exception, bool) {
		value, ok := strings.CutPrefix(line, "ERROR: ")
		return Exception{Value: value}, ok && isJuliaError(value)
	},
	intro: func(line string) bool { return strings.TrimLeft(line, " ") == "Stacktrace:" },
	frame: juliaFrame,
	more: func(line string, f *Frame) bool {
		body := strings.TrimLeft(line, " ")
		if place, ok := strings.CutPrefix(body, "@ "); ok {
			juliaPlace(place, f)
			return true
		}
		return strings.HasPrefix(body, "in expression starting at ") || strings.HasPrefix(body, "⋮") || strings.HasPrefix(body, "--- the ") || strings.HasPrefix(body, "... (")
	},
	link: func(line string) (Exception, bool) {
		for _, p := range [...]string{"caused by: ", "nested task error: "} {
			if value, ok := strings.CutPrefix(strings.TrimLeft(line, " "), p); ok {
				return Exception{Value: value}, true
			}
		}
		return Exception{}, false
	},
	complete: func(e *Exception) {
		e.Value = strings.TrimPrefix(e.Value, "LoadError: ")
		typ, value, ok := splitHead(e.Value)
		switch {
		case ok && (strings.HasSuffix(typ, "Error") || strings.HasSuffix(typ, "Exception")):
			e.Type, e.Value = typ, value
		case e.Value == "TaskFailedException":
			e.Type, e.Value = e.Value, ""
		default:
			e.Type = "ErrorException"
		}
	},
}

// isJuliaError recognises the errors that only Julia has. Others begin as many a
// log line does, and "Stacktrace:" tells.
func isJuliaError(value string) bool {
	for _, p := range [...]string{"LoadError: ", "InitError: ", "MethodError: no method matching ", "TaskFailedException", "UndefVarError: "} {
		if strings.HasPrefix(value, p) {
			return true
		}
	}
	return false
}

// juliaFrame reads " [1] fn(x::Int64) at ./error.jl:33", where since 1.6 the
// place has a line of its own.
func juliaFrame(line string) (Frame, bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "[")
	id, rest, found := strings.Cut(rest, "] ")
	if !ok || !found || number(id) == 0 || line[0] != ' ' {
		return Frame{}, false
	}
	f := Frame{InApp: true}
	if i := strings.LastIndex(rest, " at "); i > 0 {
		juliaPlace(rest[i+len(" at "):], &f)
		rest = rest[:i]
	}
	f.Function = rest
	if i := strings.IndexAny(rest, "({"); i > 0 {
		f.Function = rest[:i]
	}
	return f, true
}

// juliaPlace reads "Base ./error.jl:33 [inlined]".
func juliaPlace(s string, f *Frame) {
	s = strings.TrimSuffix(s, " [inlined]")
	if module, place, ok := strings.Cut(s, " "); ok {
		f.Module, s = module, place
	}
	f.File, f.Line, f.Column = splitPlace(s)
	f.InApp = f.Module != "Base" && f.Module != "Core" && !strings.HasPrefix(f.File, "./") &&
		!hasAny(f.File, "/.julia/packages/", "/share/julia/", "/stdlib/")
}

// oracleForm is the error stack of Oracle Database: the errors, and ORA-06512
// for every unit of PL/SQL they came through.
var oracleForm = form{
	language: PLSQL, why: "oracle error stack", values: 8,
	head: oracleHead,
	frame: func(line string) (Frame, bool) {
		rest, ok := strings.CutPrefix(line, "ORA-06512: at ")
		if !ok {
			return Frame{}, false
		}
		f := Frame{InApp: true}
		if name, ok := between(rest, `"`, `"`); ok {
			f.Function = name
			f.InApp = !strings.HasPrefix(name, "SYS.")
		}
		_, at, _ := strings.Cut(rest, "line ")
		f.Line = number(at)
		return f, true
	},
	link: oracleHead,
}

func oracleHead(line string) (Exception, bool) {
	if !strings.HasPrefix(line, "ORA-") && !strings.HasPrefix(line, "PLS-") {
		return Exception{}, false
	}
	code, value, ok := strings.Cut(line, ": ")
	ok = ok && len(code) == len("ORA-00942") && code != "ORA-06512" && isDigit(code[4]) && isDigit(code[8])
	return Exception{Type: code, Value: value}, ok
}

// gdscriptForm is Godot's error handler (core/io/logger.cpp), with GDScript's
// backtrace since 4.5.
var gdscriptForm = form{
	language: GDScript, why: "gdscript error", values: 4,
	head: func(line string) (Exception, bool) {
		typ, value, ok := strings.Cut(line, ": ")
		return Exception{Type: typ, Value: value}, ok
	},
	frame: func(line string) (Frame, bool) {
		body := strings.TrimLeft(line, " ")
		rest, ok := strings.CutPrefix(body, "at: ")
		if !ok {
			if _, rest, ok = strings.Cut(body, "] "); !ok || body[0] != '[' || number(body[1:]) == 0 && body[1] != '0' {
				return Frame{}, false
			}
		}
		name, place, ok := strings.Cut(rest, " (")
		f := Frame{Function: name}
		f.File, f.Line, f.Column = splitPlace(strings.TrimSuffix(place, ")"))
		f.InApp = strings.HasPrefix(f.File, "res://") && !strings.HasPrefix(f.File, "res://addons/")
		return f, ok && len(body) < len(line)
	},
	more: func(line string, _ *Frame) bool {
		return strings.HasPrefix(strings.TrimLeft(line, " "), "GDScript backtrace (")
	},
	complete: func(e *Exception) {
		if len(e.Frames) > 1 { // the first is where it was reported, which the backtrace has as well
			e.Frames = e.Frames[1:]
		}
	},
}
