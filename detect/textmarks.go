package detect

// letterFirst reads "E 2026-01-05 07:00:00,000 name] message".
func (h *header) letterFirst() bool {
	level := letterLevel(h.text[h.at])
	s, n := scanStamp(h.text[h.at+2 : h.end])
	if level == NotSet || n == 0 {
		return false
	}
	from := h.at + 2
	if n >= len("15:04:05.000") && s.style == clockStyle {
		h.stamp, h.stampEnd, h.style = from, from+n, s.style
		return h.state(level, from+n, "level letter")
	}
	i := h.at + 2 + n
	if i >= h.end || h.text[i] != ' ' {
		return false
	}
	end := h.tokenEnd(i + 1)
	name := h.text[i+1 : end]
	if len(name) < 2 || name[len(name)-1] != ']' || !isLoggerName(name[:len(name)-1]) {
		return false
	}
	h.stamp, h.stampEnd, h.style = from, from+n, s.style
	if name = name[:len(name)-1]; !isCaller(name) {
		h.logger, h.loggerEnd = i+1, end-1
	}
	return h.state(level, end, "level letter")
}

// letterBracket reads "E [17/May/2024:08:15:30 +0000] message" of CUPS.
func (h *header) letterBracket() bool {
	level, end := letterLevel(h.text[h.at]), h.group(h.at+2, ']')
	if level == NotSet || end == 0 || end >= h.end || h.text[end] != ' ' {
		return false
	}
	s, n := scanStamp(h.text[h.at+3 : end-1])
	if n != end-1-(h.at+3) {
		return false
	}
	h.stamp, h.stampEnd, h.style = h.at+3, end-1, s.style
	return h.state(level, end, "level letter")
}

// workerFirst reads "17(31) LEVEL: message" of Kamailio and OpenSIPS,
// "PID TIME LEVEL message", and Log4j's "12   [main] LEVEL message" and Python's
// "12 MainThread LEVEL message", where the number is how long the program runs.
func (h *header) workerFirst() bool {
	i := digitsEnd(h.text[:h.end], h.at)
	if from := i + indent(h.text[i:h.end]); from > i && from < h.end && h.text[from] == '[' {
		if end := h.group(from, ']'); end > 0 && end < h.end && h.text[end] == ' ' {
			if level, next := h.levelWord(end + 1); next > 0 && h.text[next] == ' ' {
				h.brackets = 1
				return h.state(level, next, "level word")
			}
		}
		return false
	}
	if i+1 < h.end && h.text[i] == ' ' && isDigit(h.text[i+1]) {
		if h.at = i + 1; !h.readStamp() || h.stampEnd-h.stamp < len("2006-01-02 15:04") {
			return false
		}
		h.afterStamp = h.at
		return h.elements()
	}
	if i >= h.end || h.text[i] != '(' {
		return h.uptimeThread(i)
	}
	pid := digitsEnd(h.text[:h.end], i+1)
	if pid == i+1 || !hasPrefix(h.text[pid:h.end], ") ") {
		return false
	}
	level, end := h.levelWord(pid + 2)
	return end > 0 && hasPrefix(h.text[end:h.end], ": ") && h.state(level, end+1, "level word")
}

// angles reads "<TIME> <Level> <Subsystem> <ID> <message>" of WebLogic.
func (h *header) angles() bool {
	end := h.group(h.at, '>')
	if end == 0 || !hasPrefix(h.text[end:h.end], " <") {
		return false
	}
	from := end + 2
	if end = h.group(end+1, '>'); end == 0 || !hasPrefix(h.text[end:h.end], " <") {
		return false
	}
	level, s := levelOf(h.text[from : end-1])
	name := end + 2
	if end = h.group(end+1, '>'); s != strong || !isUpper(h.text[from]) || end == 0 || !hasPrefix(h.text[end:h.end], " <") {
		return false
	}
	if isLoggerName(h.text[name : end-1]) {
		h.logger, h.loggerEnd = name, end-1
	}
	return h.state(level, end, "level in brackets")
}
