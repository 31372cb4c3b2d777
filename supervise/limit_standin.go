package supervise

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limit is a limit of a resource, named as prlimit(1) does.
type Limit struct {
	Name       string
	Soft, Hard uint64 // ^uint64(0): unlimited
}

// ParseLimit reads a limit: "1024:4096", "unlimited"; one value sets both.
func ParseLimit(name, value string) (Limit, error) {
	names := []string{
		"as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime",
		"sigpending", "stack",
	}
	if !slices.Contains(names, name) {
		return Limit{}, fmt.Errorf("unknown limit %q", name)
	}
	soft, hard, both := strings.Cut(value, ":")
	if !both {
		hard = soft
	}
	l := Limit{Name: name}
	for text, dst := range map[*uint64]string{&l.Soft: soft, &l.Hard: hard} {
		if dst == "unlimited" {
			*text = ^uint64(0)
			continue
		}
		n, err := strconv.ParseUint(dst, 10, 64)
		if err != nil {
			return Limit{}, fmt.Errorf("limit %s: %q is no number", name, dst)
		}
		*text = n
	}
	if l.Soft > l.Hard {
		return Limit{}, fmt.Errorf("limit %s: soft %s is above hard %s", name, soft, hard)
	}
	return l, nil
}
