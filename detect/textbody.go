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
	case c == '/' && h.loggerEnd > h.at: // Icinga
		h.at = h.loggerEnd + 1
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
	if colon := bytes.LastIndexByte(inside, ':'); colon > 0 && placeEnd(inside) && !isSourceFile(inside[:colon]) { // ESPHome: [name:171]
		inside = inside[:colon]
	}
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
	if h.logbook() || h.at >= h.end || isBlank(h.text[h.at]) || h.lower || h.begun() && !h.joined() {
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
			if c == ':' || h.text[h.at-2] == '-' && h.programBehind() {
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
		case isUpper(c) && h.stampEnd == 0 && h.readStamp(): // Tinyproxy
		case c == '>' && h.tail == pairsPromised && hasPrefix(h.text[h.at:h.end], "> "): // a place left out
			h.at += len("> ")
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

// programBehind reads "shop: " behind the two dashes of Ruby's Logger.
func (h *header) programBehind() bool {
	if h.text[h.at-1] != '-' {
		return false
	}
	h.skipBlanks()
	i := h.tokenEnd(h.at)
	if i-1 <= h.at || h.text[i-1] != ':' || !isLoggerName(h.text[h.at:i-1]) {
		return false
	}
	h.logger, h.loggerEnd, h.at = h.at, i-1, i
	return true
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
