package detect

import (
	"bytes"
)

// The reports that anyhow, eyre, color-eyre, snafu and miette write for an error
// with causes: on standard error by main itself, or through a logger.

// stepReport handles what follows the first line of a report on an error that
// has causes, as anyhow and eyre write it: on standard error by main itself, or
// through a logger.
func stepReport(g *group, line []byte) verdict {
	body := line[indent(line):] // env_logger sets lines in
	switch {
	case len(line) == 0:
	case len(body) == 0:
	case g.trace > 0 && g.keptLines == 0 && g.reportsMain() && isReportPart(line) && g.afterBlank(): // main wrote it, and no logger
		return drop
	case body[0] == 'C' && isRustCaused(string(body)) && g.afterBlank():
		g.grammar, g.state, g.count, g.depth = &rustGrammar, rustCauses, 0, 0
		return maybe
	case body[0] == 'L' && string(line) == "Location:" && g.afterBlank() && g.reportsMain(): // eyre, an error without causes
		g.grammar, g.state, g.count, g.depth = &rustGrammar, rustReport, 0, 1
		return maybe
	case body[0] == 'S' && string(body) == "Stack backtrace:" && g.afterBlank():
		g.grammar, g.state, g.count = &rustGrammar, rustStack, 0
		return maybe
	case g.count == 0 && (string(line) == rustStackHead || indent(line) >= 3 && hasPrefix(body, "0: ")) && bytes.Contains(g.text[:g.first], []byte("' panicked at ")): // log-panics
		g.trace = g.next()
		return g.become(&rustGrammar, rustStack)
	case indent(line) == 2 && g.reportsMain():
		if mark, _ := cutMiette(view(line)); mark == 0 && g.afterBlank() || mark > 0 && g.lines == 1 {
			return g.become(&rustGrammar, rustTree)
		}
	case line[0] == ' ' && g.count == 0 && hasPrefix(line, "   0: ") && string(bytes.TrimRight(g.text[:g.first], " ")) == "Error:":
		return g.become(&rustGrammar, rustReport)
	}
	return refuse
}

// isReportPart recognises the line that tells that an "Error: value" is a report.
func isReportPart(line []byte) bool {
	return isRustCaused(string(line)) || string(line) == "Location:" || string(line) == "Stack backtrace:"
}

// reportsMain reports whether the trace so far begins as the error that main
// returned.
func (g *group) reportsMain() bool {
	return hasPrefix(g.text[min(g.trace, len(g.text)):], "Error: ")
}

// isRustCaused recognises the line above the causes, of anyhow and eyre, and of
// snafu, which knows how many there are.
func isRustCaused(body string) bool {
	switch body {
	case "Caused by:", "Caused by this error:", "Caused by these errors (recent errors listed first):":
		return true
	}
	return false
}

// afterBlank reports whether the last line of the group is blank.
func (g *group) afterBlank() bool {
	return g.lines > 1 && blank(g.text[bytes.LastIndexByte(g.text, '\n')+1:])
}

func stepRustCauses(g *group, line []byte) verdict {
	body := line[indent(line):]
	switch {
	case string(body) == "Stack backtrace:", string(body) == rustStackHead:
		g.state = rustStack
		return accept
	case string(body) == "Location:" && g.depth > 0:
		g.state = rustReport
		return accept
	case hasPrefix(line, "    "), hasPrefix(line, "  ") && len(body) > 0 && isDigit(body[0]): // snafu numbers them further left
		g.depth = 1
		return accept
	case blank(line) && g.depth > 0:
		return maybe
	}
	return refuse
}

// stepRustReport takes the sections of color-eyre.
func stepRustReport(g *group, line []byte) verdict {
	switch {
	case hasPrefix(line, "Location:"):
		g.depth = 1
	case hasPrefix(line, "Message: "):
		g.mark(line, line[len("Message: "):])
	case g.depth == 0: // more of the message
		if g.count++; g.count > maxRustValue {
			return refuse
		}
		return free
	}
	for _, p := range [...]string{"Message: ", "Location:", "Backtrace omitted.", "Run with ", "Warning: ", "Suggestion: ", "Note: ", "Error:", "Stack backtrace:"} {
		if hasPrefix(line, p) {
			return accept
		}
	}
	switch {
	case blank(line):
		return maybe
	case indent(line) >= 2:
		return accept
	case isShellSignal(line):
		return done
	}
	return refuse
}
