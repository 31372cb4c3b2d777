package detect

import (
	"strings"
)

// zigForm is std.debug's: a panic, a fault or an error that main returned, each
// with frames of which every one shows its line of source.
var zigForm = form{
	language: Zig, why: "zig stack trace", values: 32, source: true, exits: []int{1}, signals: []string{"SIGABRT", "SIGILL", "SIGTRAP", "SIGSEGV"},
	head: func(line string) (Exception, bool) {
		if rest, ok := strings.CutPrefix(line, "thread "); ok {
			id, value, ok := strings.Cut(rest, " panic: ")
			return Exception{Type: "panic", Value: value, Thread: id}, ok && number(id) > 0
		}
		if name, ok := strings.CutPrefix(line, "error: "); ok {
			return Exception{Type: name}, isWord(name) && !strings.Contains(name, ".") && isUpper(name[0])
		}
		return Exception{Type: "panic", Value: line}, true
	},
	frame: zigFrame,
	more: func(line string, _ *Frame) bool {
		return strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "Unwind ") || strings.HasPrefix(line, "Unable to ")
	},
	fatal: func(string) bool { return true },
}

// zigFrame reads "/srv/main.zig:12:5: 0x1034 in main (app)".
func zigFrame(line string) (Frame, bool) {
	place, rest, ok := strings.Cut(line, ": 0x")
	if !ok || place == "" || place[0] == ' ' {
		return Frame{}, false
	}
	_, rest, ok = strings.Cut(rest, " in ")
	name, _, paren := strings.Cut(rest, " (")
	if !ok || !paren {
		return Frame{}, false
	}
	f := Frame{Function: name}
	if f.File, f.Line, f.Column = splitPlace(place); f.Line == 0 && !strings.HasPrefix(place, "???") {
		return f, false
	}
	f.InApp = f.Line > 0 && !hasAny(f.File, "/lib/std/", "/zig/std/", "/compiler_rt", "/.cache/zig/p/")
	return known(f), true
}

// vForm is V's panic (vlib/builtin: panicing.c.v, backtraces.c.v).
var vForm = form{
	language: V, why: "v panic", sure: true, values: 12, exits: []int{1},
	head: func(line string) (Exception, bool) {
		value, ok := strings.CutPrefix(line, "V panic: ")
		return Exception{Type: "panic", Value: value}, ok || line == "================ V panic ================"
	},
	frame: func(line string) (Frame, bool) {
		place, name, ok := strings.Cut(line, ": by ")
		if !ok {
			if place, name, ok = strings.Cut(line, ": at "); !ok {
				return Frame{}, false
			}
			name = strings.TrimSuffix(name, ": Backtrace")
		}
		if strings.ContainsAny(strings.TrimRight(place, " "), " \t") || !hasAny(place, ":", "0x") {
			return Frame{}, false
		}
		f := Frame{Function: name}
		f.File, f.Line, f.Column = splitPlace(place)
		if f.Line == 0 {
			f.File = ""
		}
		f.InApp = strings.HasSuffix(f.File, ".v") && !strings.Contains(f.File, "/vlib/")
		return known(f), true
	},
	goesOn: func(line string) bool {
		return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "v hash: ") || strings.HasPrefix(line, "====")
	},
	more: func(line string, _ *Frame) bool {
		return strings.Contains(line, " | 0x") || strings.HasSuffix(line, "Backtrace")
	},
	fatal: func(string) bool { return true },
	complete: func(e *Exception) {
		var kept []string
		for _, line := range strings.Split(e.Value, "\n") {
			name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			switch {
			case strings.HasPrefix(line, "===="):
			case ok && name == "message":
				kept = append(kept, value)
			case ok && name == "file" && strings.HasPrefix(line, " ") && len(e.Frames) == 0:
				f := Frame{InApp: true}
				f.File, f.Line, f.Column = splitPlace(value)
				e.Frames = append(e.Frames, f)
			case ok && (strings.HasPrefix(line, " ") || name == "v hash") && (name == "module" || name == "function" || name == "file" || name == "v hash" || name == "pid" || name == "tid"):
			default:
				kept = append(kept, line)
			}
		}
		e.Value = strings.TrimSpace(strings.Join(kept, "\n"))
	},
}

// dForm is Throwable.toString of D's runtime (object.d), which prints what led
// to it behind it.
var dForm = form{
	language: D, why: "d exception", values: 64, exits: []int{1}, single: true,
	head:  dHead,
	intro: func(line string) bool { return line == "----------------" },
	frame: func(line string) (Frame, bool) {
		at := strings.LastIndex(line, "[0x")
		if at < 0 || !strings.HasSuffix(line, "]") {
			return Frame{}, false
		}
		place, name, ok := strings.Cut(strings.TrimRight(line[:at], " "), " ")
		if len(line)-at < len("[0x123456]") || !hasAny(place, ":", "(", "???") {
			return Frame{}, false
		}
		f := Frame{}
		if ok {
			f.Function = dFunction(name)
		}
		if f.File, f.Line, f.Column = splitPlace(place); f.Line == 0 {
			f.File = ""
		}
		f.InApp = f.Line > 0 && strings.HasSuffix(f.File, ".d") && !hasAny(f.File, "/phobos/", "/druntime/", "/include/d/", "/.dub/packages/", "libphobos")
		return known(f), true
	},
	link: dHead,
	complete: func(e *Exception) {
		if at := strings.IndexByte(e.Value, '@'); e.Type == "" && at > 0 { // in a log line
			if one, ok := dHead(e.Value[strings.LastIndexByte(e.Value[:at], ' ')+1:]); ok {
				e.Type, e.Value, e.Module = one.Type, one.Value, one.Module
			}
		}
	},
}

func dHead(line string) (Exception, bool) {
	name, rest, ok := strings.Cut(line, "@")
	rest, more, _ := strings.Cut(rest, "\n")
	i := strings.Index(rest, ".d(")
	if !ok || i < 0 || !isWord(strings.Map(dNameOnly, name)) || strings.ContainsAny(rest[:i], " \t") {
		return Exception{}, false
	}
	at, value, ok := strings.Cut(rest[i+len(".d("):], ")")
	if !ok || number(at) == 0 || value != "" && !strings.HasPrefix(value, ":") {
		return Exception{}, false
	}
	e := Exception{Type: name, Value: strings.TrimPrefix(strings.TrimPrefix(value, ":"), " ")}
	if more != "" {
		e.Value += "\n" + more
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		e.Module, e.Type = name[:i], name[i+1:]
	}
	return e, true
}

func dNameOnly(c rune) rune {
	if c == '!' || c == '(' || c == ')' {
		return -1
	}
	return c
}

// dFunction returns the name in "pure @safe int mod.fn(int)".
func dFunction(s string) string {
	depth := 0
	for i := len(s) - 1; i >= 0 && strings.HasSuffix(s, ")"); i-- { // the parameters
		if s[i] == ')' {
			depth++
		} else if s[i] == '(' {
			if depth--; depth == 0 {
				s = s[:i]
				break
			}
		}
	}
	depth = 0
	for i := len(s) - 1; i >= 0; i-- { // the type before the name
		switch s[i] {
		case ')':
			depth++
		case '(':
			depth--
		case ' ':
			if depth == 0 {
				return s[i+1:]
			}
		}
	}
	return s
}
