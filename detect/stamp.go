package detect

import "time"

// stamp is a time as a line states it.
type stamp struct {
	year, month, day int // year 0: the date is not (fully) known
	hour, min, sec   int
	nsec             int
	zone             int // seconds east of UTC; a time without zone counts as UTC
	unix             bool
	epoch            int64 // Unix nanoseconds, if unix
	style            stampStyle
}

// stampStyle tells apart the shapes that say something about the writer.
type stampStyle uint8

const (
	otherStyle   stampStyle = iota
	isoStyle                // 2006-01-02T15:04:05 or with a blank
	slashStyle              // 2006/01/02 15:04:05, as Go and nginx write it
	bsdStyle                // Jan  2 15:04:05, the time of RFC 3164
	clockStyle              // a time of day alone
	kitchenStyle            // 3:04PM, as zerolog's console writes it
	clfStyle                // 02/Jan/2006:15:04:05 -0700
	dashStyle               // 02-Jan-2006 15:04:05.000
	epochStyle              // seconds, or milli-, micro- or nanoseconds, since 1970
	shortStyle              // 06/01/02 or 060102, and 01-02 of logcat
)

// time returns the instant; ok is false if the line leaves out the year.
func (s *stamp) time() (t time.Time, ok bool) {
	if s.unix {
		return time.Unix(0, s.epoch).UTC(), true
	}
	if s.year == 0 {
		return time.Time{}, false
	}
	zone := time.UTC
	if s.zone != 0 {
		zone = time.FixedZone("", s.zone)
	}
	return time.Date(s.year, time.Month(s.month), s.day, s.hour, s.min, s.sec, s.nsec, zone), true
}

// scanStamp reads the time that b begins with and returns its length, 0 if b
// begins with none.
func scanStamp(b []byte) (s stamp, n int) {
	if len(b) < 6 {
		return s, 0
	}
	if !isDigit(b[0]) {
		if isUpper(b[0]) && isLower(b[1]) {
			return scanNamedMonth(b)
		}
		return s, 0
	}
	d := digitsEnd(b, 0)
	if d >= len(b) && d < 10 {
		return s, 0
	}
	switch d {
	case 4:
		return scanYearFirst(b)
	case 1, 2:
		if d == 1 && b[1] == '.' && b[0] == '1' {
			return scanEpoch(b, 1)
		}
		switch b[d] {
		case ':':
			if n = s.clock(b, 0); n > 0 && s.style != kitchenStyle {
				s.style = clockStyle
			}
			return s, n
		case '/', '-', ' ', '.':
			return scanDayFirst(b, d)
		}
	case 6:
		return scanCompact(b, 2)
	case 8:
		return scanCompact(b, 4)
	case 10, 13, 16, 19:
		return scanEpoch(b, d)
	}
	return s, 0
}

// scanYearFirst reads 2006-01-02T15:04:05.000Z07:00 and its relatives.
func scanYearFirst(b []byte) (s stamp, n int) {
	if len(b) < 16 || b[4] != b[7] || (b[4] != '-' && b[4] != '/' && b[4] != '.') {
		return s, 0
	}
	var ok1, ok2 bool
	s.year = int(b[0]-'0')*1000 + int(b[1]-'0')*100 + int(b[2]-'0')*10 + int(b[3]-'0')
	s.month, ok1 = twoDigits(b, 5)
	s.day, ok2 = twoDigits(b, 8)
	if !ok1 || !ok2 || !s.dateFits() || s.year < 1970 {
		return s, 0
	}
	i := 10
	switch b[i] {
	case ' ':
		if i++; b[i] == 'a' && hasPrefix(b[i:], "at ") { // Loguru's documentation
			i += len("at ")
		}
	case 'T', '_', '-', ':', 't':
		i++
	default:
		return s, 0
	}
	if b[i] == ' ' { // MariaDB pads the hour
		i++
	}
	if n = s.clock(b, i); n == 0 {
		return s, s.dottedClock(b, i)
	}
	if s.style = isoStyle; b[4] == '/' {
		s.style = slashStyle
	}
	return s, s.timezone(b, n)
}

// scanCompact reads 20060102 15:04:05 and 060102 15:04:05.
func scanCompact(b []byte, yearDigits int) (s stamp, n int) {
	var ok1, ok2 bool
	i := yearDigits
	s.year, _ = smallInt(b[:i])
	if i == 2 {
		s.year += 2000
	}
	s.month, ok1 = twoDigits(b, i)
	s.day, ok2 = twoDigits(b, i+2)
	i += 4
	if !ok1 || !ok2 || !s.dateFits() || s.year < 1970 || s.year > 2200 || i >= len(b) {
		return s, 0
	}
	if b[i] != ' ' && b[i] != 'T' && b[i] != '-' {
		return s, 0
	}
	if i++; i < len(b) && b[i] == ' ' {
		i++
	}
	n = s.clock(b, i)
	if s.style = shortStyle; n == 0 {
		return s, 0
	}
	return s, s.timezone(b, n)
}
