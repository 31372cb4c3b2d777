package detect

import (
	"bytes"
	"strings"
)

// bunGrammar is the head that Bun prints above an error: lines of source with
// their numbers, and a caret. What follows is a trace as Node's.
var bunGrammar = grammar{language: JavaScript, why: "javascript stack trace", step: stepBun, parse: parseNode}

// The states are named after what the line before was.
const (
	bunSource uint8 = iota // a line of source
	bunCaret               // the caret below the last of them
)

// maxBunSource bounds the lines of source.
const maxBunSource = 8

// isBunSource recognises "12 |   const x = 1;".
func isBunSource(line string) bool {
	n := 0
	for n < len(line) && isDigit(line[n]) {
		n++
	}
	return n > 0 && n < 7 && strings.HasPrefix(line[n:], " |") && (len(line) == n+2 || line[n+2] == ' ')
}

func openBun(line []byte) opening {
	if !isBunSource(view(line)) {
		return opening{}
	}
	return opening{grammar: &bunGrammar, state: bunSource, verdict: maybe}
}

func openBunLogged(line []byte) opening {
	if !isBunLogged(line) {
		return opening{}
	}
	return opening{grammar: &bunGrammar, state: bunSource, verdict: maybe}
}

// isBunLogged recognises a first line of source behind what console.error was
// given before the error: "job 3 1 | code".
func isBunLogged(line []byte) bool {
	bar := bytes.Index(line, []byte(" | "))
	if bar < 3 || !isDigit(line[bar-1]) {
		return false
	}
	i := bar
	for i > 0 && isDigit(line[i-1]) {
		i--
	}
	return i > 1 && line[i-1] == ' ' && line[0] != ' '
}

func stepBun(g *group, line []byte) verdict {
	switch {
	case g.state == bunSource && isBunSource(view(line)):
		if g.count++; g.count < maxBunSource {
			return maybe
		}
	case g.state == bunSource && indent(line) > 0 && isCaret(line):
		g.state = bunCaret
		return maybe
	case g.state == bunCaret && isBunHead(view(line)):
		g.grammar, g.state, g.count = &nodeGrammar, nodeValue, 0
		g.mark(line, line)
		return accept
	}
	return refuse
}

// isBunHead recognises "TypeError: value", and "error: value" of a plain Error.
func isBunHead(line string) bool {
	return strings.HasPrefix(line, "error: ") || throwableType([]byte(line)) > 0
}

// cutBunSource cuts the lines of source from the start of a trace.
func cutBunSource(lines []string) []string {
	n := 0
	for n < len(lines) && (isBunSource(lines[n]) || n == 0 && isBunLogged([]byte(lines[0]))) {
		n++
	}
	return lines[n:]
}

// isBunProp recognises "code: "E_LEN"," below an error, set off by one blank.
func isBunProp(body string) bool {
	name, _, ok := strings.Cut(body, ": ")
	return ok && isWord(name)
}

// cutUncaught cuts what Deno and Bun say before an error that nothing caught.
func cutUncaught(line string) string {
	rest, ok := strings.CutPrefix(line, "error: ")
	if !ok {
		return line
	}
	rest = strings.TrimPrefix(rest, "Uncaught ")
	return strings.TrimPrefix(rest, "(in promise) ")
}
