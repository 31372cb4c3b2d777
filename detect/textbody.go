package detect

import "bytes"

// readBody reads what stands between the level and the message: columns, the
// thread, the logger. h.at is where the message begins afterwards.
func (h *header) readBody() {
	if h.at >= h.end {
		return
	}
	switch c := h.text[h.at]; {
	case h.tail == monologPromised:
		h.skipBlanks()
	case h.bracketed && c == '[': // Elasticsearch, Envoy, JVM: [WARN ][logger] message
		h.adjacentBrackets()
	case c == ';':
		h.at++
	case c == '>':
		h.afterAngle()
	case c == ',' && h.stampEnd > 0:
		h.at++
		if n := bytes.IndexByte(h.text[h.at:min(h.end, h.at+200)], ','); n > 0 && isLoggerName(h.text[h.at:h.at+n]) {
			h.logger, h.loggerEnd = h.at, h.at+n
			h.at += n + 1
		}
	case c == ':' || !h.bracketed && c == '!':
		h.afterColon()
	case c == '[':
		h.afterCounter()
	case c == '\t':
		h.columns()
	case h.bracketed && h.text[h.at-1] == ':':
		h.skipBlanks()
	default:
		h.afterBlank()
	}
	h.skipBlanks()
}

// adjacentBrackets steps over brackets that follow without a blank; the first
// that can be is the logger.
func (h *header) adjacentBrackets() {
	last := h.at
	for h.at < h.end && h.text[h.at] == '[' {
		end := h.group(h.at, ']')
		if end == 0 {
			return
		}
		last = h.at
		h.noteBracket(h.at, end)
		h.at = end
	}
	if h.at < h.end && h.text[h.at] == ':' {
		h.at++
	}
	h.envoySource(last)
}

// noteBracket takes a bracket after the level for the logger, if it can be.
func (h *header) noteBracket(from, to int) bool {
	inside := bytes.TrimSpace(h.text[from+1 : to-1])
	if !looksLikeLogger(inside) {
		return false
	}
	if h.loggerEnd > 0 && h.logger > h.stamp && bytes.IndexByte(inside, '.') < 0 {
		return false
	}
	h.logger = from + 1 + bytes.Index(h.text[from+1:to-1], inside)
	h.loggerEnd = h.logger + len(inside)
	return true
}

// afterColon goes on after "LEVEL:"; "LEVEL:logger:message" is Python's
// logging.basicConfig.
func (h *header) afterColon() {
	h.at++
	if h.at < h.end && h.text[h.at] == '!' {
		h.at++
	}
	if !h.begun() && !h.lower && h.at+1 < h.end && h.levelThenStamp() {
		return
	}
	if h.at+1 < h.end && h.text[h.at] == ' ' && !h.lower {
		if i := h.tokenEnd(h.at + 1); isClassPath(h.text[h.at+1:i]) && isLoggerName(h.text[h.at+1:i]) && hasPrefix(h.text[i:h.end], " - ") {
			h.logger, h.loggerEnd, h.at = h.at+1, i, i+len(" - ")
			return
		}
	}
	if h.at >= h.end || isBlank(h.text[h.at]) || h.lower || h.begun() && !h.joined() {
		return
	}
	i := h.at
	for i < h.end && (isName(h.text[i]) || h.text[i] == '.' || h.text[i] == '-') {
		i++
	}
	if i > h.at && i < h.end && h.text[i] == ':' && !hasPrefix(h.text[i:h.end], "://") {
		h.logger, h.loggerEnd = h.at, i
		h.at = i + 1
	}
}

// joined reports whether nothing but colons stands between the time, the level
// and what follows: "%(asctime)s:%(levelname)s:%(name)s:%(message)s".
func (h *header) joined() bool {
	if h.stampEnd == 0 || h.text[h.stampEnd] != ':' {
		return false
	}
	for _, c := range h.text[h.stampEnd+1 : h.at-1] {
		if !isUpper(c) {
			return false
		}
	}
	return true
}

// afterAngle goes on after Log4perl's "LEVEL> file.pl:44 Package::sub - message".
func (h *header) afterAngle() {
	h.at++
	h.skipBlanks()
	i := h.tokenEnd(h.at)
	if !isCaller(h.text[h.at:i]) {
		return
	}
	h.at = i
	h.skipBlanks()
	if i = h.tokenEnd(h.at); hasPrefix(h.text[i:h.end], " - ") {
		h.at = i + len(" - ")
	}
}

// afterCounter goes on after the level of "INFO[0012] message  k=v" (logrus),
// "NOTICE[123]: message" (Asterisk) and "error[E0308]: message" (rustc).
func (h *header) afterCounter() {
	end := h.group(h.at, ']')
	if end == 0 {
		return
	}
	inside := h.text[h.at+1 : end-1]
	if !h.lower && len(inside) > 0 && isDigit(inside[0]) && h.stampEnd == 0 {
		h.tail = pairsPromised
		h.at++
		if !h.readStamp() {
			h.at--
		}
	}
	h.at = end
	if h.at < h.end && h.text[h.at] == ':' {
		h.at++
	}
}

// columns reads the tabs of zap's console: logger, caller, message, JSON.
func (h *header) columns() {
	if h.bracketed && h.stampEnd == 0 { // a Lambda's [ERROR], time, request
		h.skipBlanks()
		if h.at < h.end && isDigit(h.text[h.at]) && h.bodyDigits() {
			h.skipBlanks()
			h.bodyDigits()
		}
		return
	}
	for range 3 {
		h.skipBlanks()
		end := h.at
		for end < h.end && h.text[end] != '\t' {
			end++
		}
		if end >= h.end {
			break
		}
		column := h.text[h.at:end]
		switch {
		case isCaller(column):
			h.at = end
			h.skipBlanks()
			if i := bytes.IndexByte(h.text[h.at:h.end], '\t'); i > 0 {
				h.lastColumns(h.at + i)
			}
			return
		case hasPrefix(h.text[end+1:h.end], "{"):
			h.tail = end + 1
			return
		case isLoggerName(column) && !isDigit(column[0]) && (h.loggerEnd == 0 || dots(column) > 1 && dots(h.text[h.logger:h.loggerEnd]) == 0):
			h.logger, h.loggerEnd = h.at, end // a thread may stand before it
		default:
			return
		}
		h.at = end
	}
	if h.loggerEnd == 0 && h.at < h.end {
		h.loggerBefore(0)
	}
}

// lastColumns notes the JSON in the column after the one at h.at, which is the
// message's; if there is something else in it, that one was the logger's (tslog).
func (h *header) lastColumns(end int) {
	switch {
	case end+1 < h.end && h.text[end+1] == '{':
		h.tail = end + 1
	case h.loggerEnd == 0 && isLoggerName(h.text[h.at:end]):
		h.logger, h.loggerEnd, h.at = h.at, end, end+1
	}
}

// afterBlank reads the elements that may stand between "LEVEL " and the
// message.
func (h *header) afterBlank() {
	h.cutShape()
	tracing := h.tracingLevel()
	h.padded = hasPrefix(h.text[h.at:h.end], "  ")
	gunicorn := h.bracketed && h.pidBracket && h.stampBracket
	threads := 0
	for range 6 {
		h.skipBlanks()
		if h.at >= h.end || gunicorn {
			return
		}
		switch c := h.text[h.at]; {
		case c == '-' || c == '|' || c == ':':
			if !h.stepOver(c) {
				return
			}
			if c == ':' {
				return
			}
			h.dashed = true
		case isDigit(c):
			if !h.bodyDigits() {
				return
			}
		case c == '[':
			if !h.bodyBracket(&threads) {
				return
			}
		case c == '(':
			if !h.bodyParen(&threads) {
				return
			}
		case c == '<':
			end := h.group(h.at, '>')
			if end == 0 || h.stampEnd == 0 || bytes.IndexByte(h.text[h.at:end], ' ') >= 0 {
				return
			}
			h.at = end
		default:
			if tracing && h.tracingTarget() {
				return
			}
			h.loggerBefore(threads)
			return
		}
	}
}

// stepOver skips a separator that stands alone.
func (h *header) stepOver(c byte) bool {
	i := h.at
	for i < h.end && h.text[i] == c {
		i++
	}
	if i-h.at > 3 || i < h.end && !isBlank(h.text[i]) && c != '|' {
		return false
	}
	h.at = i
	return true
}

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
