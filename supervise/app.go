package supervise

import (
	"context"
	"log/slog"
	"syscall"
	"time"
)

// An App's defaults.
const (
	// DefaultStopTimeout leaves two of the ten seconds that container runtimes
	// give by default to what must be done after the app's end.
	DefaultStopTimeout = 8 * time.Second
	// DefaultGoodRun is how long a run must have been alive to be a good one.
	DefaultGoodRun = 10 * time.Second
	// DefaultMinPause and DefaultMaxPause bound the pause before a restart.
	DefaultMinPause = 100 * time.Millisecond
	DefaultMaxPause = time.Minute
)

// App runs one app to its end, and again if it is to be restarted. Reaper must
// be set and running; every other field may be left zero.
type App struct {
	Reaper *Reaper
	// Signals is what is forwarded to the app; it must be running. Nil forwards
	// nothing.
	Signals *Signals

	// StopSignals are the signals that ask the app to end. They are forwarded
	// like any other and start the stop timeout. Nil means TERM, INT, QUIT; the
	// first of them is what is sent when Run's context ends, and by Timeout and
	// Watchdog.
	StopSignals []syscall.Signal
	// StopTimeout is the time from the first stop signal to KILL for the app,
	// its group and everything it has started. Zero means DefaultStopTimeout,
	// less than zero no KILL for the app; what it leaves behind is then given
	// the default.
	StopTimeout time.Duration
	// Rewrite maps a received signal to the one that is sent instead, 0 to none.
	Rewrite map[syscall.Signal]syscall.Signal
	// ToGroup forwards to the app's process group instead of the app alone. It
	// takes Spec.Group. PID 1 does this, as the app's helpers have no other way
	// to hear of the container's end.
	ToGroup bool
	// EndTree ends what the app has left behind in every case, not only when it
	// was stopped or is restarted. PID 1 does this: the kernel kills all that is
	// left when PID 1 ends, without a TERM before.
	EndTree bool

	// Restart says after which ends the app is started again. An app that was
	// asked to stop, by a signal, the terminal or the context, never is.
	Restart Restart
	// MaxRestarts is how many restarts in a row are made without a good run in
	// between. Zero means no limit.
	MaxRestarts int
	// GoodRun is how long a run must have been alive for the restarts before it
	// to be forgotten. Zero means DefaultGoodRun.
	GoodRun time.Duration
	// MinPause and MaxPause bound the pause before a restart, which doubles each
	// time without a good run and is then varied by a fifth in both directions,
	// so that the apps of a whole fleet don't come back at once. Zero means the
	// defaults.
	MinPause, MaxPause time.Duration
	// Random returns what varies the pause, 0 to below 1. Nil means a generator
	// that differs from process to process.
	Random func() float64

	// Timeout is how long a run may take: then it is asked to stop, its exit
	// code is CodeTimedOut whatever the app makes of that, and it has failed. An
	// end by itself in the same instant wins. Zero means no limit.
	Timeout time.Duration
	// OkCodes are exit codes that count as 0, 128+n standing for death by signal
	// n: a Java service ends with 143 when all is well.
	OkCodes []int
	// Watchdog looks for an app that hangs.
	Watchdog Watchdog
	// Memory, if not nil, tells whether a KILL came from the kernel for want of
	// memory.
	Memory *MemoryGroup
	// Workers, if not nil, watches the descendants of the app. Run runs it.
	Workers *Workers

	// OnSignal, if not nil, is called for each signal received while the app runs,
	// before it is forwarded. It must not block.
	OnSignal func(sig syscall.Signal)
	// OnStop, if not nil, is called for each stop signal, after it was
	// forwarded, with how many have come so far. It must not block.
	OnStop func(sig syscall.Signal, count int)
	// OnStart, if not nil, is called with the app's pid when a run has started,
	// before anything is logged about it. It must not block.
	OnStart func(pid int)
	// OnEnd, if not nil, is called when a run is over: the app is gone, and what
	// it left behind too if that is ended. It is called before the end is
	// logged: what was written last belongs before that. Signals wait meanwhile.
	OnEnd func(Result)
	// Log receives what happens to the app, one record for each event, named by
	// the attribute "event"; see doc.go. Its handler must not block: signals
	// wait meanwhile. Nil logs nothing.
	Log *slog.Logger
}

// Run starts the app, restarts it as Restart says, and returns how its last run
// ended. An error means that it was not started even once: what spec returned,
// or a *StartError. When ctx ends the app is asked to stop like by a stop
// signal; Run still returns only after its end.
//
// spec is called before each run, with its number from 1, and returns what to
// start: a run has files of its own. They stay the caller's, who may close them
// in OnStart. A restart that fails, by an error of spec or of the system, is a
// failed run without OnStart and OnEnd: its files may be closed when spec is
// called again or Run has returned.
//
// A signal the terminal sends to its foreground group has reached the app
// already if the app is in our group: INT, QUIT, TSTP and WINCH are therefore
// not forwarded then. (Where it is not known who sent a signal, all of these are
// taken for the terminal's while our group has the foreground.) They do not start
// the stop timeout either: whoever sits at the keyboard decides when it is enough.
//
// Processes that outlive the app are left alone, unless a stop was requested,
// the app is restarted, or EndTree is set: then they get TERM at once, and KILL
// when the stop timeout is over, before a restart after two seconds at most.
func (a *App) Run(ctx context.Context, spec func(run int) (Spec, error)) (Result, error) {
	s := newSeries(a)
	for {
		result, err := s.next(ctx, spec)
		if err != nil && s.runs == 1 {
			return Result{}, err
		}
		if !s.again(ctx, &result) {
			return result, nil
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
	return orDefault(a.StopTimeout, DefaultStopTimeout)
}

func (a *App) log() *slog.Logger {
	if a.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return a.Log
}

func (a *App) signals() <-chan syscall.Signal {
	if a.Signals == nil {
		return nil
	}
	return a.Signals.C()
}
