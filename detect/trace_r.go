package detect

import (
	"strings"
)

// rGrammar is what Rscript prints of an error (R's main/errors.c), and rlang's
// abort() with its parents and its backtrace.
var rGrammar = grammar{language: R, why: "r error", step: stepR, parse: parseR}

// The states are named after what the line before was.
const (
	rValue  uint8 = iota // the head, or a line of the value
	rTail                // "Calls:", or what else comes behind the value
	rFrames              // a line of rlang's backtrace
)

const (
	maxRValue = 64
	rHalted   = "Execution halted"
)

// openR recognises "Error in call : value". The shorter "Error: value" is a
// JavaScript error's as well, until isRTail tells.
func openR(line []byte) opening {
	if line[0] != 'E' || !hasPrefix(line, "Error in ") {
		return opening{}
	}
	if text := view(line); strings.Contains(text, " : ") || strings.HasSuffix(text, " :") || strings.HasSuffix(text, "`:") {
		return opening{grammar: &rGrammar, verdict: maybe}
	}
	return opening{}
}

// isRTail recognises the lines that come behind the value of an error.
func isRTail(line string) bool {
	return line == rHalted || strings.HasPrefix(line, "Calls: ") || line == "Backtrace:" ||
		strings.HasPrefix(line, "In addition: ") || strings.HasPrefix(line, "Caused by error")
}

func stepR(g *group, line []byte) verdict {
	text := view(line)
	switch {
	case text == rHalted:
		g.markR()
		return done
	case strings.HasPrefix(text, "Caused by error") && g.state != rFrames:
		g.markR()
		g.state, g.count = rValue, 0
		return accept
	case text == "Backtrace:":
		g.markR()
		g.state = rFrames
		return maybe
	case isRTail(text):
		g.markR()
		g.state, g.count = rTail, 0
		if strings.Contains(text, " -> ") {
			return accept
		}
		return maybe // "Calls: 12" is anybody's
	case g.state == rFrames && (strings.HasPrefix(text, " ") || len(line) == 0):
		return accept
	case g.state == rTail: // the lines of a warning, and calls that did not fit
		if g.count++; g.count > maxRValue/4 {
			return refuse
		}
		return free
	case g.state == rFrames:
		return refuse
	}
	if g.count++; g.count > maxRValue {
		return refuse
	}
	return free
}

// markR makes what the group holds so far its message, once.
func (g *group) markR() {
	if !g.headed && g.message.to == 0 {
		g.message = span{g.trace, len(g.text)}
	}
}

func parseR(s *source) []Exception {
	var list []Exception
	var value []string
	var frames []Frame
	flush := func() {
		if n := len(list); n > 0 && value != nil {
			list[n-1].Value = rText(value)
		}
		value = nil
	}
	for i, line := range strings.Split(s.text, "\n") {
		rest, caused := strings.CutPrefix(line, "Caused by error")
		switch {
		case i == 0 || caused:
			if i == 0 {
				rest = strings.TrimPrefix(line, "Error")
			}
			flush()
			e := Exception{Language: R, Type: "Error"}
			if caused {
				e.Relation = "cause"
			}
			list, value = append(list, e), []string{rHead(rest)}
		case strings.HasPrefix(line, "Calls: "):
			flush()
			frames = append(frames, rCalls(line[len("Calls: "):])...)
		case isRTail(line):
			flush()
		case value != nil:
			value = append(value, line)
		default:
			if f, ok := rFrame(line); ok {
				frames = append(frames, f)
			}
		}
	}
	flush()
	list[0].Frames = frames
	return reversed(list)
}

// rCalls reads "run ... tryCatch -> fit": dots stand where an arrow would for the
// calls that are left out.
func rCalls(text string) []Frame {
	var frames []Frame
	for name := range strings.SplitSeq(strings.ReplaceAll(text, " ... ", " -> "), " -> ") {
		if name = strings.TrimSpace(strings.TrimPrefix(name, "... ")); name != "" && name != "..." {
			frames = append(frames, Frame{Function: name, InApp: true})
		}
	}
	return frames
}

// rHead reads what stands behind "Error": " in call : value", ": value", or
// rlang's " in `f()`:".
func rHead(s string) string {
	if value, ok := strings.CutPrefix(s, ": "); ok {
		return value
	}
	if _, value, ok := strings.Cut(s, " : "); ok {
		return value
	}
	return ""
}

// rText joins the lines of a value. rlang puts "! " before the first one.
func rText(lines []string) string {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	return strings.TrimPrefix(text, "! ")
}

// rFrame reads " 2. └─global g(1)" of rlang's tree.
func rFrame(line string) (Frame, bool) {
	n, call, ok := strings.Cut(strings.TrimLeft(line, " "), ".")
	if !ok || number(n) == 0 {
		return Frame{}, false
	}
	call = strings.TrimLeft(call, " │├└─")
	f := Frame{InApp: true}
	if rest, ok := strings.CutPrefix(call, "global "); ok {
		call = rest
	} else if pkg, _, ok := strings.Cut(call, "::"); ok && isWord(pkg) {
		f.Module, f.InApp = pkg, false
		call = strings.TrimLeft(call[len(pkg):], ":")
	}
	f.Function, _, _ = strings.Cut(call, "(")
	return f, true
}
