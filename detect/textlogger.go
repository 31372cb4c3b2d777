package detect

import "bytes"

// loggerBefore reads the logger's name that some formats write right before the
// message: "logger: message", "logger - message", "in module: message".
func (h *header) loggerBefore(threads int) {
	i := h.tokenEnd(h.at)
	token := h.text[h.at:i]
	if len(token) == 0 || len(token) > 200 {
		return
	}
	switch {
	case isDigit(token[len(token)-1]) && hasPrefix(h.text[i:h.end], " > ") && isCaller(token): // zerolog
		h.at = i + 3
	case isDigit(token[len(token)-1]) && h.loggerAndLine(token):
		h.logger, h.loggerEnd, h.at = h.at, h.at+bytes.IndexByte(token, ':'), i
	case h.bracketed && h.stampEnd == 0 && hasPrefix(token, "plugin/") && token[len(token)-1] == ':': // CoreDNS
		h.logger, h.loggerEnd, h.at = h.at, i-1, i
	case i+1 < h.end && isDigit(h.text[i+1]) && h.stampEnd+1 == h.at && h.djangoVerbose(i):
	case h.words < 0 && h.paddedColon(i): // Spring
	case h.why == "level letter" && h.style == shortStyle && isLoggerName(token) && h.paddedColon(i): // logcat
	case h.why == "level letter" && h.style == isoStyle && h.mongoComponent(token, i):
	case hasPrefix(h.text[h.at:h.end], "in ") && h.stampEnd > 0: // Flask
		j := h.tokenEnd(i + 1)
		if j > i+2 && h.text[j-1] == ':' && isLoggerName(h.text[i+1:j-1]) {
			h.logger, h.loggerEnd, h.at = i+1, j-1, j
		}
	case h.spanPrefix():
	case token[len(token)-1] == ':':
		h.loggerColon(i, threads)
	case h.why == "level letter" && token[len(token)-1] == ']' && isCaller(token[:len(token)-1]): // TensorFlow
		h.at = i
	case h.loggerDash(i, threads), h.threadAndLogger(i):
	case (threads > 0 && dots(token) >= 2 || h.stampEnd > 0 && isClassPath(token)) && isLower(token[0]) && isLoggerName(token): // Tomcat, Solr
		h.logger, h.loggerEnd, h.at = h.at, i, i
		h.cutMethod()
		h.stepOverPlaces()
	case h.numbers > 0 && !h.bracketed && isLoggerName(token): // Odoo: "12 INFO db odoo.modules: text"
		j := h.tokenEnd(i + 1)
		if j > i+2 && h.text[j-1] == ':' && isLoggerName(h.text[i+1:j-1]) && dots(h.text[i+1:j-1]) > 0 {
			h.logger, h.loggerEnd, h.at = i+1, j-1, j
		}
	case h.style == slashStyle || h.dashed && (h.loggerEnd == 0 || dots(h.text[h.logger:h.loggerEnd]) == 0):
		h.loggerPipe()
	}
}

func (h *header) tokenEnd(i int) int {
	for i < h.end && !isBlank(h.text[i]) {
		i++
	}
	return i
}

func dots(b []byte) int { return bytes.Count(b, []byte(".")) }

// paddedColon reads Spring's logger, padded up to " : ".
func (h *header) paddedColon(i int) bool {
	j := i
	for j < h.end && isBlank(h.text[j]) {
		j++
	}
	if j == i || j >= h.end || h.text[j] != ':' || j+1 < h.end && !isBlank(h.text[j+1]) {
		return false
	}
	h.logger, h.loggerEnd, h.at = h.at, i, j+1
	return true
}

// loggerColon decides whether "token:" after the level names the logger, the
// file, or begins the message.
func (h *header) loggerColon(i, threads int) {
	name := h.text[h.at : i-1]
	switch {
	case isCaller(name):
		h.at = i
	case !isLoggerName(name) || isDigit(name[0]) || h.loggerEnd > 0 && h.numbers == 0:
	case threads == 0 && h.hclog(name), h.namesModule(name):
		h.logger, h.loggerEnd, h.at = h.at, i-1, i
	}
}

// hclog recognises "2024-05-17T08:21:06.100+0200 [WARN]  agent.server: text".
func (h *header) hclog(name []byte) bool {
	return h.bracketed && !h.lower && !h.stampBracket && h.style == isoStyle && h.text[h.stamp+10] == 'T' &&
		h.brackets == 0 && isLower(name[0])
}

// namesModule tells a module's name from a word of the message, such as
// "Error:" or "file.txt:".
func (h *header) namesModule(name []byte) bool {
	if bytes.Contains(name, []byte("::")) || h.why == "level in brackets" && h.text[h.at-2] == '>' { // ClickHouse: <Error> Name: text
		return true
	}
	if h.bracketed && h.stampEnd > 0 && !h.lower && dots(name) > 0 && isLower(name[0]) && bytes.IndexByte(name, '/') < 0 &&
		bytes.IndexByte(name, ':') < 0 && !isSourceFile(name) {
		return true
	}
	if bytes.IndexByte(name, '/') >= 0 || bytes.IndexByte(name, ':') >= 0 || h.stampEnd == 0 || h.bracketed {
		return false
	}
	if h.level != NotSet && h.why == "level letter" || h.pidBracket && h.padded {
		return true
	}
	if hasSuffix(name, "Error") || hasSuffix(name, "Exception") {
		return false
	}
	if dots(name) > 0 || bytes.IndexByte(name, '$') > 0 {
		return true
	}
	return h.why == "level word" && isUpper(name[0]) && (h.style == shortStyle || !isProse(name))
}

// spanPrefix reads tracing's "span{k=v}:inner{…}: target: message".
func (h *header) spanPrefix() bool {
	open := bytes.IndexByte(h.text[h.at:min(h.end, h.at+100)], '{')
	if open <= 0 || !isLoggerName(h.text[h.at:h.at+open]) || h.stampEnd == 0 {
		return false
	}
	near := h.text[h.at:min(h.end, h.at+maxPrefix)]
	n := bytes.LastIndex(near, []byte("}: "))
	if n < 0 {
		return false
	}
	h.at += n + 2
	h.skipBlanks()
	h.tracingTarget()
	return true
}

// tracingLevel reports whether time and level are as tracing-subscriber writes
// them: six digits of a second in UTC, and the level filled up to five columns
// from the left.
func (h *header) tracingLevel() bool {
	return h.style == isoStyle && h.stampEnd-h.stamp == len("2006-01-02T15:04:05.000000Z") && h.text[h.stampEnd-1] == 'Z' &&
		h.at-h.stampEnd == len(" ERROR") && !h.bracketed && !h.lower && h.text[h.stampEnd] == ' '
}

// tracingTarget reads "ThreadId(01) target: message".
func (h *header) tracingTarget() bool {
	if hasPrefix(h.text[h.at:h.end], "ThreadId(") {
		h.at = h.tokenEnd(h.at)
		h.skipBlanks()
	}
	i := h.tokenEnd(h.at)
	if i-1 <= h.at || h.text[i-1] != ':' {
		return false
	}
	name := h.text[h.at : i-1]
	for j, c := range name {
		if !isLower(c) && c != '_' && !isDigit(c) && (c != ':' || j == 0) {
			return false
		}
	}
	h.logger, h.loggerEnd, h.at = h.at, i-1, i
	return true
}

// djangoVerbose reads "module 31 139784373136256 message" after level and time,
// the verbose format of Django's documentation.
func (h *header) djangoVerbose(i int) bool {
	if i+1 >= h.end || !isDigit(h.text[i+1]) || !isLoggerName(h.text[h.at:i]) {
		return false
	}
	pid := digitsEnd(h.text[:h.end], i+1)
	thread := digitsEnd(h.text[:h.end], min(pid+1, h.end))
	if pid >= h.end || h.text[pid] != ' ' || thread-pid < 6 || thread >= h.end || h.text[thread] != ' ' {
		return false
	}
	h.logger, h.loggerEnd, h.at = h.at, i, thread
	return true
}

// loggerAndLine recognises "logger:file.py:12" and Python's "__main__:12".
func (h *header) loggerAndLine(token []byte) bool {
	first, last := bytes.IndexByte(token, ':'), bytes.LastIndexByte(token, ':')
	if first <= 0 || last+1 >= len(token) || digitsEnd(token, last+1) != len(token) || !isLoggerName(token) {
		return false
	}
	return first == last && hasPrefix(token, "__main__:") || first+1 < last && token[first+1] != ':' && token[0] != '/' && isSourceFile(token[:last])
}

// mongoComponent reads "NETWORK  [conn3] message" of MongoDB before 4.4.
func (h *header) mongoComponent(token []byte, i int) bool {
	for _, c := range token {
		if !isUpper(c) && c != '_' {
			return false
		}
	}
	for i < h.end && h.text[i] == ' ' {
		i++
	}
	if i >= h.end || h.text[i] != '[' {
		return false
	}
	end := h.group(i, ']')
	if end == 0 {
		return false
	}
	h.logger, h.loggerEnd, h.at = h.at, h.at+len(token), end
	return true
}

// cutMethod takes the method off a logger of the form pkg.Class.method.
func (h *header) cutMethod() {
	name := h.text[h.logger:h.loggerEnd]
	last := bytes.LastIndexByte(name, '.')
	if last <= 0 || last+1 >= len(name) || !isLower(name[last+1]) && name[last+1] != '<' {
		return
	}
	class := bytes.LastIndexByte(name[:last], '.') + 1
	if isUpper(name[class]) {
		h.loggerEnd = h.logger + last
	}
}

// trailingLogger reads Kafka's "message (logger)".
func (h *header) trailingLogger() {
	if h.loggerEnd > 0 || !h.stampBracket || h.text[h.end-1] != ')' {
		return
	}
	open := bytes.LastIndexByte(h.text[max(h.at, h.end-200):h.end], '(')
	if open < 1 {
		return
	}
	open += max(h.at, h.end-200)
	name := h.text[open+1 : h.end-1]
	if h.text[open-1] != ' ' || !isLoggerName(name) || dots(name) == 0 || isDigit(name[0]) {
		return
	}
	h.logger, h.loggerEnd = open+1, h.end-1
	for h.end = open; h.end > h.at && isBlank(h.text[h.end-1]); h.end-- {
	}
}
