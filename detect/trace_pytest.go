package detect

import (
	"bytes"
)

// pytestGrammar is pytest's report on a test that failed (_pytest/_code/code.py),
// in its long and its short form:
//
//	___________________ test_sum ___________________
//
//	    def test_sum():
//	>       assert total([2, 3]) == 6
//	E       assert 5 == 6
//
//	main.py:7: AssertionError
var pytestGrammar = grammar{language: Python, why: "pytest failure", step: stepPytest, parse: parsePython}

// The states are named after what the line before was.
const (
	pytestTitle uint8 = iota
	pytestLong        // a line of the long form
	pytestShort       // a line of the short form
	pytestError       // "E   text" of the short form
	pytestEnd         // the place of the error, or what links it to another
)

const (
	maxPytestFree   = 20  // lines that are in none of the report's forms: values of arguments may have several
	maxPytestSource = 400 // lines before the error
)

func openPytest(line []byte) opening {
	if !isPytestTitle(line) {
		return opening{}
	}
	return opening{grammar: &pytestGrammar, state: pytestTitle, verdict: maybe}
}

// isPytestTitle recognises the name of a test between underscores.
func isPytestTitle[T string | []byte](line T) bool {
	n := len(line)
	return n >= 20 && line[0] == '_' && line[1] == '_' && line[n-1] == '_' && line[n-2] == '_' &&
		!isUnderscores(line)
}

func isUnderscores[T string | []byte](line T) bool {
	for i := range len(line) {
		if line[i] != '_' && line[i] != ' ' {
			return false
		}
	}
	return true
}

func stepPytest(g *group, line []byte) verdict {
	switch g.state {
	case pytestTitle:
		return stepPytestTitle(g, line)
	case pytestLong:
		return stepPytestLong(g, line)
	case pytestShort, pytestError:
		return stepPytestShort(g, line)
	}
	switch {
	case blank(line):
		return maybe
	case string(line) == pyCause, string(line) == pyContext:
		g.state = pytestLong
		return accept
	}
	return refuse
}

func stepPytestTitle(g *group, line []byte) verdict {
	if blank(line) {
		g.state = pytestLong
		return maybe
	}
	if isPytestPreface(line) {
		return maybe
	}
	if _, _, rest, ok := pytestPlace(view(line)); ok && len(rest) > 4 && rest[:4] == " in " {
		g.state = pytestShort
		return maybe
	}
	return refuse
}

// isPytestPreface recognises what may stand below the title: the worker of
// pytest-xdist, and what is said of a test module that cannot be imported.
func isPytestPreface(line []byte) bool {
	switch line[0] {
	case '[':
		return hasPrefix(line, "[gw")
	case 'I':
		return hasPrefix(line, "ImportError while importing test module ")
	case 'H':
		return hasPrefix(line, "Hint: make sure your test modules/packages have valid Python names.")
	case 'T':
		return string(line) == "Traceback:"
	}
	return false
}

func stepPytestLong(g *group, line []byte) verdict {
	if g.lines > maxPytestSource && g.keptLines == 0 {
		return refuse
	}
	if blank(line) {
		return maybe
	}
	switch c := line[0]; {
	case c == 'E' && hasPrefix(line, "E  "):
		if g.depth == 0 {
			g.depth = 1
			g.mark(line, bytes.TrimLeft(line[1:], " "))
		}
		return maybe
	case c == '>' || c == ' ' || c == '_' && isUnderscores(line):
		return maybe
	}
	if _, _, rest, ok := pytestPlace(view(line)); ok {
		if g.depth > 0 && len(rest) > 1 && rest[1] != 'i' {
			g.state = pytestEnd
			return accept
		}
		return maybe
	}
	if g.count++; g.count > maxPytestFree {
		return refuse
	}
	return free
}

func stepPytestShort(g *group, line []byte) verdict {
	if blank(line) {
		return maybe
	}
	_, _, _, place := pytestPlace(view(line))
	switch {
	case hasPrefix(line, "E  "):
		if g.state == pytestShort {
			g.mark(line, bytes.TrimLeft(line[1:], " "))
		}
		g.state = pytestError
		return accept
	case string(line) == pyCause, string(line) == pyContext:
		g.state = pytestShort
		return accept
	case g.state == pytestShort && (place || line[0] == ' '):
		return maybe
	}
	return refuse
}

// pytestPlace reads "main.py:7: rest"; what follows the colon is " in name",
// " Type" or nothing.
func pytestPlace(line string) (file string, at int, rest string, ok bool) {
	for i := 0; i+4 < len(line); i++ {
		if line[i] != '.' || line[i:i+4] != ".py:" {
			continue
		}
		n := i + 4
		for n < len(line) && isDigit(line[n]) {
			n++
		}
		if n == i+4 || n == len(line) || line[n] != ':' {
			return "", 0, "", false
		}
		return line[:i+3], number(line[i+4:]), line[n+1:], true
	}
	return "", 0, "", false
}
