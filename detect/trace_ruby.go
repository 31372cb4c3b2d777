package detect

import (
	"bytes"
)

// The forms of Ruby 2.x to 3.4: error.c and eval_error.c (rb_error_write) of MRI,
// in both orders, with the additions of error_highlight and did_you_mean; of
// Logger::Formatter; and those of Rails, Rack, Sinatra and Sidekiq, which print a
// head of their own and the backtrace as it is.

// The states are named after what the line before was.
const (
	rubyIntro   uint8 = iota // "#<Thread:… run> terminated with exception …:"
	rubyValue                // "file:1:in `m': value (Type)" or more of the value
	rubyFrames               // "\tfrom file:1:in `m'"
	rubyTitle                // "Type (value):" or "Type: value", which a backtrace follows
	rubyBare                 // "file:1:in `m'"
	rubyReverse              // "\t1: from file:1:in `m'"
	rubyLast                 // the value, after frames in reverse order
	rubyMain                 // as rubyValue, of an exception that has no frames: it was raised at the top
	rubySyntax               // the place of a syntax error
	rubySuggest              // "file: --> file" of syntax_suggest, before that
	rubySpec                 // a line of an error that RSpec tells
)

// rubyBold is how rb_error_write begins to highlight.
const rubyBold = "\x1b[1m"

const (
	maxRubyValue = 64 // lines of a value before its frames
	maxRubyTitle = 24 // lines between a title and the backtrace
	maxRubyType  = 200
	maxRubyHead  = 4096 // bytes of the first lines that others are compared with
)

var rubyGrammar = grammar{language: Ruby, why: "ruby backtrace", step: stepRuby, parse: parseRuby}

// openRuby decides whether a line begins a Ruby backtrace.
func openRuby(line []byte) opening {
	head := opening{grammar: &rubyGrammar, state: rubyValue, verdict: maybe}
	last := line[len(line)-1]
	if last == ':' && line[0] == ' ' && isRubySpec(line) {
		head.state = rubySpec
		return head
	}
	if last == ':' && line[0] != '#' && isRubyTitle(line) {
		head.state, head.bare = rubyTitle, true
		return head
	}
	if last == '>' && isPumaError(line) {
		return opening{grammar: &rubyGrammar, state: rubyBare, verdict: accept, headed: true}
	}
	if isUpper(line[0]) && rubyQualified(line) {
		head.state, head.bare = rubyTitle, true
		return head
	}
	// A place holds no blank but the one after ":in", unless a log line or a path
	// with blanks is before it. Then a type has to tell that it is worth the search.
	i := bytes.IndexByte(line, ' ')
	if i < 3 {
		return opening{}
	}
	switch {
	case line[i-1] == ':':
		return openRubySyntax(line, head)
	case line[0] == '#' && hasPrefix(line, "#<Thread:") && bytes.Contains(line, []byte("> terminated with exception (")):
		head.state = rubyIntro
		return head
	case !hasSuffix(line[:i], ":in") && last != ')':
		return opening{}
	}
	p, ok := rubyPlaceOf(line)
	if !ok || !hasPrefix(p.rest, ": ") {
		return opening{}
	}
	if head.headed = p.start > 0; !head.headed && isRubyValue(p.rest[2:]) {
		head.verdict = accept
		if string(p.name) == "<main>" {
			head.state = rubyMain
		}
	}
	return head
}

// rubyPlace is "file:1:in `m'" and what follows in the line.
type rubyPlace struct {
	start int // where in the line it begins: after the last blank before it
	file  []byte
	line  []byte
	name  []byte
	rest  []byte
}

// rubyPlaceOf finds the first place in a line that names a method. Ruby 3.4 puts
// it between two straight quotes.
func rubyPlaceOf(line []byte) (p rubyPlace, ok bool) {
	in := bytes.Index(line, []byte(":in "))
	if in < 2 || in+6 > len(line) || line[in+4] != '`' && line[in+4] != '\'' {
		return p, false
	}
	at := in
	for at > 0 && isDigit(line[at-1]) {
		at--
	}
	if at == in || at < 2 || line[at-1] != ':' {
		return p, false
	}
	end := bytes.IndexByte(line[in+5:], '\'')
	if end < 0 {
		return p, false
	}
	p.start = bytes.LastIndexByte(line[:at-1], ' ') + 1
	if tab := bytes.LastIndexByte(line[p.start:at-1], '\t'); tab >= 0 {
		p.start += tab + 1
	}
	p.file, p.line, p.name = line[p.start:at-1], line[at:in], line[in+5:in+5+end]
	p.rest = line[in+6+end:]
	return p, len(p.file) > 0
}

// isRubyFrame recognises a line of a backtrace that is "file:1:in `m'" and no more.
func isRubyFrame(line []byte) bool {
	if len(line) == 0 || line[len(line)-1] != '\'' {
		return false
	}
	body := line[indent(line):]
	p, ok := rubyPlaceOf(body)
	return ok && len(p.rest) == 0 && (p.start == 0 || body[0] == '/' || body[0] == '.')
}

// isRubyValue reports whether what stands after "file:1:in `m': " is surely the
// head of an exception: it has its type at the end, or is the type alone.
func isRubyValue(text []byte) bool {
	return rubyTypeAt(text) >= 0 || string(text) == "unhandled exception" || rubyConst(text) == len(text) && len(text) > 0
}

// rubyTypeAt returns where the type begins in "value (Type)", -1 if nowhere.
func rubyTypeAt(text []byte) int {
	n := len(text)
	if n < 3 || text[n-1] != ')' {
		return -1
	}
	from := max(0, n-maxRubyType)
	open := from + bytes.LastIndexByte(text[from:], '(')
	if open < from || open > 0 && text[open-1] != ' ' || rubyConst(text[open+1:]) != n-open-2 || n-open < 3 {
		return -1
	}
	return open + 1
}

// rubyConst returns the length of the constant that a text begins with, as in
// "Net::OpenTimeout", 0 if it begins with none.
func rubyConst(text []byte) int {
	n := 0
	for n < len(text) && n < maxRubyType {
		if c := text[n]; !isUpper(c) && c < 0x80 {
			return 0
		}
		for n < len(text) && isName(text[n]) {
			n++
		}
		if !hasPrefix(text[n:], "::") {
			return n
		}
		n += 2
	}
	return 0
}

func stepRuby(g *group, line []byte) verdict {
	if g.headed {
		line = withoutTags(g.text[:min(g.first, maxRubyHead)], line)
	}
	switch g.state {
	case rubyIntro:
		return stepRubyIntro(g, line)
	case rubyValue, rubyMain:
		return stepRubyValue(g, line)
	case rubyFrames:
		return stepRubyFrames(g, line)
	case rubyTitle:
		return stepRubyTitle(g, line)
	case rubyBare:
		return stepRubyBare(g, line)
	case rubyReverse, rubyLast:
		return stepRubyReverse(g, line)
	case rubySpec:
		return stepRubySpec(g, line)
	case rubySuggest:
		return stepRubySuggest(g, line)
	}
	return stepRubySyntax(line)
}

func stepRubyIntro(g *group, line []byte) verdict {
	if string(line) == pyTraceback { // to a terminal, Ruby 2.5 to 2.7
		return maybe
	}
	if isRubyReversed(line) {
		g.state = rubyReverse
		return accept
	}
	if !g.markRuby(line) {
		return refuse
	}
	g.state = rubyValue
	return accept
}

// markRuby makes the exception that a line names the message, if it names one.
func (g *group) markRuby(line []byte) bool {
	p, ok := rubyPlaceOf(line)
	if !ok || p.start > 0 || !hasPrefix(p.rest, ": ") {
		return false
	}
	g.mark(line, p.rest[2:])
	g.count = 0
	return true
}

func stepRubyValue(g *group, line []byte) verdict {
	switch {
	case isRubyFrom(line):
		g.state = rubyFrames
		return accept
	case isRubyFrame(line):
		g.state = rubyBare
		return accept
	case g.isRubyCause(line):
		g.state, g.count = rubyValue, 0
		return accept
	case isCaretLine(line), hasPrefix(line, "Did you mean?"), hasPrefix(line, "              ") && !blank(line):
		return accept
	}
	if g.count++; g.count > maxRubyValue {
		return refuse
	}
	switch {
	case blank(line), isRubyDetail(line), isRubySyntaxError(line):
		return maybe
	case g.state == rubyMain && g.count > maxPlainValue:
		return drop
	case g.state == rubyMain:
		return likely
	}
	return free
}

// isRubyDetail recognises what PostgreSQL adds to a message, and states no level
// of a record here.
func isRubyDetail(line []byte) bool {
	for _, p := range [...]string{"DETAIL: ", "HINT: ", "LINE ", "CONTEXT: ", "QUERY: "} {
		if hasPrefix(line, p) {
			return true
		}
	}
	return false
}

// isCaretLine recognises error_highlight's mark under a line of source.
func isCaretLine(line []byte) bool {
	n := indent(line)
	return n > 0 && n < len(line) && len(bytes.Trim(line[n:], "^~")) == 0 && bytes.IndexByte(line[n:], '^') >= 0
}

func isRubyFrom(line []byte) bool {
	if len(line) < 6 || line[0] != '\t' {
		return false
	}
	return hasPrefix(line, "\tfrom ") || hasPrefix(line, "\t ... ") && hasSuffix(line, " levels...")
}

func stepRubyFrames(g *group, line []byte) verdict {
	switch {
	case isRubyFrom(line):
		return accept
	case g.isRubyCause(line):
		g.state, g.count = rubyValue, 0
		return accept
	}
	return refuse
}

// isRubyCause reports whether a line is the head of the exception that led to
// the one before. A head that was there already begins another report of it: of
// the thread that joined the one which died.
func (g *group) isRubyCause(line []byte) bool {
	p, ok := rubyPlaceOf(line)
	if !ok || p.start > 0 || !hasPrefix(p.rest, ": ") || hasSuffix(line, "(Ractor::RemoteError)") {
		return false
	}
	from := min(g.trace, len(g.text)) // of a later piece of a long trace
	first := g.text[from:min(len(g.text), from+maxRubyHead)]
	if g.raw == 0 && g.pieces == 0 && bytes.Contains(firstLine(first), []byte(rubyBold)) { // a cause would be in bold as well
		return false
	}
	if hasPrefix(first, "#<Thread:") {
		first = first[len(firstLine(first)):]
		first = bytes.TrimLeft(first, "\r\n")
	}
	return !bytes.Equal(firstLine(first), line)
}
