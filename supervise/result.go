package supervise

import (
	"context"
	"log/slog"
	"slices"
	"syscall"
)

// LevelCritical is slog's level for the end of an app that crashed.
const LevelCritical = slog.LevelError + 4

// Result is how an app ended, and whether anybody had asked it to.
type Result struct {
	Status
	Pid int
	// StopSignal is the first stop signal received while the app ran, 0 if
	// there was none; Stops is how many there were.
	StopSignal syscall.Signal
	Stops      int
	// Killed is true if the stop timeout passed and KILL was sent.
	Killed bool

	asked []syscall.Signal // whose effect on the app is not a crash
}

// StopRequested reports whether a stop signal was received while the app ran.
func (r Result) StopRequested() bool { return r.Stops > 0 }

// Crashed reports whether the app ended with another code than 0 or by a
// signal, and nobody had asked for that. Asked for is: a stop signal was
// received and the app ended by it or with code 128 plus its number, or by the
// KILL at the end of the stop timeout; or the app had the terminal and ended by
// a signal the terminal sends (INT, QUIT, HUP).
func (r Result) Crashed() bool {
	if r.ExitCode() == 0 || r.Killed && r.Signal == syscall.SIGKILL {
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
	return syscall.Signal(max(0, r.ExitCode()-128))
}

// log writes the end of the app as one record, at LevelCritical if it crashed.
func (r Result) log(log *slog.Logger) {
	level := slog.LevelInfo
	if r.Crashed() {
		level = LevelCritical
	}
	attrs := []slog.Attr{
		slog.Int("pid", r.Pid),
		slog.Int("exit_code", r.ExitCode()),
		slog.Bool("crashed", r.Crashed()),
	}
	if r.Signal != 0 {
		attrs = append(attrs,
			slog.String("signal", SignalName(r.Signal)),
			slog.Bool("core_dumped", r.CoreDumped))
	}
	attrs = append(attrs,
		slog.Int64("duration_ms", r.Duration().Milliseconds()),
		slog.Int64("max_rss_bytes", r.MaxRSS),
		slog.Int64("cpu_user_ms", r.User.Milliseconds()),
		slog.Int64("cpu_system_ms", r.System.Milliseconds()),
		slog.Bool("stop_requested", r.StopRequested()))
	if r.StopRequested() {
		attrs = append(attrs, slog.String("stop_signal", SignalName(r.StopSignal)))
	}
	log.LogAttrs(context.Background(), level, "app "+r.Status.String(), attrs...)
}
