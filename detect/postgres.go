package detect

import (
	"bytes"
)

// postgresGrammar is a message of PostgreSQL's server with the lines that tell
// more of it: DETAIL, HINT, STATEMENT, … behind a prefix of their own, and the
// lines of long texts, which begin with a tab (src/backend/utils/error/elog.c,
// send_message_to_server_log).
var postgresGrammar = grammar{why: "postgres message", step: stepPostgres, compose: composeGeneric}

// openPostgres recognises a line that more may follow: "prefix LEVEL:  message".
func openPostgres(line []byte, r *Record) opening {
	if r.Format != Text || r.Level == NotSet || len(line) != len(r.Text) {
		return opening{}
	}
	at := placeIn(r.Message, r.Text)
	if at < 5 || at >= len(line) || line[at-1] != ' ' || line[at-2] != ' ' || line[at-3] != ':' || !isUpper(line[at-4]) && !isDigit(line[at-4]) {
		return opening{}
	}
	return opening{grammar: &postgresGrammar, verdict: maybe, headed: true}
}

func stepPostgres(g *group, line []byte) verdict {
	if len(line) > 0 && line[0] == '\t' || tellsMore(g.text[:g.first], line) {
		if g.count++; g.count <= maxGeneric {
			return accept
		}
	}
	if g.count > 0 {
		return refuse
	}
	g.grammar, g.state = &headerGrammar, headerWeak
	return stepHeader(g, line)
}

// tellsMore reports whether a line has the prefix of the first one, its time
// aside, and then one of the words for what belongs to a message.
func tellsMore(first, line []byte) bool {
	at := bytes.Index(line, []byte(":  "))
	if at < 0 {
		return false
	}
	word := at
	for word > 0 && isUpper(line[word-1]) {
		word--
	}
	switch string(line[word:at]) {
	case "DETAIL", "HINT", "CONTEXT", "STATEMENT", "QUERY", "LOCATION", "BACKTRACE":
	default:
		return false
	}
	if word > len(first) {
		return false
	}
	from := max(bytes.LastIndexByte(line[:word], '['), 0)
	if from == 0 {
		from = word
	}
	return word == levelStart(first) && bytes.Equal(first[from:word], line[from:word])
}

// levelStart returns where the level of the first line begins.
func levelStart(first []byte) int {
	at := max(bytes.Index(first, []byte(":  ")), 0)
	for at > 0 && (isUpper(first[at-1]) || isDigit(first[at-1])) {
		at--
	}
	return at
}
