package detect

import "bytes"

// shape says how the positions in a Record are to be read.
const (
	colouredText    = 1 << iota // they are positions in the text without its colours
	bsdHeader                   // syslog: a header of RFC 3164
	newHeader                   // syslog: a header of RFC 5424
	fieldTrace                  // the trace is in a value, not in the text
	containerHeader             // they are positions behind the header of a container runtime
)

// classify sets the record's level, format, logger and message from one line,
// which is the record's Text. It notes where the line's own time and its
// trailing fields are, for StatedTime and AppendFields. It allocates only where
// a message has to be unescaped, or to free the line of colours.
func classify(text []byte, r *Record) {
	var scratch []byte
	classifyWith(text, r, &scratch)
}

// classifyWith is classify with a buffer for the text without its colours, which
// the record then points into.
func classifyWith(text []byte, r *Record, scratch *[]byte) {
	r.Level, r.Format, r.Why, r.Logger, r.Message = NotSet, Text, "", nil, text
	r.stamp, r.stampLen, r.tail, r.shape = 0, 0, 0, 0
	from := 0
	if hasPrefix(text, "\xef\xbb\xbf") {
		from = 3
	}
	for from < len(text) && (isBlank(text[from]) || text[from] == '\r') {
		from++
	}
	if from == len(text) {
		return
	}
	if text[from] == '{' && classifyJSON(text, from, r) {
		return
	}
	if bytes.IndexByte(text, escape) < 0 {
		classifyPlain(text, from, r)
		return
	}
	*scratch = appendPlain((*scratch)[:0], text)
	if classify(*scratch, r); len(r.Message) == 0 {
		r.Message = text[:0] // whatever the buffer was before
	}
	r.shape |= colouredText
}

// classifyPlain handles a line without colours that is no JSON.
func classifyPlain(text []byte, from int, r *Record) {
	end := len(text)
	for end > from && (text[end-1] <= ' ') {
		end--
	}
	if end == from {
		return
	}
	if cr := bytes.IndexByte(text[from:end], '\r'); cr >= 0 {
		classifyOverwritten(text, from, from+cr, end, r)
		return
	}
	r.Message = text[from:end]
	switch c := text[from]; {
	case c == '<':
		if classifyPriority(text, from, end, r) {
			return
		}
	case isUpper(c) || isLower(c) || c == '_' || c == '@':
		if classifyMark(text, from, end, r) || classifyLogfmt(text[:end], from, r) {
			return
		}
	case isDigit(c) || c == ':':
		if classifyContainer(text, from, end, r) || classifyMark(text, from, end, r) {
			return
		}
	case c == '=':
		if classifyReport(text, from, end, r) {
			return
		}
	}
	if classifyAccess(text, from, end, r) {
		return
	}
	if from > 0 && isBlank(text[0]) && (from > 2 || !isUpper(text[from]) && !isDigit(text[from]) || text[from-1] == '\t') && !isColumn(text, from, end) {
		return // indented: it goes on with what was said before (but " INFO" is a padded level, and tracing indents its times)
	}
	classifyText(text, from, end, r)
}

// classifyOverwritten handles a line that a terminal shows as its last part only:
// a progress bar, say. first is where its first part ends. The level is what the
// last part states, if the first states any: what looks like a level behind a
// text that states none may be part of that text.
func classifyOverwritten(text []byte, from, first, end int, r *Record) {
	last := end
	for text[last-1] != '\r' {
		last--
	}
	for last < end && isBlank(text[last]) {
		last++
	}
	classifyPlain(text[:first], from, r)
	if r.Format != Text {
		*r = Record{ID: r.ID, End: r.End, Time: r.Time, Stream: r.Stream, Lines: r.Lines, Text: r.Text, Partial: r.Partial, Message: text[from:end]}
		return
	}
	level, why, stamp, stampLen := r.Level, r.Why, r.stamp, r.stampLen
	classifyPlain(text[:end], last, r)
	if level == NotSet || r.Level == NotSet || r.Format != Text {
		message := r.Message
		if level == NotSet || r.Format != Text {
			message = text[last:end]
		}
		r.Level, r.Why, r.Format, r.Message = level, why, Text, message
	}
	r.stamp, r.stampLen, r.tail = stamp, stampLen, 0
}

// classifyText handles a line of text with or without a header.
func classifyText(text []byte, from, end int, r *Record) {
	h := header{text: text, at: from, end: end}
	if isUpper(text[from]) && h.readStamp() {
		if h.style == bsdStyle && classifyRFC3164(text, from, end, r) {
			return
		}
		h = header{text: text, at: from, end: end}
	}
	if isDigit(text[from]) && classifyRsyslog(text, from, end, r) {
		return
	}
	if !h.readPrefix() {
		h.noLevel(from, r)
		return
	}
	h.readBody()
	if h.at < h.end {
		h.readTail()
		h.trailingLogger()
		if h.padded || h.level == Critical { // that one fills its column
			h.cutPlace()
		}
	}
	r.Level, r.Why = h.level, h.why
	h.fill(r)
}

// fill copies what the header holds into the record.
func (h *header) fill(r *Record) {
	if r.Message = h.text[h.at:max(h.at, h.end)]; h.loggerEnd > h.logger {
		r.Logger = h.text[h.logger:h.loggerEnd]
	}
	r.stamp, r.stampLen = int32(h.stamp), int32(h.stampEnd-h.stamp)
	if h.tail > 0 {
		r.tail = int32(h.tail)
	}
}

// noLevel handles a text whose header states no level: a form that tools use,
// or a time and a message.
func (h *header) noLevel(from int, r *Record) {
	h.at, h.logger, h.loggerEnd = from, 0, 0
	if h.afterStamp > 0 {
		h.at = h.afterStamp
		h.skipBlanks()
		h.stepOverSource()
	} else {
		h.stamp, h.stampEnd = 0, 0
		h.uptime()
	}
	h.toolLevel(r)
	h.fill(r)
}

// stepOverSource steps over "main.go:31: " and a dash after the time.
func (h *header) stepOverSource() {
	if h.at < h.end && (h.text[h.at] == '-' || h.text[h.at] == '|' || h.text[h.at] == ':') && h.stepOver(h.text[h.at]) {
		h.skipBlanks()
	}
	if i := h.tokenEnd(h.at); i < h.end && i > h.at && h.text[i-1] == ':' && isCaller(h.text[h.at:i-1]) {
		h.at = i
		h.skipBlanks()
	}
}

// uptime steps over the kernel's "[   12.345678] ".
func (h *header) uptime() {
	if h.at >= h.end || h.text[h.at] != '[' {
		return
	}
	end := h.group(h.at, ']')
	if end == 0 || end >= h.end || h.text[end] != ' ' {
		return
	}
	inside := bytes.TrimSpace(h.text[h.at+1 : end-1])
	dot := bytes.IndexByte(inside, '.')
	if dot > 0 && digitsEnd(inside, 0) == dot && digitsEnd(inside, dot+1) == len(inside) && len(inside) > dot+3 {
		h.at = end
		h.skipBlanks()
	}
}
