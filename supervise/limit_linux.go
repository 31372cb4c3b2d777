package supervise

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// apply sets the limit for this process. For nofile it also makes the Go
// runtime forget the soft limit it found at the start, which it would otherwise
// give to the next program.
func (l Limit) apply() error {
	resource, ok := map[string]int{
		"as": unix.RLIMIT_AS, "core": unix.RLIMIT_CORE, "cpu": unix.RLIMIT_CPU, "data": unix.RLIMIT_DATA,
		"fsize": unix.RLIMIT_FSIZE, "locks": unix.RLIMIT_LOCKS, "memlock": unix.RLIMIT_MEMLOCK,
		"msgqueue": unix.RLIMIT_MSGQUEUE, "nice": unix.RLIMIT_NICE, "nofile": unix.RLIMIT_NOFILE,
		"nproc": unix.RLIMIT_NPROC, "rss": unix.RLIMIT_RSS, "rtprio": unix.RLIMIT_RTPRIO,
		"rttime": unix.RLIMIT_RTTIME, "sigpending": unix.RLIMIT_SIGPENDING, "stack": unix.RLIMIT_STACK,
	}[l.Name]
	if !ok {
		return syscall.EINVAL
	}
	return syscall.Setrlimit(resource, &syscall.Rlimit{Cur: l.Soft, Max: l.Hard})
}
