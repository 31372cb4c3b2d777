package detect

import "bytes"

// body returns the text that the record's positions refer to. For all shapes
// but JSON that is its first line.
func (r *Record) body() []byte {
	text := r.Text
	if r.Format != JSON {
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			text = text[:i]
		}
	}
	if r.shape&colouredText != 0 {
		text = withoutColours(text)
	}
	if r.shape&containerHeader != 0 {
		text = text[min(len(text), indent(text)+containerHead(text[indent(text):])):]
	}
	end := len(text)
	for end > 0 && text[end-1] <= ' ' {
		end--
	}
	return text[:end]
}

// bodyStart returns where a structured line begins, behind a byte order mark and
// blanks.
func bodyStart(text []byte) (start int) {
	if hasPrefix(text, "\xef\xbb\xbf") {
		start = 3
	}
	for start < len(text) && (isBlank(text[start]) || text[start] == '\r') {
		start++
	}
	return start
}

// AppendFields appends what a structured line holds besides its level, message,
// logger and time: the other members of a JSON object, nested ones as raw JSON;
// the other pairs of logfmt, and those after the message of a console logger;
// of an access line status, method, path, protocol, remote, user, bytes,
// referrer and user_agent; of klog pid and file; of syslog host, pid, msgid and
// the structured data.
//
// A JSON string that holds escapes comes raw, in its quotes; any other string
// as plain text. Nothing is appended for text without structure.
func (r *Record) AppendFields(dst []Field) []Field {
	text := r.body()
	if len(text) == 0 {
		return dst
	}
	start := bodyStart(text)
	switch r.Format {
	case JSON:
		return appendObject(dst, text, start)
	case Logfmt:
		var l logfmtLine
		l.read(text, start)
		return appendPairs(dst, text, start, &l)
	case Access:
		var a accessLine
		if a.read(text, start) {
			return a.append(dst, text)
		}
		return dst
	case Klog:
		dst = r.appendKlog(dst, text)
	case Syslog:
		return r.appendSyslog(dst, text)
	}
	if r.tail > 0 && int(r.tail) < len(text) {
		return appendTail(dst, text, int(r.tail))
	}
	return dst
}

// appendObject appends the members of the JSON object at start which say
// nothing that the record already holds.
func appendObject(dst []Field, text []byte, start int) []Field {
	var o object
	if !o.readObject(text, start) {
		return dst
	}
	o.interpret()
	if o.timeAt > 0 {
		if _, ok := jsonTime(text[o.timeAt:o.timeEnd]); !ok {
			o.timeAt = 0
		}
	}
	m := members{text: text, at: start, depth: 1}
	var one member
	for m.next(&one) {
		if at := int32(one.value); at == o.levelAt || at == o.messageAt || at == o.loggerAt || at == o.timeAt {
			continue
		}
		dst = append(dst, memberField(text, &one))
	}
	return dst
}

func memberField(text []byte, m *member) Field {
	f := Field{Key: text[m.key:m.keyEnd], Value: text[m.value:m.valueEnd], Raw: true}
	if m.keyEscaped {
		f.Key = unescape(f.Key)
	}
	if text[m.value] == '"' && !m.valueEscaped {
		f.Value, f.Raw = text[m.value+1:m.valueEnd-1], false
	}
	return f
}

// appendPairs appends the pairs from position at on, without those that l says
// were used; l may be nil.
func appendPairs(dst []Field, text []byte, at int, l *logfmtLine) []Field {
	for at < len(text) {
		if text[at] <= ' ' || text[at] == ',' {
			at++
			continue
		}
		p, ok := pairAt(text, at)
		if !ok {
			for at < len(text) && text[at] > ' ' {
				at++
			}
			continue
		}
		at = p.end
		if l != nil && l.used(p.key, text) {
			continue
		}
		value := text[p.value:p.valueEnd]
		if p.escaped {
			value = unescape(value)
		}
		dst = append(dst, Field{Key: text[p.key:p.keyEnd], Value: value})
	}
	return dst
}

// used reports whether the pair whose key begins at key became the level, the
// message, the logger or the time.
func (l *logfmtLine) used(key int, text []byte) bool {
	if key == l.timeAt {
		_, n := scanStamp(text[l.time:l.timeEnd])
		return n > 0
	}
	return key == l.levelAt || key == l.messageAt || key == l.loggerAt
}

// appendTail appends the pairs or the JSON objects after a message.
func appendTail(dst []Field, text []byte, at int) []Field {
	if text[at] != '{' && text[at] != '[' {
		return appendPairs(dst, text, at, nil)
	}
	for at < len(text) && (text[at] == '{' || text[at] == '[') {
		if text[at] == '[' {
			if at = jsonValue(text, at, 1); at < 0 {
				return dst
			}
		} else {
			m := members{text: text, at: at, depth: 1}
			var one member
			for m.next(&one) {
				dst = append(dst, memberField(text, &one))
			}
			if m.bad {
				return dst
			}
			at = m.end
		}
		at = jsonBlank(text, at)
	}
	return dst
}

// Names of fields that no line spells out. They are never changed; a conversion
// in place would allocate for every record.
var (
	accessKeys = [...][]byte{[]byte("status"), []byte("bytes"), []byte("method"), []byte("path"), []byte("protocol"),
		[]byte("remote"), []byte("user"), []byte("referrer"), []byte("user_agent")}
	keyNamePID   = []byte("pid")
	keyNameFile  = []byte("file")
	keyNameHost  = []byte("host")
	keyNameMsgID = []byte("msgid")
)

// append appends what the line tells, the two numbers first.
func (a *accessLine) append(dst []Field, b []byte) []Field {
	for i, p := range [len(accessKeys)]part{a.status, a.size, a.method, a.path, a.protocol, a.remote, a.user, a.referrer, a.agent} {
		if v := b[p.from:p.to]; len(v) > 0 && string(v) != "-" {
			number := i < 2 && (len(v) == 1 || v[0] != '0')
			dst = append(dst, Field{Key: accessKeys[i], Value: v, Raw: number})
		}
	}
	return dst
}

// appendKlog appends the thread and the place in the source of a klog header.
func (r *Record) appendKlog(dst []Field, text []byte) []Field {
	h := header{text: text, at: int(r.stamp + r.stampLen), end: len(text)}
	h.skipBlanks()
	pid := h.at
	h.at = digitsEnd(text, h.at)
	if v := text[pid:h.at]; len(v) > 0 {
		dst = append(dst, Field{Key: keyNamePID, Value: v, Raw: len(v) == 1 || v[0] != '0'})
	}
	h.skipBlanks()
	i := h.at
	for i < h.end && text[i] != ']' && !isBlank(text[i]) {
		i++
	}
	if i > h.at {
		dst = append(dst, Field{Key: keyNameFile, Value: text[h.at:i]})
	}
	return dst
}

// appendSyslog appends the parts of a syslog header that have no place in the
// record, and the structured data of RFC 5424.
func (r *Record) appendSyslog(dst []Field, text []byte) []Field {
	add := func(key, v []byte) {
		if len(v) > 0 && string(v) != "-" {
			dst = append(dst, Field{Key: key, Value: v})
		}
	}
	h := header{text: text, at: int(r.stamp + r.stampLen), end: len(text)}
	if h.at == 0 { // "<N>1 - host": no time
		h.at = max(bytes.IndexByte(text, '-')+1, 0)
	}
	word := func() []byte {
		h.skipBlanks()
		from := h.at
		h.at = h.tokenEnd(from)
		return text[from:h.at]
	}
	if r.shape&newHeader != 0 {
		add(keyNameHost, word())
		word()
		add(keyNamePID, word())
		add(keyNameMsgID, word())
		if r.tail > 0 && int(r.tail) < len(text) {
			dst = appendStructured(dst, text[r.tail:structuredDataEnd(text, int(r.tail))])
		}
		return dst
	}
	tag := word()
	if tag[len(tag)-1] != ':' {
		add(keyNameHost, tag)
		tag = word()
	}
	if open := bytes.IndexByte(tag, '['); open > 0 {
		if closing := bytes.IndexByte(tag[open:], ']'); closing > 0 {
			add(keyNamePID, tag[open+1:open+closing])
		}
	}
	return dst
}

// appendStructured appends the parameters of "[id name="value" …][…]" as
// id.name.
func appendStructured(dst []Field, b []byte) []Field {
	for len(b) > 0 && b[0] == '[' {
		i := 1
		for i < len(b) && b[i] != ' ' && b[i] != ']' {
			i++
		}
		id := b[1:i]
		for i < len(b) && b[i] == ' ' {
			equals := bytes.IndexByte(b[i:], '=')
			if equals < 0 || i+equals+1 >= len(b) || b[i+equals+1] != '"' {
				return dst
			}
			name := b[i+1 : i+equals]
			from := i + equals + 2
			to := quoteEnd(b, from)
			if to < 0 {
				return dst
			}
			key := append(append(append(make([]byte, 0, len(id)+1+len(name)), id...), '.'), name...)
			dst = append(dst, Field{Key: key, Value: unescape(b[from:to])})
			i = to + 1
		}
		if i >= len(b) || b[i] != ']' {
			return dst
		}
		b = b[i+1:]
	}
	return dst
}
