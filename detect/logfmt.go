package detect

import "bytes"

// pair is one key=value of a logfmt line, as positions in the text. A quoted
// value's positions are of what is inside the quotes.
type pair struct {
	key, keyEnd     int
	value, valueEnd int
	end             int // where the next one may begin
	quoted          bool
	escaped         bool
}

// pairAt reads the pair that begins at i; ok is false if none does.
func pairAt(b []byte, i int) (p pair, ok bool) {
	p.key = i
	for i < len(b) && isKeyByte(b[i]) {
		i++
	}
	if i == p.key || i >= len(b) || b[i] != '=' {
		return p, false
	}
	p.keyEnd = i
	i++
	if i < len(b) && b[i] == '"' {
		return quotedPair(b, i+1, p)
	}
	if i < len(b) && b[i] == '\'' { // Python's repr, as structlog writes it
		if n := bytes.IndexByte(b[i+1:], '\''); n >= 0 && (i+n+2 == len(b) || b[i+n+2] <= ' ') {
			p.value, p.valueEnd, p.end, p.quoted = i+1, i+1+n, i+n+2, true
			return p, true
		}
	}
	p.value = i
	for i < len(b) && b[i] > ' ' {
		i++
	}
	p.valueEnd, p.end = i, i
	return p, true
}

func quotedPair(b []byte, i int, p pair) (pair, bool) {
	p.value, p.quoted = i, true
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return p, false
		}
		i += n
		back := i
		for back > p.value && b[back-1] == '\\' {
			back--
		}
		if (i-back)%2 == 0 {
			break
		}
		i++
	}
	p.escaped = bytes.IndexByte(b[p.value:i], '\\') >= 0
	p.valueEnd, p.end = i, i+1
	return p, i+1 == len(b) || b[i+1] <= ' ' || b[i+1] == ','
}

// isKeyByte reports whether a byte may stand in a logfmt key.
func isKeyByte(c byte) bool {
	if c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c >= 0x80 {
		return true
	}
	switch c {
	case '_', '.', '-', '/', ':', '@', '#', '$', '[', ']':
		return true
	}
	return false
}

// nextPair skips blanks and commas and reads a pair.
func nextPair(b []byte, i int) (pair, bool) {
	for i < len(b) && (b[i] <= ' ' || b[i] == ',') {
		i++
	}
	return pairAt(b, i)
}

type logfmtKey uint8

const (
	plainPair logfmtKey = iota
	pairLevel
	pairMessage
	pairLogger
	pairTime
)

func logfmtKeyOf(key []byte) logfmtKey {
	switch string(key) {
	case "level", "lvl", "severity", "loglevel", "log_level", "log.level", "levelname", "at", "Level", "LEVEL":
		return pairLevel
	case "msg", "message", "event":
		return pairMessage
	case "logger", "logger_name", "component", "subsys", "module", "subsystem":
		return pairLogger
	case "time", "ts", "t", "timestamp", "@timestamp":
		return pairTime
	}
	return plainPair
}

// logfmtLine is what one pass over a logfmt line found.
type logfmtLine struct {
	pairs, bare             int
	level                   Level
	levelAt                 int // where the keys of the pairs that were used begin, -1 if none was
	messageAt, loggerAt     int
	timeAt, time, timeEnd   int
	message, messageEnd     int
	messageEscaped          bool
	logger, loggerEnd, last int
}

// readLogfmt reads pairs from position from on. A bare word belongs to the
// unquoted message before it (some writers forget to quote), else it counts.
func (l *logfmtLine) read(b []byte, from int) {
	l.levelAt, l.messageAt, l.loggerAt, l.timeAt = -1, -1, -1, -1
	open := false // the last pair was an unquoted message
	for i := from; i < len(b); {
		if b[i] <= ' ' || b[i] == ',' {
			i++
			continue
		}
		p, ok := pairAt(b, i)
		if !ok {
			for i < len(b) && b[i] > ' ' {
				i++
			}
			if open {
				l.messageEnd = i
			} else if l.bare++; l.bare > 2 && l.pairs < 2*l.bare {
				return
			}
			continue
		}
		l.pairs++
		i = p.end
		l.take(b, &p)
		open = !p.quoted && l.messageAt == p.key
	}
}

func (l *logfmtLine) take(b []byte, p *pair) {
	switch logfmtKeyOf(b[p.key:p.keyEnd]) {
	case pairLevel:
		if l.levelAt < 0 {
			if level := valueLevel(b[p.value:p.valueEnd]); level != NotSet {
				l.level, l.levelAt = level, p.key
			}
		}
	case pairMessage:
		if l.messageAt < 0 {
			l.messageAt, l.message, l.messageEnd, l.messageEscaped = p.key, p.value, p.valueEnd, p.escaped
		}
	case pairLogger:
		if l.loggerAt < 0 && p.valueEnd > p.value && !p.escaped {
			l.loggerAt, l.logger, l.loggerEnd = p.key, p.value, p.valueEnd
		}
	case pairTime:
		if l.timeAt < 0 {
			l.timeAt, l.time, l.timeEnd = p.key, p.value, p.valueEnd
		}
	}
}

// isLine decides whether what was read is a logfmt line and no prose with an
// equals sign in it.
func (l *logfmtLine) isLine() bool {
	switch {
	case l.pairs < 2:
		return false
	case l.level != NotSet:
		return l.bare <= l.pairs
	case l.messageAt >= 0 || l.timeAt >= 0:
		return l.bare == 0
	}
	return l.pairs >= 4 && l.bare == 0
}

// classifyLogfmt handles a line of key=value pairs beginning at from.
func classifyLogfmt(text []byte, from int, r *Record) bool {
	if _, ok := pairAt(text, from); !ok {
		return false
	}
	var l logfmtLine
	l.read(text, from)
	if !l.isLine() {
		return false
	}
	r.Format, r.Level, r.Why = Logfmt, l.level, "logfmt pairs"
	if l.level != NotSet {
		r.Why = l.why(text)
	}
	r.Message = text
	if l.messageAt >= 0 {
		r.Message = text[l.message:l.messageEnd]
		if l.messageEscaped {
			r.Message = unescape(r.Message)
		}
	}
	if l.loggerAt >= 0 {
		r.Logger = text[l.logger:l.loggerEnd]
	}
	if l.timeAt >= 0 {
		r.stamp, r.stampLen = int32(l.time), int32(l.timeEnd-l.time)
	}
	return true
}

// why names the key that the level was found under.
func (l *logfmtLine) why(text []byte) string {
	switch name, _, _ := bytes.Cut(text[l.levelAt:], []byte("=")); string(name) {
	case "level":
		return "logfmt key level"
	case "lvl":
		return "logfmt key lvl"
	case "severity":
		return "logfmt key severity"
	}
	return "logfmt key"
}
