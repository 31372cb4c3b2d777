package detect

// isColumn reports whether an indented line begins with a column that is filled
// up from the left: the milliseconds before a thread's name and a level, or the
// time that Rich prints once for several lines.
func isColumn(text []byte, from, end int) bool {
	if !isDigit(text[from]) && !isUpper(text[from]) {
		return false
	}
	h := header{text: text, at: from, end: end}
	if isDigit(text[from]) {
		return h.uptimeThread(digitsEnd(text[:end], from))
	}
	level, next := h.levelWord(from)
	return level != NotSet && h.inEight(from, next) && h.placeColumn() > 0
}

// uptimeThread reads "1 MainThread LEVEL message" behind the number, which is how
// long the program runs.
func (h *header) uptimeThread(i int) bool {
	if i >= h.end || h.text[i] != ' ' {
		return false
	}
	end := h.tokenEnd(i + 1)
	if !isThread(h.text[i+1 : end]) {
		return false
	}
	for end < h.end && h.text[end] == ' ' {
		end++
	}
	level, next := h.levelWord(end)
	return next > 0 && h.text[next] == ' ' && h.state(level, next, "level word")
}

// isThread recognises the names that Python gives its threads.
func isThread(b []byte) bool {
	return string(b) == "MainThread" || hasPrefix(b, "Thread-") || hasPrefix(b, "ThreadPoolExecutor-")
}

// inEight reports whether blanks fill the word up to eight columns, and one
// parts it from the next.
func (h *header) inEight(from, to int) bool {
	const width = len("CRITICAL")
	next := from + width + 1
	if to > from+width || next >= h.end || isBlank(h.text[next]) {
		return false
	}
	return indent(h.text[to:next]) == next-to
}

// placeColumn returns where "file.py:22" stands at the end of the line, set off
// by blanks, 0 if there is none.
func (h *header) placeColumn() int {
	if !isDigit(h.text[h.end-1]) {
		return 0
	}
	i := h.end
	for i > h.at && !isBlank(h.text[i-1]) {
		i--
	}
	place := h.text[i:h.end]
	if i < h.at+2 || !isBlank(h.text[i-1]) || !isBlank(h.text[i-2]) || !isCaller(place) {
		return 0
	}
	for n := len(place) - 1; n > 0; n-- {
		if place[n] == ':' && isSourceFile(place[:n]) {
			return i
		}
	}
	return 0
}

// cutPlace takes Rich's last column off the message.
func (h *header) cutPlace() {
	if h.bracketed || h.at >= h.end {
		return
	}
	if i := h.placeColumn(); i > 0 {
		for h.end = i; h.end > h.at && isBlank(h.text[h.end-1]); h.end-- {
		}
	}
}

// onlyLevels reports whether nothing but further levels and counts stands from i
// on, as in the head of a table.
func (h *header) onlyLevels(i int) bool {
	found := false
	for i < h.end {
		from := i
		for i < h.end && isUpper(h.text[i]) {
			i++
		}
		switch {
		case i > from:
			if _, s := levelOf(h.text[from:i]); s == noWord {
				return false
			}
			found = true
		case isDigit(h.text[i]) || isBlank(h.text[i]) || h.text[i] == '|' || h.text[i] == ',' || h.text[i] == '/':
			i++
		default:
			return false
		}
	}
	return found
}

// logbook reads "channel: " behind "[2024-05-17 08:15:30.123456] LEVEL:".
func (h *header) logbook() bool {
	if !h.stampBracket || h.brackets != 1 || h.lower || h.stampEnd-h.stamp != len("2006-01-02 15:04:05.000000") || !hasPrefix(h.text[h.at:h.end], " ") {
		return false
	}
	i := h.tokenEnd(h.at + 1)
	name := h.text[h.at+1 : i]
	if len(name) < 2 || i >= h.end || name[len(name)-1] != ':' || !looksLikeLogger(name[:len(name)-1]) {
		return false
	}
	h.logger, h.loggerEnd, h.at = h.at+1, i-1, i
	return true
}
