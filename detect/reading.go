package detect

// reading is what classify found in a line, as positions in it: a line that
// waits is copied, and not read again.
type reading struct {
	ok              bool
	level           Level
	format          Format
	why             string
	message, logger span
	stamp, stampLen int32
	tail            int32
	shape           uint8
}

// reading returns what the record holds of its line. It is not ok if the record
// points to anything else.
func (r *Record) reading() reading {
	k := reading{level: r.Level, format: r.Format, why: r.Why, stamp: r.stamp, stampLen: r.stampLen, tail: r.tail, shape: r.shape}
	var ok bool
	if k.message, ok = spanIn(r.Message, r.Text); ok {
		k.logger, k.ok = spanIn(r.Logger, r.Text)
	}
	return k
}

// spanIn returns where in text its part is; an empty part is at its beginning.
func spanIn(part, text []byte) (span, bool) {
	if len(part) == 0 {
		return span{}, true
	}
	at := placeIn(part, text)
	return span{at, at + len(part)}, at >= 0
}

// restore gives a record whose line is a copy of the one that was read what had
// been found. It reports false if the line has to be read again.
func (k *reading) restore(r *Record, line []byte) bool {
	if !k.ok {
		return false
	}
	r.Level, r.Format, r.Why, r.stamp, r.stampLen, r.tail, r.shape = k.level, k.format, k.why, k.stamp, k.stampLen, k.tail, k.shape
	r.Message, r.Logger = line[k.message.from:k.message.to], nil
	if k.logger.to > 0 {
		r.Logger = line[k.logger.from:k.logger.to]
	}
	return true
}
