package supervise

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// SignalName returns a signal's name: SIGTERM, SIGRTMIN+3, or "signal 32" for
// a number without a name.
func SignalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return name
	}
	switch n := int(sig); {
	case n == realtimeMin && n > 0:
		return "SIGRTMIN"
	case n == realtimeMax && n > 0:
		return "SIGRTMAX"
	case n > realtimeMin && n < realtimeMax:
		return "SIGRTMIN+" + strconv.Itoa(n-realtimeMin)
	default:
		return "signal " + strconv.Itoa(n)
	}
}

// ParseSignal reads a signal as kill(1) does, in any case: "TERM", "SIGTERM",
// "15", "RTMIN+3", "SIGRTMAX-1". On Linux RTMIN is 34, as in the C libraries.
func ParseSignal(s string) (syscall.Signal, error) {
	if n, err := strconv.ParseUint(s, 10, 8); err == nil && n >= 1 && n <= signalMax {
		return syscall.Signal(n), nil
	}
	name := strings.TrimPrefix(strings.ToUpper(s), "SIG")
	if sig := unix.SignalNum("SIG" + name); sig != 0 {
		return sig, nil
	}
	switch name { // second names, which the table of numbers cannot hold
	case "IOT":
		return syscall.SIGABRT, nil
	case "CLD":
		return syscall.SIGCHLD, nil
	case "POLL":
		return syscall.SIGIO, nil
	}
	if n := parseRealtime(name); n != 0 {
		return syscall.Signal(n), nil
	}
	return 0, fmt.Errorf("unknown signal %q", s)
}

// parseRealtime reads RTMIN, RTMIN+n, RTMAX and RTMAX-n; 0 means it is none.
func parseRealtime(name string) int {
	if realtimeMin == 0 {
		return 0
	}
	n := 0
	if offset, ok := strings.CutPrefix(name, "RTMIN"); ok {
		n = realtimeMin + parseOffset(offset, '+')
	} else if offset, ok := strings.CutPrefix(name, "RTMAX"); ok {
		n = realtimeMax - parseOffset(offset, '-')
	}
	if n < realtimeMin || n > realtimeMax {
		return 0
	}
	return n
}

// parseOffset reads "" as 0 and "+3" as 3; anything else is out of every range.
func parseOffset(s string, sign byte) int {
	if s == "" {
		return 0
	}
	if s[0] == sign {
		if n, err := strconv.ParseUint(s[1:], 10, 8); err == nil {
			return int(n)
		}
	}
	return 1 << 16
}
