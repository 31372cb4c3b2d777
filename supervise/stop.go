package supervise

import (
	"log/slog"
	"syscall"
	"time"
)

// ladder is what leads from the first request to stop to the app's end,
// whoever asked: one signal, some time, KILL. However many requests come, it is
// climbed once.
type ladder struct {
	timeout  <-chan time.Time // nil: no KILL is due
	deadline time.Time        // when it is due
	killed   time.Time        // when KILL was sent, zero if it was not
}

// start sets the time for KILL, or moves it to an earlier one.
func (l *ladder) start(d time.Duration) {
	deadline := time.Now().Add(d)
	if l.timeout != nil && l.deadline.Before(deadline) {
		return
	}
	l.deadline = deadline
	l.timeout = time.After(d)
}

// loggedStops is how many stop signals are logged one by one: the first asks,
// the second hurries, the third insists, and the rest may be a storm.
const loggedStops = 3

// requestStop passes on a stop signal; the first one starts the stop timeout.
func (r *run) requestStop(sig syscall.Signal) {
	sent := r.forward(sig)
	r.beginStop(StoppedBySignal, sig, sent)
	r.countStop(sig)
	if sent != 0 && r.result.Stops <= loggedStops {
		r.log.Info("stop signal forwarded", slog.String("event", "stop"), slog.Int("pid", r.process.pid),
			slog.String("signal", SignalName(sent)), slog.Int("count", r.result.Stops), slog.String("stop_reason", string(r.result.StopReason)))
	}
}

// stop asks the app to end for a reason of our own.
func (r *run) stop(reason StopReason) {
	sig := r.app.stopSignals()[0]
	sent := r.forward(sig)
	r.beginStop(reason, sig, sent)
	if sent != 0 {
		r.log.Info("app told to stop", slog.String("event", "stop"), slog.Int("pid", r.process.pid),
			slog.String("signal", SignalName(sent)), slog.String("stop_reason", string(reason)))
	}
}

// beginStop begins the stop sequence unless it has begun.
func (r *run) beginStop(reason StopReason, sig, sent syscall.Signal) {
	r.result.ask(sig)
	if sent != 0 {
		r.result.ask(sent)
	}
	if r.result.StopReason != "" {
		return
	}
	r.result.StopReason = reason
	r.expiry = nil
	r.stopWatching()
	if timeout := r.app.stopTimeout(); timeout >= 0 {
		r.ladder.start(timeout)
	}
}

func (r *run) countStop(sig syscall.Signal) {
	if r.result.Stops == 0 {
		r.result.StopSignal = sig
		r.result.StopSender, _ = r.sender(sig)
		r.result.stopCommand = r.result.StopSender.Command() // now: it may be gone soon
	}
	if r.result.StopReason == "" {
		r.result.StopReason = StoppedBySignal
	}
	r.result.Stops++
	if r.app.OnStop != nil {
		r.app.OnStop(sig, r.result.Stops)
	}
}

// expire ends a run that has taken longer than it may.
func (r *run) expire() {
	r.expiry = nil
	for r.process.reaper.reap() { // an end that we have not heard of yet was in time
	}
	if isClosed(r.process.done) {
		return
	}
	r.result.TimedOut = true
	r.stop(StoppedByTimeout)
}

// kill ends the stop timeout: the app, its group and all below it get what none
// can refuse.
func (r *run) kill() {
	r.ladder.timeout = nil
	r.ladder.killed = time.Now()
	alive := !isClosed(r.process.done)
	if alive {
		r.result.Killed = true
	}
	_ = r.process.SignalGroup(syscall.SIGKILL) // at once, before one of them can fork
	n := r.process.SignalTree(syscall.SIGKILL)
	if !alive {
		if n > 0 {
			r.log.Warn("processes left by the app killed: they did not stop in time",
				slog.String("event", "kill"), slog.Int("pid", r.process.pid), slog.Int("processes", n))
		}
		return
	}
	r.log.Warn("app killed: it did not stop in time",
		slog.String("event", "kill"),
		slog.Int("pid", r.process.pid),
		slog.Int("processes", n),
		slog.Int64("stop_timeout_ms", r.app.stopTimeout().Milliseconds()))
}
