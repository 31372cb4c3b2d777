package detect

import "bytes"

// jsonSpan is a value's place in the text; a string's includes the quotes.
type jsonSpan struct {
	at, end int32
	escaped bool
}

// object is what one pass over a JSON line found at its top level.
type object struct {
	text []byte
	seen uint64 // bit n: jsonKey n is there
	at   [jsonKeys]jsonSpan

	level                        Level
	why                          string // where the level was found
	levelAt, messageAt, loggerAt int32  // where the values that were used begin, 0 if none was
	timeAt, timeEnd              int32
	message, logger              []byte
}

// readObject checks that text, from position from on, is one JSON object and
// nothing else, and notes where its known keys are. The first of two equal keys
// counts.
func (o *object) readObject(text []byte, from int) bool {
	o.text = text
	m := members{text: text, at: from, depth: 1}
	var one member
	for m.next(&one) {
		k := keyOf(text[one.key:one.keyEnd])
		if k == otherKey || o.seen&(1<<k) != 0 {
			continue
		}
		o.seen |= 1 << k
		o.at[k] = jsonSpan{int32(one.value), int32(one.valueEnd), one.valueEscaped}
	}
	return !m.bad && jsonBlank(text, m.end) == len(text)
}

func (o *object) has(k jsonKey) bool { return o.seen&(1<<k) != 0 }

// raw returns the value under a key as it was written, nil if there is none.
func (o *object) raw(k jsonKey) []byte {
	if !o.has(k) {
		return nil
	}
	return o.text[o.at[k].at:o.at[k].end]
}

// str returns the inside of the string under a key, nil if there is none.
func (o *object) str(k jsonKey) []byte {
	if v := o.raw(k); len(v) > 0 && v[0] == '"' {
		return v[1 : len(v)-1]
	}
	return nil
}

// classifyJSON handles a line that is one JSON object beginning at from.
func classifyJSON(text []byte, from int, r *Record) bool {
	if len(text) > 1<<31-1 {
		return false
	}
	var o object
	if !o.readObject(text, from) {
		return false
	}
	o.interpret()
	r.Format, r.Level, r.Message, r.Logger = JSON, o.level, o.message, o.logger
	if r.Why = "json object"; o.level != NotSet {
		r.Why = o.why
	}
	if r.Message == nil {
		r.Message = text
	}
	r.stamp, r.stampLen = o.timeAt, o.timeEnd-o.timeAt
	return true
}

// interpret decides which members are the level, message, logger and time.
func (o *object) interpret() {
	o.findMessage()
	o.findLevel()
	o.findLogger()
	for _, k := range timeKeys {
		if o.has(k) && (k != keyMongoT || o.at[k].end-o.at[k].at > 2) {
			o.timeAt, o.timeEnd = o.at[k].at, o.at[k].end
			break
		}
	}
	if v := o.raw(keyRecord); o.timeAt == 0 && len(v) > 0 && v[0] == '{' {
		if at, end := descend(v, "time", "timestamp"); end > 0 {
			base := o.at[keyRecord].at
			o.timeAt, o.timeEnd = base+int32(at), base+int32(end)
		}
	}
}

func (o *object) findMessage() {
	for _, k := range messageKeys {
		v := o.raw(k)
		if len(v) == 0 || v[0] == '{' || v[0] == '[' || v[0] == 'n' {
			continue
		}
		if k == keyBody && !o.has(keySeverityText) && !o.has(keySeverityNumber) {
			continue // rather the body of a request
		}
		o.messageAt = o.at[k].at
		if v[0] != '"' {
			o.message = v
			return
		}
		o.message = v[1 : len(v)-1]
		if o.at[k].escaped {
			o.message = unescape(o.message)
		}
		return
	}
	if v := o.str(keyLog); v != nil && o.has(keyTime) && o.level == NotSet {
		o.containerLine(v)
	} else if v := nestedString(o.raw(keyRecord), "message"); v != nil {
		o.message = unescape(v)
	} else if v := nestedString(o.raw(keyFields), "message"); v != nil {
		o.message = unescape(v)
	}
}

func (o *object) findLevel() {
	for _, k := range levelKeys {
		if o.has(k) {
			if level := o.levelUnder(k); level != NotSet {
				o.level, o.why, o.levelAt = level, levelWhy[k], o.at[k].at
				return
			}
		}
	}
	for _, n := range [...]struct {
		value []byte
		why   string
	}{
		{nestedString(o.raw(keyLog), "level"), "json key log.level"}, {nestedString(o.raw(keyLevel), "name"), "json key level.name"},
		{recordLevel(o.raw(keyRecord)), "json key record.level.name"}, {nestedString(o.raw(keyFields), "level"), "json key fields.level"},
	} {
		if level := valueLevel(n.value); level != NotSet {
			o.level, o.why = level, n.why
			return
		}
	}
	switch {
	case o.has(keyClefTime) && !o.has(keyClefLevel) && (o.has(keyClefM) || o.has(keyClefTemplate)):
		o.level, o.why = Info, "json keys @t and @m without @l" // CLEF leaves the level out if it is Information
	case o.has(keyCaller) && o.has(keyTs) && o.has(keyMsg) && o.seen&(1<<keyLevel|1<<keySeverity) == 0:
		if o.has(keyV) { // klog: verbosity for information, none for errors
			o.level, o.why = Info, "json key v"
		} else if o.has(keyErr) {
			o.level, o.why = Error, "json key err without v"
		}
	}
}

// levelUnder reads the value of a level key: a word of the vocabulary, or a
// number where the other keys tell on which scale it is.
func (o *object) levelUnder(k jsonKey) Level {
	v := o.raw(k)
	word := o.str(k)
	if word == nil {
		word = v
	}
	if n, ok := smallInt(word); ok {
		return o.scale(k, n)
	}
	if len(v) == 0 || v[0] != '"' {
		return NotSet
	}
	if k == keyMongoS && !(o.has(keyMongoT) && o.has(keyMongoC)) || k == keyClefLevel && !o.has(keyClefTime) {
		return NotSet
	}
	return valueLevel(bytes.TrimSpace(word))
}

// scale gives a level number its meaning, which depends on who wrote it.
func (o *object) scale(k jsonKey, n int) Level {
	switch k {
	case keyPriority:
		return syslogLevel(n)
	case keyLevelno:
		return pythonScale(n)
	case keySeverityNumber:
		return otelScale(n)
	case keyLevelValue:
		return pythonScale(n / 1000)
	case keyLevel:
	default:
		return NotSet
	}
	switch {
	case o.has(keyVersion) && o.has(keyShortMessage): // GELF
		return syslogLevel(n)
	case o.has(keyLevelName) || o.has(keyChannel):
		return monologScale(n)
	case o.has(keyV) && o.has(keyHostname) && o.has(keyPID), // bunyan
		o.has(keyTime) && (o.has(keyMsg) || o.has(keyPID) && o.has(keyHostname)): // pino
		return tenScale(n)
	}
	return NotSet
}

func (o *object) findLogger() {
	for _, k := range loggerKeys {
		v := o.str(k)
		if len(v) == 0 || o.at[k].escaped {
			continue
		}
		switch k {
		case keyMongoC:
			if !o.has(keyMongoS) || !o.has(keyMongoT) {
				continue
			}
		case keyName, keyChannel, keyTarget, keyCategory:
			// Everyday words: a logger only beside a level, and only if it looks like one.
			if o.level == NotSet || !isLoggerName(v) {
				continue
			}
		}
		o.logger, o.loggerAt = v, o.at[k].at
		return
	}
	if v := nestedString(o.raw(keyLog), "logger"); v != nil {
		o.logger = v
	} else if v := nestedString(o.raw(keyRecord), "name"); v != nil && o.has(keyRecord) {
		o.logger = v
	} else if v := nestedString(o.raw(keyScope), "name"); v != nil {
		o.logger = v
	}
}

// recordLevel reads loguru's record.level.name.
func recordLevel(record []byte) []byte {
	if len(record) == 0 || record[0] != '{' {
		return nil
	}
	at, end := descend(record, "level", "name")
	if end-at < 2 || record[at] != '"' {
		return nil
	}
	return record[at+1 : end-1]
}

// nestedString returns the inside of the string under key in a JSON object,
// nil if obj is none or has none.
func nestedString(obj []byte, key string) []byte {
	if len(obj) == 0 || obj[0] != '{' {
		return nil
	}
	at, end := descend(obj, key, "")
	if end-at < 2 || obj[at] != '"' {
		return nil
	}
	return obj[at+1 : end-1]
}

// descend finds the value under outer, and under inner in that one unless inner
// is empty. It returns 0, 0 if there is none.
func descend(obj []byte, outer, inner string) (at, end int) {
	m := members{text: obj, depth: 1}
	var one member
	for m.next(&one) {
		if string(obj[one.key:one.keyEnd]) != outer {
			continue
		}
		if inner == "" {
			return one.value, one.valueEnd
		}
		if obj[one.value] != '{' {
			return 0, 0
		}
		at, end := descend(obj[one.value:one.valueEnd], inner, "")
		if end == 0 {
			return 0, 0
		}
		return one.value + at, one.value + end
	}
	return 0, 0
}

// isName reports whether v could be a logger's name: no blanks, no punctuation
// but what module paths use.
func isLoggerName(v []byte) bool {
	if len(v) == 0 || len(v) > 200 {
		return false
	}
	for _, c := range v {
		if !isNameByte(c) {
			return false
		}
	}
	return true
}

func isNameByte(c byte) bool {
	switch {
	case c|0x20 >= 'a' && c|0x20 <= 'z', isDigit(c), c >= 0x80:
		return true
	}
	switch c {
	case '_', '.', ':', '/', '$', '-', '#', '@', '\\':
		return true
	}
	return false
}
