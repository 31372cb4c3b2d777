package detect

import "bytes"

// bracket reads a group in square brackets: a time, a level, a level beside
// other things, or something to step over. It reports whether the level was in
// it.
func (h *header) bracket() bool {
	end := h.group(h.at, ']')
	if end == 0 {
		return false
	}
	from, to := h.at+1, end-1
	for from < to && isBlank(h.text[from]) {
		from++
	}
	for to > from && isBlank(h.text[to-1]) {
		to--
	}
	found := h.inBracket(from, to)
	if found {
		h.bracketed = true
		h.at = end
		if h.at < h.end && h.text[h.at] == ':' {
			h.at++
		}
		return true
	}
	inside := h.text[from:to]
	_, number := smallInt(inside)
	if len(inside) <= 1 && !number && h.stampEnd == 0 {
		return false // "[x]" is a check box
	}
	h.pidBracket = number
	if !h.stampBracket && h.stampEnd > from && h.stampEnd <= to {
		h.stampBracket = true
		h.afterStamp = end
	} else if h.loggerEnd == 0 && looksLikeLogger(inside) {
		h.logger, h.loggerEnd = from, to
	} else if n := loggerAndPlace(inside); h.loggerEnd == 0 && n > 0 {
		h.logger, h.loggerEnd = from, from+n
	}
	h.brackets++
	h.at = end
	if h.at < h.end && h.text[h.at] == ':' { // "[46]: [3-1]"
		h.at++
	}
	return false
}

// inBracket looks for the level in what stands between brackets.
func (h *header) inBracket(from, to int) bool {
	inside := h.text[from:to]
	if len(inside) == 0 {
		return false
	}
	if level, ok := h.bracketWord(inside); ok {
		h.lower = isLower(inside[0])
		return h.state(level, to, "level word in brackets")
	}
	save := h.at
	h.at = from
	if len(inside) > 2 && inside[1] == ' ' && letterLevel(inside[0]) != NotSet { // Tornado: [I 240517 08:15:30 web:12]
		h.at = from + 2
		if h.readStamp() {
			return h.state(letterLevel(inside[0]), to, "level letter")
		}
		h.at = save
		return false
	}
	if h.readStamp() {
		return h.afterBracketStamp(to)
	}
	h.at = save
	if i := bytes.IndexByte(inside, ' '); i > 0 && h.stampEnd == 0 && h.brackets == 0 { // env_logger: [WARN  shop::db]
		level, s := levelOf(inside[:i])
		if name := bytes.TrimLeft(inside[i:], " "); s == strong && isUpper(inside[1]) && isLoggerName(name) && len(inside)-len(name) == len("ERROR ") && to+2 < h.end && h.text[to+1] == ' ' {
			h.logger, h.loggerEnd = to-len(name), to
			return h.state(level, to, "level in brackets")
		}
	}
	if i := bytes.LastIndexByte(inside, '#'); i > 0 && h.stampEnd > 0 && isLoggerName(inside[:i]) { // Twisted: [twisted.web#info]
		if level, s := levelOf(inside[i+1:]); s == strong {
			h.logger, h.loggerEnd = from, from+i
			return h.state(level, to, "level word in brackets")
		}
	}
	if i := bytes.LastIndexByte(inside, '/'); i > 0 { // Minecraft: [Server thread/INFO]
		if level, s := levelOf(inside[i+1:]); s == strong && isUpper(inside[i+1]) {
			return h.state(level, to, "level word in brackets")
		}
		name := inside[i+1:]
		if level, s := levelOf(inside[:i]); s == strong && isUpper(inside[0]) && (bytes.Contains(name, []byte("Process")) || bytes.Contains(name, []byte("Worker"))) { // Python's multiprocessing
			return h.state(level, to, "level word in brackets")
		}
	}
	if i := bytes.IndexByte(inside, ':'); i >= 0 { // Apache: [proxy:error]
		if h.stampEnd == 0 && h.erlangBracket(from, to) {
			return true
		}
		if level, s := apacheLevel(inside[i+1:]); s == strong && h.stampEnd > 0 {
			h.logger, h.loggerEnd = from, from+i
			return h.state(level, to, "level word in brackets")
		}
	}
	return false
}

// apacheLevel is levelOf that also knows "trace1" to "trace8".
func apacheLevel(word []byte) (Level, strength) {
	if len(word) == 6 && hasPrefix(word, "trace") && isDigit(word[5]) {
		return Trace, strong
	}
	return levelOf(word)
}

// bracketWord reads a level word or letter that fills a bracket.
func (h *header) bracketWord(inside []byte) (Level, bool) {
	if len(inside) == 1 {
		switch c := inside[0]; c {
		case 'E', 'W', 'I', 'D':
			return letterLevel(c), true
		case 'F', 'C', 'T', 'N':
			return letterLevel(c), h.stampEnd > 0
		}
		return NotSet, false
	}
	if h.brackets == 0 && h.stampEnd == 0 && string(inside) == "FAILED" {
		return Error, true // systemd's start-up messages
	}
	level, s := levelOf(inside)
	switch s {
	case strong:
		return level, true
	case valueOnly:
		return level, h.stampEnd > 0 && (string(inside) == "HTTP" || string(inside) == "SILLY")
	case weak:
		return level, h.stampEnd > 0 && isUpper(inside[0]) || string(inside) == "verbose"
	}
	return NotSet, false
}

// afterBracketStamp goes on after a time that a bracket begins with:
// [2024-05-17 08:15:34,777: ERROR/Worker-2], [2024-05-17T08:41:06Z INFO shop::http],
// [08:41:00 INF].
func (h *header) afterBracketStamp(to int) bool {
	i := h.at
	for i < to && (isBlank(h.text[i]) || h.text[i] == ':') {
		i++
	}
	word := i
	for i < to && (isUpper(h.text[i]) || isLower(h.text[i])) {
		i++
	}
	if i == word+1 && i < to && h.text[i] == ' ' && letterLevel(h.text[word]) != NotSet { // Ray: [TIME E 31 44]
		return h.state(letterLevel(h.text[word]), to, "level letter")
	}
	level, s := levelOf(h.text[word:i])
	if s != strong || !isUpper(h.text[word]) || i < to && !isBlank(h.text[i]) && h.text[i] != '/' {
		return false
	}
	for i < to && isBlank(h.text[i]) {
		i++
	}
	if i < to && h.text[i] != '/' && isLoggerName(h.text[i:to]) {
		h.logger, h.loggerEnd = i, to
	}
	return h.state(level, to, "level word in brackets")
}

// loggerAndPlace returns how long the logger's name is in Salt's
// "salt.minion      :1117", 0 if a text is none such.
func loggerAndPlace(b []byte) int {
	colon := bytes.LastIndexByte(b, ':')
	if colon <= 0 || colon+1 == len(b) || digitsEnd(b, colon+1) != len(b) {
		return 0
	}
	name := bytes.TrimRight(b[:colon], " ")
	if dots(name) == 0 || isSourceFile(name) || !looksLikeLogger(name) {
		return 0
	}
	return len(name)
}

// looksLikeLogger tells a logger's name from a thread's in brackets.
func looksLikeLogger(b []byte) bool {
	if !isLoggerName(b) || !isLower(b[0]) && !isUpper(b[0]) && b[0] != '_' {
		return false
	}
	dotted := false
	for i, c := range b {
		switch {
		case c == '.' || c == ':' && i+1 < len(b) && b[i+1] == ':':
			dotted = true
		case c == '/' || c == '@' || c == '#':
			return false
		}
	}
	if dotted {
		return true
	}
	if isDigit(b[len(b)-1]) || string(b) == "main" || bytes.Contains(b, []byte("hread")) || bytes.Contains(b, []byte("exec")) {
		return false
	}
	return true
}
