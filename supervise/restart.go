package supervise

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

// Restart says after which ends an app is started again.
type Restart int

const (
	RestartNever     Restart = iota // it ends with the app
	RestartOnFailure                // unless it ended with code 0, or one of App.OkCodes
	RestartAlways
)

var restartNames = [...]string{"never", "on-failure", "always"}

// ParseRestart reads "never", "on-failure" or "always".
func ParseRestart(s string) (Restart, error) {
	if i := slices.Index(restartNames[:], s); i >= 0 {
		return Restart(i), nil
	}
	return RestartNever, fmt.Errorf("restart policy %q: not one of never, on-failure, always", s)
}

// String returns what ParseRestart reads.
func (r Restart) String() string {
	if r < 0 || int(r) >= len(restartNames) {
		return fmt.Sprintf("Restart(%d)", int(r))
	}
	return restartNames[r]
}

// series is the runs of an App, one after the other. It is used by App.Run's
// goroutine alone.
type series struct {
	app     *App
	log     *slog.Logger
	signals <-chan syscall.Signal
	runs    int     // so far, the present one included
	pause   backoff // its failures are the restarts in a row without a good run
}

func newSeries(a *App) *series {
	random := a.Random
	if random == nil {
		random = rand.Float64
	}
	return &series{app: a, log: a.log(), signals: a.signals(), pause: backoff{
		min: orDefault(a.MinPause, DefaultMinPause), max: orDefault(a.MaxPause, DefaultMaxPause), random: random,
	}}
}

// next makes one run. With an error the result is that of a failed run.
func (s *series) next(ctx context.Context, spec func(int) (Spec, error)) (Result, error) {
	s.runs++
	memory := newMemoryWatch(s.app.Memory) // before the start: it may not take long
	sp, err := spec(s.runs)
	if err != nil {
		return s.failedStart(err), err
	}
	p, err := s.app.Reaper.Start(sp)
	if err != nil {
		return s.failedStart(err), err
	}
	r := s.newRun(p, &sp)
	r.memory = memory
	defer r.close()
	r.begin(sp.arguments()[0])
	return r.live(ctx), nil
}

// failedStart says how a run ended that did not begin.
func (s *series) failedStart(err error) Result {
	now := time.Now()
	r := Result{Status: Status{Code: ExitCodeOf(err), Started: now, Ended: now}, Restarts: s.runs - 1, notStarted: true}
	if s.runs > 1 {
		s.log.Error("app not started again", slog.String("event", "start"), slog.Any("error", err),
			slog.Int("exit_code", r.ExitCode()), slog.Int("restarts", r.Restarts))
	}
	return r
}

// wants reports whether an app that ended like this should be started again, if
// there were no limit.
func (s *series) wants(r *Result) bool {
	switch {
	case r.StopRequested() || r.StopReason == StoppedByTerminal:
		return false
	case r.notStarted: // the restart was wanted, and still is
		return true
	case r.Hung && s.app.Watchdog.Restart:
		return true
	case s.app.Restart == RestartOnFailure:
		return r.Crashed() || r.ExitCode() != 0
	}
	return s.app.Restart == RestartAlways
}

// exhausted reports whether the limit of restarts forbids another.
func (s *series) exhausted(r *Result) bool {
	return s.app.MaxRestarts > 0 && !s.good(r) && s.pause.failures >= s.app.MaxRestarts
}

// good reports whether the app was alive for so long that it had worked. The
// silence of one that hung does not count.
func (s *series) good(r *Result) bool {
	lived := r.Duration()
	if r.Hung {
		lived = r.productive
	}
	return !r.notStarted && lived >= orDefault(s.app.GoodRun, DefaultGoodRun)
}

// again decides about the next run, and waits until it is time for it.
func (s *series) again(ctx context.Context, r *Result) bool {
	if !s.wants(r) {
		return false
	}
	if s.exhausted(r) {
		s.log.Log(ctx, LevelCritical, fmt.Sprintf("app is not started again after %d restarts in a row", s.pause.failures),
			slog.String("event", "crash_loop"), slog.Int("restarts", s.pause.failures), slog.Int("exit_code", r.ExitCode()))
		return false
	}
	if s.good(r) {
		s.pause.reset()
	}
	s.pause.failures++
	delay := s.pause.duration()
	s.log.Warn("app will be started again", slog.String("event", "restart"), slog.Int("restarts", s.runs),
		slog.Int64("delay_ms", delay.Milliseconds()), slog.Int("exit_code", r.ExitCode()))
	return s.wait(ctx, delay)
}

// wait sleeps for d; false means that a stop was requested meanwhile. Other
// signals are for an app that is not there: they are dropped.
func (s *series) wait(ctx context.Context, d time.Duration) bool {
	tty := ControllingTerminal()
	if tty != nil {
		defer tty.Close()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return true
		case <-ctx.Done():
			s.stopped("app is not started again: a stop was requested")
			return false
		case sig := <-s.signals:
			if !slices.Contains(s.app.stopSignals(), sig) && (tty == nil || !endsTerminalJob(sig)) {
				s.log.Debug("signal dropped between two runs", slog.String("signal", SignalName(sig)))
				continue
			}
			if s.app.OnStop != nil {
				s.app.OnStop(sig, 1)
			}
			s.stopped("app is not started again: a stop signal came", slog.String("signal", SignalName(sig)), slog.Int("count", 1))
			return false
		}
	}
}

func (s *series) stopped(message string, attrs ...slog.Attr) {
	s.log.LogAttrs(context.Background(), slog.LevelInfo, message, append([]slog.Attr{slog.String("event", "stop")}, attrs...)...)
}
