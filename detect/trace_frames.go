package detect

import (
	"bytes"
	"strings"
)

// nimGrammar is Nim's report (lib/system/excpt.nim): the frames, oldest call
// first, then the exception.
var nimGrammar = grammar{language: Nim, why: "nim exception", step: stepNim, parse: parseNim}

// nimError is how the exception begins.
const nimError = "Error: unhandled exception: "

// The states are named after what the line before was.
const (
	nimHead   uint8 = iota // "Traceback (most recent call last)"
	nimFrames              // a frame
	nimValue               // a line of the exception's value
)

// maxNimFrames bounds the frames that wait for the exception.
const maxNimFrames = 1500

// openFrames decides whether a line begins a trace of a runtime that prints the
// frames first, or one that no table of first bytes tells.
func openFrames(line []byte) opening {
	switch c := line[0]; {
	case c == 'T':
		if string(line) == "Traceback (most recent call last)" {
			return opening{grammar: &nimGrammar, state: nimHead, verdict: maybe, bare: true}
		}
	case c == 'B':
		if string(line) == "Backtrace:" {
			return opening{grammar: &guileGrammar, state: guileHead, verdict: maybe, bare: true}
		}
	case c == 'E':
		if hasPrefix(line, nimError) {
			return opening{grammar: &nimGrammar, state: nimValue, verdict: nimEnd(view(line), maybe)}
		}
		if o := openR(line); o.verdict != refuse {
			return o
		}
	case isDigit(c):
		return openBun(line)
	case c == ' ', isLower(c):
		if o := openTcl(line); o.verdict != refuse || c == ' ' {
			return o
		}
	}
	return openWord(line)
}

// openWord looks at the first word: a place with a line is how some runtimes
// begin.
func openWord(line []byte) opening {
	for n, c := range line[:min(len(line), 300)] {
		switch c {
		case ' ', '\t', '"':
			if n > 0 && line[n-1] == ':' && isDigit(line[len(line)-1]) {
				return openPowerShell(line)
			}
			return opening{}
		case '@':
			return dForm.open(line, formValue)
		case '(':
			if n > 4 && string(line[n-4:n]) == ".nim" && isNimFrame(line) {
				return opening{grammar: &nimGrammar, state: nimFrames, verdict: maybe, bare: true}
			}
		case ':':
			if n > 6 && string(line[n-6:n]) == ".swift" {
				return swiftForm.open(line, formValue)
			}
		}
	}
	return opening{}
}

// nimEnd is the verdict on a line of a value, which ends in "[Type]".
func nimEnd(line string, more verdict) verdict {
	if i := strings.LastIndexByte(line, '['); i >= 0 && strings.HasSuffix(line, "]") && i+2 < len(line) && isUpper(line[i+1]) && isWord(line[i+1:len(line)-1]) {
		return done
	}
	return more
}

// isNimFrame recognises "/srv/main.nim(13)    main" by its first word.
func isNimFrame(line []byte) bool {
	i := bytes.IndexByte(line[:min(len(line), 300)], '(')
	if i < 5 || string(line[i-4:i]) != ".nim" {
		return false
	}
	_, ok := nimFrame(view(line))
	return ok
}

func nimFrame(line string) (Frame, bool) {
	file, rest, ok := strings.Cut(line, "(")
	ok = ok && strings.HasSuffix(file, ".nim")
	at, name, found := strings.Cut(rest, ") ")
	name = strings.TrimLeft(name, " ")
	if !ok || !found || number(at) == 0 || strings.Contains(file, " ") || name == "" || strings.ContainsAny(name, " :") {
		return Frame{}, false
	}
	f := Frame{Function: name, File: file, Line: number(at)}
	f.InApp = !hasAny(f.File, "/lib/system/", "/nim/lib/", "/lib/pure/", "/.nimble/", "/lib/std/")
	if first, _, _ := strings.Cut(f.File, "/"); first == f.File && f.File == "fatal.nim" {
		f.InApp = false
	}
	return f, true
}

// isNimMark recognises the lines among the frames that are none.
func isNimMark(line string) bool {
	return strings.HasSuffix(line, "calls omitted) ...") || strings.HasPrefix(line, "[[reraised from:") || line == "]]" || line == "..." || strings.HasSuffix(line, ".nim       rec")
}

func stepNim(g *group, line []byte) verdict {
	text := view(line)
	switch {
	case g.state == nimValue:
		if g.count++; g.count > maxJavaValue {
			return refuse
		}
		g.stretch(line)
		return nimEnd(text, free)
	case strings.HasPrefix(text, nimError):
		g.state, g.count = nimValue, 0
		g.mark(line, line)
		return nimEnd(text, accept)
	case strings.HasPrefix(text, "Error: call depth limit reached"), strings.HasPrefix(text, "SIGSEGV: Illegal storage access"), strings.HasPrefix(text, "SIGFPE: "), strings.HasPrefix(text, "SIGABRT: "):
		g.mark(line, line)
		return done
	case isNimFrame(line), g.state == nimFrames && isNimMark(text), g.state == nimFrames && strings.Contains(text, ".nim  "):
		g.state = nimFrames
		if g.headed {
			return accept
		}
		if g.count++; g.count <= maxNimFrames {
			return maybe
		}
	}
	return refuse
}

func parseNim(s *source) []Exception {
	e := Exception{Language: Nim, Type: "Exception"}
	lines := strings.Split(s.text, "\n")
	if s.header != "" {
		e.Value = headerMessage(s.header)
	}
	for i, line := range lines {
		if f, ok := nimFrame(line); ok {
			e.Frames = append(e.Frames, f)
			continue
		}
		rest := strings.Join(lines[i:], "\n")
		if value, ok := strings.CutPrefix(rest, nimError); ok {
			e.Value = strings.TrimSpace(value)
			if j := strings.LastIndex(e.Value, "["); j >= 0 && strings.HasSuffix(e.Value, "]") {
				e.Value, e.Type = strings.TrimSpace(e.Value[:j]), e.Value[j+1:len(e.Value)-1]
			}
			break
		}
		if name, _, ok := strings.Cut(rest, ": "); ok && (strings.HasPrefix(name, "SIG") || name == "Error") {
			e.Type, e.Value = name, strings.TrimPrefix(rest, "Error: ")
			break
		}
	}
	return []Exception{e}
}

// framesExit is how a runtime that prints the frames first, or has a grammar of
// its own here, ends a process because of an error; 0 if that is not known.
func framesExit(l Language) int {
	switch l {
	case Nim, Scheme, Tcl, R, PowerShell:
		return 1
	}
	return 0
}
