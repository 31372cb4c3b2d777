package supervise

import (
	"context"
	"log/slog"
	"syscall"
	"time"
)

// DefaultStopTimeout leaves two of the ten seconds that container runtimes give
// by default to what must be done after the app's end.
const DefaultStopTimeout = 8 * time.Second

// App runs one app to its end. Reaper must be set and running; every other
// field may be left zero.
type App struct {
	Reaper *Reaper
	// Signals is what is forwarded to the app; it must be running. Nil forwards
	// nothing.
	Signals *Signals
	// StopSignals are the signals that ask the app to end. They are forwarded
	// like any other and start the stop timeout. Nil means TERM, INT, QUIT; the
	// first of them is what is sent when Run's context ends.
	StopSignals []syscall.Signal
	// StopTimeout is the time from the first stop signal to KILL for the app
	// and its group. Zero means DefaultStopTimeout, less than zero no KILL.
	StopTimeout time.Duration
	// Rewrite maps a received signal to the one that is sent instead, 0 to none.
	Rewrite map[syscall.Signal]syscall.Signal
	// ToGroup forwards to the app's process group instead of the app alone. It
	// takes Spec.Group. PID 1 does this, as the app's helpers have no other way
	// to hear of the container's end.
	ToGroup bool
	// OnStop, if not nil, is called for each stop signal, after it was
	// forwarded, with how many have come so far. It must not block.
	OnStop func(sig syscall.Signal, count int)
	// OnStart, if not nil, is called with the app's pid when it has started,
	// before anything is logged. It must not block.
	OnStart func(pid int)
	// OnEnd, if not nil, is called when the app is gone, before its end is
	// logged: what it wrote last belongs before that. Signals wait meanwhile.
	OnEnd func()
	// Log receives the app's start, stop and end: the end at LevelCritical if
	// it was a crash, other signals than stop signals at debug level, the rest
	// at info or warning. Its handler must not block: signals wait meanwhile.
	// Nil logs nothing.
	Log *slog.Logger
}

// Run starts the app and returns how it ended. An error, always a *StartError,
// means it was not started. When ctx ends the app is asked to stop like by a
// stop signal; Run still returns only after its end.
//
// A signal the terminal sends to its foreground group has reached the app
// already if the app is in our group: INT, QUIT, TSTP and WINCH are therefore
// not forwarded while our group has the foreground. (That one was sent by kill
// instead cannot be seen; use TERM, or give the app the terminal by
// Spec.Terminal.) They do not start the stop timeout either: whoever sits at
// the keyboard decides when it is enough.
//
// Processes of the app's group that outlive the app are left alone, unless the
// stop timeout passed before.
func (a *App) Run(ctx context.Context, spec Spec) (Result, error) {
	p, err := a.Reaper.Start(spec)
	if err != nil {
		return Result{}, err
	}
	r := a.newRun(p, &spec)
	defer r.close()
	if a.OnStart != nil {
		a.OnStart(p.pid)
	}
	r.log.Info("app started", slog.Int("pid", p.pid), slog.String("command", spec.arguments()[0]))

	cancelled := ctx.Done()
	for {
		select {
		case <-p.done:
			return r.finish(), nil
		case sig := <-r.signals:
			r.receive(sig)
		case sig := <-p.stopped:
			r.suspend(sig)
		case <-r.timeout:
			r.kill()
		case <-cancelled:
			cancelled = nil
			r.requestStop(a.stopSignals()[0])
		}
	}
}

func (a *App) stopSignals() []syscall.Signal {
	if len(a.StopSignals) == 0 {
		return []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT}
	}
	return a.StopSignals
}

func (a *App) stopTimeout() time.Duration {
	if a.StopTimeout == 0 {
		return DefaultStopTimeout
	}
	return a.StopTimeout
}
