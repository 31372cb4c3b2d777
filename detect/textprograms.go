package detect

import "bytes"

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

// closedLetter reads Telegraf's "E! " and Tarantool's "F> " after a time.
func (h *header) closedLetter(end int) bool {
	if h.stampEnd == 0 || h.words > 0 || end+1 >= h.end || h.text[end+1] != ' ' {
		return false
	}
	level := letterLevel(h.text[h.at])
	switch h.text[end] {
	case '!':
		return level != NotSet && level != Critical && level != Notice && h.state(level, end+1, "level letter")
	case '>':
		h.loggerEnd = 0 // the fiber's
		return level != NotSet && h.state(level, end+1, "level letter")
	}
	return false
}

// angleLevel reads "<Error>" of ClickHouse, tracer's "<error> file.js:12" and
// Zephyr's "<err>" after a time; any other name in lower case is someone who says
// something.
func (h *header) angleLevel() bool {
	end := h.group(h.at, '>')
	if end == 0 || h.stampEnd == 0 {
		return false
	}
	word := h.text[h.at+1 : end-1]
	level, s := levelOf(word)
	if s != strong {
		return false
	}
	if !isUpper(word[0]) {
		next := min(end+1, h.end)
		if !(h.stampBracket && len(word) == 3) && !isCaller(h.text[next:h.tokenEnd(next)]) {
			return false
		}
	}
	return h.state(level, end, "level in brackets")
}

// webSphere reports whether a letter that ends at i stands in WebSphere's columns,
// "[TIME] thread component E   message".
func (h *header) webSphere(i int) bool {
	return h.stampBracket && h.words == 1 && h.numbers == 1 && hasPrefix(h.text[i:h.end], "   ") && h.style == shortStyle
}

// espLetter reads "E (1234) wifi: message" of ESP-IDF.
func (h *header) espLetter() bool {
	level, i := letterLevel(h.text[h.at]), digitsEnd(h.text[:h.end], h.at+3)
	if level == NotSet || i == h.at+3 || !hasPrefix(h.text[i:h.end], ") ") {
		return false
	}
	end := h.tokenEnd(i + 2)
	tag := h.text[i+2 : end]
	if len(tag) < 2 || end >= h.end || tag[len(tag)-1] != ':' || !isLoggerName(tag[:len(tag)-1]) {
		return false
	}
	h.logger, h.loggerEnd = i+2, end-1
	return h.state(level, end, "level letter")
}

// wineClass reads "0024:err:module:import_dll message" of Wine.
func (h *header) wineClass() bool {
	end := h.tokenEnd(h.at)
	token := h.text[h.at:end]
	if len(token) < len("0024:err:a:b") || token[4] != ':' || !isHex(token[:4]) || end >= h.end {
		return false
	}
	class, channel, _ := bytes.Cut(token[5:], []byte(":"))
	name, function, ok := bytes.Cut(channel, []byte(":"))
	if !ok || len(name) == 0 || len(function) == 0 {
		return false
	}
	switch string(class) {
	case "err", "warn", "trace":
		level, _ := levelOf(class)
		h.logger = h.at + len("0024:") + len(class) + 1
		h.loggerEnd = h.logger + len(name)
		return h.state(level, end, "level word")
	}
	return false
}

// erlangBracket reads "[ns_server:error,TIME,node:pid:module:function:12]" of
// Couchbase.
func (h *header) erlangBracket(from, to int) bool {
	name, rest, ok := bytes.Cut(h.text[from:to], []byte(":"))
	word, rest, comma := bytes.Cut(rest, []byte(","))
	level, s := levelOf(word)
	if !ok || !comma || s != strong || !isLoggerName(name) {
		return false
	}
	stamp, n := scanStamp(rest)
	if n == 0 || n >= len(rest) || rest[n] != ',' {
		return false
	}
	h.logger, h.loggerEnd = from, from+len(name)
	h.stamp = to - len(rest)
	h.stampEnd, h.style = h.stamp+n, stamp.style
	return h.state(level, to, "level word in brackets")
}

// levelOfPart reads "critical/cli: message" of Icinga behind its time.
func (h *header) levelOfPart(at, end int, s strength) bool {
	i := h.tokenEnd(end)
	part := h.text[end+1 : max(i-1, end+1)]
	if s != strong || !h.stampBracket || h.brackets != 1 || h.words > 0 || i >= h.end || h.text[i-1] != ':' || !isLoggerName(part) {
		return false
	}
	h.logger, h.loggerEnd = end+1, i-1
	return true
}
