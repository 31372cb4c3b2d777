package detect

import (
	"strings"
)

// parsePerl reads what die and confess print, and Devel::StackTrace. A call's
// line says where the call was made, and so belongs to the frame outside of it.
func parsePerl(s *source) []Exception {
	lines := strings.Split(s.text, "\n")
	var r Record
	classify([]byte(lines[0]), &r)
	message := string(r.Message)
	p, ok := perlPlaceOf([]byte(message))
	if !ok {
		return nil
	}
	e := Exception{Type: "die", Value: message[:p.start], Language: Perl}
	if e.Value == "Trace begun" {
		e.Value = ""
	}
	if rest, ok := strings.CutPrefix(message[:p.start], perlThread); ok {
		if id, value, ok := strings.Cut(rest, " terminated abnormally: "); ok {
			e.Thread, e.Value = id, value
		}
	}
	e.Value = strings.TrimPrefix(e.Value, "\t(in cleanup) ")
	if s.header != "" { // "Trace begun", after a log line with the message
		var header Record
		classify([]byte(s.header), &header)
		e.Value = string(header.Message)
	}
	at := perlFrame("", p)
	for _, line := range lines[1:] {
		p, ok := perlPlaceOf([]byte(line))
		switch {
		case !ok || strings.HasPrefix(line, "\t...propagated") || line == "" || isPerlGivenUp([]byte(line)):
		case p.start == 0: // confess, called by a handler of die
			at = perlFrame("", p)
		case isPerlCall([]byte(line), p):
			at.Function = perlFunction(line[:p.start])
			e.Frames = append(e.Frames, at)
			at = perlFrame("", p)
		case len(e.Frames) == 0: // more errors of the compiler
			if !strings.HasPrefix(e.Value, message) {
				e.Value = message
			}
			e.Value += "\n" + line
		}
	}
	e.Frames = reversed(append(e.Frames, at))
	return []Exception{e}
}

func perlFrame(function string, p perlSpot) Frame {
	file := string(p.file)
	return Frame{Function: function, File: file, Line: number(string(p.line)), InApp: perlInApp(file)}
}

// perlFunction reads "\tmain::run(1, 'two') called".
func perlFunction(call string) string {
	call = strings.TrimSpace(strings.TrimSuffix(strings.TrimLeft(call, "\t"), " called"))
	if strings.HasPrefix(call, "eval ") || strings.HasPrefix(call, "require ") {
		return call
	}
	call, _, _ = strings.Cut(call, "(")
	return call
}

// perlInApp: not the standard library, nor what CPAN's clients or the system
// installed.
func perlInApp(file string) bool {
	for _, part := range [...]string{"/share/perl", "/lib/perl", "/perl5/", "/site_perl/", "/vendor_perl/", "/perl-base/"} {
		if strings.Contains(file, part) {
			return false
		}
	}
	return true
}
