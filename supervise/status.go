package supervise

import (
	"fmt"
	"syscall"
	"time"
)

// Status says how a process ended and what it used.
type Status struct {
	Code       int            // exit code, 0 if a signal ended it
	Signal     syscall.Signal // the signal that ended it, 0 if it exited
	CoreDumped bool           // the kernel wrote, or piped, a core dump
	Started    time.Time      // before the fork; zero if that was not seen
	Ended      time.Time      // when it was reaped

	// What it and the descendants it waited for used. MaxRSS is the largest
	// resident set of any one of them in bytes; the kernel counts the moment of
	// the fork in, so that it is never below our own.
	MaxRSS int64
	User   time.Duration
	System time.Duration
}

func newStatus(ws syscall.WaitStatus, usage *syscall.Rusage, started, ended time.Time) Status {
	s := Status{
		Started: started,
		Ended:   ended,
		MaxRSS:  int64(usage.Maxrss) * maxRSSUnit,
		User:    time.Duration(usage.Utime.Nano()),
		System:  time.Duration(usage.Stime.Nano()),
	}
	s.setEnd(ws)
	return s
}

// setEnd sets what a wait status tells.
func (s *Status) setEnd(ws syscall.WaitStatus) {
	if ws.Signaled() {
		s.Signal, s.CoreDumped = ws.Signal(), ws.CoreDump()
	} else {
		s.Code = ws.ExitStatus()
	}
}

// ExitCode returns the exit code, or 128+n after signal n, as shells do.
func (s Status) ExitCode() int {
	if s.Signal != 0 {
		return 128 + int(s.Signal)
	}
	return s.Code
}

// Duration returns how long the process lived, 0 if its start was not seen.
func (s Status) Duration() time.Duration {
	if s.Started.IsZero() {
		return 0
	}
	return s.Ended.Sub(s.Started)
}

// String returns "exited with code 3" or "killed by SIGSEGV (core dumped)".
func (s Status) String() string {
	switch {
	case s.Signal == 0:
		return fmt.Sprintf("exited with code %d", s.Code)
	case s.CoreDumped:
		return "killed by " + SignalName(s.Signal) + " (core dumped)"
	default:
		return "killed by " + SignalName(s.Signal)
	}
}
