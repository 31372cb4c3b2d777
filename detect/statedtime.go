package detect

import (
	"bytes"
	"strconv"
	"time"
)

// StatedTime returns the time that the line itself carries; ok is false if it
// has none or leaves out a part of the date. A time without a zone is taken as
// UTC. A number is seconds since 1970, or milli-, micro- or nanoseconds if it is
// too big for seconds.
func (r *Record) StatedTime() (t time.Time, ok bool) {
	if r.stampLen <= 0 && r.shape&containerHeader != 0 {
		if s, n := scanStamp(bytes.TrimLeft(r.Text, " \t")); n > 0 {
			return s.time()
		}
	}
	if r.stampLen <= 0 {
		return time.Time{}, false
	}
	text := r.body()
	if int(r.stamp+r.stampLen) > len(text) {
		return time.Time{}, false
	}
	raw := text[r.stamp : r.stamp+r.stampLen]
	if r.Format == JSON {
		return jsonTime(raw)
	}
	s, n := scanStamp(raw)
	if n == 0 {
		return time.Time{}, false
	}
	return s.time()
}

// jsonTime reads a time from a JSON value: a string, a number, or one of the
// objects that MongoDB, Log4j and Google's libraries write.
func jsonTime(raw []byte) (time.Time, bool) {
	if len(raw) == 0 {
		return time.Time{}, false
	}
	switch raw[0] {
	case '"':
		raw = raw[1 : len(raw)-1]
		if s, n := scanStamp(raw); n > 0 && n == len(raw) {
			return s.time()
		}
		return epochTime(raw)
	case '{':
		return objectTime(raw)
	}
	return epochTime(raw)
}

func epochTime(raw []byte) (time.Time, bool) {
	if len(raw) < 9 {
		return time.Time{}, false
	}
	if v, ok := unixNano(raw); ok {
		return time.Unix(0, v).UTC(), true
	}
	if bytes.IndexAny(raw, "eE") < 0 {
		return time.Time{}, false
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f < 1e8 || f >= 1e11 {
		return time.Time{}, false
	}
	return time.Unix(0, int64(f*1e6)*1e3).UTC(), true
}

func objectTime(raw []byte) (time.Time, bool) {
	if at, end := descend(raw, "$date", ""); end > 0 {
		if raw[at] == '{' { // {"$date":{"$numberLong":"1715932822001"}}
			if v := nestedString(raw[at:end], "$numberLong"); v != nil {
				return epochTime(v)
			}
			return time.Time{}, false
		}
		return jsonTime(raw[at:end])
	}
	for _, keys := range [...][2]string{{"epochSecond", "nanoOfSecond"}, {"seconds", "nanos"}} {
		at, end := descend(raw, keys[0], "")
		if end == 0 {
			continue
		}
		seconds, ok := unixNano(raw[at:end])
		if !ok {
			continue
		}
		var nanos int
		if at, end := descend(raw, keys[1], ""); end > 0 {
			nanos, _ = smallInt(raw[at:end])
		}
		return time.Unix(0, seconds+int64(nanos)).UTC(), true
	}
	return time.Time{}, false
}
