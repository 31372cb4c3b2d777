package detect

// isRubyReversed recognises "\t12: from file:1:in `m'".
func isRubyReversed(line []byte) bool {
	rest := line[indent(line):]
	n := 0
	for n < len(rest) && isDigit(rest[n]) {
		n++
	}
	return len(rest) < len(line) && n > 0 && hasPrefix(rest[n:], ": from ")
}

func stepRubyReverse(g *group, line []byte) verdict {
	switch {
	case isRubyReversed(line), isRubyFrom(line):
		g.state = rubyReverse
		return accept
	case (g.state == rubyReverse || len(g.tail) == 0) && g.markRuby(line):
		g.state = rubyLast
		return accept
	case string(line) == pyTraceback:
		return refuse
	case g.state == rubyReverse:
		if hasPrefix(line, "\t ... ") {
			return accept
		}
		return refuse
	case blank(line):
		return maybe
	}
	if g.count++; g.count > maxRubyValue {
		return refuse
	}
	// Nothing ends such a value. What is in bold, as Ruby prints it, or set off
	// belongs to it.
	if len(g.tail) == 0 && (g.raw > 0 || line[0] == ' ') || hasPrefix(line, "Did you mean?") {
		g.stretch(line)
		return accept
	}
	return free
}
