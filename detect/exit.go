package detect

import (
	"fmt"
	"strings"
	"time"
)

// Exit is how a process ended: the app and with it the run; one of the app's
// workers, if Worker is set; or a run that the next start found cut off, if Lost
// is set. What is not known is zero.
type Exit struct {
	Code       int    // 0-255; 128+n after signal n
	Signal     string // "SIGSEGV"; empty if it exited
	CoreDumped bool
	Crashed    bool // it failed, and nobody had asked it to stop

	PID      int
	Command  string // argv[0]'s base name; only of a lost run, others know it as Run.Command
	Restarts int    // of the app before this run
	Stop     Stop
	TimedOut bool          // it was ended because it had run for longer than Timeout
	Timeout  time.Duration // how long it was allowed to run
	Hung     bool          // it had been silent for too long, and ended while it was looked after
	Silent   time.Duration // for how long
	OOM      OOM

	Duration  time.Duration
	MaxRSS    int64 // bytes
	UserCPU   time.Duration
	SystemCPU time.Duration

	Worker *Worker
	Lost   *Lost
}

// StoppedByWatchdog is the Stop.Reason of an app that hung. Such an end is no
// crash: the hang has a record of its own.
const StoppedByWatchdog = "watchdog"

// Stop is who asked an app to stop.
type Stop struct {
	Requested bool
	Signal    string // "SIGTERM"
	Reason    string // "signal", "terminal", "timeout", "watchdog"
	PID       int    // of the sender
	Sender    string // its command
}

// OOM is what the kernel's counter of processes killed for lack of memory says
// about an end.
type OOM struct {
	Killed        bool
	Before, After uint64 // the counter, at the start and at the end
	Source        string // the file it was read from; empty: there is none, and nothing is known
	Limit         int64  // bytes that the app and logwrap may use; 0: no limit
}

// Worker is a process below the app, as the one that ended.
type Worker struct {
	PID     int
	Parent  int
	Command string // argv[0]'s base name
	Same    bool   // it ran the same program as its parent: a worker, not a helper
}

// Lost is what is known of a run that logwrap did not see end, because it was
// killed itself.
type Lost struct {
	Run        string    // its id
	LastSeen   time.Time // when the app was surely running
	Rebooted   bool      // the machine has been started since
	MemoryUsed int64     // bytes, when last seen
}

// Hang is an app that is alive and does nothing.
type Hang struct {
	PID         int
	Silent      time.Duration // for how long it has written nothing
	State       string        // of its main thread: "S (sleeping)"
	WaitChannel string        // the kernel's function that it waits in
	Threads     int
	UserCPU     time.Duration
	SystemCPU   time.Duration
	RSS         int64  // bytes
	DumpSignal  string // what was sent to make it print where it is; empty: nothing
}

// Loop is an app that is not started again, because it ends too often.
type Loop struct {
	Restarts int
	Code     int // of its last exit, as in Exit
}

// Alarming reports whether the record tells of trouble that every handler of
// events gets, whatever its level.
func (r *Record) Alarming() bool {
	return r.Exit != nil && r.Exit.Crashed || r.Hang != nil || r.Loop != nil
}

// Reason is How and, where it is known, Why: "killed by SIGKILL: out of memory
// (the kernel's counter went from 0 to 1, limit 64 MiB)". It may contain names that
// others chose (of a stop's sender): it is one line only if these are.
func (e *Exit) Reason() string {
	if why := e.Why(); why != "" {
		return e.How() + ": " + why
	}
	return e.How()
}

// How says what the wait status says: "exited with code 3", "killed by SIGSEGV
// (core dumped)".
func (e *Exit) How() string {
	switch {
	case e.Lost != nil:
		return "lost from sight when logwrap was killed"
	case e.Signal == "":
		return fmt.Sprintf("exited with code %d", e.Code)
	case e.CoreDumped:
		return "killed by " + e.Signal + " (core dumped)"
	}
	return "killed by " + e.Signal
}

// Why says what led to the end, as far as it is known; else it is empty.
func (e *Exit) Why() string {
	var list []string
	add := func(known bool, cause string) {
		if known {
			list = append(list, cause)
		}
	}
	memory := e.memory()
	add(e.OOM.Killed && memory != "", "out of memory ("+memory+")")
	add(e.OOM.Killed && memory == "", "out of memory")
	add(e.TimedOut, "it ran for longer than the "+orSome(e.Timeout, "time")+" allowed")
	add(e.Hung, "it hung, silent for "+orSome(e.Silent, "too long"))
	add(!e.Hung && e.hung(), "it hung")
	if e.Lost != nil {
		add(e.Lost.Rebooted, "the machine was restarted")
		add(!e.OOM.Killed && e.Lost.MemoryUsed > 0, memory)
		add(!e.Lost.LastSeen.IsZero(), "last seen at "+e.Lost.LastSeen.UTC().Format(time.RFC3339))
	}
	add(e.Stop.Requested && !e.TimedOut && !e.hung(), e.Stop.String())
	return strings.Join(list, "; ")
}

func (e *Exit) hung() bool { return e.Hung || e.Stop.Reason == StoppedByWatchdog }

// memory is the evidence for or against a lack of memory; empty if there is none.
func (e *Exit) memory() string {
	var facts []string
	if e.OOM.Source != "" || e.OOM.After > e.OOM.Before {
		facts = append(facts, fmt.Sprintf("the kernel's counter went from %d to %d", e.OOM.Before, e.OOM.After))
	}
	if e.Lost != nil && e.Lost.MemoryUsed > 0 {
		facts = append(facts, formatBytes(e.Lost.MemoryUsed)+" in use")
	}
	if e.OOM.Limit > 0 {
		facts = append(facts, "limit "+formatBytes(e.OOM.Limit))
	}
	return strings.Join(facts, ", ")
}

// String says who asked: "asked to stop by SIGTERM from kubelet (pid 7)".
func (s Stop) String() string {
	text := "asked to stop"
	if s.Signal != "" {
		text += " by " + s.Signal
	}
	switch {
	case s.Sender != "" && s.PID > 0:
		text += fmt.Sprintf(" from %s (pid %d)", s.Sender, s.PID)
	case s.PID > 0:
		text += fmt.Sprintf(" from pid %d", s.PID)
	case s.Reason == "terminal":
		text += " from the terminal"
	}
	return text
}

// Reason says for how long the app has been silent and what it waits for.
func (h *Hang) Reason() string {
	text := "silent for " + orSome(h.Silent, "too long")
	var facts []string
	if h.State != "" {
		facts = append(facts, "state "+h.State)
	}
	if h.WaitChannel != "" && h.WaitChannel != "0" {
		facts = append(facts, "waiting in "+h.WaitChannel)
	}
	switch {
	case h.Threads == 1:
		facts = append(facts, "1 thread")
	case h.Threads > 1:
		facts = append(facts, fmt.Sprintf("%d threads", h.Threads))
	}
	if len(facts) > 0 {
		text += " (" + strings.Join(facts, ", ") + ")"
	}
	return text
}

// Reason says how often the app was started again before that was given up.
func (l *Loop) Reason() string {
	times := "once"
	if l.Restarts != 1 {
		times = fmt.Sprintf("%d times", l.Restarts)
	}
	return fmt.Sprintf("restarted %s and given up; it exited with code %d", times, l.Code)
}

func orSome(d time.Duration, unknown string) string {
	if d <= 0 {
		return unknown
	}
	return formatDuration(d)
}

// formatDuration is short: "42ms", "2.1s", "1h2m5s".
func formatDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute && d%time.Second != 0:
		return fmt.Sprintf("%.1fs", d.Truncate(100*time.Millisecond).Seconds())
	}
	return d.Truncate(time.Second).String()
}

// formatBytes is a size as people read it: "64 MiB", "1.5 GiB", "12 bytes".
func formatBytes(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d bytes", n)
	}
	size, unit := float64(n)/(1<<10), 0
	for size >= 1<<10 && unit < 4 {
		size, unit = size/(1<<10), unit+1
	}
	text := strings.TrimSuffix(fmt.Sprintf("%.1f", size), ".0")
	return text + " " + string("KMGTP"[unit]) + "iB"
}
