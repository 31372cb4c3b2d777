package detect

import (
	"bytes"
	"strings"
)

// The stacks that Go's libraries print: pkg/errors and zap, and what the
// recoveries of chi and Gin log.

// stepGoError comes behind a frame that an error or a logger brought, or behind
// the message of an error around it.
func stepGoError(g *group, line []byte) verdict {
	switch {
	case len(line) == 0:
		return refuse
	case isGoName(line):
		g.state = goName
		return maybe
	case g.state == goPlace && indent(line) == 0:
		g.state = goMore
		return free
	}
	return refuse
}

func stepChi(g *group, line []byte) verdict {
	text := chiText(view(line))
	switch {
	case len(line) == 0:
		return maybe
	case isChiPlace(text) && indent(line) > 0:
		g.count++
		return accept
	case indent(line) > 0 && (text == "" || isGoName([]byte(text))):
		return maybe
	}
	return refuse
}

// isChiHead recognises " panic: value", which chi sets off by a blank.
func isChiHead(line []byte) bool { return hasPrefix(line, " panic: ") }

// chiText cuts margin and arrow.
func chiText(line string) string {
	line = strings.TrimLeft(line, " ")
	return strings.TrimLeft(strings.TrimPrefix(line, "->"), " ")
}

// isChiPlace recognises "/srv/app/main.go:3".
func isChiPlace(text string) bool {
	file, line := cutNumber(text)
	return line > 0 && strings.HasPrefix(file, "/") && (strings.HasSuffix(file, ".go") || strings.HasSuffix(file, ".s"))
}

// isGinFrame recognises the place of a frame in what Gin's recovery logs:
// "/srv/app/main.go:14 (0x7a1b1c)".
func isGinFrame(line []byte) bool {
	if len(line) < 8 || line[len(line)-1] != ')' {
		return false
	}
	place, address, ok := bytes.Cut(line, []byte(" (0x"))
	i := cutDigits(place)
	return ok && i > 0 && len(address) > 1 && indent(line) == 0 && (hasSuffix(place[:i], ".go") || hasSuffix(place[:i], ".s"))
}

// isGoName recognises a function as zap (takeStacktrace) and pkg/errors (%+v)
// print it, without arguments: "pkg/path.(*T).method".
func isGoName(line []byte) bool {
	dot := false
	for _, c := range line {
		switch {
		case c <= ' ' || c == ':' || c == '=' || c == ',' || c == '"':
			return false
		case c == '.':
			dot = true
		}
	}
	return dot && isName(line[0]) && isName(line[len(line)-1]) || dot && line[len(line)-1] == ']'
}
