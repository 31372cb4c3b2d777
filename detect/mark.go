package detect

import "bytes"

// classifyMark handles the formats that their first bytes tell for sure: klog
// and glog, Ruby's Logger, logcat, Redis, ASP.NET.
func classifyMark(text []byte, from, end int, r *Record) bool {
	b := text[from:end]
	if len(b) < 4 {
		return false
	}
	switch c := b[0]; {
	case isDigit(c):
		return markRedis(text, from, end, r)
	case isUpper(c) && isDigit(b[1]):
		return markKlog(text, from, end, r)
	case isUpper(c) && b[1] == ',' && b[2] == ' ' && b[3] == '[':
		return markRuby(text, from, end, r)
	case isUpper(c) && b[1] == '/':
		return markLogcat(text, from, end, r)
	case isLower(c) && len(b) > 6 && b[4] == ':' && b[5] == ' ':
		return markASP(text, from, end, r)
	}
	return false
}

// markKlog reads "I0517 08:20:04.000017       1 file.go:250] message", the
// header of glog and klog (https://pkg.go.dev/k8s.io/klog/v2), and the longer
// date of absl and CockroachDB.
func markKlog(text []byte, from, end int, r *Record) bool {
	level := letterLevel(text[from])
	d := digitsEnd(text[:end], from+1)
	if level == NotSet || d-from != 5 && d-from != 7 && d-from != 9 || d+9 > end || text[d] != ' ' {
		return false
	}
	var s stamp
	clock := s.clock(text[:end], d+1)
	if clock == 0 {
		if clock = earlyAbsl(text[:end], from); clock == 0 {
			return false
		}
	}
	h := header{text: text, at: clock, end: end}
	h.skipBlanks()
	thread := h.at
	h.at = digitsEnd(text[:end], h.at)
	threadEnd := h.at
	h.skipBlanks()
	near := text[h.at:min(end, h.at+200)]
	source := bytes.Index(near, []byte("] "))
	if source < 0 && len(near) > 0 && near[len(near)-1] == ']' {
		source = len(near) - 1
	}
	if source <= 0 || threadEnd == thread || !isCaller(near[:source]) {
		return d-from == 7 && markCockroach(&h, from, clock, level, r)
	}
	h.at += source + 1
	h.skipBlanks()
	r.Format, r.Level, r.Why = Klog, level, "klog header"
	r.Message = text[min(h.at, end):end]
	r.stamp, r.stampLen = int32(from+1), int32(clock-from-1)
	r.structuredMessage(text, h.at, end)
	return true
}

// earlyAbsl returns where the time ends in "I0000 00:00:1715932800.123456 ", which
// absl writes before its log is initialised, 0 if there is none: the seconds are
// those since 1970.
func earlyAbsl(text []byte, from int) int {
	const date = "0000 00:00:"
	if !hasPrefix(text[from+1:], date) {
		return 0
	}
	seconds := from + 1 + len(date)
	i := digitsEnd(text, seconds)
	if i-seconds < 9 || i >= len(text) || text[i] != '.' {
		return 0
	}
	return digitsEnd(text, i+1)
}

// structuredMessage reads klog's `"message" key="value"`.
func (r *Record) structuredMessage(text []byte, at, end int) {
	if at >= end || text[at] != '"' {
		return
	}
	closing := quoteEnd(text[:end], at+1)
	if closing < 0 || closing+1 < end && text[closing+1] != ' ' {
		return
	}
	if closing+1 < end {
		if _, ok := nextPair(text[:end], closing+1); !ok {
			return
		}
		r.tail = int32(closing + 2)
	}
	r.Message = unescape(text[at+1 : closing])
}

// quoteEnd returns where the string ends whose inside begins at i, -1 if it
// does not.
func quoteEnd(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case '"':
			return i
		case '\\':
			i++
		}
		i++
	}
	return -1
}

// markCockroach reads "I240517 08:30:00.123456 1 file.go:1 ⋮ [n1] message".
func markCockroach(h *header, from, clock int, level Level, r *Record) bool {
	i := h.tokenEnd(h.at)
	if !isCaller(h.text[h.at:i]) {
		return false
	}
	h.at = i
	h.skipBlanks()
	if hasPrefix(h.text[h.at:h.end], "\u22ee ") {
		h.at += len("\u22ee ")
	}
	r.Format, r.Level, r.Why, r.Message = Klog, level, "klog header", h.text[h.at:h.end]
	r.stamp, r.stampLen = int32(from+1), int32(clock-from-1)
	return true
}

// markRuby reads "E, [2024-05-17T08:40:01.100200 #31] ERROR -- worker: message",
// the form of Ruby's Logger::Formatter.
func markRuby(text []byte, from, end int, r *Record) bool {
	h := header{text: text, at: from + 3, end: end}
	closing := h.group(h.at, ']')
	if closing == 0 {
		return false
	}
	h.at++
	if !h.readStamp() {
		return false
	}
	h.at = closing
	h.skipBlanks()
	word := h.at
	h.at = h.tokenEnd(h.at)
	level, s := levelOf(text[word:h.at])
	if s == noWord && string(text[word:h.at]) == "ANY" {
		level, s = NotSet, strong
	}
	if s != strong || !hasPrefix(text[h.at:end], " -- ") {
		return false
	}
	h.at += len(" -- ")
	colon := bytes.IndexByte(text[h.at:min(end, h.at+100)], ':')
	if colon < 0 {
		return false
	}
	if name := text[h.at : h.at+colon]; isLoggerName(name) {
		r.Logger = name
	}
	h.at += colon + 1
	h.skipBlanks()
	r.Level, r.Message = level, text[h.at:max(h.at, end)]
	if level != NotSet {
		r.Why = "ruby logger"
	}
	r.stamp, r.stampLen = int32(h.stamp), int32(h.stampEnd-h.stamp)
	return true
}

// markLogcat reads "E/ActivityManager( 812): message", logcat's brief form.
func markLogcat(text []byte, from, end int, r *Record) bool {
	level := letterLevel(text[from])
	open := bytes.IndexByte(text[from:min(end, from+100)], '(')
	if level == NotSet || open < 3 {
		return false
	}
	h := header{text: text, at: from + open, end: end}
	closing := h.group(h.at, ')')
	if closing == 0 || closing >= end || text[closing] != ':' {
		return false
	}
	if _, ok := smallInt(bytes.TrimSpace(text[h.at+1 : closing-1])); !ok {
		return false
	}
	r.Logger = bytes.TrimSpace(text[from+2 : h.at])
	h.at = closing + 1
	h.skipBlanks()
	r.Level, r.Why, r.Message = level, "logcat tag", text[h.at:end]
	return true
}

// markRedis reads "1:M 17 May 2024 08:50:20.001 * message"
// (https://redis.io/docs, serverLogRaw).
func markRedis(text []byte, from, end int, r *Record) bool {
	i := digitsEnd(text[:end], from)
	if i+3 >= end || text[i] != ':' || text[i+2] != ' ' {
		return false
	}
	switch text[i+1] {
	case 'M', 'S', 'C', 'X':
	default:
		return false
	}
	h := header{text: text, at: i + 3, end: end}
	if !h.readStamp() || h.at+3 > end || text[h.at] != ' ' || text[h.at+2] != ' ' {
		return false
	}
	switch text[h.at+1] {
	case '.':
		r.Level = Debug
	case '-':
		r.Level = Info
	case '*':
		r.Level = Notice
	case '#':
		r.Level = Warning
	default:
		return false
	}
	h.at += 3
	r.Why, r.Message = "redis mark", text[h.at:end]
	r.stamp, r.stampLen = int32(h.stamp), int32(h.stampEnd-h.stamp)
	return true
}

// markASP reads "info: Microsoft.Hosting.Lifetime[14]", the first line of
// Microsoft.Extensions.Logging's console; the message comes on the next line,
// or on the same one if the formatter is told so.
func markASP(text []byte, from, end int, r *Record) bool {
	var level Level
	switch string(text[from : from+4]) {
	case "trce":
		level = Trace
	case "dbug":
		level = Debug
	case "info":
		level = Info
	case "warn":
		level = Warning
	case "fail":
		level = Error
	case "crit":
		level = Critical
	default:
		return false
	}
	h := header{text: text, at: from + 6, end: end}
	i := h.tokenEnd(h.at)
	open := bytes.IndexByte(text[h.at:i], '[')
	if open <= 0 || text[i-1] != ']' || !isLoggerName(text[h.at:h.at+open]) {
		return false
	}
	if _, ok := smallInt(text[h.at+open+1 : i-1]); !ok {
		return false
	}
	r.Logger = text[h.at : h.at+open]
	h.at = i
	h.skipBlanks()
	r.Level, r.Why, r.Message = level, "asp.net header", text[h.at:end]
	return true
}

// classifyReport reads Erlang's "=ERROR REPORT==== 17-May-2024::08:41:12 ===".
func classifyReport(text []byte, from, end int, r *Record) bool {
	b := text[from:end]
	i := bytes.Index(b[:min(len(b), 40)], []byte(" REPORT==== "))
	if i <= 1 {
		return false
	}
	switch string(b[1:i]) {
	case "ERROR", "CRASH", "SUPERVISOR":
		r.Level = Error
	case "WARNING":
		r.Level = Warning
	case "NOTICE":
		r.Level = Notice
	case "INFO", "PROGRESS":
		r.Level = Info
	case "DEBUG":
		r.Level = Debug
	default:
		return false
	}
	h := header{text: text, at: from + i + len(" REPORT==== "), end: end}
	if h.readStamp() {
		r.stamp, r.stampLen = int32(h.stamp), int32(h.stampEnd-h.stamp)
	}
	r.Why = "erlang report"
	return true
}
