package detect

// strength says where a level word may stand to count as one.
type strength uint8

const (
	noWord    strength = iota
	valueOnly          // only as the value of a level key: "http", "silly"
	weak               // in text only in upper case, or named by a known format: LOG, CONFIG
	strong             // wherever a level may stand
)

const longestWord = len("informational")

// levelOf looks up a level word, in any case.
func levelOf(word []byte) (Level, strength) {
	if len(word) < 3 || len(word) > longestWord {
		return NotSet, noWord
	}
	var buf [longestWord]byte
	for i, c := range word {
		c |= 0x20
		if c < 'a' || c > 'z' {
			return NotSet, noWord
		}
		buf[i] = c
	}
	switch string(buf[:len(word)]) {
	case "info", "inf", "information", "informational":
		return Info, strong
	case "debug", "dbg", "debu", "dbug":
		return Debug, strong
	case "warning", "warn", "wrn":
		return Warning, strong
	case "error", "err", "erro", "eror", "severe":
		return Error, strong
	case "critical", "crit", "fatal", "ftl", "fata", "panic", "pnc", "pani", "dpanic":
		return Critical, strong
	case "trace", "trc", "trce", "vrb", "finest", "finer":
		return Trace, strong
	case "notice":
		return Notice, strong
	case "alert":
		return Alert, strong
	case "emergency", "emerg":
		return Emergency, strong
	case "log", "note", "success", "system":
		return Info, weak
	case "config", "fine", "verbose", "verb":
		return Debug, weak
	case "trac":
		return Trace, weak
	case "silly", "sill":
		return Trace, valueOnly
	case "http", "timing":
		return Debug, valueOnly
	case "statement", "detail", "hint", "context":
		return Info, valueOnly
	case "fail":
		return Error, valueOnly
	}
	return NotSet, noWord
}

// letterLevel reads the one-letter levels of klog, logcat, MongoDB and others.
func letterLevel(c byte) Level {
	switch c {
	case 'V', 'T':
		return Trace
	case 'D':
		return Debug
	case 'I':
		return Info
	case 'N':
		return Notice
	case 'W':
		return Warning
	case 'E':
		return Error
	case 'F', 'C':
		return Critical
	}
	return NotSet
}

// valueLevel reads what stands under a level key: a word of any strength, one
// of slog's sums ("INFO+2"), a letter, or MongoDB's "D1" to "D5".
func valueLevel(value []byte) Level {
	switch len(value) {
	case 0:
		return NotSet
	case 1:
		if c := value[0]; c != 'C' && c != 'N' && c != 'V' {
			return letterLevel(c)
		}
		return NotSet
	case 2:
		if value[0] == 'D' && value[1] >= '1' && value[1] <= '5' {
			return Debug
		}
	}
	n := len(value)
	for i, c := range value {
		if c == '+' || c == '-' {
			n = i
			break
		}
	}
	level, s := levelOf(value[:n])
	if s == noWord || n == len(value) {
		return level
	}
	return slogLevel(level, value[n:])
}

// slogLevel adds slog's offset to one of its four named levels
// (https://pkg.go.dev/log/slog#Level.String).
func slogLevel(base Level, offset []byte) Level {
	n, ok := smallInt(offset[1:])
	if !ok {
		return NotSet
	}
	if offset[0] == '-' {
		n = -n
	}
	switch base {
	case Debug:
		n -= 4
	case Info:
	case Warning:
		n += 4
	case Error:
		n += 8
	default:
		return NotSet
	}
	switch {
	case n < -4:
		return Trace
	case n < 0:
		return Debug
	case n == 0:
		return Info
	case n < 4:
		return Notice
	case n < 8:
		return Warning
	case n < 12:
		return Error
	}
	return Critical
}

// syslogLevel maps a severity of RFC 5424, table 2.
func syslogLevel(severity int) Level {
	switch severity {
	case 0:
		return Emergency
	case 1:
		return Alert
	case 2:
		return Critical
	case 3:
		return Error
	case 4:
		return Warning
	case 5:
		return Notice
	case 6:
		return Info
	case 7:
		return Debug
	}
	return NotSet
}

// tenScale maps the numbers of pino, bunyan and log4js: 10 is trace, 60 fatal.
func tenScale(n int) Level {
	switch {
	case n < 10 || n >= 70:
		return NotSet
	case n < 20:
		return Trace
	case n < 30:
		return Debug
	case n < 40:
		return Info
	case n < 50:
		return Warning
	case n < 60:
		return Error
	}
	return Critical
}

// pythonScale maps Python's level numbers, which Record's own extend.
func pythonScale(n int) Level {
	switch {
	case n <= 0 || n > 100:
		return NotSet
	case n < 10:
		return Trace
	case n < 20:
		return Debug
	case n < 25:
		return Info
	case n < 30:
		return Notice
	case n < 40:
		return Warning
	case n < 50:
		return Error
	}
	return Critical
}

// monologScale maps Monolog's level numbers.
func monologScale(n int) Level {
	switch n {
	case 100:
		return Debug
	case 200:
		return Info
	case 250:
		return Notice
	case 300:
		return Warning
	case 400:
		return Error
	case 500:
		return Critical
	case 550:
		return Alert
	case 600:
		return Emergency
	}
	return NotSet
}

// otelScale maps a SeverityNumber of the OpenTelemetry log data model.
func otelScale(n int) Level {
	switch {
	case n < 1 || n > 24:
		return NotSet
	case n <= 4:
		return Trace
	case n <= 8:
		return Debug
	case n <= 12:
		return Info
	case n <= 16:
		return Warning
	case n <= 20:
		return Error
	}
	return Critical
}

// smallInt reads up to nine decimal digits and nothing else.
func smallInt(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
