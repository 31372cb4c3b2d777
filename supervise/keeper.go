package supervise

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"
)

// A Keeper's defaults.
const (
	DefaultMinBackoff = 10 * time.Millisecond
	DefaultMaxBackoff = 5 * time.Second
	DefaultGrace      = 300 * time.Millisecond
)

// maxFailedStops is how many processes that fail by themselves a stopping Keeper
// starts. Those that somebody kills do not count.
const maxFailedStops = 3

// ErrForced is what Stop returns if the process had to be ended.
var ErrForced = errors.New("ended by force")

// Keeper keeps a process alive until it is told to finish. Set the fields
// before Run.
type Keeper struct {
	reaper *Reaper
	spec   func() (Spec, error)

	// Progressed reports whether the process that has just ended, as status says,
	// got anything done. It is asked once after each end; true resets the backoff, so that a
	// healthy process that was killed is back at once while one that fails at
	// every start is not started in a tight loop. Nil means never.
	Progressed func(status Status) bool
	// OnExit, if not nil, is called when the process has ended, or could not be
	// started (err), unless it was asked to: for the first time in a row without
	// progress only, so that a loop of crashes is one message.
	OnExit func(status Status, err error)
	// MinBackoff and MaxBackoff bound the pause before a restart, which doubles
	// each time without progress; Grace is the time between TERM and KILL. Zero
	// means the defaults.
	MinBackoff, MaxBackoff, Grace time.Duration

	restart  chan struct{}
	stopping chan struct{} // closed: no restart after an exit with code 0
	expired  chan struct{} // closed: end the process now
	ended    chan struct{} // closed: Run has returned
	stop     sync.Once
	expire   sync.Once
	err      error // why Run ended, valid after ended is closed

	failedStops int // processes that failed by themselves since Stop; owned by Run
}

// NewKeeper returns a Keeper that starts what spec returns, which is called
// anew for each start. The process gets its own session, so that neither
// Ctrl-C nor anything else a terminal does reaches it.
func NewKeeper(r *Reaper, spec func() (Spec, error)) *Keeper {
	return &Keeper{
		reaper:   r,
		spec:     spec,
		restart:  make(chan struct{}, 1),
		stopping: make(chan struct{}),
		expired:  make(chan struct{}),
		ended:    make(chan struct{}),
	}
}

// Run starts the process and restarts it whenever it ends, until Stop has been
// called and heeded; then it returns nil or the reason Stop returns. When ctx
// ends the process is ended with TERM and KILL. Run may be called once.
func (k *Keeper) Run(ctx context.Context) error {
	defer close(k.ended)
	defer context.AfterFunc(ctx, k.endNow)()
	pause := backoff{min: orDefault(k.MinBackoff, DefaultMinBackoff), max: orDefault(k.MaxBackoff, DefaultMaxBackoff)}
	for {
		life := k.live()
		if k.err = k.verdict(life, &pause); k.err != nil || life.finished {
			return k.err
		}
		if !life.restarted {
			k.wait(pause.duration())
		}
	}
}

// Stop tells the process's keeper to finish and returns when the process is
// gone for good. Until ctx ends the process is left to end by itself, by an
// exit with code 0; one that dies otherwise is restarted to go on, but not for
// ever if nobody else killed it. At ctx's end it gets TERM and,
// after Grace, KILL. The error is nil if the process finished by itself, else
// it wraps ErrForced or says how the process failed. Run must have been called,
// or be called at some time. Stop may be called again to end it earlier.
func (k *Keeper) Stop(ctx context.Context) error {
	k.stop.Do(func() { close(k.stopping) })
	defer context.AfterFunc(ctx, k.endNow)()
	<-k.ended
	return k.err
}

// Restart ends the running process with TERM and, after Grace, KILL, and starts
// it anew without a pause. It does not wait.
func (k *Keeper) Restart() {
	select {
	case k.restart <- struct{}{}:
	default: // one is pending already
	}
}

func (k *Keeper) endNow() { k.expire.Do(func() { close(k.expired) }) }

// life is how one process of a Keeper went.
type life struct {
	status    Status
	err       error // it could not be started
	forced    bool  // it was told to end
	restarted bool  // by Restart
	finished  bool  // it ended as a stopping Keeper wants it to
}

// live starts a process and returns when it has ended.
func (k *Keeper) live() life {
	if isClosed(k.expired) {
		return life{}
	}
	spec, err := k.spec()
	if err != nil {
		return life{err: err}
	}
	spec.Session = true
	p, err := k.reaper.Start(spec)
	if err != nil {
		return life{err: err}
	}
	l := k.watch(p)
	l.status = p.Status()
	l.finished = isClosed(k.stopping) && l.status.ExitCode() == 0 && !l.forced
	return l
}

// watch waits for the end of p, and brings it about when told to.
func (k *Keeper) watch(p *Process) (l life) {
	var grace <-chan time.Time
	restart, expired := k.restart, k.expired
	for {
		select {
		case <-p.done:
			return l
		case <-restart:
			l.restarted = true
		case <-expired:
			expired = nil
		case <-grace:
			_ = p.SignalGroup(syscall.SIGKILL)
			continue
		}
		restart = nil
		if !l.forced {
			l.forced = true
			_ = p.Signal(syscall.SIGTERM)
			grace = time.After(orDefault(k.Grace, DefaultGrace))
		}
	}
}

// verdict judges a life: a non-nil error means that there will be no other.
func (k *Keeper) verdict(l life, pause *backoff) error {
	if l.finished {
		return nil
	}
	if isClosed(k.expired) {
		return fmt.Errorf("deadline passed: %w", ErrForced)
	}
	if l.restarted {
		pause.reset()
		return nil
	}
	first := pause.failures == 0
	if k.Progressed != nil && k.Progressed(l.status) {
		first = true
		pause.reset()
		k.failedStops = 0
	}
	pause.failures++
	if first && k.OnExit != nil {
		k.OnExit(l.status, l.err)
	}
	if !isClosed(k.stopping) || l.status.Signal == syscall.SIGKILL {
		return nil // somebody else's fault, or time enough
	}
	if k.failedStops++; k.failedStops < maxFailedStops {
		return nil
	}
	if l.err != nil {
		return l.err
	}
	return fmt.Errorf("failed %d times without progress: %s", k.failedStops, l.status)
}

// wait sleeps for d, not longer than until something is to be done at once.
func (k *Keeper) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	stopping := k.stopping
	if isClosed(stopping) {
		stopping = nil // it has cut one pause short already
	}
	select {
	case <-timer.C:
	case <-k.restart:
	case <-stopping:
	case <-k.expired:
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
