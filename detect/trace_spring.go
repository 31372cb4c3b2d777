package detect

import (
	"bytes"
	"strings"
)

// springGrammar is Spring Boot's report of a failed start
// (LoggingFailureAnalysisReporter): a frame of stars, a description and an action.
var springGrammar = grammar{language: Java, why: "spring boot failure report", step: stepSpring, parse: parseSpring}

const (
	springTitle    = "APPLICATION FAILED TO START"
	maxSpringLines = 400
)

// The states are named after what the line before was.
const (
	springRule   uint8 = iota // the first row of stars
	springBody                // the title, or a line of the description
	springAction              // "Action:", or the blank line below it
	springEnd                 // a line of the action
)

func isStars(line []byte) bool {
	return len(line) >= len(springTitle) && len(bytes.TrimLeft(line, "*")) == 0
}

func stepSpring(g *group, line []byte) verdict {
	if g.count++; g.count > maxSpringLines {
		return refuse
	}
	switch {
	case g.state == springRule && string(line) == springTitle:
		g.state = springBody
		return accept
	case g.state == springRule:
		return refuse
	case g.state == springBody && string(line) == "Action:":
		g.state = springAction
		return accept
	case g.state == springAction && !blank(line):
		g.state = springEnd
		return accept
	case g.state == springEnd && blank(line):
		return done
	case g.state == springEnd:
		return free
	case isStars(line), blank(line), string(line) == "Description:":
		return accept
	}
	if g.message.to == 0 {
		g.mark(line, line)
	}
	return takes
}

// parseSpring reads the description.
func parseSpring(s *source) []Exception {
	_, body, _ := strings.Cut(s.text, "\nDescription:\n")
	value, _, _ := strings.Cut(body, "\nAction:\n")
	return []Exception{{Type: springTitle, Value: strings.TrimSpace(value), Language: Java}}
}

// isSpringReport reports whether a trace is such a report.
func isSpringReport(text []byte) bool {
	return len(text) > 0 && text[0] == '*' && isStars(firstLine(text))
}
