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
	if end-h.at == 1 && h.stampEnd > 0 && hasPrefix(h.text[end:h.end], "! ") && h.words == 0 {
		switch c := h.text[h.at]; c { // Telegraf
		case 'E', 'W', 'I', 'D':
			return h.state(letterLevel(c), end+1, "level letter")
		}
	}
	if end-h.at == 1 && h.letter(end) || h.begun() && h.programLevel() {
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

// letter reads the one-letter levels after a time: MongoDB before 4.4, logcat,
// TensorFlow, etcd.
func (h *header) letter(end int) bool {
	if h.stampEnd == 0 || h.words > 0 || end >= h.end || !isBlank(h.text[end]) {
		return false
	}
	switch c := h.text[h.at]; c {
	case 'C', 'N':
		return hasPrefix(h.text[end:h.end], " | ") && h.state(letterLevel(c), end, "level letter") // etcd
	case 'E', 'W', 'I', 'D', 'F', 'V':
		return h.state(letterLevel(c), end, "level letter")
	}
	return false
}

// programLevel reads the levels of programs that have words of their own, after a
// time: "fatal error: " of Unbound, stunnel's "LOG3[ui]: ".
func (h *header) programLevel() bool {
	switch b := h.text[h.at:h.end]; b[0] {
	case 'f', 'F':
		const words = len("fatal error")
		return len(b) > words && string(b[1:words]) == "atal error" && (b[words] == ':' || hasPrefix(b[words:], " : ")) &&
			h.state(Critical, h.at+words, "level word")
	case 'L':
		if len(b) < len("LOG3[0]: x") || !hasPrefix(b, "LOG") || b[4] != '[' || !isDigit(b[3]) || h.stampEnd == 0 {
			return false
		}
		end, level := h.group(h.at+4, ']'), syslogLevel(int(b[3]-'0'))
		return end > 0 && level != NotSet && hasPrefix(h.text[end:h.end], ": ") && h.state(level, end, "level number")
	}
	return false
}

// levelPosition decides whether the level word from at to end is one, by how it
// is written and by what stands around it.
func (h *header) levelPosition(at, end int, s strength) bool {
	if h.words > 0 && (h.prose || h.words > 1) {
		return false
	}
	upper := isUpper(h.text[at]) && isUpper(h.text[at+1])
	var next, second byte
	if end < h.end {
		next = h.text[end]
	}
	if end+1 < h.end {
		second = h.text[end+1]
	}
	switch next {
	case 0:
		return upper && s == strong && h.begun()
	case ':':
		return h.colonLevel(at, end, s, upper, second)
	case ' ', '\t':
		return h.bareLevel(at, end, s, upper, next)
	case '|', ',', ';':
		return s == strong && (h.stampEnd > 0 || next == '|' && upper)
	case '[':
		return s == strong && (upper || h.stampEnd > 0 || second == 'E' && !h.begun()) // rustc: error[E0308]
	case '!':
		return s == strong && upper && (second == '!' || isBlank(second))
	case '>': // Log4perl
		return s == strong && upper && h.stampEnd > 0 && isBlank(second)
	}
	return false
}

// colonLevel decides about "WORD:".
func (h *header) colonLevel(at, end int, s strength, upper bool, second byte) bool {
	if second == ':' || h.words > 0 && !upper {
		return false
	}
	if upper {
		return (s == strong || h.stampEnd > 0 || end-at > 3) && !h.isSetting(end+1)
	}
	if s < strong && s != noWord && h.style == isoStyle && h.words == 0 && second == ' ' { // winston's own levels
		switch string(h.text[at:end]) {
		case "http", "verbose", "silly":
			return true
		}
	}
	return s == strong && (second == 0 || isBlank(second)) && !h.isSetting(end+1)
}

// isSetting reports whether what stands after a colon is the value of something
// called "error" or "debug", and no message: a number, true, none.
func (h *header) isSetting(i int) bool {
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	from := i
	for i < h.end && !isBlank(h.text[i]) && h.text[i] != ',' && h.text[i] != ';' {
		i++
	}
	if i < h.end && isBlank(h.text[i]) {
		return false
	}
	value := h.text[from:i]
	if _, ok := smallInt(value); ok {
		return true
	}
	switch string(value) {
	case "true", "false", "none", "None", "null", "nil", "<nil>", "no", "yes", "on", "off", "undefined", `""`, "''", "[]", "{}":
		return true
	}
	return false
}

// bareLevel decides about a level word before a blank.
func (h *header) bareLevel(at, end int, s strength, upper bool, next byte) bool {
	if upper {
		if !h.begun() && h.words == 0 && (h.isSetting(end) || assigns(h.text[end:h.end])) {
			return false // a table's row, an assignment
		}
		return s == strong || h.stampEnd > 0 && h.words == 0
	}
	if !h.begun() || h.words > 0 {
		return false
	}
	i := end
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	if i < h.end && (h.text[i] == '|' || h.text[i] == '-' || h.text[i] == ':') && i+1 < h.end && isBlank(h.text[i+1]) {
		return s == strong
	}
	if h.stampEnd == 0 || s != strong {
		return false
	}
	if next == '\t' {
		return true
	}
	switch string(h.text[at:end]) {
	case "info", "debug", "trace", "warn", "err", "crit", "Info", "Debug", "Trace", "Warn":
		return h.brackets == 0 || h.stampBracket
	}
	return false
}

// assigns reports whether a text begins with the sign of an assignment or a
// comparison between blanks.
func assigns(b []byte) bool {
	if len(b) < 3 || b[0] != ' ' {
		return false
	}
	end := 1
	for end < len(b) && end < 4 && (b[end] == '=' || b[end] == '>' || b[end] == '<' || b[end] == '-') {
		end++
	}
	return end > 1 && end < len(b) && b[end] == ' ' && (b[1] != '-' || b[end-1] == '>')
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
	if h.loggerEnd == 0 && isLoggerName(h.text[h.at:i]) && bytes.IndexByte(h.text[h.at:i], '@') < 0 {
		h.logger, h.loggerEnd = h.at, i
	} else if open := bytes.IndexByte(token, '['); open > 0 && h.loggerEnd+1 == h.at && token[i-h.at-1] == ']' && isLoggerName(token[:open]) {
		h.logger, h.loggerEnd = h.at, h.at+open // "host program[pid]"
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

// levelFollows reports whether the next word is a level with its own mark, as
// in "general: info: text" or "main.go:31: ERROR text".
func (h *header) levelFollows(i int) bool {
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	end := i
	for end < h.end && (isUpper(h.text[end]) || isLower(h.text[end])) {
		end++
	}
	if end-i < 3 || end >= h.end {
		return i < h.end && h.text[i] == '['
	}
	if _, s := levelOf(h.text[i:end]); s != strong {
		return false
	}
	if isUpper(h.text[i]) && isUpper(h.text[i+1]) {
		return true
	}
	return h.text[end] == ':' && (h.style == dashStyle || hasSuffix(h.text[:i], "]: ") && h.stampBracket)
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
	if isUpper(word[0]) {
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
