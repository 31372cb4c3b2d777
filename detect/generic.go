package detect

// genericGrammar takes what follows an error and is set off from it by its
// shape, for runtimes and loggers that have no grammar of their own.
var genericGrammar = grammar{why: "continued line", step: stepGeneric, compose: composeGeneric}

// maxGeneric bounds the lines that belong to an error by their shape alone.
const maxGeneric = 256

// continues reports whether a line is set off as the continuation of another.
func continues(line []byte) bool {
	if len(line) == 0 {
		return false
	}
	switch line[0] {
	case ' ', '\t':
		i := indent(line)
		return i < len(line) && !isColumn(line, i, len(line))
	case '}', ')', ']':
		return len(line) <= 2
	case '.':
		return hasPrefix(line, "... ")
	case 'C':
		return hasPrefix(line, "Caused by: ")
	}
	return false
}

func stepGeneric(g *group, line []byte) verdict {
	if v := stepInner(g, line); v != refuse {
		return v
	}
	return stepContinued(g, line)
}

// stepContinued takes the lines that are set off from the record before them.
func stepContinued(g *group, line []byte) verdict {
	if v := stepInline(g, line); v != refuse && g.trace == 0 {
		return v
	}
	if o := openPyHead(line); o.verdict != refuse && g.trace == 0 {
		return g.introduce(o)
	}
	if _, ok := cutPrefix(line, "Caused by: "); ok && throwableType(line[len("Caused by: "):]) > 0 {
		return g.become(&javaGrammar, javaValue)
	}
	if g.gap = len(line) == 0 && !g.gap; g.gap { // JavaMail's value ends in a blank line
		return maybe
	}
	if g.count++; g.count > maxGeneric || !continues(line) || len(g.tail) > 0 {
		if g.trace > 0 {
			return refuse
		}
		return stepMessage(g, line)
	}
	return takes
}

// The same with a trace among the lines, as pretty printers of structured logs,
// bunyan and Tomcat's JULI write it.
var (
	genericJava = grammar{language: Java, why: "java stack trace", step: stepContinued}
	genericNode = grammar{language: JavaScript, why: "javascript stack trace", step: stepContinued}
)

// stepInner looks for a trace among the lines that continue a record: first the
// line that names the exception, then a frame.
func stepInner(g *group, line []byte) verdict {
	body := line[indent(line):]
	n := throwableType(body)
	named := n > 0 && namesFailure(body[:n])
	switch {
	case named && len(body) == len(line) && (g.trace == 0 || g.gap):
		if o := openTrace(line); o.bare {
			g.block, g.gap = nil, false
			return g.introduce(o)
		}
	case g.trace > 0:
	case named && inlineType(g.text[:g.first]) < 0:
		g.message = span{g.next(), g.next() + len(line)}
	case g.message.to > 0 && isJavaFrame(line):
		g.trace, g.grammar = g.message.from, &genericJava
	case g.message.to > 0 && isNodeFrame(line):
		g.trace, g.grammar = g.message.from, &genericNode
	}
	return refuse
}

// composeGeneric leaves the record as its first line has it.
func composeGeneric(*group, *Record) {}
