package detect

import (
	"bytes"
)

// A traceback may have a margin: blanks, as logging formatters and reports of
// tests give it, or a prefix that something put before each line of a program,
// as in "[rank0]: Traceback (most recent call last):".

// maxPyMargin bounds the columns of a margin.
const maxPyMargin = 120

// openPyHead decides whether a line is the head of a traceback: a plain one, one
// that has a margin, as logging formatters and reports of tests give it, or one
// in a box.
func openPyHead(line []byte) opening {
	n := indent(line)
	if n > 0 && n < len(line) && line[n] == '|' { // drawn along the traceback
		n += 1 + indent(line[n+1:])
	}
	if n > maxPyMargin || n == len(line) || line[n] != 'T' && line[n] != '+' && line[n] < 0x80 {
		return opening{}
	}
	o := opening{grammar: &pythonGrammar, verdict: maybe, bare: true, margin: uint8(n)}
	switch {
	case line[n] == 'T' && string(line[n:]) == pyTraceback:
		o.state, o.led = pyHead, n > 0
	case isPyBoxHead(line[n:]):
		o.state = pyBox
	default:
		return opening{}
	}
	return o
}

// openPyLead decides whether a line leads to a traceback that is set in below it,
// as doctest, pip and programs with an indent() of their own print it. Manuals and
// comments show such tracebacks too, but leave a line free before them.
func openPyLead(line []byte, r *Record) opening {
	n := len(line)
	if n < 2 || r.Level != NotSet || r.Format != Text ||
		!(line[n-1] == ':' && tellsOfError(line)) && !(line[n-1] == ']' && hasSuffix(line, " lines of output]")) {
		return opening{}
	}
	return opening{grammar: &pythonGrammar, state: pyLead, verdict: maybe}
}

func stepPyLead(g *group, line []byte) verdict {
	n := indent(line)
	if n == 0 || n > maxPyMargin || string(line[n:]) != pyTraceback {
		return refuse
	}
	g.state, g.margin, g.trace = pyHead, uint8(n), g.next()
	return maybe
}

// isQuoteMark recognises what is put before each line of a text to quote it, or
// to make it a comment.
func isQuoteMark(margin []byte) bool {
	switch string(bytes.TrimSpace(margin)) {
	case ">", ">>", "#", "//", "*", "--", ";", ";;":
		return true
	}
	return false
}

// stepPython takes the margin from a line of the traceback.
func stepPython(g *group, line []byte) verdict {
	if g.state == pyHead && g.keptLines == 0 && g.endsInPyHead() && hasPrefix(line, `  File "`) {
		g.headed, g.margin = true, 0
		g.trace = max(0, bytes.LastIndex(g.text[:g.first], []byte(pyTraceback)))
	}
	if g.margin == 0 {
		return stepPyLine(g, line)
	}
	n, ok := g.afterMargin(line)
	if !ok {
		return refuse
	}
	next := g.next()
	v := stepPyLine(g, trimRight(line[n:])) // Rich fills them up
	if g.raw == 0 {                         // marks count from the margin
		if g.message.from == next {
			g.message.from += n
		}
		if g.message.to > next {
			g.message.to += n
		}
	}
	return v
}

// endsInPyHead reports whether the log line at the start of the group ends in the
// head of a traceback, as with traceback.format_exc().
func (g *group) endsInPyHead() bool {
	return g.trace == 0 && g.lines == 1 && (g.headed || g.margin > 0 && !blank(g.text[:min(int(g.margin), len(g.text))]))
}

// afterMargin returns where a line begins behind the margin of the traceback.
func (g *group) afterMargin(line []byte) (int, bool) {
	want := int(g.margin)
	first := g.text[min(g.trace, len(g.text)):]
	margin := first[:min(want, len(first))]
	if blank(margin) {
		n := min(want, indent(line))
		return n, n == want || n == len(line)
	}
	if bytes.HasPrefix(line, margin) {
		return want, true
	}
	if len(line) == 0 { // textwrap.indent() leaves blank lines as they are
		return 0, true
	}
	return len(line), bytes.Equal(trimRight(line), trimRight(margin))
}
