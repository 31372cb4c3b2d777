package detect

// scanDayFirst reads the dates that begin with one or two digits.
func scanDayFirst(b []byte, d int) (s stamp, n int) {
	first, _ := smallInt(b[:d])
	i, sep := d+1, b[d]
	if i+2 >= len(b) {
		return s, 0
	}
	if month, w := monthName(b[i:]); month > 0 {
		s.day, s.month = first, month
		i += w
		if i < len(b) && b[i] == sep || sep == ' ' && i < len(b) && b[i] == ' ' {
			return s.afterNamedMonth(b, i+1, sep)
		}
		return s, 0
	}
	second, ok := twoDigits(b, i)
	if !ok || d != 2 || i+3 >= len(b) {
		return s, 0
	}
	i += 2
	if b[i] != sep { // 01-02 15:04:05.000, logcat
		if s.month, s.day = first, second; sep == '-' && b[i] == ' ' && s.dateFits() {
			n = s.clock(b, i+1)
		}
		s.style = shortStyle
		return s, n
	}
	i++
	if digitsEnd(b, i)-i == 4 {
		return s.numericDate(b, i, first, second, sep)
	}
	third, ok := twoDigits(b, i) // 06/01/02, Hadoop and Spark
	if !ok || i+2 >= len(b) || b[i+2] != ' ' || sep != '/' {
		return s, 0
	}
	s.year, s.month, s.day, s.style = 2000+first, second, third, shortStyle
	if second > 12 { // 01/22/06, Rich and WebSphere
		s.year, s.month, s.day = 2000+third, first, second
	}
	if !s.dateFits() {
		return s, 0
	}
	style := s.style
	n = s.clock(b, i+3)
	if s.style = style; n == 0 || second <= 12 {
		return s, n
	}
	return s, s.timezone(b, n)
}

// numericDate reads 01/02/2006 15:04:05. Which of the two is the month is
// certain only if one cannot be; else the date counts as unknown.
func (s stamp) numericDate(b []byte, i, first, second int, sep byte) (stamp, int) {
	year, _ := smallInt(b[i : i+4])
	i += 4
	if s.month, s.day = first, second; first > 12 || sep == '.' {
		s.month, s.day = second, first
	}
	if i >= len(b) || !s.dateFits() {
		return s, 0
	}
	if first > 12 || second > 12 || first == second || sep == '.' {
		s.year = year
	}
	if b[i] == ',' {
		i++
	}
	if hasPrefix(b[i:], " -- ") { // Suricata
		i += len(" --")
	}
	if i >= len(b) || b[i] != ' ' && b[i] != 'T' && b[i] != ':' {
		return s, 0
	}
	n := s.clock(b, i+1)
	if n == 0 {
		return s, 0
	}
	s.style = otherStyle
	return s, s.timezone(b, n)
}

// afterNamedMonth goes on after "02/Jan/", "02-Jan-" or "02 Jan ".
func (s stamp) afterNamedMonth(b []byte, i int, sep byte) (stamp, int) {
	s.style = dashStyle
	if sep == '/' {
		s.style = clfStyle
	}
	if d := digitsEnd(b, i); d == i+4 && d < len(b) && b[d] != ':' || d == i+4 && sep != ' ' {
		s.year, _ = smallInt(b[i : i+4])
		i += 4
		for i < len(b) && (b[i] == ':' || b[i] == ' ' || b[i] == '_' || b[i] == ';') {
			i++
		}
	}
	if i >= len(b) || !s.dateFits() {
		return s, 0
	}
	style := s.style
	n := s.clock(b, i)
	if s.style = style; n == 0 {
		return s, 0
	}
	return s, s.timezone(b, n)
}

// scanNamedMonth reads "Jan  2 15:04:05", "Jan 2, 2006 3:04:05 PM" and
// "Mon Jan _2 15:04:05.000000 2006" and "Mon, 02 Jan 2006 15:04:05 GMT".
func scanNamedMonth(b []byte) (s stamp, n int) {
	i := 0
	if isDayName(b) {
		i = 3
		if i < len(b) && b[i] == ',' {
			i++
		}
		for i < len(b) && b[i] == ' ' {
			i++
		}
		if i == 3 || i >= len(b) {
			return s, 0
		}
		if d := digitsEnd(b, i); d > i && d <= i+2 && d < len(b) {
			s, n = scanDayFirst(b[i:], d-i)
			if n == 0 {
				return s, 0
			}
			return s, i + n
		}
	}
	month, w := monthName(b[i:])
	if month == 0 || i+w+3 >= len(b) || b[i+w] != ' ' {
		return s, 0
	}
	s.month = month
	if i += w + 1; b[i] == ' ' {
		i++
	}
	d := digitsEnd(b, i)
	if d == i || d > i+2 {
		return s, 0
	}
	s.day, _ = smallInt(b[i:d])
	if !s.dateFits() || d+1 >= len(b) {
		return s, 0
	}
	return s.afterMonthDay(b, d)
}

// afterMonthDay goes on after "Jan 2".
func (s stamp) afterMonthDay(b []byte, i int) (stamp, int) {
	s.style = bsdStyle
	if b[i] == ',' {
		i++
	}
	if i >= len(b) || b[i] != ' ' {
		return s, 0
	}
	i++
	if d := digitsEnd(b, i); d == i+4 && d < len(b) && b[d] != ':' {
		s.year, _ = smallInt(b[i:d])
		s.style, i = otherStyle, d+1
		if b[d] == ',' {
			i++
		}
	}
	style := s.style
	n := s.clock(b, i)
	if s.style = style; n == 0 {
		return s, 0
	}
	if d := digitsEnd(b, n+1); n < len(b) && b[n] == ' ' && d == n+5 && (d == len(b) || b[d] == ']' || b[d] == ' ') {
		s.year, _ = smallInt(b[n+1 : d])
		s.style = otherStyle
		return s, d
	}
	return s, s.timezone(b, n)
}
