package detect

import (
	"strings"
)

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
