package detect

import "bytes"

// openRubySyntax decides about a line that begins with something and a colon.
func openRubySyntax(line []byte, head opening) opening {
	switch {
	case isRubySyntaxError(line):
		head.state, head.verdict = rubySyntax, accept
		return head
	case isRubySuggestion(line):
		head.state = rubySuggest
		return head
	}
	return opening{}
}

// isRubySyntaxError recognises the place of an error in the main program.
func isRubySyntaxError(line []byte) bool {
	i := bytes.IndexByte(line, ' ') - 1
	if i < 3 || line[i] != ':' || !isDigit(line[i-1]) {
		return false
	}
	rest, ok := cutPrefix(line[i:], ": syntax error")
	return ok && (hasPrefix(rest, ", unexpected") || string(rest) == "s found" || hasPrefix(rest, " found") || hasPrefix(rest, "s found ("))
}

// isRubySuggestion recognises "main.rb: --> main.rb".
func isRubySuggestion(line []byte) bool {
	i := bytes.IndexByte(line, ' ') - 1
	return i > 0 && hasPrefix(line[i:], ": --> ") && bytes.Equal(line[:i], line[i+len(": --> "):])
}

func stepRubySuggest(g *group, line []byte) verdict {
	if isRubySyntaxError(line) {
		g.state = rubySyntax
		return accept
	}
	if g.count++; g.count > maxRubyTitle {
		return refuse
	}
	return free
}

func stepRubySyntax(line []byte) verdict {
	if len(line) == 0 {
		return maybe
	}
	switch {
	case isCaretLine(line), isRubyFrom(line), isRubySyntaxError(line):
		return accept
	case line[0] == ' ' || line[0] == '>': // the source with its numbers
		return accept
	case bytes.Contains(line, []byte(": unterminated ")), bytes.Contains(line, []byte(": warning: ")):
		return accept
	}
	return free
}
