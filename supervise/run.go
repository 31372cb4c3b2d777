package supervise

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"syscall"
	"time"
)

// run is one life of the app. It is used by App.Run's goroutine alone.
type run struct {
	app     *App
	series  *series
	process *Process
	log     *slog.Logger
	result  Result
	memory  memoryWatch

	signals <-chan syscall.Signal
	given   *os.File // the terminal whose foreground the app was given
	tty     *os.File // our controlling terminal, which is the app's too

	expiry    <-chan time.Time // of App.Timeout
	ladder    ladder
	leftovers leftovers
	watch     watching
	workers   workerWatch
	over      bool

	keyed     time.Time // when the terminal last told the app to end
	suspended bool      // by job control
	resumed   time.Time // when we last were, zero if never
}

func (s *series) newRun(p *Process, spec *Spec) *run {
	r := &run{app: s.app, series: s, process: p, log: s.log, signals: s.signals}
	r.result = Result{Pid: p.pid, Restarts: s.runs - 1}
	if p.terminal {
		r.given = spec.Terminal
	}
	if !spec.Session && !spec.ControllingTTY {
		r.tty = ControllingTerminal()
	}
	if timeout := s.app.Timeout; timeout > 0 {
		r.expiry = time.After(timeout - time.Since(p.started))
	}
	r.armWatchdog(s.app.Watchdog.After)
	return r
}

// begin tells everybody that the app has started.
func (r *run) begin(command string) {
	if r.app.Workers != nil {
		r.workers = watchWorkers(r.app.Workers, r.process)
	}
	if r.app.OnStart != nil {
		r.app.OnStart(r.process.pid)
	}
	attrs := []slog.Attr{slog.String("event", "start"), slog.Int("pid", r.process.pid), slog.String("command", command)}
	if r.result.Restarts > 0 {
		attrs = append(attrs, slog.Int("restarts", r.result.Restarts))
	}
	r.log.LogAttrs(context.Background(), slog.LevelInfo, "app started", attrs...)
}

func (r *run) close() {
	r.workers.close()
	if r.given != nil {
		_ = moveForeground(r.given, r.process.pid, syscall.Getpgrp())
	}
	if r.tty != nil {
		r.tty.Close()
	}
}

// live does what is to be done until the app and what must not outlive it are
// gone.
func (r *run) live(ctx context.Context) Result {
	ended, cancelled := r.process.done, ctx.Done()
	for !r.over {
		select {
		case <-ended:
			ended = nil
			r.end()
		case sig := <-r.signals:
			r.receive(sig)
		case sig := <-r.process.stopped:
			r.suspend(sig)
		case <-cancelled:
			cancelled = nil
			r.requestStop(r.app.stopSignals()[0])
		case <-r.expiry:
			r.expire()
		case <-r.ladder.timeout:
			r.kill()
		case <-r.leftovers.look:
			r.clear()
		case <-r.watch.timer:
			r.lookAfter()
		case d := <-r.workers.deaths:
			r.bury(d)
		}
	}
	return r.finish()
}

// receive handles a signal that was sent to this process.
func (r *run) receive(sig syscall.Signal) {
	if r.app.OnSignal != nil {
		r.app.OnSignal(sig)
	}
	if r.asks(sig) {
		r.result.ask(sig)
	}
	switch {
	case r.sentByTerminal(sig):
		r.noteKey(sig)
	case slices.Contains(r.app.stopSignals(), sig):
		r.requestStop(sig)
	default:
		r.noteKey(sig)
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
	if sig == syscall.SIGCONT {
		r.suspended = false
	}
	return sig
}

// end says how the app ended, and sees to what it has left behind.
func (r *run) end() {
	r.expiry, r.watch.timer = nil, nil
	r.result.Status = r.process.Status()
	r.result.OK = slices.Contains(r.app.OkCodes, r.result.Status.ExitCode())
	r.judgeHang()
	if r.given != nil && endsTerminalJob(r.result.endSignal()) {
		r.keyed = r.result.Ended
		r.result.ask(r.result.endSignal()) // the terminal told it, not us
	}
	if r.asks(r.result.endSignal()) {
		r.awaitReason()
	}
	if r.result.StopReason == "" && r.endedByKey() {
		r.result.StopReason = StoppedByTerminal
	}
	r.judgeMemory()
	r.endLeftovers()
}

// noteKey notes when the terminal told the app to end, by a key or by hanging up.
func (r *run) noteKey(sig syscall.Signal) {
	if r.tty != nil && endsTerminalJob(sig) {
		r.keyed = time.Now()
	}
}

// endedByKey reports whether the app ended because the terminal told it to: it
// may take a while and end as it likes.
func (r *run) endedByKey() bool {
	if r.keyed.IsZero() {
		return false
	}
	patience := r.app.stopTimeout()
	return patience < 0 || r.result.Ended.Sub(r.keyed) < patience
}

// finish completes the result when all is over.
func (r *run) finish() Result {
	r.buryRest()
	if r.app.OnEnd != nil {
		r.app.OnEnd(r.result)
	}
	r.buryRest()
	r.result.log(r.log, r.app.Timeout)
	return r.result
}

// reasonDelay is how much later than the app's end its reason may reach us.
const reasonDelay = 50 * time.Millisecond

// awaitReason handles a signal that was sent to the app and to us at the same
// time, as service managers and shells do with all processes of a service or
// job: the app's death by it may be seen before our own copy is.
func (r *run) awaitReason() {
	timeout := time.After(reasonDelay)
	for !slices.Contains(r.result.asked, r.result.endSignal()) {
		select {
		case sig := <-r.signals:
			if r.asks(sig) {
				r.result.ask(sig)
			}
			if slices.Contains(r.app.stopSignals(), sig) && !r.sentByTerminal(sig) {
				r.countStop(sig)
			} else {
				r.noteKey(sig)
			}
		case <-timeout:
			return
		}
	}
}
