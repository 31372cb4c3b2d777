package detect

import "bytes"

// otherForm reads the headers that begin neither with a time nor with a level:
// "name - LEVEL - message", "name:LEVEL:message", "{file:1} LEVEL - message",
// "<LEVEL> message", "(TIME) LEVEL: message", "E TIME name] message", the marks
// of signale and esbuild, "prog: [level] message", and warnings of runtimes.
// h.at is where the line begins; if it reports true, the level has been read.
func (h *header) otherForm() bool {
	if h.at+8 > h.end {
		return false
	}
	switch c := h.text[h.at]; {
	case c == '<' && hasPrefix(h.text[h.at:h.end], "<nil> "): // zerolog without a time
		level, end := h.levelWord(h.at + len("<nil> "))
		return end > 0 && h.text[end] == ' ' && h.state(level, end, "level word")
	case c == '<':
		return h.closedLevel('>', h.at) || h.angles()
	case c == '(':
		return h.nodeWarning() || h.parenStamp() || h.parenName()
	case c == '{':
		end := h.group(h.at, '}')
		return end > 0 && isCaller(h.text[h.at+1:end-1]) && h.closedLevel('-', end)
	case c == 0xe2:
		return h.symbol()
	case isUpper(c) && h.text[h.at+1] == ' ' && isDigit(h.text[h.at+2]):
		return h.letterFirst()
	case isUpper(c) && h.text[h.at+1] == ' ' && h.text[h.at+2] == '[':
		return h.letterBracket()
	case isUpper(c) && h.text[h.at+1] == ' ' && h.text[h.at+2] == '(':
		return h.espLetter()
	case isDigit(c):
		return h.wineClass() || h.workerFirst()
	case isUpper(c) || isLower(c) || c == '_' || c == '/' || c == '.':
		return h.nameFirst()
	}
	return false
}

// levelWord reads an upper-case level word at i and returns where it ends, 0
// if there is none.
func (h *header) levelWord(i int) (Level, int) {
	from := i
	for i < h.end && isUpper(h.text[i]) {
		i++
	}
	if level, s := levelOf(h.text[from:i]); s == strong && i < h.end {
		return level, i
	}
	return NotSet, 0
}

// closedLevel reads "<LEVEL> message" or " LEVEL - message" from i on.
func (h *header) closedLevel(sign byte, i int) bool {
	if sign == '>' {
		level, end := h.levelWord(i + 1)
		return end > 0 && h.text[end] == '>' && end+1 < h.end && h.text[end+1] == ' ' &&
			h.state(level, end+1, "level in brackets")
	}
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	level, end := h.levelWord(i)
	return end > 0 && hasPrefix(h.text[end:h.end], " - ") && h.state(level, end+3, "level word")
}

// parenStamp reads "(TIME) LEVEL: message".
func (h *header) parenStamp() bool {
	end := h.group(h.at, ')')
	if end == 0 || end+1 >= h.end || h.text[end] != ' ' || !isDigit(h.text[h.at+1]) {
		return false
	}
	s, n := scanStamp(h.text[h.at+1 : end-1])
	level, next := h.levelWord(end + 1)
	if n == 0 || next == 0 || h.text[next] != ':' && h.text[next] != ' ' {
		return false
	}
	h.stamp, h.stampEnd, h.style = h.at+1, h.at+1+n, s.style
	return h.state(level, next+1, "level word")
}

// parenName reads "(MainThread) LEVEL message" and "(logger) [LEVEL] message".
func (h *header) parenName() bool {
	end := h.group(h.at, ')')
	if end == 0 || end+1 >= h.end || h.text[end] != ' ' {
		return false
	}
	name := h.text[h.at+1 : end-1]
	if h.text[end+1] == '[' && isLoggerName(name) {
		level, next := h.levelWord(end + 2)
		if next == 0 || !hasPrefix(h.text[next:h.end], "] ") {
			return false
		}
		h.logger, h.loggerEnd, h.bracketed = h.at+1, end-1, true
		return h.state(level, next+1, "level word in brackets")
	}
	if !bytes.Contains(name, []byte("hread")) {
		return false
	}
	level, next := h.levelWord(end + 1)
	return next > 0 && h.text[next] == ' ' && h.state(level, next, "level word")
}

// nameFirst reads the forms that begin with the name of a logger, program or
// file.
func (h *header) nameFirst() bool {
	i := h.tokenEnd(h.at)
	token := h.text[h.at:i]
	if len(token) > 200 {
		return false
	}
	switch {
	case len(token) > 6 && h.nameColon(token), h.nameColumns(token):
		return true
	case i+4 >= h.end:
	case hasPrefix(h.text[i:h.end], " - ") && isLoggerName(token):
		name := h.at
		if h.closedLevel('-', i+3) && !isProse(h.text[h.at:h.tokenEnd(h.at)]) {
			h.logger, h.loggerEnd = name, i
			return true
		}
	case token[len(token)-1] == ':' && h.text[i+1] == '[': // nginx: [emerg] message
		end := h.group(i+1, ']')
		if end == 0 || string(token) != "nginx:" && string(token) != "openresty:" && string(token) != "angie:" || end >= h.end || h.text[end] != ' ' {
			return false
		}
		if level, s := levelOf(h.text[i+2 : end-1]); s == strong {
			return h.state(level, end, "level in brackets")
		}
	case hasSuffix(token, "JDK") || string(token) == "Java":
		if n := bytes.Index(h.text[i:min(h.end, i+60)], []byte(" VM warning: ")); n > 0 {
			return h.state(Warning, i+n+len(" VM warning: "), "tool message")
		}
	}
	return false
}

// nameColumns reads "name        : LEVEL    message" of the logging cookbook:
// the blanks that fill up the level tell it from someone who says a word.
func (h *header) nameColumns(token []byte) bool {
	i, name := h.at+len(token), token
	if name[len(name)-1] == ':' {
		name = name[:len(name)-1]
	} else {
		for i < h.end && h.text[i] == ' ' {
			i++
		}
		if i >= h.end || h.text[i] != ':' {
			return false
		}
		i++
	}
	if i+1 >= h.end || h.text[i] != ' ' || !isLoggerName(name) {
		return false
	}
	level, end := h.levelWord(i + 1)
	if end == 0 || end-(i+1) < len("CRITICAL") && !hasPrefix(h.text[end:h.end], "  ") || h.text[end] != ' ' || h.isSetting(end) {
		return false
	}
	h.logger, h.loggerEnd = h.at, h.at+len(name)
	return h.state(level, end, "level word")
}

// nameColon reads "name:LEVEL:message".
func (h *header) nameColon(token []byte) bool {
	colon := bytes.IndexByte(token, ':')
	if colon < 2 || colon+4 > len(token) || !isUpper(token[colon+1]) || !isLoggerName(token[:colon]) || token[0] == '/' {
		return false
	}
	if name := token[:colon]; dots(name) == 0 && string(name) != "root" && string(name) != "__main__" {
		return false // "key:ERROR:value"
	}
	level, end := h.levelWord(h.at + colon + 1)
	if end == 0 || h.text[end] != ':' || h.isSetting(end+1) {
		return false
	}
	h.logger, h.loggerEnd = h.at, h.at+colon
	return h.state(level, end+1, "level word")
}

// warningClass recognises "DeprecationWarning: message" at i. All of the line is
// the message: which warning it is says more than the text. A rejection nobody
// handled begins a trace.
func (h *header) warningClass(i int) bool {
	end := h.tokenEnd(i)
	token := h.text[i:end]
	return hasSuffix(token, "Warning:") && !hasPrefix(token, "UnhandledPromise") && isUpper(token[0]) &&
		end < h.end && isLoggerName(token) && h.state(Warning, h.at, "runtime warning")
}

// nodeWarning reads "(node:31) [DEP0005] DeprecationWarning: message", as Node
// writes what process.emitWarning is told.
func (h *header) nodeWarning() bool {
	end := h.group(h.at, ')')
	if end == 0 || end+1 >= h.end || h.text[end] != ' ' {
		return false
	}
	inside := h.text[h.at+1 : end-1]
	colon := bytes.IndexByte(inside, ':')
	switch string(inside[:max(colon, 0)]) {
	case "node", "electron", "bun":
	default:
		return false
	}
	if digitsEnd(inside, colon+1) != len(inside) || len(inside) == colon+1 {
		return false
	}
	i := end + 1
	if h.text[i] == '[' {
		if i = h.group(i, ']'); i == 0 || i+1 >= h.end {
			return false
		}
		i++
	}
	return h.warningClass(i)
}
