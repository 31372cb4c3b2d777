package detect

import (
	"strings"
)

// adaForm is GNAT's (a-exexda.adb, a-exextr.adb): the addresses of its stack, or
// with -bargs -Es the names.
var adaForm = form{
	language: Ada, why: "ada exception", sure: true, values: 8, exits: []int{1},
	goesOn: func(line string) bool { return strings.HasPrefix(line, "raised ") },
	head: func(line string) (Exception, bool) {
		if strings.HasPrefix(line, "Execution of ") {
			return Exception{}, strings.HasSuffix(line, " terminated by unhandled exception")
		}
		return adaRaised(line)
	},
	intro: func(line string) bool {
		return line == "Call stack traceback locations:" || strings.HasPrefix(line, "[/") && strings.HasSuffix(line, "]") || strings.HasPrefix(line, "[./") && strings.HasSuffix(line, "]")
	},
	frame: func(line string) (Frame, bool) {
		rest, ok := strings.CutPrefix(line, "0x")
		if !ok {
			return Frame{}, false
		}
		_, rest, _ = strings.Cut(rest, " ")
		name, place, ok := strings.Cut(rest, " at ")
		if !ok {
			return Frame{}, true
		}
		f := Frame{Function: name}
		f.File, f.Line, f.Column = splitPlace(place)
		f.InApp = f.Line > 0 && !strings.HasPrefix(f.File, "b~") && !strings.HasPrefix(name, "Ada.") && !strings.HasPrefix(name, "System.")
		return known(f), true
	},
	more:  func(line string, _ *Frame) bool { return strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") },
	fatal: func(text string) bool { return strings.HasPrefix(text, "Execution of ") },
	complete: func(e *Exception) {
		if e.Type == "" {
			if one, ok := adaRaised(e.Value); ok {
				e.Type, e.Value = one.Type, one.Value
			} else if i := strings.Index(e.Value, "raised "); i >= 0 { // after the words of a log line
				one, _ := adaRaised(e.Value[i:])
				e.Type, e.Value = one.Type, one.Value
			}
		}
		if i := strings.LastIndexByte(e.Type, '.'); i > 0 {
			e.Module, e.Type = e.Type[:i], e.Type[i+1:]
		}
		if e.Frames = placed(e.Frames); len(e.Frames) > 0 {
			return
		}
		place, _, _ := strings.Cut(e.Value, " ") // "main.adb:12 range check failed"
		if file, line := cutNumber(place); line > 0 {
			e.Frames = []Frame{{File: file, Line: line, InApp: true}}
		}
	},
}

// adaRaised reads "raised MAIN.MY_ERROR : value".
func adaRaised(line string) (Exception, bool) {
	rest, ok := strings.CutPrefix(line, "raised ")
	if !ok {
		return Exception{}, false
	}
	name, value, ok := strings.Cut(rest, " : ")
	if !ok {
		name, ok = strings.CutSuffix(strings.TrimRight(rest, " "), " :")
		value = ""
	}
	if !ok || !isWord(name) || strings.ToUpper(name) != name {
		return Exception{}, false
	}
	return Exception{Type: name, Value: value}, true
}
