package detect

// scanEpoch reads a Unix time; its unit follows from the number of digits.
func scanEpoch(b []byte, d int) (s stamp, n int) {
	if b[0] != '1' && b[0] != '2' {
		return s, 0
	}
	var ok bool
	if n = d; n < len(b) && b[n] == '.' {
		n = digitsEnd(b, n+1)
	}
	if n < len(b) && isName(b[n]) {
		return s, 0
	}
	s.epoch, ok = unixNano(b[:n])
	s.unix, s.style = true, epochStyle
	if !ok {
		return s, 0
	}
	return s, n
}

// unixNano reads a number of seconds since 1970, or of milli-, micro- or
// nanoseconds if it is too big for seconds.
func unixNano(b []byte) (int64, bool) {
	whole := digitsEnd(b, 0)
	if whole == 0 || whole > 19 {
		return 0, false
	}
	var v int64
	for _, c := range b[:whole] {
		if v > (1<<63-1-9)/10 {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	unit := int64(1)
	switch {
	case v < 1e11:
		unit = 1e9
	case v < 1e14:
		unit = 1e6
	case v < 1e17:
		unit = 1e3
	}
	if v > (1<<63-1)/unit {
		return 0, false
	}
	v *= unit
	if whole == len(b) {
		return v, true
	}
	if b[whole] != '.' || digitsEnd(b, whole+1) != len(b) {
		return 0, false
	}
	for _, c := range b[whole+1:] {
		unit /= 10
		v += int64(c-'0') * unit
	}
	return v, true
}
