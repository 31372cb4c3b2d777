package detect

// clock reads a time of day at i: 15:04, 15:04:05, 15:04:05.000 (or a comma),
// 3:04PM, 3:04:05 PM. It returns the position after it, 0 if there is none.
func (s *stamp) clock(b []byte, i int) int {
	d := digitsEnd(b, i)
	if d == i || d > i+2 || d+2 >= len(b) || b[d] != ':' {
		return 0
	}
	var ok bool
	s.hour, _ = smallInt(b[i:d])
	if s.min, ok = twoDigits(b, d+1); !ok || s.hour > 23 || s.min > 59 {
		return 0
	}
	i = d + 3
	seconds := false
	if i+2 < len(b) && b[i] == ':' {
		if s.sec, ok = twoDigits(b, i+1); !ok || s.sec > 60 {
			return 0
		}
		seconds = true
		i += 3
	}
	if seconds {
		i = s.fraction(b, i)
	}
	if end := s.halfDay(b, i); end > 0 {
		if s.style = kitchenStyle; seconds {
			s.style = clockStyle
		}
		return end
	}
	if !seconds || i < len(b) && isDigit(b[i]) || i+1 < len(b) && b[i] == ':' && isDigit(b[i+1]) {
		return 0
	}
	return i
}

// dottedClock reads Unreal Engine's "15.04.05:000".
func (s *stamp) dottedClock(b []byte, i int) int {
	if i+12 > len(b) || b[4] != '.' || b[i+2] != '.' || b[i+5] != '.' || b[i+8] != ':' {
		return 0
	}
	var ok1, ok2, ok3 bool
	s.hour, ok1 = twoDigits(b, i)
	s.min, ok2 = twoDigits(b, i+3)
	s.sec, ok3 = twoDigits(b, i+6)
	if !ok1 || !ok2 || !ok3 || s.hour > 23 || s.min > 59 || s.sec > 60 || digitsEnd(b, i+9) != i+12 {
		return 0
	}
	s.style = dashStyle
	return s.fraction(b, i+8)
}

// fraction reads .000 or ,000 after the seconds.
func (s *stamp) fraction(b []byte, i int) int {
	if i+1 >= len(b) || b[i] != '.' && b[i] != ',' && b[i] != ':' || !isDigit(b[i+1]) {
		return i
	}
	end := digitsEnd(b, i+1)
	if end-i > 10 {
		return i
	}
	unit := 100_000_000
	for _, c := range b[i+1 : end] {
		s.nsec += int(c-'0') * unit
		unit /= 10
	}
	if b[i] == ',' && end == i+4 && end+4 < len(b) && b[end] == '.' && digitsEnd(b, end+1) == end+4 {
		return end + 4 // Python's %(asctime)s.%(msecs)03d, where asctime has them already
	}
	return end
}

// halfDay reads AM or PM, 0 if there is neither.
func (s *stamp) halfDay(b []byte, i int) int {
	if i < len(b) && b[i] == ' ' {
		i++
	}
	if i+2 > len(b) || b[i+1]|0x20 != 'm' || s.hour == 0 || s.hour > 12 || i+2 < len(b) && isName(b[i+2]) {
		return 0
	}
	switch b[i] | 0x20 {
	case 'a':
		s.hour %= 12
	case 'p':
		s.hour = s.hour%12 + 12
	default:
		return 0
	}
	return i + 2
}

// timezone reads Z, +02:00, +0200, " +0000", " UTC" and the like, if one
// stands at i, and returns the position after it.
func (s *stamp) timezone(b []byte, i int) int {
	if i >= len(b) {
		return i
	}
	if b[i] == 'Z' && (i+1 == len(b) || !isName(b[i+1])) {
		return i + 1
	}
	at := i
	if b[at] == ' ' {
		at++
	}
	if at+3 > len(b) {
		return i
	}
	if b[at] == '+' || b[at] == '-' {
		return s.offset(b, i, at)
	}
	end := at
	for end < len(b) && isUpper(b[end]) {
		end++
	}
	if seconds, ok := zoneNamed(b[at:end]); ok && (end == len(b) || !isName(b[end])) {
		s.zone = seconds
		return end
	}
	return i
}

// offset reads the offset whose sign stands at at; i is where to stay if it is
// none.
func (s *stamp) offset(b []byte, i, at int) int {
	hours, ok := twoDigits(b, at+1)
	if !ok || hours > 14 {
		return i
	}
	end, minutes := at+3, 0
	if end < len(b) && b[end] == ':' {
		end++
	}
	if m, ok := twoDigits(b, end); ok && m < 60 {
		minutes, end = m, end+2
	} else if at > i || end > at+3 { // " -12" is no offset
		return i
	}
	if end < len(b) && isName(b[end]) {
		return i
	}
	s.zone = hours*3600 + minutes*60
	if b[at] == '-' {
		s.zone = -s.zone
	}
	return end
}

// zoneNamed knows the zone names that mean one offset only.
func zoneNamed(b []byte) (seconds int, ok bool) {
	const h = 3600
	switch string(b) {
	case "UTC", "GMT", "Z":
		return 0, true
	case "CET":
		return h, true
	case "CEST", "EET":
		return 2 * h, true
	case "EEST", "MSK":
		return 3 * h, true
	case "JST":
		return 9 * h, true
	case "EDT":
		return -4 * h, true
	case "EST", "CDT":
		return -5 * h, true
	case "MDT":
		return -6 * h, true
	case "MST", "PDT":
		return -7 * h, true
	case "PST":
		return -8 * h, true
	}
	return 0, false
}

func (s *stamp) dateFits() bool {
	return s.month >= 1 && s.month <= 12 && s.day >= 1 && s.day <= 31
}

func twoDigits(b []byte, i int) (int, bool) {
	if i < 0 || i+2 > len(b) || !isDigit(b[i]) || !isDigit(b[i+1]) {
		return 0, false
	}
	return int(b[i]-'0')*10 + int(b[i+1]-'0'), true
}

// monthName reads an English month, short or whole, and returns its length.
func monthName(b []byte) (month, n int) {
	if len(b) < 3 {
		return 0, 0
	}
	switch string(b[:3]) {
	case "Jan":
		month = 1
	case "Feb":
		month = 2
	case "Mar":
		month = 3
	case "Apr":
		month = 4
	case "May":
		month = 5
	case "Jun":
		month = 6
	case "Jul":
		month = 7
	case "Aug":
		month = 8
	case "Sep":
		month = 9
	case "Oct":
		month = 10
	case "Nov":
		month = 11
	case "Dec":
		month = 12
	default:
		return 0, 0
	}
	return month, 3
}

func isDayName(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	switch string(b[:3]) {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}
