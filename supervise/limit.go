package supervise

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Unlimited is the value of a limit that is none.
const Unlimited = ^uint64(0)

// Limit is a resource limit of a process, see getrlimit(2).
type Limit struct {
	// Name is the resource as in prlimit(1), which is RLIMIT_… in lower case:
	// as, core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc,
	// rss, rtprio, rttime, sigpending, stack.
	Name string
	// Soft is what is enforced, Hard what the process may raise Soft to. Bytes,
	// seconds (cpu), microseconds (rttime), or a number. A nice limit of n
	// allows priorities down to 20-n.
	Soft, Hard uint64
}

// limitNames lists the resources of Linux; those with sizes in bytes are true.
func limitNames() map[string]bool {
	return map[string]bool{
		"as": true, "core": true, "cpu": false, "data": true, "fsize": true, "locks": false,
		"memlock": true, "msgqueue": true, "nice": false, "nofile": false, "nproc": false, "rss": true,
		"rtprio": false, "rttime": false, "sigpending": false, "stack": true,
	}
}

// ParseLimit parses the value of the limit called name: "soft:hard", or one
// value for both. A value is a number or "unlimited"; where bytes are meant it
// may be a size such as 64M, 64MiB (both 64·1024·1024) or 64MB (64·1000·1000).
func ParseLimit(name, value string) (Limit, error) {
	bytes, known := limitNames()[name]
	if !known {
		return Limit{}, fmt.Errorf("unknown limit %q: there are %s", name, strings.Join(sortedNames(), ", "))
	}
	softText, hardText, two := strings.Cut(value, ":")
	soft, err := parseLimitValue(softText, bytes)
	hard := soft
	if err == nil && two {
		hard, err = parseLimitValue(hardText, bytes)
	}
	if err == nil && soft > hard {
		err = fmt.Errorf("the soft limit is above the hard one")
	}
	if err != nil {
		return Limit{}, fmt.Errorf("limit %s=%s: %w", name, value, err)
	}
	return Limit{Name: name, Soft: soft, Hard: hard}, nil
}

func sortedNames() []string {
	var names []string
	for name := range limitNames() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func parseLimitValue(text string, bytes bool) (uint64, error) {
	if text == "unlimited" {
		return Unlimited, nil
	}
	digits := strings.TrimRight(text, "KMGTPEkmgtpeiB")
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || digits[0] == '+' {
		return 0, fmt.Errorf("%q is no number and not \"unlimited\"", text)
	}
	suffix := text[len(digits):]
	if suffix == "" {
		return n, nil
	}
	unit, ok := sizeUnit(suffix)
	switch {
	case !bytes:
		return 0, fmt.Errorf("%q: this limit is a number, not a size", text)
	case !ok:
		return 0, fmt.Errorf("%q: unknown unit %q: use K, M, G, T or KiB, KB and so on", text, suffix)
	case n > (math.MaxUint64-1)/unit:
		return 0, fmt.Errorf("%q is too large: use \"unlimited\"", text)
	}
	return n * unit, nil
}

// sizeUnit returns how many bytes a suffix stands for: K and KiB 1024, KB 1000.
func sizeUnit(suffix string) (uint64, bool) {
	if suffix == "B" {
		return 1, true
	}
	power := strings.IndexByte("KMGTPE", strings.ToUpper(suffix)[0]) + 1
	base := uint64(1024)
	switch suffix[1:] {
	case "", "iB":
	case "B":
		base = 1000
	default:
		return 0, false
	}
	if power == 0 {
		return 0, false
	}
	unit := uint64(1)
	for range power {
		unit *= base
	}
	return unit, true
}

// check finds what ParseLimit would not have let pass.
func (l Limit) check() error {
	if _, known := limitNames()[l.Name]; !known {
		return fmt.Errorf("set limit %q: there is no such limit: %w", l.Name, syscall.EINVAL)
	}
	if l.Soft > l.Hard {
		return fmt.Errorf("set limit %s: the soft limit is above the hard one: %w", l.Name, syscall.EINVAL)
	}
	return nil
}

// value is how ParseLimit wants it.
func (l Limit) value() string {
	if l.Soft == l.Hard {
		return limitValue(l.Soft)
	}
	return limitValue(l.Soft) + ":" + limitValue(l.Hard)
}

func limitValue(n uint64) string {
	if n == Unlimited {
		return "unlimited"
	}
	return strconv.FormatUint(n, 10)
}

// hint says what may be done when the limit could not be set.
func (l Limit) hint(errno syscall.Errno) string {
	switch errno {
	case syscall.EPERM:
		if l.Name == "nofile" {
			return "to raise a hard limit takes the capability SYS_RESOURCE, and nofile is never above /proc/sys/fs/nr_open"
		}
		return "to raise a hard limit takes the capability SYS_RESOURCE"
	case syscall.ENOTSUP:
		return "limits are supported on Linux only; use ulimit in a shell"
	}
	return ""
}
