package detect

import (
	"strings"
)

// ocamlForm is what OCaml's runtime prints of an exception that nothing caught
// (runtime/printexc.c, stdlib/printexc.ml), with its backtrace if that is on.
var ocamlForm = form{
	language: OCaml, why: "ocaml exception", sure: true, values: 16, exits: []int{2},
	head: ocamlHead,
	frame: func(line string) (Frame, bool) {
		for _, p := range [...]string{"Raised at ", "Raised by primitive operation at ", "Re-raised at ", "Called from "} {
			if rest, ok := strings.CutPrefix(line, p); ok {
				return ocamlFrame(rest)
			}
		}
		return Frame{}, false
	},
	more: func(line string, _ *Frame) bool {
		return strings.HasPrefix(line, "(") && hasAny(line, "stack backtrace")
	},
	fatal: func(text string) bool { return strings.HasPrefix(text, "Fatal error") },
	complete: func(e *Exception) {
		if e.Type == "" { // in a log line
			one, _ := ocamlHead("Fatal error: exception " + e.Value)
			if i := strings.LastIndex(e.Value, ": "); i > 0 && one.Type == "" {
				if inner, _ := ocamlHead("Fatal error: exception " + e.Value[i+2:]); inner.Type != "" {
					one = inner
				}
			}
			e.Type, e.Value, e.Module = one.Type, one.Value, one.Module
		}
		if e.Type == "" {
			e.Type = "exception"
		}
		e.Frames = placed(e.Frames)
	},
}

// placed drops the frames of which nothing is known.
func placed(list []Frame) []Frame {
	kept := list[:0]
	for _, f := range list {
		if f.Function != "" || f.File != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func ocamlHead(line string) (Exception, bool) {
	e := Exception{}
	if rest, ok := strings.CutPrefix(line, "Thread "); ok {
		id, what, ok := strings.Cut(rest, " killed on uncaught exception ")
		if !ok || number(id) == 0 && id != "0" {
			return e, false
		}
		e.Thread, line = id, what
	} else if _, what, ok := strings.Cut(line, ": exception "); ok {
		line = what
	} else {
		return e, false
	}
	switch {
	case strings.HasPrefix(line, `File "`) && strings.HasSuffix(line, "Assertion failed"):
		e.Type, e.Value = "Assert_failure", line
	case strings.HasPrefix(line, `File "`) && strings.HasSuffix(line, "Pattern matching failed"):
		e.Type, e.Value = "Match_failure", line
	case line == "Stack overflow", line == "Out of memory":
		e.Type = strings.ReplaceAll(line, " ", "_")
		e.Value = line
	default:
		n := 0
		for n < len(line) && (isName(line[n]) || line[n] == '.' || line[n] == '\'') {
			n++
		}
		if last := line[strings.LastIndexByte(line[:n], '.')+1 : n]; last == "" || !isUpper(last[0]) || n < len(line) && line[n] != '(' && line[n] != ':' {
			e.Value = line // in the words of a printer that the program registered
			return e, true
		}
		e.Type, e.Value = line[:n], line[n:]
		e.Value = strings.TrimPrefix(strings.TrimPrefix(e.Value, ":"), " ")
		e.Value = unquoteOnly(e.Value)
		if i := strings.LastIndexByte(e.Type, '.'); i > 0 {
			e.Module, e.Type = e.Type[:i], e.Type[i+1:]
		}
	}
	return e, true
}

// unquoteOnly returns the text in `("text")`, the argument of Failure and its
// like; anything else as it is.
func unquoteOnly(s string) string {
	inner, ok := strings.CutPrefix(s, `("`)
	if !ok || !strings.HasSuffix(inner, `")`) {
		return s
	}
	inner = inner[:len(inner)-2]
	if strings.Contains(strings.ReplaceAll(inner, `\"`, ""), `"`) {
		return s
	}
	return ocamlUnescape(inner)
}

// ocamlUnescape undoes String.escaped, which prints bytes above 127 as "\195".
func ocamlUnescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == 'n':
			b.WriteByte('\n')
		case c == 't':
			b.WriteByte('\t')
		case c == 'r':
			b.WriteByte('\r')
		case isDigit(c) && i+2 < len(s) && isDigit(s[i+1]) && isDigit(s[i+2]):
			b.WriteByte(byte(number(s[i : i+3])))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// ocamlFrame reads `Main.parse in file "main.ml" (inlined), line 4, characters
// 30-52`, where the function is missing before OCaml 4.11.
func ocamlFrame(s string) (Frame, bool) {
	if s == "unknown location" {
		return Frame{}, true
	}
	f := Frame{}
	name, rest, ok := strings.Cut(s, ` in file "`)
	if ok {
		f.Function = name
	} else if rest, ok = strings.CutPrefix(s, `file "`); !ok {
		return f, false
	}
	f.File, rest, ok = strings.Cut(rest, `"`)
	if !ok {
		return f, false
	}
	_, rest, ok = strings.Cut(rest, ", line")
	if !ok {
		return f, false
	}
	f.Line = number(strings.TrimLeft(strings.TrimPrefix(rest, "s"), " "))
	if at, ok := between(rest, "characters ", "-"); ok {
		f.Column = number(at) + 1
	}
	f.InApp = !strings.HasPrefix(f.Function, "Stdlib") && !strings.HasPrefix(f.Function, "Camlinternal") && !hasAny(f.File, "/.opam/", "/_opam/", "/lib/ocaml/")
	return f, true
}

// haskellForm is what GHC's runtime prints of an exception that nothing caught,
// with the call stack that HasCallStack collects (base: GHC.Exception,
// GHC.Stack; since 9.10 GHC.Internal.Exception.Backtrace).
var haskellForm = form{
	language: Haskell, why: "haskell exception", sure: true, values: 64, exits: []int{1},
	head: haskellHead,
	intro: func(line string) bool {
		return strings.HasPrefix(line, "CallStack (from ") && strings.HasSuffix(line, "):") || line == "HasCallStack backtrace:"
	},
	frame: haskellFrame,
	other: func(line string) bool { return line == "HasCallStack backtrace:" },
	fatal: func(text string) bool {
		return !strings.HasPrefix(text, "CallStack") && !strings.HasPrefix(text, "HasCallStack")
	},
	complete: func(e *Exception) {
		if e.Type == "" {
			e.Type = "ErrorCall"
		}
		// A line says which function was called there: where that is in another
		// one, which the line below names.
		for i := range e.Frames {
			e.Frames[i].Function = ""
			if i+1 < len(e.Frames) {
				e.Frames[i].Function = haskellCallee(e.Frames[i+1].Module)
			}
		}
		for i := range e.Frames {
			f := &e.Frames[i]
			if _, f.Module, _ = strings.Cut(f.Module, " "); f.Function == "" {
				f.Module = "" // a module alone would read as a function
			}
		}
	},
}

func haskellCallee(s string) string { name, _, _ := strings.Cut(s, " "); return name }

// haskellHead reads "prog: value" and, since 9.12, "prog: Uncaught exception
// pkg:Mod.Type:", where the value has lines of its own.
func haskellHead(line string) (Exception, bool) {
	_, value, ok := strings.Cut(line, ": ")
	if !ok {
		return Exception{}, false
	}
	name, ok := strings.CutPrefix(value, "Uncaught exception ")
	if !ok {
		return Exception{Value: value}, true
	}
	name = strings.TrimSuffix(strings.TrimRight(name, " "), ":")
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	e := Exception{Type: name}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		e.Module, e.Type = name[:i], name[i+1:]
	}
	return e, true
}

// haskellFrame reads "  f, called at H.hs:12:21 in main:Main". Function and
// module are parted when all frames are known.
func haskellFrame(line string) (Frame, bool) {
	name, rest, ok := strings.Cut(line, ", called at ")
	if !ok || !strings.HasPrefix(name, "  ") {
		return Frame{}, false
	}
	place, module, _ := strings.Cut(rest, " in ")
	f := Frame{}
	f.File, f.Line, f.Column = splitPlace(place)
	pkg, module, _ := strings.Cut(module, ":")
	f.Module = strings.TrimSpace(name) + " " + module
	f.InApp = strings.HasPrefix(pkg, "main") || strings.HasSuffix(pkg, "-inplace") || strings.Contains(pkg, "-inplace-")
	return f, true
}
