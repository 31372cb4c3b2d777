package detect

import "bytes"

// envoySource steps over "[source/server.cc:390]" after the last bracket, which
// then is the logger even if it is called "main".
func (h *header) envoySource(last int) {
	if h.at+1 >= h.end || h.text[h.at] != ' ' || h.text[h.at+1] != '[' {
		return
	}
	end := h.group(h.at+1, ']')
	if end == 0 || end >= h.end || h.text[end] != ' ' || !isCaller(h.text[h.at+2:end-1]) {
		return
	}
	if h.loggerEnd == 0 && last+1 < h.at-1 && isLoggerName(h.text[last+1:h.at-1]) {
		h.logger, h.loggerEnd = last+1, h.at-1
	}
	h.at = end
}

// levelThenStamp reads the time and the source after Go's prefix "ERROR: ", and
// Python's "ERROR:TIME:logger:message".
func (h *header) levelThenStamp() bool {
	i := h.at
	for h.at < h.end && isBlank(h.text[h.at]) {
		h.at++
	}
	if h.at >= h.end || !isDigit(h.text[h.at]) || !h.readStamp() {
		h.at = i
		return false
	}
	if h.at < h.end && h.text[h.at] == ':' {
		h.at++
		n := bytes.IndexByte(h.text[h.at:min(h.end, h.at+200)], ':')
		if n > 0 && isLoggerName(h.text[h.at:h.at+n]) {
			h.logger, h.loggerEnd = h.at, h.at+n
			h.at += n + 1
		}
		return true
	}
	h.skipBlanks()
	h.stepOverSource()
	return true
}

// isSourceFile tells "listener.cc" and "pkg/main.go" from a logger's name.
func isSourceFile(b []byte) bool {
	if bytes.IndexByte(b, '/') >= 0 || bytes.IndexByte(b, '\\') >= 0 {
		return true
	}
	switch string(b[bytes.LastIndexByte(b, '.')+1:]) {
	case "py", "go", "c", "h", "cc", "cpp", "hpp", "rs", "rb", "js", "mjs", "cjs", "ts", "tsx", "java", "kt", "cs", "php", "scala",
		"groovy", "swift", "ex", "erl", "lua", "pl", "m", "hs", "ml", "dart":
		return true
	}
	return false
}

// isCaller recognises "pkg/file.go:88".
func isCaller(b []byte) bool {
	i := bytes.LastIndexByte(b, ':')
	if i <= 0 {
		return false
	}
	_, ok := smallInt(b[i+1:])
	return ok && bytes.IndexByte(b[:i], '.') > 0 && bytes.IndexByte(b, ' ') < 0
}
