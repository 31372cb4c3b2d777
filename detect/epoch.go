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
	if b[1] == '.' && d == 1 { // zap's console: 1.7675964e+09
		return scanExponent(b, n)
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

// scanExponent reads 1.7675964001e+09, whose digits end at n.
func scanExponent(b []byte, n int) (s stamp, end int) {
	if n < 8 || n > 24 || !hasPrefix(b[n:], "e+09") || n+4 >= len(b) || !isBlank(b[n+4]) {
		return s, 0
	}
	var digits [20]byte // ten of seconds, a point, up to nine more
	for i := range digits {
		digits[i] = '0'
	}
	digits[0], digits[10] = b[0], '.'
	for i, at := 2, 1; i < n && at < len(digits); i, at = i+1, at+1 {
		if at == 10 {
			at++
		}
		digits[at] = b[i]
	}
	var ok bool
	s.epoch, ok = unixNano(digits[:])
	s.unix, s.style = true, epochStyle
	if !ok {
		return s, 0
	}
	return s, n + 4
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
