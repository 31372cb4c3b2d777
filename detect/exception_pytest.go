package detect

import (
	"strings"
)

// pytestReader collects the exceptions of pytest's report in the order they are
// printed.
type pytestReader struct {
	list     []Exception
	one      Exception
	function string   // whose source was shown since the last place
	value    []string // the lines "E   text"
}

func parsePytest(lines []string) []Exception {
	p := pytestReader{}
	for _, line := range lines[1:] {
		switch {
		case line == pyCause:
			p.finish("cause")
		case line == pyContext:
			p.finish("context")
		default:
			p.line(line)
		}
	}
	p.finish("")
	return p.list
}

func (p *pytestReader) line(line string) {
	if rest, ok := strings.CutPrefix(line, "E  "); ok {
		p.value = append(p.value, rest)
		return
	}
	if file, at, rest, ok := pytestPlace(line); ok {
		f := Frame{File: file, Line: at, Function: p.function, InApp: pythonInApp(file)}
		p.function = ""
		if name, ok := strings.CutPrefix(rest, " in "); ok {
			f.Function = name
		} else {
			p.one.Type = strings.TrimSpace(rest)
		}
		p.one.Frames = append(p.one.Frames, f)
		return
	}
	if p.function == "" {
		p.function = definedIn(line)
	}
}

// definedIn returns the name in "    def test_sum():".
func definedIn(line string) string {
	line = strings.TrimLeft(strings.TrimPrefix(line, ">"), " ")
	rest, ok := strings.CutPrefix(strings.TrimPrefix(line, "async "), "def ")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "(")
	return name
}

// finish adds the exception that was read. Its type stands behind the last place,
// or only before the value; a failed comparison has none there.
func (p *pytestReader) finish(relation string) {
	value := strings.Join(setOut(p.value), "\n")
	n := pythonType([]byte(firstLine([]byte(value))))
	last := value[:n]
	if i := strings.LastIndexByte(last, '.'); i >= 0 {
		last = last[i+1:]
	}
	if n > 0 && (p.one.Type == "" || p.one.Type == last || p.one.Type == value[:n]) {
		p.one.Module, p.one.Type = splitPyType(value[:n])
		value = strings.TrimPrefix(strings.TrimPrefix(value[n:], ":"), " ")
	}
	if p.one.Type != "" && len(p.value) > 0 {
		p.one.Language, p.one.Relation = Python, relation
		p.one.Value = value
		p.list = append(p.list, p.one)
	}
	*p = pytestReader{list: p.list}
}

// setOut cuts the indentation of the first line from all.
func setOut(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	margin := indent(lines[0])
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = line[min(margin, indent(line)):]
	}
	return out
}
