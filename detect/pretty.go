package detect

// prettyGrammar is a JSON object over several lines, or an object as
// JavaScript's util.inspect and its like show it.
var prettyGrammar = grammar{why: "json object over several lines", step: stepPretty, compose: composePretty}

// prettyTailGrammar is such an object behind a log line's message, which says
// what the record is.
var prettyTailGrammar = grammar{why: "object over several lines", step: stepPretty, compose: composeGeneric}

// The states are named after what the lines so far can be.
const (
	prettyJSON  uint8 = iota // JSON, whatever its indentation
	prettyLoose              // no JSON: indented lines up to a closing brace
)

// openPretty decides whether a line begins an object over several lines. A whole
// JSON object never gets here.
func openPretty(line []byte, r *Record) opening {
	switch {
	case line[0] == '{':
		if first := jsonBlank(line, 1); first < len(line) && line[first] != '"' {
			return opening{}
		}
		if jsonLevels(line) <= 0 {
			return opening{}
		}
		return opening{grammar: &prettyGrammar, state: prettyJSON, verdict: maybe}
	case hasSuffix(line, " {") && r.Format == Text && r.Level < Error && (r.Level != NotSet || r.stampLen > 0):
		return opening{grammar: &prettyTailGrammar, state: prettyJSON, verdict: maybe, headed: true}
	case hasSuffix(line, " {") && r.Format == Text && r.Level == NotSet && indent(line) == 0:
		return opening{grammar: &inspectGrammar, verdict: maybe, headed: true}
	}
	return opening{}
}

func stepPretty(g *group, line []byte) verdict {
	if g.count == 0 { // the opening line is not stepped through
		if g.count = 1; !g.headed {
			g.count = jsonLevels(g.text[:g.first])
		}
	}
	if g.state == prettyJSON {
		levels := jsonLevels(line)
		switch {
		case levels == notJSON && g.depth == 0:
			g.state = prettyLoose
		case levels == notJSON:
			return refuse
		default:
			if g.count += levels; g.count <= 0 {
				return done
			}
			if g.count > maxDepth {
				return refuse
			}
			if indent(line) == 0 && !blank(line) {
				g.depth = 1 // then only JSON tells what belongs to it
			}
			return maybe
		}
	}
	return stepLoose(g, line)
}

// prettyNode is such an object that holds an error.
var prettyNode = grammar{language: JavaScript, why: "javascript stack trace", step: stepBraced}

// stepLoose takes the indented lines of an object, which may show an error.
func stepLoose(g *group, line []byte) verdict {
	switch {
	case isNodeFrame(line) && g.message.to > 0:
		g.trace, g.grammar = g.message.from, &prettyNode
		return accept
	case g.message.to == 0 || len(g.tail) > 0:
		if i := inlineType(line); i >= 0 {
			g.mark(line, line[i:])
		}
	}
	return stepBraced(g, line)
}

// inspectGrammar is such an object behind a text that states no level: console.log
// prints it like that, but so may a file look that is shown. Only with an error in
// it, it is one record.
var inspectGrammar = grammar{why: "object over several lines", step: stepInspect}

func stepInspect(g *group, line []byte) verdict {
	if v := stepLoose(g, line); v != done {
		return v
	}
	return refuse
}

// stepBraced takes indented lines up to a closing brace.
func stepBraced(_ *group, line []byte) verdict {
	switch {
	case string(line) == "}" || string(line) == "},":
		return done
	case indent(line) > 0 && !blank(line):
		return maybe
	}
	return refuse
}

// notJSON is what jsonLevels returns for a line that JSON has not.
const notJSON = -1 << 20

// jsonLevels returns how many objects and lists a line of JSON opens more than
// it closes.
func jsonLevels(line []byte) int {
	levels := 0
	for i := 0; i < len(line); {
		switch c := line[i]; c {
		case ' ', '\t', '\r', ',', ':':
			i++
		case '{', '[':
			levels++
			i++
		case '}', ']':
			levels--
			i++
		default:
			if i = jsonValue(line, i, 1); i < 0 {
				return notJSON
			}
		}
	}
	return levels
}

// composePretty classifies the object as the one line it stands for.
func composePretty(g *group, r *Record) {
	text := g.text[:g.kept]
	*r = Record{ID: r.ID, End: r.End, Time: r.Time, Stream: r.Stream, Lines: r.Lines, Text: text, Partial: r.Partial}
	end := len(text)
	for end > 0 && (text[end-1] <= ' ' || text[end-1] == ',') {
		end--
	}
	if classify(text[:end], r); r.Format != JSON {
		classify(text, r)
	}
	r.Text = text
	if r.Format == JSON && r.Why == "" {
		r.Why = g.grammar.why
	}
}
