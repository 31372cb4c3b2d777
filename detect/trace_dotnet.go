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
		return maybe
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

// isDotnetLink recognises "---> Ns.Type: value", also with a member's number.
func isDotnetLink(body []byte) bool {
	rest, ok := cutPrefix(body, "---> ")
	return ok && (hasPrefix(rest, dotnetMember) || dotnetType(rest) > 0)
}

// isDotnetFrame recognises "   at Ns.Type.Method[T](Args) in /src/File.cs:line 12".
func isDotnetFrame(line []byte) bool {
	n := indent(line)
	rest, ok := cutPrefix(line[n:], "at ")
	if !ok || n < 2 || n > 12 || line[0] != ' ' {
		return false
	}
	_, _, ok = cutDotnetFrame(rest)
	return ok
}

// cutDotnetFrame cuts the text of a frame after "at " into the method's name and
// what stands behind its parameters.
func cutDotnetFrame[T string | []byte](rest T) (name, tail T, ok bool) {
	if len(rest) > 9 && string(rest[:9]) == "(wrapper " { // Mono
		for i := 0; i < len(rest); i++ {
			if rest[i] == ')' {
				if i+2 > len(rest) {
					return name, tail, false
				}
				rest = rest[i+2:]
				break
			}
		}
	}
	open, end := dotnetParams(rest)
	if open <= 0 || end < 0 {
		return name, tail, false
	}
	name, tail = rest[:open], trimRight(rest[end+1:])
	for len(tail) >= 4 && string(tail[len(tail)-4:]) == "<---" {
		tail = trimRight(tail[:len(tail)-4])
	}
	mono := name[open-1] == ' '
	if mono {
		name = name[:open-1]
	}
	return name, tail, isDotnetName(name, len(tail) > 0) && isDotnetTail(tail, mono)
}

// dotnetParams returns where the parameters' parentheses are. There is none in
// the brackets of a generic type, and no colon in .NET's names of types.
func dotnetParams[T string | []byte](rest T) (open, end int) {
	open = -1
	brackets, parens := 0, 0
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '[':
			brackets++
		case c == ']':
			brackets--
		case c == ':' && parens > 0:
			return -1, -1
		case c == '(' && brackets == 0:
			if parens++; open < 0 {
				open = i
			}
		case c == ')' && brackets == 0 && parens > 0:
			if parens--; parens == 0 {
				return open, i
			}
		}
	}
	return -1, -1
}

// isDotnetName recognises the name of a method with its type. F# allows blanks,
// which count only where a place follows.
func isDotnetName[T string | []byte](name T, placed bool) bool {
	dot, depth := false, 0
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			dot = true
		case ' ':
			if depth == 0 && !placed {
				return false
			}
		}
	}
	if len(name) == 0 || !isName(name[0]) && name[0] != '<' && name[0] != '$' {
		return false
	}
	return dot || placed || len(name) > 13 && string(name[:13]) == "lambda_method"
}

// isDotnetTail recognises " in /src/File.cs:line 12", Mono's " [0x00021] in
// f.cs:7" and the offset of native code, " + 0x12c7".
func isDotnetTail[T string | []byte](tail T, mono bool) bool {
	switch {
	case mono:
		return len(tail) > 4 && (string(tail[:4]) == " [0x" || string(tail[:4]) == " <0x")
	case len(tail) == 0:
		return true
	case len(tail) > 5 && string(tail[:5]) == " + 0x":
		return true
	}
	if len(tail) < 6 || string(tail[:4]) != " in " {
		return false
	}
	n := len(tail)
	for n > 0 && isDigit(tail[n-1]) {
		n--
	}
	return n < len(tail) && n > 5 && (string(tail[n-5:n]) == "line " || tail[n-1] == ':')
}

// dotnetType returns the length of the type in a line "Ns.Type", "Ns.Type: value"
// or "Ns.Type (98): value", 0 if the line is none of these.
func dotnetType[T string | []byte](line T) int {
	n := 0
	for n < len(line) && (isName(line[n]) || n > 0 && (line[n] == '.' || line[n] == '+' || line[n] == '$' || line[n] == '`')) {
		n++
	}
	if n == 0 || isDigit(line[0]) || line[n-1] == '.' || line[n-1] == '+' {
		return 0
	}
	end := n
	if end < len(line) && line[end] == '[' { // the arguments of a generic type
		for end < min(len(line), n+maxDotnetArgs) && line[end] != ':' {
			end++
		}
		if line[end-1] != ']' {
			return 0
		}
		n = end
	}
	if end+2 < len(line) && line[end] == ' ' && line[end+1] == '(' && (isDigit(line[end+2]) || line[end+2] == '-') {
		for end += 2; end < len(line) && line[end] != ')'; end++ {
			if line[end] == ' ' {
				return 0
			}
		}
		end = min(end+1, len(line))
	}
	if end == len(line) || line[end] == ':' && (end+1 == len(line) || line[end+1] == ' ') {
		return n
	}
	return 0
}

// dotnetOwnType is dotnetType for types that a Throwable cannot have.
func dotnetOwnType(line []byte) int {
	n := 0
	for n < len(line) && (isName(line[n]) || line[n] == '.') {
		n++
	}
	if n == 0 || n+2 >= len(line) || line[n] != '+' && line[n] != '`' && (line[n] != ' ' || line[n+1] != '(') {
		return 0
	}
	if n = dotnetType(line); n == 0 || bytes.IndexByte(line[:n], '.') < 0 && bytes.IndexByte(line[:n], '+') < 0 {
		return 0
	}
	return n
}

// isDotnetDetail recognises the second line of the values of ArgumentException
// and other common exceptions.
func isDotnetDetail(line []byte) bool {
	switch {
	case len(line) == 0:
	case line[0] == 'P':
		return hasPrefix(line, "Parameter name: ")
	case line[0] == 'A':
		return hasPrefix(line, "Actual value was ")
	case line[0] == 'F':
		return hasPrefix(line, "File name: '")
	case line[0] == 'O':
		return hasPrefix(line, "Object name: '")
	}
	return false
}

func trimRight[T string | []byte](s T) T {
	n := len(s)
	for n > 0 && (s[n-1] == ' ' || s[n-1] == '\t') {
		n--
	}
	return s[:n]
}
