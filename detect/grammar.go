package detect

import (
	"bytes"
)

// verdict is what a grammar says about the next line of a group.
type verdict uint8

const (
	refuse verdict = iota // not a line of this group: the group ends before it
	drop                  // as refuse, and the likely lines before it are none either
	maybe                 // it looks like one; the lines that follow will tell
	free                  // as maybe, but it could be anything: not if it starts a record
	opaque                // as maybe, but it could be anything: not if it starts a trace
	likely                // it is one, unless it starts a record or a line that follows says otherwise
	takes                 // as accept, but not if it states a time or level of its own
	accept                // it is one, and so are the uncertain lines before it
	done                  // as accept, and the last one
)

// A grammar knows how one runtime prints a trace.
type grammar struct {
	language Language
	why      string // names the rule for explain

	// step is asked about the next line of the group, which has no carriage
	// return and no colours. It may change the group's state, depth, count, trace
	// and message, and its grammar; the line is not part of the text yet.
	step func(g *group, line []byte) verdict

	// parse reads the exceptions of a trace, root cause first.
	parse func(s *source) []Exception

	// late is the first line of a trace that prints its value last. What is cut
	// off from it is read as if it stood there.
	late string

	// compose completes the record of a group that is not a trace; nil for traces.
	compose func(g *group, r *Record)
}

// opening is how a group begins.
type opening struct {
	grammar *grammar
	state   uint8
	verdict verdict  // on the first line itself; refuse: no group begins here
	headed  bool     // the line is a log line which waits for what it introduces
	bare    bool     // the trace has no head of its own: a log line may introduce it
	alone   *grammar // instead of grammar, if none does
	margin  uint8    // how many blanks all lines of the trace begin with
	led     bool     // a trace only behind a line that leads to it: on its own it is a quotation
}

// prefix is an opening that is known by the first bytes of a line.
type prefix struct {
	text string
	opening
}

// open decides whether a line begins a group. The record is the line's own; line
// is its text without colours.
func open(line []byte, r *Record) opening {
	if r.Format == JSON {
		return opening{}
	}
	if o := openByRecord(line, r); o.led || o.margin > 0 && r.Level > NotSet && r.Level < Warning {
		return opening{}
	} else if o.verdict != refuse {
		return o
	}
	if o := openBlock(line, r); o.verdict != refuse {
		return o
	}
	if !introduces(line, r) {
		if o := openProgram(line, r); o.verdict != refuse {
			return o
		}
		return openPyLead(line, r)
	}
	if hasSuffix(line, pyTraceback) { // logged with traceback.format_exc()
		return opening{grammar: &pythonGrammar, state: pyHead, verdict: maybe, headed: true}
	}
	return opening{grammar: &headerGrammar, state: headerUnread, verdict: maybe, headed: true}
}

// openByRecord is openTrace for a line whose record is known: most lines of most
// logs can be no trace by what they are.
func openByRecord(line []byte, r *Record) opening {
	switch r.Format {
	case Logfmt, Access, Klog:
		return opening{}
	}
	if len(line) == 0 || r.stampLen == 0 || r.stamp > 1 || r.Level == NotSet {
		return openTrace(line)
	}
	if r.Level <= Info {
		return opening{}
	}
	if !isDigit(line[0]) {
		return openTrace(line)
	}
	// A time, and a level behind it: some runtimes report an error through a logger.
	if o := openPHP(line); o.verdict != refuse {
		return o
	}
	if o := openErlang(line); o.verdict != refuse {
		return o
	}
	return openElixir(line)
}

// openTrace decides whether a line begins a trace.
func openTrace(line []byte) opening {
	if len(line) == 0 {
		return opening{}
	}
	if o := openForm(line); o.verdict != refuse {
		return o
	}
	if openingBytes[line[0]] {
		for i := range openings {
			if p := &openings[i]; p.text[0] == line[0] && hasPrefix(line, p.text) {
				return p.opening
			}
		}
	}
	if o := openPython(line); o.verdict != refuse {
		return o
	}
	if o := openGo(line); o.verdict != refuse {
		return o
	}
	if o := openNode(line); o.verdict != refuse {
		return o
	}
	if o := openJVM(line); o.verdict != refuse {
		return o
	}
	if o := openDump(line); o.verdict != refuse {
		return o
	}
	if o := openRuby(line); o.verdict != refuse {
		return o
	}
	if o := openPHP(line); o.verdict != refuse {
		return o
	}
	if o := openPerl(line); o.verdict != refuse {
		return o
	}
	if o := openRust(line); o.verdict != refuse {
		return o
	}
	if o := openNative(line); o.verdict != refuse {
		return o
	}
	if o := openClojure(line); o.verdict != refuse {
		return o
	}
	if o := openErlang(line); o.verdict != refuse {
		return o
	}
	if o := openElixir(line); o.verdict != refuse {
		return o
	}
	if o := openDotnet(line); o.verdict != refuse {
		return o
	}
	if o := openThrowable(line); o.verdict != refuse {
		return o
	}
	return openBunLogged(line)
}

// plain returns a line without its carriage return and, if it has any, its
// colours; those lines are written to the scratch buffer.
func plain(line []byte, scratch *[]byte) []byte {
	line = withoutReturn(line)
	if bytes.IndexByte(line, escape) >= 0 {
		*scratch = appendPlain((*scratch)[:0], line)
		line = *scratch
	}
	return line
}

func withoutReturn(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// appendPlain appends a text without its terminal sequences: CSI (colours, cursor
// moves) and OSC (titles, links) of ECMA-48.
func appendPlain(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, escape)
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		text = text[i+sequenceLen(text[i:]):]
	}
}

func hasPrefix(line []byte, p string) bool {
	return len(line) >= len(p) && string(line[:len(p)]) == p
}

func hasSuffix(line []byte, p string) bool {
	return len(line) >= len(p) && string(line[len(line)-len(p):]) == p
}

// cutPrefix is bytes.CutPrefix for a string.
func cutPrefix(line []byte, p string) ([]byte, bool) {
	if hasPrefix(line, p) {
		return line[len(p):], true
	}
	return line, false
}

// indent returns how many blanks and tabs a line begins with.
func indent[T string | []byte](line T) int {
	n := 0
	for n < len(line) && (line[n] == ' ' || line[n] == '\t') {
		n++
	}
	return n
}

func blank[T string | []byte](line T) bool { return indent(line) == len(line) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// isName reports whether c may stand in an identifier; bytes of other scripts may.
func isName(c byte) bool { return isLower(c) || isUpper(c) || isDigit(c) || c == '_' || c >= 0x80 }
