package supervise

import (
	"log/slog"
	"os"
	"slices"
	"syscall"
	"time"
)

// run is one life of the app. It is used by App.Run's goroutine alone.
type run struct {
	app     *App
	process *Process
	log     *slog.Logger
	result  Result

	signals <-chan syscall.Signal
	timeout <-chan time.Time // set by the first stop signal
	given   *os.File         // the terminal whose foreground the app was given
	tty     *os.File         // our controlling terminal, which is the app's too
}

func (a *App) newRun(p *Process, spec *Spec) *run {
	r := &run{app: a, process: p, log: a.Log, result: Result{Pid: p.pid}}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if a.Signals != nil {
		r.signals = a.Signals.C()
	}
	if p.terminal {
		r.given = spec.Terminal
	}
	if !spec.Session {
		r.tty = ControllingTerminal()
	}
	return r
}

func (r *run) close() {
	if r.given != nil {
		_ = moveForeground(r.given, r.process.pid, syscall.Getpgrp())
	}
	if r.tty != nil {
		r.tty.Close()
	}
}

// receive handles a signal that was sent to this process.
func (r *run) receive(sig syscall.Signal) {
	if r.asks(sig) {
		r.result.ask(sig)
	}
	switch {
	case r.sentByTerminal(sig):
	case slices.Contains(r.app.stopSignals(), sig):
		r.requestStop(sig)
	default:
		if sent := r.forward(sig); sent != 0 {
			r.log.Debug("signal forwarded", slog.String("signal", SignalName(sent)))
		}
	}
}

// asks reports whether an app that ends by sig, now that we have received it,
// has not crashed.
func (r *run) asks(sig syscall.Signal) bool {
	return slices.Contains(r.app.stopSignals(), sig) || r.tty != nil && endsTerminalJob(sig)
}

// loggedStops is how many stop signals are logged one by one: the first asks,
// the second hurries, the third insists, and the rest may be a storm.
const loggedStops = 3

// requestStop passes on a stop signal; the first one starts the stop timeout.
func (r *run) requestStop(sig syscall.Signal) {
	sent := r.forward(sig)
	r.result.ask(sig)
	if sent != 0 {
		r.result.ask(sent)
	}
	if timeout := r.app.stopTimeout(); r.result.Stops == 0 && timeout >= 0 {
		r.timeout = time.After(timeout)
	}
	r.countStop(sig)
	if sent != 0 && r.result.Stops <= loggedStops {
		r.log.Info("stop signal forwarded", slog.String("signal", SignalName(sent)), slog.Int("count", r.result.Stops))
	}
}

func (r *run) countStop(sig syscall.Signal) {
	if r.result.Stops == 0 {
		r.result.StopSignal = sig
	}
	r.result.Stops++
	if r.app.OnStop != nil {
		r.app.OnStop(sig, r.result.Stops)
	}
}

// forward sends the app what stands for sig, once. It returns what was sent, 0
// for nothing. An app that has just ended is no error.
func (r *run) forward(sig syscall.Signal) syscall.Signal {
	if to, ok := r.app.Rewrite[sig]; ok {
		sig = to
	}
	switch {
	case sig == 0:
	case r.app.ToGroup:
		_ = r.process.SignalGroup(sig)
	default:
		_ = r.process.Signal(sig)
	}
	return sig
}

// kill ends the stop timeout: the app and its group get what none can refuse.
func (r *run) kill() {
	r.result.Killed = true
	_ = r.process.SignalGroup(syscall.SIGKILL)
	_ = r.process.Signal(syscall.SIGKILL) // should it have moved to another group
	r.log.Warn("app killed: it did not stop in time",
		slog.Int("pid", r.process.pid),
		slog.Int64("stop_timeout_ms", r.app.stopTimeout().Milliseconds()))
}

// finish completes the result when the app is gone.
func (r *run) finish() Result {
	r.result.Status = r.process.Status()
	if r.given != nil && endsTerminalJob(r.result.endSignal()) {
		r.result.ask(r.result.endSignal()) // the terminal told it, not us
	}
	if r.result.Crashed() && r.asks(r.result.endSignal()) {
		r.awaitReason()
	}
	if r.app.OnEnd != nil {
		r.app.OnEnd()
	}
	r.result.log(r.log)
	return r.result
}

// reasonDelay is how much later than the app's end its reason may reach us.
const reasonDelay = 50 * time.Millisecond

// awaitReason handles a signal that was sent to the app and to us at the same
// time, as service managers and shells do with all processes of a service or
// job: the app's death by it may be seen before our own copy is.
func (r *run) awaitReason() {
	timeout := time.After(reasonDelay)
	for r.result.Crashed() {
		select {
		case sig := <-r.signals:
			if r.asks(sig) {
				r.result.ask(sig)
			}
			if slices.Contains(r.app.stopSignals(), sig) && !r.sentByTerminal(sig) {
				r.countStop(sig)
			}
		case <-timeout:
			return
		}
	}
}
