package syslog

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// facilities are the names of syslog(3) and RFC 5424 6.2.1, by number.
var facilities = [...]string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
	"ntp", "audit", "alert", "clock",
	"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

func parseFacility(s string) (int, error) {
	word := strings.ToLower(s)
	for n, name := range facilities {
		if name == word {
			return n, nil
		}
	}
	if n, err := strconv.ParseUint(word, 10, 8); err == nil && int(n) < len(facilities) {
		return int(n), nil
	}
	return 0, wrong("facility", fmt.Sprintf("%q is unknown", s), "use a name such as daemon, user or local0 to local7, or a number from 0 to 23")
}

// severities maps levels to RFC 5424 6.2.1, highest level first.
var severities = [...]struct {
	from     detect.Level
	severity int
}{
	{detect.Emergency, 0}, {detect.Alert, 1}, {detect.Critical, 2}, {detect.Error, 3},
	{detect.Warning, 4}, {detect.Notice, 5}, {detect.Info, 6},
}

// severity returns the severity of a level; a line that states none is
// informational.
func severity(l detect.Level) int {
	if l == detect.NotSet {
		return 6
	}
	for _, s := range severities {
		if l >= s.from {
			return s.severity
		}
	}
	return 7
}
