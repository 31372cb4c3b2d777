package detect

import "bytes"

// classifyPriority handles "<N>" at a line's start: the prefix of sd-daemon(3),
// or the priority of a syslog message with its header.
func classifyPriority(text []byte, from, end int, r *Record) bool {
	digits := digitsEnd(text[:end], from+1)
	priority, ok := smallInt(text[from+1 : digits])
	if !ok || digits-from > 4 || digits+1 >= end || text[digits] != '>' {
		return false
	}
	body := digits + 1
	if priority <= 191 && (classifyRFC5424(text, body, end, r) || classifyRFC3164(text, body, end, r) || classifyUntagged(text, body, end, r)) {
		r.Level, r.Why = syslogLevel(priority&7), "syslog priority"
		return true
	}
	if priority > 7 || digits-from != 2 || isBlank(text[body]) {
		return false
	}
	r.Format, r.Level, r.Why = SDPrefix, syslogLevel(priority), "sd-daemon prefix"
	r.Message = text[body:end]
	return true
}

// classifyRFC5424 reads "1 TIME HOST APP PID MSGID [SD] message" (section 6).
func classifyRFC5424(text []byte, at, end int, r *Record) bool {
	if !hasPrefix(text[at:end], "1 ") {
		return false
	}
	h := header{text: text, at: at + 2, end: end}
	if !h.readStamp() && text[h.at] != '-' {
		return false
	}
	h.at = h.tokenEnd(h.at) + 1
	var parts [4]struct{ from, to int } // host, app, pid, message id
	for i := range parts {
		if h.at >= end {
			return false
		}
		parts[i].from, parts[i].to = h.at, h.tokenEnd(h.at)
		h.at = parts[i].to + 1
	}
	if h.at >= end || text[h.at] != '-' && text[h.at] != '[' {
		return false
	}
	if text[h.at] == '[' {
		r.tail = int32(h.at)
	}
	h.at = max(structuredDataEnd(text[:end], h.at), h.at+1)
	h.skipBlanks()
	r.Format, r.shape = Syslog, newHeader
	if app := text[parts[1].from:parts[1].to]; string(app) != "-" {
		r.Logger = app
	}
	r.Message = bytes.TrimPrefix(text[min(h.at, end):end], []byte("\xef\xbb\xbf"))
	r.stamp, r.stampLen = int32(h.stamp), int32(h.stampEnd-h.stamp)
	return true
}

// structuredDataEnd returns one past the elements [id name="value" …] at i.
func structuredDataEnd(b []byte, i int) int {
	quoted := false
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted && (i+1 >= len(b) || b[i+1] != '['):
			return i + 1
		case c == '-' && !quoted:
			if i+1 >= len(b) || b[i+1] == ' ' {
				return i + 1
			}
		}
	}
	return i
}

// classifyRFC3164 reads "May 17 09:00:00 host app[211]: message"; some writers
// put an ISO time there.
func classifyRFC3164(text []byte, at, end int, r *Record) bool {
	h := header{text: text, at: at, end: end}
	if !h.readStamp() {
		return false
	}
	h.skipBlanks()
	if !classifyBSD(text, h.at, end, r) {
		return false
	}
	r.stamp, r.stampLen = int32(h.stamp), int32(h.stampEnd-h.stamp)
	return true
}

// classifyUntagged reads "May 17 09:00:00 host message" behind a priority, without
// which it would be too weak.
func classifyUntagged(text []byte, at, end int, r *Record) bool {
	h := header{text: text, at: at, end: end}
	if !h.readStamp() || h.style != bsdStyle {
		return false
	}
	h.skipBlanks()
	host := h.tokenEnd(h.at)
	if host >= end || !isLoggerName(text[h.at:host]) {
		return false
	}
	h.at = host
	h.skipBlanks()
	r.Format, r.shape, r.Message = Syslog, bsdHeader, text[h.at:end]
	r.stamp, r.stampLen = int32(h.stamp), int32(h.stampEnd-h.stamp)
	return true
}

// classifyRsyslog reads "2006-01-02T15:04:05.000000+00:00 host app[211]: message",
// rsyslog's own file format since its traditional one went out of use.
func classifyRsyslog(text []byte, at, end int, r *Record) bool {
	const stampLen = len("2006-01-02T15:04:05.000000+00:00")
	i := at + stampLen
	if i+8 > end || text[i] != ' ' || text[at+10] != 'T' || text[at+29] != ':' || text[at+26] != '+' && text[at+26] != '-' {
		return false
	}
	if s, n := scanStamp(text[at:end]); n != stampLen || s.style != isoStyle {
		return false
	}
	h := header{text: text, at: i + 1, end: end}
	host := h.tokenEnd(h.at)
	if host >= end || !isLoggerName(text[h.at:host]) || text[host-1] == ':' {
		return false
	}
	tag := text[host+1 : h.tokenEnd(host+1)]
	if string(tag) != "kernel:" && string(tag) != "sudo:" && !hasSuffix(tag, "]:") {
		return false
	}
	if !classifyBSD(text, h.at, end, r) {
		return false
	}
	r.stamp, r.stampLen = int32(at), int32(stampLen)
	return true
}

// classifyBSD reads "host app[211]: message" after the time; the host may be
// missing. The level is left to the message, which may state one.
func classifyBSD(text []byte, at, end int, r *Record) bool {
	h := header{text: text, at: at, end: end}
	for range 2 {
		i := h.tokenEnd(h.at)
		if i == h.at || i >= end && text[i-1] != ':' {
			return false
		}
		if _, s := levelOf(text[h.at:i]); s == strong {
			return false
		}
		if tag := text[h.at:i]; tag[len(tag)-1] == ':' && isTag(tag[:len(tag)-1]) {
			name := tag[:len(tag)-1]
			if open := bytes.IndexByte(name, '['); open > 0 {
				name = name[:open]
			}
			r.Format, r.shape, r.Logger = Syslog, bsdHeader, name
			h.at = i
			h.skipBlanks()
			r.Message = text[h.at:end]
			var klog Record
			if h.at+5 < end && isUpper(text[h.at]) && isDigit(text[h.at+1]) && markKlog(text, h.at, end, &klog) {
				r.Level, r.Why = klog.Level, klog.Why
				return true
			}
			inner := header{text: text, at: h.at, end: end}
			if r.Why = "syslog header"; inner.readPrefix() && inner.stampEnd == 0 {
				inner.readBody()
				r.Level, r.Why, r.Message = inner.level, inner.why, text[inner.at:end]
			} else if inner = (header{text: text, at: h.at, end: end}); inner.toolLevel(r) {
				r.Message = text[inner.at:end]
			}
			return true
		}
		h.at = i
		h.skipBlanks()
	}
	return false
}

// isTag accepts "sshd[42]" and "app/web.1".
func isTag(b []byte) bool {
	for _, c := range b {
		if !isNameByte(c) && c != '[' && c != ']' && c != '(' && c != ')' {
			return false
		}
	}
	return len(b) > 0
}
