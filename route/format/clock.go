package format

import "time"

// stamp is a time of day in UTC, taken apart.
type stamp struct {
	year, month, day     int
	hour, minute, second int
	nanos                int
}

const (
	daySeconds = 24 * 60 * 60
	eraDays    = 146097 // in 400 years of the Gregorian calendar
)

// split takes Unix nanoseconds apart. time.Time does the same at three times
// the price, for time zones that are not needed here.
func split(unix int64) stamp {
	secs, nanos := floorDiv(unix, 1e9)
	days, rest := floorDiv(secs, daySeconds)
	// The civil calendar counted from 1 March 0000, so that a leap day ends its
	// year and every month's start is a linear function of its number.
	days += 719468
	era, doe := floorDiv(days, eraDays)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	s := stamp{
		year: int(yoe + era*400), month: int(mp + 3), day: int(doy-(153*mp+2)/5) + 1,
		hour: int(rest / 3600), minute: int(rest / 60 % 60), second: int(rest % 60),
		nanos: int(nanos),
	}
	if mp >= 10 {
		s.month, s.year = int(mp-9), s.year+1
	}
	return s
}

// floorDiv returns a/b rounded down and the rest, which is never negative.
func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

// appendDigits appends n in width digits, with leading zeros.
func appendDigits(dst []byte, n, width int) []byte {
	dst = append(dst, "000000000"[:width]...)
	for i := len(dst) - 1; width > 0; width-- {
		dst[i] = byte('0' + n%10)
		n /= 10
		i--
	}
	return dst
}

// appendTime appends Unix nanoseconds as RFC 3339 in UTC with microseconds:
// fixed in width for the years 1678 to 2262 that nanoseconds reach.
func appendTime(dst []byte, unix int64) []byte {
	s := split(unix)
	dst = s.appendDate(dst)
	dst = append(dst, 'T')
	dst = s.appendClock(dst)
	dst = append(dst, '.')
	dst = appendDigits(dst, s.nanos/1000, 6)
	return append(dst, 'Z')
}

func (s *stamp) appendDate(dst []byte) []byte {
	dst = appendDigits(dst, s.year, 4)
	dst = append(dst, '-')
	dst = appendDigits(dst, s.month, 2)
	dst = append(dst, '-')
	return appendDigits(dst, s.day, 2)
}

func (s *stamp) appendClock(dst []byte) []byte {
	dst = appendDigits(dst, s.hour, 2)
	dst = append(dst, ':')
	dst = appendDigits(dst, s.minute, 2)
	dst = append(dst, ':')
	return appendDigits(dst, s.second, 2)
}

// directives are the strftime(3) directives that templates know, %f as in
// Python (microseconds), %L for milliseconds; all in UTC and in English.
const directives = "YmdHMSfLyjbBaAIpzZFTs%"

// appendStrftime appends Unix nanoseconds as layout says. The layout holds
// known directives only; parseTemplate saw to that.
func appendStrftime(dst []byte, layout string, unix int64) []byte {
	s := split(unix)
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' {
			dst = append(dst, layout[i])
			continue
		}
		i++
		dst = s.appendDirective(dst, layout[i], unix)
	}
	return dst
}

func (s *stamp) appendDirective(dst []byte, c byte, unix int64) []byte {
	switch c {
	case 'Y':
		return appendDigits(dst, s.year, 4)
	case 'y':
		return appendDigits(dst, s.year%100, 2)
	case 'm':
		return appendDigits(dst, s.month, 2)
	case 'd':
		return appendDigits(dst, s.day, 2)
	case 'H':
		return appendDigits(dst, s.hour, 2)
	case 'I':
		return appendDigits(dst, (s.hour+11)%12+1, 2)
	case 'M':
		return appendDigits(dst, s.minute, 2)
	case 'S':
		return appendDigits(dst, s.second, 2)
	case 'f':
		return appendDigits(dst, s.nanos/1e3, 6)
	case 'L':
		return appendDigits(dst, s.nanos/1e6, 3)
	case 'F':
		return s.appendDate(dst)
	case 'T':
		return s.appendClock(dst)
	case 'z':
		return append(dst, "+0000"...)
	case 'Z':
		return append(dst, "UTC"...)
	}
	return appendRareDirective(dst, c, time.Unix(0, unix).UTC())
}

// appendRareDirective serves what only few layouts ask for.
func appendRareDirective(dst []byte, c byte, t time.Time) []byte {
	switch c {
	case 'j':
		return appendDigits(dst, t.YearDay(), 3)
	case 'b':
		return append(dst, t.Month().String()[:3]...)
	case 'B':
		return append(dst, t.Month().String()...)
	case 'a':
		return append(dst, t.Weekday().String()[:3]...)
	case 'A':
		return append(dst, t.Weekday().String()...)
	case 'p':
		return t.AppendFormat(dst, "PM")
	case 's':
		return appendInt(dst, t.Unix())
	}
	return append(dst, c) // %%
}
