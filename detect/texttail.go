package detect

import "bytes"

// cutShape decides whether the pairs at a message's end are fields: the console
// forms of zerolog, logrus, slog and structlog.
func (h *header) cutShape() {
	switch {
	case h.bracketed && h.lower && h.text[h.at-2] == ' ': // structlog: [info     ]
		h.tail = pairsPromised
	case h.bracketed:
	case h.style == kitchenStyle, h.style == slashStyle:
		h.tail = pairsPromised
	case h.style == isoStyle && h.level != NotSet && h.stampEnd > 0 && h.at-h.stampEnd == len(" INF"):
		h.tail = pairsPromised
	}
}

// readTail finds the fields after the message and cuts the message before them.
func (h *header) readTail() {
	switch {
	case h.tail == monologPromised:
		h.tail = 0
		h.monologTail()
	case h.tail == pairsPromised:
		h.tail = 0
		h.pairsTail()
	case h.tail > 0: // zap's last column
		if jsonValue(h.text[:h.end], h.tail, 1) != h.end {
			h.tail = 0
			return
		}
		h.end = h.tail
	case h.at < h.end && h.text[h.end-1] == '}':
		h.jsonTail()
		return
	}
	for h.end > h.at && isBlank(h.text[h.end-1]) {
		h.end--
	}
}

// monologTail cuts "{context} {extra}" off; either may be "[]".
func (h *header) monologTail() {
	b := h.text[:h.end]
	for i, tries := h.at, 0; tries < 8; tries++ {
		n := bytes.IndexAny(b[i:], "{[")
		if n < 0 {
			return
		}
		i += n
		if i > h.at && b[i-1] == ' ' {
			end := jsonValue(b, i, 1)
			if end == h.end && b[i] == '{' {
				h.tail, h.end = i, i
				return
			}
			if end > 0 && end+1 < h.end && b[end] == ' ' && jsonValue(b, end+1, 1) == h.end {
				h.tail, h.end = i, i
				return
			}
		}
		i++
	}
}

// jsonTail notes an object at the end of the message, which stays part of it.
func (h *header) jsonTail() {
	b := h.text[:h.end]
	for i, tries := h.at, 0; tries < 4; tries++ {
		n := bytes.IndexByte(b[i:], '{')
		if n < 0 {
			return
		}
		i += n
		if (i == h.at || b[i-1] == ' ') && jsonObject(b, i, 1) == h.end {
			h.tail = i
			return
		}
		i++
	}
}

// pairsTail cuts trailing key=value pairs off the message.
func (h *header) pairsTail() {
	b, first := h.text[:h.end], 0
	for i := h.at; i < len(b); {
		if isBlank(b[i]) {
			i++
			continue
		}
		if p, ok := pairAt(b, i); ok {
			if first == 0 {
				first = i
			}
			i = p.end
			continue
		}
		first = 0
		for i < len(b) && !isBlank(b[i]) {
			i++
		}
	}
	if first <= h.at {
		return
	}
	h.tail, h.end = first, first
	if !h.bracketed || h.loggerEnd > 0 {
		return
	}
	for first > h.at && isBlank(b[first-1]) {
		first--
	}
	if b[first-1] != ']' { // structlog: message [logger] key=value
		return
	}
	open := bytes.LastIndexByte(b[h.at:first], '[') + h.at
	if open > h.at+1 && b[open-1] == ' ' && isLoggerName(b[open+1:first-1]) {
		h.logger, h.loggerEnd, h.end = open+1, first-1, open
	}
}
