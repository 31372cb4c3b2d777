package detect

// goRaceRule frames the reports of the race detector (and of ThreadSanitizer).
const goRaceRule = "=================="

const (
	goRaceStart uint8 = iota
	goRaceBody
	goRaceEnd
)

var goRaceGrammar = grammar{language: Go, why: "go data race", step: stepGoRace, parse: parseGoRace}

func stepGoRace(g *group, line []byte) verdict {
	switch {
	case g.state == goRaceStart && isSanitizerHead(line):
		g.grammar, g.state, g.count = &nativeGrammar, sanBody, 0
		g.mark(line, line)
		return accept
	case g.state == goRaceStart:
		if string(line) != "WARNING: DATA RACE" || g.first > len(goRaceRule)+1 {
			return refuse
		}
		g.state = goRaceBody
		g.mark(line, line[len("WARNING: "):])
		return accept
	case string(line) == goRaceRule:
		return done
	case blank(line):
		return maybe
	case hasPrefix(line, "  "):
		return accept
	}
	if g.count++; g.count > maxGoPreface {
		return refuse
	}
	return accept
}
