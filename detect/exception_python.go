package detect

import (
	"slices"
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
			p.group(parsePyGroup(lines[i:i+n], 4, depth))
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

// group adds a group, which comes last in list, behind its members. What led to it
// was read before, and stays next to it: of the members only the depth would tell
// that it is not the cause of one of them.
func (p *pyReader) group(list []Exception) {
	if n := len(list) - 1; n >= 0 {
		p.list = slices.Concat(list[:n], p.list, list[n:])
	}
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
