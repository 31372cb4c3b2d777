package detect

import (
	"bytes"
)

// The forms of .NET 3.1 to 10 (Exception.ToString, StackTrace.ToString, the
// runtime's EEPolicy and the native one of NativeAOT), of .NET Framework and of
// Mono, which prints an unhandled exception twice.

const (
	dotnetUnhandled = "Unhandled exception. "
	dotnetOld       = "Unhandled Exception:"
	dotnetAgain     = "[ERROR] FATAL UNHANDLED EXCEPTION: "
	dotnetEndInner  = "--- End of inner exception stack trace ---"
	dotnetPrevious  = "--- End of stack trace from previous location"
	dotnetMember    = "(Inner Exception #"
	dotnetOverflow  = "Stack overflow."
	dotnetRule      = "--------------------------------"
)

// The states are named after what the line before was.
const (
	dotnetAlone  uint8 = iota // "Unhandled Exception:" on a line of its own
	dotnetFault               // "Process terminated. …" or more of that message
	dotnetValue               // "Ns.Type: value" or more of the value
	dotnetFrames              // a frame, or a line between frames
	dotnetData                // a list of the exception's data
)

const (
	maxDotnetValue = 64  // lines of a value before its frames
	maxDotnetArgs  = 512 // bytes of the arguments of a generic type
	maxDotnetBlank = 2   // blank lines between the members of an AggregateException
)

var dotnetGrammar = grammar{language: CSharp, why: ".net stack trace", step: stepDotnet, parse: parseDotnet}

// openDotnet recognises what the runtime prints when it dies, and the heads of
// exceptions whose type no other language has ("Acme.Shop+CartException: v").
func openDotnet(line []byte) opening {
	o := opening{grammar: &dotnetGrammar, state: dotnetValue}
	switch line[0] {
	case 'U':
		if rest, ok := cutPrefix(line, dotnetUnhandled); ok {
			if n := dotnetType(rest); n > 0 && namesDotnet(rest[:n]) {
				o.verdict = accept
			} else if n > 0 || hasPrefix(rest, "Cannot print exception string because ") {
				o.verdict = maybe
			}
			return o
		}
		if rest, ok := cutPrefix(line, dotnetOld); ok {
			if rest = bytes.TrimSpace(rest); len(rest) == 0 {
				o.state, o.verdict = dotnetAlone, maybe
			} else if dotnetType(rest) > 0 {
				o.verdict = maybe
			}
			return o
		}
	case '[':
		if rest, ok := cutPrefix(line, dotnetAgain); ok && dotnetType(rest) > 0 {
			o.verdict = accept
			return o
		}
	case 'P', 'S', 'F':
		if isDotnetFault(line) {
			o.state, o.verdict = dotnetFault, maybe
			if string(line) == dotnetOverflow || isOverflowNote(line) {
				o.verdict = accept
			}
			return o
		}
	}
	if n := dotnetOwnType(line); n > 0 && namesFailure(cutGeneric(line[:n])) {
		o.verdict, o.bare = maybe, true
		return o
	}
	return opening{}
}

// namesDotnet reports whether a type may be an exception's, by its name or for
// being in a namespace.
func namesDotnet(name []byte) bool {
	name = cutGeneric(name)
	return bytes.IndexByte(name, '.') > 0 || bytes.IndexByte(name, '+') > 0 || namesFailure(name)
}

// cutGeneric cuts "`1[System.String]" from the name of a type.
func cutGeneric(name []byte) []byte {
	name, _, _ = bytes.Cut(name, []byte("`"))
	return name
}

// isDotnetFault recognises the head of a report by which the runtime ends.
func isDotnetFault(line []byte) bool {
	return hasPrefix(line, "Process terminated.") || hasPrefix(line, "Fatal error. ") || string(line) == "Fatal error." ||
		string(line) == "FailFast:" || string(line) == dotnetOverflow || isOverflowNote(line)
}

// isOverflowNote recognises how the runtimes before .NET 3 say it.
func isOverflowNote(line []byte) bool {
	return hasPrefix(line, "Process is terminat") && hasSuffix(line, "due to StackOverflowException.")
}

func stepDotnet(g *group, line []byte) verdict {
	if v := stepDotnetMark(g, line); v != refuse {
		return v
	}
	switch g.state {
	case dotnetAlone:
		if n := dotnetType(line); n == 0 || !namesDotnet(line[:n]) {
			return refuse
		}
		g.state, g.depth = dotnetValue, 1
		g.mark(line, line)
		return accept
	case dotnetFault, dotnetValue:
		if g.count++; g.count > maxDotnetValue {
			return refuse
		}
		if n := dotnetType(line); indent(line) > 0 || g.state == dotnetFault && n > 0 && namesDotnet(line[:n]) {
			return maybe
		}
		return free
	case dotnetData:
		if hasPrefix(line, "    ") {
			return accept
		}
	}
	return stepDotnetTail(g, line)
}

// stepDotnetMark takes the lines that only a .NET trace has.
func stepDotnetMark(g *group, line []byte) verdict {
	body := line[indent(line):]
	switch {
	case isDotnetFrame(line):
		g.headDotnet()
		g.state, g.count = dotnetFrames, 0
	case isDotnetLink(body):
		g.headDotnet()
		g.state, g.count = dotnetValue, 0
	case hasPrefix(body, dotnetEndInner), hasPrefix(body, dotnetPrevious), g.keptLines > 0 && hasSuffix(line, "<---"):
		g.state, g.count = dotnetFrames, 0
	case hasPrefix(line, "Repeat") && hasSuffix(line, " times:"), string(line) == dotnetRule:
		if !g.dotnetDies() {
			return refuse
		}
		g.headDotnet()
		g.state = dotnetFrames
	default:
		return refuse
	}
	return accept
}

// stepDotnetTail takes what may follow frames.
func stepDotnetTail(g *group, line []byte) verdict {
	switch {
	case blank(line):
		if g.count++; g.count > maxDotnetBlank {
			return refuse
		}
		return maybe
	case hasPrefix(line, "  Exception data:"): // Npgsql
		g.state = dotnetData
		return accept
	case hasPrefix(line, "ClientConnectionId:"), hasPrefix(line, "Error Number:"): // SqlClient
		return accept
	case hasPrefix(line, dotnetAgain) && hasPrefix(g.text[min(g.trace, len(g.text)):], dotnetOld):
		g.state, g.count = dotnetValue, 0
		return accept
	case g.dotnetDies() && dotnetType(line) > 0 && namesFailure(line[:dotnetType(line)]): // what FailFast was given
		g.state, g.count = dotnetValue, 0
		return accept
	}
	return refuse
}

// dotnetDies reports whether the group is a report by which the runtime ends.
func (g *group) dotnetDies() bool {
	return !g.headed && g.first <= len(g.text) && isDotnetFault(g.text[:g.first])
}

// headDotnet makes what the group holds its message, at the first line that
// belongs to it for another reason.
func (g *group) headDotnet() {
	if g.depth == 0 && !g.headed && g.trace < len(g.text) {
		g.message = span{g.trace + dotnetHead(g.text[g.trace:]), len(g.text)}
	}
	g.depth = 1
}

// dotnetHead returns where the exception is named in the head of a trace.
func dotnetHead[T string | []byte](text T) int {
	for _, p := range [...]string{dotnetUnhandled, dotnetOld, dotnetAgain} {
		if n := len(p); len(text) > n && string(text[:n]) == p {
			for n < len(text) && (text[n] == ' ' || text[n] == '\n' || text[n] == '\r') {
				n++
			}
			return n
		}
	}
	return 0
}
