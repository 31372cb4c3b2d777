package detect

import "bytes"

// word reads a bare word of the prefix: the level, or a name before it. It
// reports whether it was the level.
func (h *header) word() bool {
	if isUpper(h.text[h.at]) && h.readStamp() {
		h.afterStamp = h.at
		return false
	}
	end := h.at
	for end < h.end && (isUpper(h.text[end]) || isLower(h.text[end])) {
		end++
	}
	if end-h.at == 1 && (h.closedLetter(end) || h.letter(end)) || h.begun() && h.programLevel() {
		return true
	}
	if end+2 < h.end && (h.text[end] == '+' || h.text[end] == '-') && h.stampEnd > 0 && isUpper(h.text[h.at]) {
		if i := h.tokenEnd(end); i < h.end && i < end+4 {
			if level := valueLevel(h.text[h.at:i]); level != NotSet { // slog: ERROR+4
				return h.state(level, i, "level word")
			}
		}
	}
	if level, s := levelOf(h.text[h.at:end]); (s >= weak || s == valueOnly && end < h.end && h.text[end] == ':' && isLower(h.text[h.at])) && h.levelPosition(h.at, end, s) {
		h.lower = isLower(h.text[h.at])
		return h.state(level, end, "level word")
	}
	return h.name(end)
}

// name steps over a word before the level that may be a logger, a host, a file
// or metadata. If it cannot be one, the message begins with it.
func (h *header) name(letters int) bool {
	i := h.at
	for i < h.end && !isBlank(h.text[i]) && h.text[i] != '|' && h.text[i] != '"' {
		i++
	}
	if i-h.at > 120 || i >= h.end {
		return false
	}
	token := h.text[h.at:i]
	if h.stampEnd == 0 && h.brackets == 0 { // only "name TIME" and "name [TIME]" may go on
		if h.words > 0 || !h.stampFollows(i) {
			return false
		}
		h.at = i
		return false
	}
	if n := h.channelLevel(token); n > 0 {
		return true
	}
	last := token[len(token)-1]
	if plainWord := letters == i; plainWord {
		h.words++
		h.prose = h.prose || isProse(token)
	} else if last == ':' || last == ',' || last == '.' || last == ')' && token[0] != '(' && h.brackets == 0 {
		if last != ':' && last != ')' || !h.levelFollows(i) {
			return false
		}
		if last == ':' {
			i--
		}
	} else if !isLoggerToken(token) {
		return false
	}
	if h.loggerEnd == 0 && isLoggerName(h.text[h.at:i]) && !isUUID(token) && bytes.IndexByte(h.text[h.at:i], '@') < 0 {
		h.logger, h.loggerEnd = h.at, i
	} else if open := bytes.IndexByte(token, '['); open > 0 && h.loggerEnd+1 == h.at && token[i-h.at-1] == ']' && isLoggerName(token[:open]) {
		h.logger, h.loggerEnd, h.words = h.at, h.at+open, 0 // "host program[pid]"
	}
	h.at = i
	if h.text[i] == ':' {
		h.at++
	}
	return false
}

// stampFollows reports whether a time follows after blanks and a bracket.
func (h *header) stampFollows(i int) bool {
	for i < h.end && (isBlank(h.text[i]) || h.text[i] == '|' || h.text[i] == '-') {
		i++
	}
	if i < h.end && h.text[i] == '[' {
		i++
	}
	if i >= h.end || !isDigit(h.text[i]) {
		return false
	}
	_, n := scanStamp(h.text[i:h.end])
	return n > 0
}

// channelLevel reads Monolog's "channel.LEVEL:". It returns its length.
func (h *header) channelLevel(token []byte) int {
	n := len(token) - 1
	if n < 5 || token[n] != ':' {
		return 0
	}
	dot := n
	for dot > 0 && isUpper(token[dot-1]) {
		dot--
	}
	if dot < 2 || token[dot-1] != '.' && (token[dot-1] != ':' || token[dot-2] != ']') {
		return 0
	}
	level, s := levelOf(token[dot:n])
	if s != strong {
		return 0
	}
	if token[dot-1] == ':' {
		h.state(level, h.at+len(token), "level word")
		return len(token)
	}
	h.logger, h.loggerEnd = h.at, h.at+dot-1
	h.state(level, h.at+len(token), "monolog channel and level")
	h.tail = monologPromised
	return len(token)
}

// isLoggerToken accepts what may stand between a time and a level: module
// paths, hosts, user@database, key=value, file:line.
func isLoggerToken(token []byte) bool {
	for _, c := range token {
		if isNameByte(c) {
			continue
		}
		switch c {
		case '=', ',', '(', ')', '[', ']', '*', '%', '<', '>', '~', '+':
		default:
			return false
		}
	}
	return true
}

// isProse reports whether a plain word is rather English than a name.
func isProse(word []byte) bool {
	n := len(word)
	if n > 0 && isUpper(word[0]) {
		for _, c := range word[1:] {
			if isUpper(c) {
				return false
			}
		}
		return true
	}
	if n > 4 && (hasSuffix(word, "ing") || hasSuffix(word, "ed")) {
		return true
	}
	switch string(word) {
	case "a", "an", "the", "no", "not", "this", "that", "got", "had", "has", "is", "was", "were", "are", "be", "with",
		"without", "found", "sent", "saw", "see", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or",
		"and", "to", "last", "first", "next", "previous", "new", "old", "any", "all", "some", "one", "two",
		"ignore", "throw", "raise", "return", "returns", "set", "print", "write", "log", "level", "my", "our",
		"your", "their", "its", "it", "if", "when", "after", "before", "because", "then", "only", "never",
		"possible", "fatal", "unexpected", "internal", "more", "count", "total", "zero", "read", "send", "handle":
		return true
	}
	return false
}
