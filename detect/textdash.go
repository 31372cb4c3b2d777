package detect

import "bytes"

// loggerDash reads "logger - message", and loguru's "module:function:12 - ".
func (h *header) loggerDash(i, threads int) bool {
	j := i
	for j < h.end && h.text[j] == ' ' {
		j++
	}
	if j > i && j < h.end && h.text[j] == '[' && h.stampEnd > 0 && (threads > 0 || h.brackets > 0 || dots(h.text[h.at:i]) > 0) { // log4net: logger [(null)] - message
		if end := h.group(j, ']'); end > 0 && hasPrefix(h.text[end:h.end], " - ") {
			j = end + 1
		}
	}
	if hasPrefix(h.text[j:h.end], "-- ") { // Logback 1.5
		j++
	}
	if !hasPrefix(h.text[j:h.end], "- ") && !(h.dashed && hasPrefix(h.text[j:h.end], "| ")) {
		return false
	}
	token := h.text[h.at:i]
	if h.dashed && isCaller(token) || bytes.HasPrefix(token, []byte("__main__:")) { // loguru: module:function:12
		h.logger, h.loggerEnd, h.at = h.at, h.at+bytes.IndexByte(token, ':'), j+2
		return true
	}
	if isCaller(token) && bytes.Count(token, []byte(":")) == 1 && isSourceFile(token[:bytes.IndexByte(token, ':')]) {
		h.at = j + 2 // Cassandra: "File.java:500 - "
		return true
	}
	if n := bytes.IndexByte(token, ':'); n > 0 && h.stampEnd > 0 && digitsEnd(token, n+1) == len(token) && n+1 < len(token) && isLoggerName(token[:n]) {
		h.logger, h.loggerEnd, h.at = h.at, h.at+n, j+2 // Log4j's "%c{1}:%L - "
		return true
	}
	if !isLoggerName(token) || threads == 0 && h.brackets == 0 && !h.dashed && dots(token) == 0 && h.stampEnd == 0 {
		return false
	}
	if isProse(token) && !h.dashed && threads == 0 && h.brackets == 0 && !h.padded {
		return false
	}
	if h.loggerEnd > 0 && h.dashed && dots(token) == 0 && bytes.IndexByte(token, ':') < 0 {
		return false
	}
	h.logger, h.loggerEnd, h.at = h.at, i, j+2
	if h.text[j] == '|' && dots(token) == 0 && h.secondColumn() {
		return true
	}
	if k := h.tokenEnd(h.at); h.text[j] == '|' && hasPrefix(h.text[k:h.end], " | ") && placeEnd(h.text[h.at:k]) {
		h.at = k + len(" | ") // function:line
	}
	if n := bytes.IndexByte(token, ':'); n > 0 && token[n-1] != ':' && !bytes.Contains(token, []byte("::")) {
		h.loggerEnd = h.logger + n
	}
	return true
}

// secondColumn reads "logger | " or loguru's "module:function:12 | " behind the
// column of a thread.
func (h *header) secondColumn() bool {
	i := h.tokenEnd(h.at)
	column := h.text[h.at:i]
	if dots(column) == 0 || !hasPrefix(h.text[i:h.end], " | ") {
		return false
	}
	n := len(column)
	if colon := bytes.IndexByte(column, ':'); colon > 0 && isCaller(column) {
		n = colon
	}
	if !isLoggerName(column[:n]) || n < len(column) && isSourceFile(column[:n]) {
		return false
	}
	h.logger, h.loggerEnd, h.at = h.at, h.at+n, i+len(" | ")
	return true
}

// threadAndLogger reads "main com.example.Pay - message".
func (h *header) threadAndLogger(i int) bool {
	if i >= h.end || h.stampEnd == 0 || !isLoggerName(h.text[h.at:i]) {
		return false
	}
	end := h.tokenEnd(i + 1)
	name := h.text[i+1 : end]
	if dots(name) == 0 || !isLoggerName(name) || isDigit(name[0]) || !hasPrefix(h.text[end:h.end], " - ") {
		return false
	}
	h.logger, h.loggerEnd, h.at = i+1, end, end+len(" - ")
	return true
}

// stepOverPlaces steps over "[Pay.java:31]" and an empty "[]" behind a logger.
func (h *header) stepOverPlaces() {
	for hasPrefix(h.text[h.at:h.end], " [") {
		end := h.group(h.at+1, ']')
		if end == 0 || end > h.at+3 && !isCaller(h.text[h.at+2:end-1]) {
			return
		}
		h.at = end
	}
}

// isClassPath recognises a class with its package, "com.example.Pay".
func isClassPath(b []byte) bool {
	last := bytes.LastIndexByte(b, '.')
	return last > 0 && last+1 < len(b) && isUpper(b[last+1]) && dots(b) >= 2
}

// placeEnd reports whether a word ends in ":12".
func placeEnd(b []byte) bool {
	colon := bytes.LastIndexByte(b, ':')
	return colon > 0 && colon+1 < len(b) && digitsEnd(b, colon+1) == len(b)
}

// loggerPipe reads NLog's "|logger|message".
func (h *header) loggerPipe() {
	if h.text[h.at-1] != '|' {
		return
	}
	n := bytes.IndexByte(h.text[h.at:min(h.end, h.at+200)], '|')
	if n <= 0 || !isLoggerName(h.text[h.at:h.at+n]) || h.loggerEnd > 0 && dots(h.text[h.at:h.at+n]) == 0 {
		return
	}
	h.logger, h.loggerEnd = h.at, h.at+n
	h.at += n + 1
}
