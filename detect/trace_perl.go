package detect

import (
	"bytes"
)

// The forms of Perl 5: Perl_mess_sv in util.c for the place that die and warn add
// to a message, lib/Carp.pm for the calls that confess and cluck print, and
// Devel::StackTrace, which Exception::Class and Moose print.
//
// Perl says the same of a message that it warned of and of the one that it died
// of. A line with a place and nothing more is no event, unless the app ended by
// it (Record.Exceptions).

// The states are named after what the line before was.
const (
	perlPlace   uint8 = iota // "message at file line 1."
	perlCalls                // "\tmain::run(1) called at file line 2"
	perlBegun                // "Trace begun at file line 1"
	perlCompile              // an error of the compiler, after which others may come
)

// maxPerlErrors is how many errors the compiler reports before it gives up.
const maxPerlErrors = 12

var perlGrammar = grammar{language: Perl, why: "perl trace", step: stepPerl, parse: parsePerl, compose: composePerl}

// openPerl decides whether a line begins a Perl error or trace.
func openPerl(line []byte) opening {
	switch last := line[len(line)-1]; {
	case last == '.', isDigit(last):
	case (last == '"' || last == 'F') && isPerlCompile(line): // `, near "}"` or ", at EOF"
	default:
		return opening{}
	}
	p, ok := perlPlaceOf(line)
	if !ok {
		return opening{}
	}
	o := opening{grammar: &perlGrammar, state: perlPlace, verdict: accept}
	switch text := line[:p.start]; {
	case isPerlCompile(text):
		o.state = perlCompile
	case p.near:
		return opening{}
	case string(text) == "Trace begun":
		o.state, o.verdict, o.bare = perlBegun, maybe, true
	case isPerlCall(line, p):
		return opening{}
	}
	return o
}

// perlSpot is "at file line 1, <STDIN> line 2." at the end of a line.
type perlSpot struct {
	start int // where in the line the blank before it is
	file  []byte
	line  []byte
	near  bool // it goes on with the source, as errors of the compiler do
}

// perlPlaceOf finds the place that ends a line.
func perlPlaceOf(line []byte) (p perlSpot, ok bool) {
	text := bytes.TrimSuffix(line, []byte("."))
	if hasSuffix(text, `"`) || hasSuffix(text, ", at EOF") {
		i := bytes.Index(text, []byte(`, near "`))
		if i < 0 {
			i = bytes.LastIndex(text, []byte(", at EOF"))
		}
		if i < 0 {
			return p, false
		}
		text, p.near = text[:i], true
	}
	n := perlLine(text)
	if n > 0 {
		if i := bytes.LastIndex(text[:n], []byte(", <")); i > 0 && isPerlInput(text[i+3:]) {
			text = text[:i]
			n = perlLine(text)
		}
	}
	if n == 0 || !hasSuffix(text[:n], " line ") {
		return p, false
	}
	p.line = text[n:]
	file := text[:n-len(" line ")]
	if hasSuffix(file, ")") { // "(eval 3)"
		p.start = bytes.LastIndex(file, []byte(" at ("))
		if i := bytes.LastIndex(file, []byte(" (defined at ")); i > 0 { // an accessor that Moose made
			p.start = bytes.LastIndex(file[:i], []byte(" at "))
			if at, ok := perlPlaceOf(file[i : len(file)-1]); ok && p.start >= 0 {
				p.file, p.line = at.file, at.line
				return p, true
			}
			return p, false
		}
	} else {
		p.start = bytes.LastIndex(file, []byte(" at "))
	}
	if p.start < 0 {
		return p, false
	}
	p.file = file[p.start+len(" at "):]
	return p, isPerlFile(p.file)
}

// perlLine returns where the number begins that ends a text after " line " or
// " chunk ", 0 if none does.
func perlLine(text []byte) int {
	n := len(text)
	for n > 0 && isDigit(text[n-1]) {
		n--
	}
	if n == len(text) || n < 8 || !hasSuffix(text[:n], " line ") && !hasSuffix(text[:n], " chunk ") {
		return 0
	}
	return n
}

// isPerlInput recognises "STDIN> line 3" and "$fh> chunk 3".
func isPerlInput(text []byte) bool {
	i := bytes.IndexByte(text, '>')
	return i >= 0 && (hasPrefix(text[i:], "> line ") || hasPrefix(text[i:], "> chunk "))
}

// isPerlFile reports whether a file may be Perl's: by its ending, or because it
// is a path that has none, or is no file at all.
func isPerlFile(file []byte) bool {
	if len(file) == 0 {
		return false
	}
	if file[0] == '(' {
		return hasPrefix(file, "(eval ") || hasPrefix(file, "(re_eval ")
	}
	if string(file) == "-e" || string(file) == "-" {
		return true
	}
	name := file[bytes.LastIndexAny(file, `/\`)+1:]
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 {
		return len(name) < len(file) && len(name) > 0 && bytes.IndexByte(file, ' ') < 0
	}
	switch string(name[dot:]) {
	case ".pl", ".pm", ".t", ".cgi", ".psgi", ".PL", ".plx", ".fcgi", ".al", ".ep":
		return true
	}
	return false
}

// isPerlCompile recognises what the compiler says before it gives up.
func isPerlCompile(text []byte) bool {
	for _, start := range [...]string{"syntax error", "Global symbol \"", "Can't locate ", "Bareword \"", "Missing right ", "Can't find string terminator ",
		"Unmatched right ", "Not enough arguments for ", "Too many arguments for ", "String found where operator expected", "Type of arg ", "Can't redeclare "} {
		if hasPrefix(text, start) {
			return true
		}
	}
	return false
}

// isPerlWarning recognises the warnings of the runtime that are met most.
func isPerlWarning(text []byte) bool {
	for _, start := range [...]string{"Use of uninitialized value", "Deep recursion on ", "Odd number of elements in ", "Useless use of ",
		"Possible ", "Subroutine ", "Wide character in ", "Argument \"", "isn't numeric", "Name \"", "Scalar value @", "Unquoted string ",
		"Use of freed value", "Smartmatch is ", "given is ", "when is ", "Exiting ", "print() on ", "readline() on ", "close() on ", "\"my\" variable "} {
		if hasPrefix(text, start) {
			return true
		}
	}
	return false
}

// isPerlCall recognises a call of a trace: "\tmain::run(1) called at file line 2"
// of Carp, and that of Devel::StackTrace, which has no tab and may leave out
// "called".
func isPerlCall(line []byte, p perlSpot) bool {
	if line[0] == ' ' { // set in by who quotes it
		return false
	}
	text := line[:p.start]
	return hasSuffix(text, " called") || line[0] == '\t' && !hasPrefix(line, "\t...propagated") && !hasPrefix(line, "\t(in cleanup)") ||
		hasPrefix(line, "eval {...}")
}

func stepPerl(g *group, line []byte) verdict {
	if len(line) == 0 {
		return refuse
	}
	if g.state == perlCompile {
		return stepPerlCompile(g, line)
	}
	p, ok := perlPlaceOf(line)
	if !ok {
		if g.state != perlBegun && isPerlGivenUp(line) {
			return accept
		}
		return refuse
	}
	switch {
	case isPerlCall(line, p):
		if g.state != perlBegun || line[0] != '\t' {
			if g.state == perlPlace {
				g.state = perlCalls
			}
			return accept
		}
	case g.state == perlPlace && (p.start == 0 || hasPrefix(line, "\t...propagated")), isPerlGivenUp(line):
		return accept
	}
	return refuse
}

// isPerlGivenUp recognises the last word of the compiler, and of what required
// the file.
func isPerlGivenUp(line []byte) bool {
	switch line[0] {
	case 'B':
		return hasPrefix(line, "BEGIN failed--compilation aborted")
	case 'C':
		return hasPrefix(line, "Compilation failed in require at ")
	case 'E':
		return hasPrefix(line, "Execution of ") && hasSuffix(line, " aborted due to compilation errors.")
	}
	return hasSuffix(line, " had compilation errors.") || hasSuffix(line, " had too many errors.")
}

func stepPerlCompile(g *group, line []byte) verdict {
	if isPerlGivenUp(line) {
		g.state = perlPlace
		return accept
	}
	p, ok := perlPlaceOf(line)
	switch {
	case ok && isPerlCall(line, p):
		g.state = perlCalls
		return accept
	case ok, hasPrefix(line, "\t("):
		if g.count++; g.count <= maxPerlErrors {
			return maybe
		}
	}
	return refuse
}

// composePerl says whether it is an event: a line on its own is as its header
// has it, and a warning with its calls is a warning.
func composePerl(g *group, r *Record) {
	line := plain(g.text[:min(g.first, g.kept)], new([]byte))
	p, ok := perlPlaceOf(line)
	warning := ok && isPerlWarning(r.Message)
	if r.Lines == 1 && !isPerlThread(line) {
		if ok && !p.near && !warning && (r.Level >= Error || r.Level == NotSet && r.stampLen == 0) {
			r.Trace = Perl
		}
		return
	}
	r.Trace, r.head = Perl, int32(g.trace)
	if r.Level == NotSet {
		r.Level, r.Why = Error, g.grammar.why
		if warning {
			r.Level = Warning
		}
	}
}

// perlThread is how Perl's warning begins that a thread died.
const perlThread = "Thread "

func isPerlThread(line []byte) bool {
	return hasPrefix(line, perlThread) && bytes.Contains(line, []byte(" terminated abnormally: "))
}

// diedOfIt reports whether a line on its own is what the app, or a thread of it,
// ended by, or what a logger calls an error: Perl says the same of what it only
// warns of.
func (r *Record) diedOfIt() bool {
	return r.Level >= Error || r.Event != nil && r.Event.Crash != nil || isPerlThread(r.Text)
}
