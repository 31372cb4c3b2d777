package detect

// digits reads a time, or the number of a process or thread.
func (h *header) digits() bool {
	if h.readStamp() {
		if h.at < h.end && (h.text[h.at] == ':' || h.text[h.at] == '|' || h.text[h.at] == ',' || h.text[h.at] == ';') {
			h.dashed = h.dashed || h.text[h.at] != ':'
			h.at++
		}
		if h.afterStamp = h.at; h.style == kitchenStyle && hasPrefix(h.text[h.at:h.end], " ??? ") { // zerolog: no level
			h.afterStamp += len(" ???")
		}
		return false
	}
	if !h.begun() {
		h.dateAlone()
		return false
	}
	i := h.at
	for i < h.end && (isDigit(h.text[i]) || h.text[i] == '#' || h.text[i] == 'x' && i > h.at) {
		i++
	}
	if i < h.end && h.text[i] == ':' { // nginx: 31#31:
		i++
	}
	if i < h.end && !isBlank(h.text[i]) && (h.text[i] != '|' || h.text[h.at-1] != '|') { // NLog's column of the event's number
		return h.digitsWord()
	}
	h.numbers++
	h.at = i
	return false
}

// dateAlone steps over a date without a time of day, "2006-01-02", or "01-02
// 15:04", if a level comes next.
func (h *header) dateAlone() {
	i := h.tokenEnd(h.at)
	token := h.text[h.at:i]
	switch {
	case len(token) == 10 && token[4] == token[7] && (token[4] == '-' || token[4] == '/') &&
		digitsEnd(token, 0) == 4 && digitsEnd(token, 5) == 7 && digitsEnd(token, 8) == 10:
	case len(token) == 5 && token[2] == '-' && digitsEnd(token, 0) == 2 && digitsEnd(token, 3) == 5 && i+7 < h.end &&
		h.text[i+3] == ':' && digitsEnd(h.text, i+1) == i+3 && digitsEnd(h.text, i+4) == i+6:
		i += 6
	default:
		return
	}
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	if _, end := h.levelWord(i); end > 0 && isBlank(h.text[end]) || i < h.end && h.text[i] == '[' {
		h.at = i
		return
	}
	name := h.tokenEnd(i)
	level := name
	for level < h.end && h.text[level] == ' ' {
		level++
	}
	if _, end := h.levelWord(level); end > 0 && h.text[end] == ' ' && isLoggerName(h.text[i:name]) && !isDigit(h.text[i]) { // "01-02 15:04 name LEVEL message"
		h.logger, h.loggerEnd, h.at = i, name, level
	}
}

// digitsWord reads a word that begins with a digit after the time: the id of a
// Lambda's request in its column, or PostgreSQL's "10.0.0.1(5432):bob@shop:[31]:ERROR:".
func (h *header) digitsWord() bool {
	i := h.tokenEnd(h.at)
	token := h.text[h.at:i]
	if i < h.end && h.text[i] == '\t' && h.text[h.at-1] == '\t' && (isUUID(token) || h.levelColumn(i+1)) {
		h.at = i
		return false
	}
	if len(token) == 8 && h.stampBracket && h.style == shortStyle && isHex(token) { // WebSphere's thread
		h.numbers, h.at = h.numbers+1, i
		return false
	}
	if len(token) >= 8 && h.words == 0 && isHex(token) && h.namesLevel(i) || // a thread's address
		token[len(token)-1] == '%' && hasPrefix(h.text[i:h.end], " [") { // FreeSWITCH's idle processor
		h.at = i
		return false
	}
	return len(token) > 8 && token[len(token)-1] == ':' && h.channelLevel(token) > 0
}

// levelColumn reports whether a level fills the column at i.
func (h *header) levelColumn(i int) bool {
	_, end := h.levelWord(i)
	return end > 0 && h.text[end] == '\t'
}

func isUUID(b []byte) bool {
	return len(b) == 36 && b[8] == '-' && b[13] == '-' && b[18] == '-' && b[23] == '-'
}

// namesLevel reports whether "Level: " follows after blanks.
func (h *header) namesLevel(i int) bool {
	for i < h.end && isBlank(h.text[i]) {
		i++
	}
	end := h.tokenEnd(i)
	if end >= h.end || end-i < 4 || h.text[end-1] != ':' {
		return false
	}
	_, s := levelOf(h.text[i : end-1])
	return s == strong
}
