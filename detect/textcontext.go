package detect

import "bytes"

// bodyDigits steps over a time, Spring's "1 --- " and nginx's "31#31:".
func (h *header) bodyDigits() bool {
	if h.stampEnd == 0 && h.readStamp() {
		return true
	}
	if id := h.at + 36; id < h.end && h.at > 0 && h.text[id] == '\t' && h.text[h.at-1] == '\t' && h.text[h.at+8] == '-' && h.tokenEnd(h.at) == id {
		h.at = id + 1 // a Lambda's request
		return false
	}
	i := digitsEnd(h.text[:h.end], h.at)
	if i < h.end && h.text[i] == '#' && h.bracketed {
		j := digitsEnd(h.text[:h.end], i+1)
		if j < h.end && h.text[j] == ':' {
			h.at = j + 1
			return false
		}
	}
	if i+8 < h.end && h.bracketed && i == h.at+3 && h.text[i] == '/' && digitsEnd(h.text[:h.end], i+1) == i+7 && h.text[i+7] == ' ' {
		h.at = i + 7 // HAProxy: the day of the year and the time
		return true
	}
	if hasPrefix(h.text[i:h.end], " --- ") {
		h.at = i + len(" --- ")
		h.words = -1 // Spring: the logger is what stands before " : "
		return true
	}
	return false
}

// bodyBracket steps over a time, thread, node or logger in brackets.
func (h *header) bodyBracket(threads *int) bool {
	end := h.group(h.at, ']')
	if end == 0 {
		return false
	}
	inside := bytes.TrimSpace(h.text[h.at+1 : end-1])
	closed := end >= h.end || isBlank(h.text[end]) || h.text[end] == ':' || h.text[end] == '['
	if !closed {
		return false
	}
	if level, s := levelOf(inside); s == strong && h.bracketed && h.lower && *threads == 0 && isUpper(inside[0]) {
		h.level, h.lower = level, false // a build tool's mark around the program's own
		h.at = end
		return true
	}
	if h.stampEnd == 0 {
		if s, n := scanStamp(inside); n > 0 {
			h.stamp = h.at + 1 + bytes.Index(h.text[h.at+1:end], inside)
			h.stampEnd, h.style = h.stamp+n, s.style
			h.at = end
			return true
		}
	}
	if end+1 < h.end && isDigit(h.text[end+1]) && hasPrefix(h.text[min(h.end, digitsEnd(h.text[:h.end], end+1)):h.end], " --- ") {
		h.at = end // Spring Cloud Sleuth: [app,trace,span] 31 ---
		return true
	}
	if len(inside) > 3 && isDigit(inside[len(inside)-1]) && h.stampEnd > 0 && isCaller(inside) { // the place in the source, or logger:line
		if colon := bytes.LastIndexByte(inside, ':'); h.loggerEnd == 0 && !isSourceFile(inside[:colon]) {
			h.logger = h.at + 1 + bytes.Index(h.text[h.at+1:end], inside)
			h.loggerEnd = h.logger + colon
		}
		h.at = end
		if h.at < h.end && h.text[h.at] == ':' {
			h.at++
			return false
		}
		return true
	}
	if !h.isContext(inside) && !(h.stampEnd > 0 && h.dashFollows(end)) {
		return false
	}
	if h.bracketed && end < h.end && h.text[end] == ':' && looksLikeLogger(inside) {
		// "[service][LEVEL] [logger]: message": what stands right before the message
		// names the logger, whatever was in brackets before the level.
		h.logger = h.at + 1 + bytes.Index(h.text[h.at+1:end], inside)
		h.loggerEnd, h.at = h.logger+len(inside), end+1
		return false
	}
	if !h.noteBracket(h.at, end) || bytes.IndexByte(inside, '.') < 0 {
		*threads++
	}
	h.at = end
	if h.at < h.end && h.text[h.at] == ':' {
		h.at++
		return false
	}
	return true
}

// dashFollows reports whether "name - " stands behind a bracket, which then is a
// thread's, whatever is in it.
func (h *header) dashFollows(i int) bool {
	if i >= h.end || h.text[i] != ' ' {
		return false
	}
	if hasPrefix(h.text[i:h.end], " - ") {
		return true
	}
	end := h.tokenEnd(i + 1)
	return isLoggerName(h.text[i+1:end]) && hasPrefix(h.text[end:h.end], " - ")
}

// isContext decides whether a bracket after the level is part of the header
// rather than the message's first word.
func (h *header) isContext(inside []byte) bool {
	if len(inside) == 0 || h.words < 0 {
		return true
	}
	if hasPrefix(inside, "pid ") {
		return true
	}
	if _, ok := smallInt(inside); ok {
		return true
	}
	if d := digitsEnd(inside, 0); d > 0 && h.why == "level letter" && d+1 < len(inside) && inside[d] == ':' {
		return true // Semantic Logger: [31:main pay.rb:44]
	}
	return isLoggerName(inside) && !isDigit(inside[0])
}

// bodyParen steps over a thread in parentheses, and pino-pretty's
// "(name/123 on host):".
func (h *header) bodyParen(threads *int) bool {
	end := h.group(h.at, ')')
	if end == 0 || end >= h.end {
		return false
	}
	inside := h.text[h.at+1 : end-1]
	if h.text[end] == ':' && h.stampEnd > 0 {
		if i := bytes.IndexByte(inside, '/'); i > 0 && isLoggerName(inside[:i]) {
			h.logger, h.loggerEnd = h.at+1, h.at+1+i
		} else if i < 0 && isLoggerName(inside) && !isDigit(inside[0]) {
			h.logger, h.loggerEnd = h.at+1, end-1
		}
		h.at = end + 1
		return false
	}
	if !isBlank(h.text[end]) {
		return false
	}
	if _, number := smallInt(inside); (number || bytes.Contains(inside, []byte("Thread"))) && h.bracketed || h.stampEnd > 0 && h.threadName(inside) {
		*threads++
		h.at = end
		return true
	}
	return false
}

func (h *header) threadName(b []byte) bool {
	for _, c := range b {
		if !isNameByte(c) && c != ' ' {
			return false
		}
	}
	return len(b) > 0 && !isDigit(b[0])
}
