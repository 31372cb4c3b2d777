package detect

import (
	"strconv"
	"strings"
)

// Level is a severity on the scale of Python's logging module, extended at
// both ends. The zero Level is NotSet: the line states none.
type Level uint8

const (
	NotSet    Level = 0
	Trace     Level = 5
	Debug     Level = 10
	Info      Level = 20
	Notice    Level = 25
	Warning   Level = 30
	Error     Level = 40
	Critical  Level = 50
	Alert     Level = 55
	Emergency Level = 60
)

// levelNames are the names that output uses, one a level, ascending.
var levelNames = []struct {
	level Level
	name  string
}{
	{NotSet, "unknown"}, {Trace, "trace"}, {Debug, "debug"}, {Info, "info"}, {Notice, "notice"},
	{Warning, "warning"}, {Error, "error"}, {Critical, "critical"}, {Alert, "alert"}, {Emergency, "emergency"},
}

// String returns the lower-case name that output and configuration use. A
// level between two named ones takes the name of the lower one; NotSet is
// "unknown".
func (l Level) String() string {
	name := levelNames[0].name
	for _, n := range levelNames {
		if n.level > l {
			break
		}
		name = n.name
	}
	return name
}

// ParseLevel reads a level as configuration states it: any case, the common
// synonyms, or a number from 0 to 255.
func ParseLevel(s string) (Level, bool) {
	word := strings.ToLower(strings.TrimSpace(s))
	switch word {
	case "notset":
		return NotSet, true
	case "warn":
		return Warning, true
	case "err":
		return Error, true
	case "fatal", "panic", "crit":
		return Critical, true
	case "emerg":
		return Emergency, true
	}
	for _, n := range levelNames {
		if n.name == word {
			return n.level, true
		}
	}
	if n, err := strconv.ParseUint(word, 10, 8); err == nil {
		return Level(n), true
	}
	return NotSet, false
}
