package supervise

import (
	"log/slog"
	"slices"
	"syscall"
	"time"
)

// LevelCritical is slog's level for the end of an app that crashed.
const LevelCritical = slog.LevelError + 4

// CodeTimedOut is the exit code for an app that ran longer than App.Timeout, as
// of timeout(1).
const CodeTimedOut = 124

// StopReason is why an app was stopped; the first reason if there were several.
type StopReason string

const (
	StoppedBySignal   StopReason = "signal"   // a stop signal was received, or Run's context ended
	StoppedByTerminal StopReason = "terminal" // a key, or the terminal is gone
	StoppedByTimeout  StopReason = "timeout"  // App.Timeout
	StoppedByWatchdog StopReason = "watchdog" // App.Watchdog
)

// Result is how a run of an app ended, and whether anybody had asked it to.
type Result struct {
	Status
	Pid int
	// Restarts is how many restarts came before this run.
	Restarts int
	// StopReason is why the app was stopped, empty if it ended by itself.
	StopReason StopReason
	// StopSignal is the first stop signal received while the app ran, 0 if
	// there was none; Stops is how many there were.
	StopSignal syscall.Signal
	Stops      int
	// StopSender is who sent StopSignal. The zero value is nobody that is known:
	// container runtimes send from outside the container.
	StopSender Sender
	// Killed is true if the stop timeout passed and KILL was sent to the app.
	Killed bool
	// TimedOut is true if the app was stopped because of App.Timeout.
	TimedOut bool
	// OK is true if the app ended with one of App.OkCodes.
	OK bool
	// OOM is true if the kernel killed the app for want of memory.
	OOM bool
	// Hung is true if the app was silent for longer than App.Watchdog allows,
	// and ended because of that; Silent is for how long it was.
	Hung   bool
	Silent time.Duration

	stopCommand string           // of StopSender
	asked       []syscall.Signal // whose effect on the app is not a crash
	productive  time.Duration    // until it fell silent, if it hung
	reported    bool             // that it hung has been logged by itself
	notStarted  bool
	memory      *memoryFacts // if a KILL was not ours
}

// ExitCode returns what the app's supervisor should exit with: the app's exit
// code, 128+n after signal n, 0 instead of one of App.OkCodes, CodeTimedOut if
// it ran longer than App.Timeout. Status.ExitCode is the app's own in all cases.
func (r Result) ExitCode() int {
	switch {
	case r.TimedOut:
		return CodeTimedOut
	case r.OK:
		return 0
	}
	return r.Status.ExitCode()
}

// StopRequested reports whether a stop signal was received while the app ran.
func (r Result) StopRequested() bool { return r.Stops > 0 }

// Crashed reports whether the app ended with another code than 0 or by a
// signal, and nobody had asked for that, or ran longer than it may. Asked for
// is: a stop signal was received and the app ended by it or with code 128 plus
// its number, or by the KILL at the end of the stop timeout; or the app had the
// terminal and ended by a signal the terminal sends (INT, QUIT, HUP); or the
// watchdog ended it, which is an event of its own.
func (r Result) Crashed() bool {
	switch {
	case r.TimedOut:
		return true
	case r.StopReason == StoppedByWatchdog:
		return false
	case r.ExitCode() == 0, r.Killed && r.Signal == syscall.SIGKILL:
		return false
	}
	return !slices.Contains(r.asked, r.endSignal())
}

// ask notes that an end by sig is no crash.
func (r *Result) ask(sig syscall.Signal) {
	if !slices.Contains(r.asked, sig) {
		r.asked = append(r.asked, sig)
	}
}

// endSignal returns the signal that ended the app, also if the app itself caught
// it and turned it into an exit code; 0 if there was none.
func (r Result) endSignal() syscall.Signal {
	return syscall.Signal(max(0, r.Status.ExitCode()-128))
}
