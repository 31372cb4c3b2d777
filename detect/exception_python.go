package detect

import (
	"strings"
)

// parsePython reads tracebacks, chained ones, groups, syntax errors without a
// traceback and faulthandler's reports.
func parsePython(s *source) []Exception {
	if strings.HasPrefix(s.text, pyFatal) {
		return []Exception{parsePyFault(s.text)}
	}
	lines := strings.Split(s.text, "\n")
	if isPytestTitle(lines[0]) {
		return parsePytest(lines)
	}
	cutPyMargin(lines)
	thread := ""
	if name, ok := strings.CutPrefix(lines[0], "Exception in thread "); ok {
		thread, _, _ = strings.Cut(name, ":")
	}
	list := parsePyLines(lines, 0)
	for i := range list {
		list[i].Thread = thread
	}
	return list
}

// cutPyMargin cuts the margin from the lines of a traceback.
func cutPyMargin(lines []string) {
	first := lines[0]
	n := indent(first)
	if first == pyGroup {
		return
	}
	if rest, ok := strings.CutSuffix(first, pyTraceback); ok {
		n = len(rest)
	} else if !isPyBoxHead([]byte(first[n:])) {
		return
	}
	margin := first[:n]
	for i, line := range lines {
		switch rest, ok := strings.CutPrefix(line, margin); {
		case ok:
			lines[i] = strings.TrimRight(rest, " ") // Rich fills them up
		case blank(margin), line == strings.TrimRight(margin, " "):
			lines[i] = line[min(n, len(line)):]
		}
	}
}

// pyReader collects the exceptions of a text in the order they are printed.
type pyReader struct {
	list    []Exception
	one     Exception // the one that is being read
	value   []string
	state   uint8
	depth   int
	members int  // where in list the members of a group in a box go
	boxed   bool // the values have blanks up to the edge of a box
}

// maxPyDepth bounds how deep exception groups are followed.
const maxPyDepth = 40

func parsePyLines(lines []string, depth int) []Exception {
	p := pyReader{depth: depth}
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case line == pyTraceback && p.state == pyValue && endsInColon(strings.Join(p.value, "\n")):
			p.value, p.state = append(p.value, line), pyQuote
		case line == pyTraceback, isPyShowHead([]byte(line)):
			p.finish("")
			p.state = pyFrames
		case line == pyGroup:
			p.finish("")
			n := marginEnd(lines[i:])
			p.list = append(p.list, parsePyGroup(lines[i:i+n], 4, depth)...)
			i += n - 1
			p.state = pyIntro
		case isPyBoxTop([]byte(line)):
			i += p.box(lines[i:]) - 1
		case line == pyCause:
			p.relate("cause")
		case line == pyContext:
			p.relate("context")
		default:
			p.line(line)
		}
	}
	p.finish("")
	return p.list
}

// relate ends an exception that led to the one which follows.
func (p *pyReader) relate(relation string) {
	p.finish(relation)
	if n := len(p.list); n > 0 {
		p.list[n-1].Relation = relation
	}
}

func (p *pyReader) line(line string) {
	switch p.state {
	case pyIntro, pyFrames:
		f, ok := pyFrame(line)
		if !ok {
			f, ok = pyShowFrame(line)
		}
		if ok {
			p.state = pyFrames
			p.one.Frames = append(p.one.Frames, f)
			return
		}
		n := pythonType([]byte(line))
		if n == 0 || p.state == pyIntro {
			return
		}
		p.one.Language = Python
		p.one.Module, p.one.Type = splitPyType(line[:n])
		p.value = append(p.value[:0], strings.TrimPrefix(strings.TrimPrefix(line[n:], ":"), " "))
		if p.state = pyValue; line[n:] != "" && strings.HasSuffix(line, pyTraceback) {
			p.state = pyQuote
		}
	case pyQuote:
		p.value = append(p.value, line)
		if isPyClass([]byte(line)[:pythonType([]byte(line))]) {
			p.state = pyValue
		}
	case pyValue:
		if line == pyStack || line == "Call stack:" || line == `"""` {
			p.finish("")
			p.state = pyExtra
			return
		}
		p.value = append(p.value, line)
	}
}

// finish adds the exception that was read, if there is one.
func (p *pyReader) finish(relation string) {
	if p.one.Type != "" {
		if p.boxed {
			for i, line := range p.value {
				p.value[i] = strings.TrimRight(line, " ")
			}
		}
		p.one.Value = strings.Join(trimBlankLines(p.value), "\n")
		p.one.Relation = relation
		p.list = append(p.list, p.one)
	}
	p.one, p.value, p.state = Exception{}, nil, pyIntro
}

// pyFrame reads `  File "f", line n, in fn`, and faulthandler's form of it.
func pyFrame(line string) (Frame, bool) {
	rest, ok := strings.CutPrefix(line, `  File "`)
	if !ok {
		rest, ok = strings.CutPrefix(line, pyCaught)
	}
	if !ok {
		return Frame{}, false
	}
	i := strings.LastIndex(rest, `", line `)
	if i < 0 {
		return Frame{}, false
	}
	f := Frame{File: rest[:i]}
	rest = rest[i+len(`", line `):]
	f.Line = number(rest)
	if _, fn, ok := strings.Cut(rest, " in "); ok {
		f.Function = fn
	}
	f.InApp = pythonInApp(f.File)
	return f, true
}

// splitPyType splits a qualified name as CPython prints it. Classes within
// classes or functions belong to the name, as in sentry-python's events.
func splitPyType(name string) (module, typ string) {
	cut := strings.LastIndexByte(name, '.')
	if i := strings.Index(name, ".<locals>"); i >= 0 {
		cut = strings.LastIndexByte(name[:i], '.')
	} else if cut > 0 {
		// "app.models.User.DoesNotExist": a class in the middle
		if i := strings.LastIndexByte(name[:cut], '.'); i > 0 && isClassName(name[i+1:cut]) {
			cut = i
		}
	}
	if cut < 0 {
		return "", name
	}
	return name[:cut], name[cut+1:]
}

func isClassName(s string) bool {
	return s != "" && isUpper(s[0]) && strings.ToUpper(s) != s
}

// marginEnd returns how many lines an exception group spans, its first included:
// up to the rule that closes it.
func marginEnd(lines []string) int {
	n := 1
	for i, line := range lines {
		if at := indent(line); i > 0 && at > 0 && at < len(line) && (line[at] == '|' || line[at] == '+') {
			n = i + 1
		}
		if line == pyCause || line == pyContext || line == pyTraceback {
			break
		}
	}
	return n
}

// parsePyGroup reads an exception group whose margin is n columns wide: its
// members, the last one first, then itself. The group's own lines begin with
// n-2 blanks and "| "; its members stand between rules, two columns further in.
func parsePyGroup(lines []string, n, depth int) []Exception {
	if depth > maxPyDepth {
		return nil
	}
	var own []string
	var members [][]string
	for i, line := range lines {
		at := indent(line)
		switch {
		case i == 0 && at == n-2 && strings.HasSuffix(line, pyTraceback[len("Traceback"):]):
			own = append(own, pyTraceback)
		case at == n-2 && strings.HasPrefix(line[at:], "+-+-"), at == n && strings.HasPrefix(line[at:], "+---"):
			members = append(members, nil)
		case len(members) > 0:
			m := &members[len(members)-1]
			*m = append(*m, line)
		default:
			own = append(own, cutMargin(line, n))
		}
	}
	var list []Exception
	for _, m := range reversed(members) {
		found := parsePyGroup(m, n+2, depth+1)
		if k := len(found); k > 0 {
			found[k-1].Relation = "member"
		}
		list = append(list, found...)
	}
	return append(list, parsePyOwn(own, depth+1)...)
}

// parsePyOwn reads a member's own lines, which have no "Traceback" line if it
// was never raised.
func parsePyOwn(lines []string, depth int) []Exception {
	if len(lines) > 0 && lines[0] != pyTraceback {
		lines = append([]string{pyTraceback}, lines...)
	}
	return parsePyLines(lines, depth)
}

// cutMargin cuts "  | " from a line; the further lines of a value have none.
func cutMargin(line string, n int) string {
	if at := indent(line); at == n-2 && at < len(line) && line[at] == '|' {
		return strings.TrimPrefix(line[at+1:], " ")
	}
	return line
}

// parsePyFault reads a report of faulthandler: the current thread's frames,
// which are printed newest first.
func parsePyFault(text string) Exception {
	first, rest, _ := strings.Cut(text, "\n")
	e := Exception{Value: first, Language: Python}
	e.Type, _, _ = strings.Cut(strings.TrimPrefix(first, pyFatal), ":")
	reading := false
	for line := range strings.SplitSeq(rest, "\n") {
		switch {
		case strings.HasPrefix(line, "Current thread"):
			if reading = len(e.Frames) == 0; reading {
				e.Thread = threadOf(line)
			}
		case strings.HasPrefix(line, "Thread 0x"), line == "":
			reading = false
		case reading:
			if f, ok := pyFrame(line); ok {
				e.Frames = append(e.Frames, f)
			}
		}
	}
	reversed(e.Frames)
	return e
}

// threadOf returns "0x00007f9e" of "Current thread 0x00007f9e (most …", or the
// name that newer versions print behind that in brackets.
func threadOf(line string) string {
	i := strings.Index(line, "0x")
	if i < 0 {
		return ""
	}
	id, rest, _ := strings.Cut(line[i:], " ")
	if name, _, ok := strings.Cut(rest, "] (most recent"); ok && strings.HasPrefix(name, "[") && len(name) > 1 {
		return name[1:]
	}
	return id
}
