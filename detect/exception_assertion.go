package detect

import (
	"strings"
)

// placedAssertion reads the assertions that name file and line in words:
//
//	ASSERT: "i < size()" in file qlist.h, line 541                          Qt
//	ASSERT failure in QList<T>::at: "index out of range", file qlist.h, line 541
//	Assertion failed: p != NULL, file c:\src\main.cpp, line 12               MSVC
//	TRAP: failed Assert("x > 0"), File: "main.c", Line: 3, PID: 9            PostgreSQL
func placedAssertion(line string) (Exception, bool) {
	e := Exception{Type: "Assertion", Language: Native}
	function := ""
	text, place, ok := line, "", false
	switch {
	case strings.HasPrefix(line, "ASSERT: \""):
		text, place, ok = strings.Cut(line[len("ASSERT: "):], " in file ")
	case strings.HasPrefix(line, "ASSERT failure in "):
		function, text, _ = strings.Cut(line[len("ASSERT failure in "):], ": \"")
		text, place, ok = strings.Cut("\""+text, ", file ")
	case strings.HasPrefix(line, "Assertion failed: ") && !strings.Contains(line, ", function "):
		text, place, ok = strings.Cut(line[len("Assertion failed: "):], ", file ")
	case strings.HasPrefix(line, "TRAP: "):
		text, place, ok = strings.Cut(line[len("TRAP: "):], ", File: ")
		text = strings.TrimPrefix(strings.TrimPrefix(text, "failed Assert("), "FailedAssertion(")
		text = strings.TrimSuffix(text, ")")
		place = strings.Replace(strings.ReplaceAll(place, `"`, ""), ", Line: ", ", line ", 1)
	}
	file, at, placed := strings.Cut(place, ", line ")
	if !ok || !placed || number(at) == 0 {
		return e, false
	}
	e.Value = text
	if n := len(text); n > 2 && text[0] == '"' && text[n-1] == '"' {
		e.Value = text[1 : n-1]
	}
	f := nativeFrame(cutParameters(function), file)
	f.Line = number(at)
	e.Frames = []Frame{f}
	return e, true
}
