package supervise

import (
	"log/slog"
	"syscall"
	"time"
)

const (
	// leftoversRestart is how long a restart waits at most for what the last run
	// has left behind: it may hold the port that the next one needs.
	leftoversRestart = 2 * time.Second
	// leftoversKilled is how long KILL is given to do its work. What is left
	// then waits in the kernel for a device that does not answer.
	leftoversKilled = time.Second

	leftoversMinPause = 5 * time.Millisecond
	leftoversMaxPause = 50 * time.Millisecond
)

// leftovers is the wait for processes that the app has left behind.
type leftovers struct {
	look  <-chan time.Time // when to look again whether there are any
	pause time.Duration
}

// endLeftovers ends the run, or begins to end what the app has left behind.
func (r *run) endLeftovers() {
	restart := r.series.wants(&r.result) && !r.series.exhausted(&r.result)
	// Who sits at a terminal may have put something into the background to stay.
	stopped := r.result.StopReason != "" && r.result.StopReason != StoppedByTerminal
	if !stopped && !restart && !r.app.EndTree || r.process.SignalTree(0) == 0 {
		r.over = true
		return
	}
	if r.ladder.killed.IsZero() {
		n := r.process.SignalTree(syscall.SIGTERM)
		r.log.Info("processes left by the app told to stop", slog.String("event", "stop"),
			slog.Int("pid", r.process.pid), slog.String("signal", "SIGTERM"), slog.Int("processes", n))
		r.ladder.start(r.leftoversTimeout(restart))
	}
	r.leftovers.pause = leftoversMinPause
	r.leftovers.look = time.After(r.leftovers.pause)
}

// leftoversTimeout returns the time to KILL, unless less of the app's stop
// timeout is left.
func (r *run) leftoversTimeout(restart bool) time.Duration {
	timeout := r.app.stopTimeout()
	if timeout < 0 {
		timeout = DefaultStopTimeout // nobody waits for them for ever, as one may for the app
	}
	if restart {
		timeout = min(timeout, leftoversRestart)
	}
	return timeout
}

// clear looks whether anything is left behind yet; it may be of children that
// were forked while their parents were killed.
func (r *run) clear() {
	sig := syscall.Signal(0)
	if !r.ladder.killed.IsZero() {
		sig = syscall.SIGKILL
	}
	n := r.process.SignalTree(sig)
	if n == 0 {
		r.over = true
		return
	}
	if sig != 0 && time.Since(r.ladder.killed) > leftoversKilled {
		r.log.Warn("processes left by the app do not end", slog.String("event", "kill"), slog.Int("pid", r.process.pid), slog.Int("processes", n))
		r.over = true
		return
	}
	r.leftovers.pause = min(2*r.leftovers.pause, leftoversMaxPause)
	r.leftovers.look = time.After(r.leftovers.pause)
}
