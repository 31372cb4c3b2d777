package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// Reaper starts processes and is the one waiter for all children of this
// process: those it started and the orphans the kernel hands to PID 1 or to a
// subreaper. There must be one per program.
type Reaper struct {
	// mu is held from fork to registration, so that a child cannot be reaped
	// before it is known, and while a pid is signalled or reaped, so that a
	// signal cannot reach a number that has been given away.
	mu       sync.Mutex
	children map[int]*Process
	workers  map[*Workers]struct{} // are told of orphans
	sigchld  chan os.Signal
	forker   forker

	// OnOrphan, if not nil, is called by Run for each process it has reaped that
	// Start did not start. The status has no start time. It must not block:
	// nothing is reaped meanwhile. Set it before Run.
	OnOrphan func(pid int, status Status)
}

// NewReaper returns a Reaper that knows no children. From here on SIGCHLD is
// caught; nothing is reaped until Run.
func NewReaper() *Reaper {
	r := &Reaper{
		children: make(map[int]*Process),
		workers:  make(map[*Workers]struct{}),
		sigchld:  make(chan os.Signal, 1),
	}
	signal.Notify(r.sigchld, syscall.SIGCHLD)
	return r
}

// Run reaps until ctx ends, then returns nil. Processes that end while no Run
// is active stay zombies until the next one. Call it once at a time.
func (r *Reaper) Run(ctx context.Context) error {
	for {
		// One SIGCHLD may stand for thousands of deaths, and some may have come
		// before Run: always reap until nothing is left.
		for r.reap() {
		}
		select {
		case <-r.sigchld:
		case <-ctx.Done():
			return nil
		}
	}
}

// reap takes one child off the kernel's list; false means there was none.
func (r *Reaper) reap() bool {
	tell, ok := r.wait()
	if tell != nil {
		tell()
	}
	return ok
}

// wait waits for one child without blocking; false means there was none. What
// it returns is to be called without the lock, unless it is nil.
func (r *Reaper) wait() (tell func(), ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ws syscall.WaitStatus
	var usage syscall.Rusage
	pid, err := syscall.Wait4(-1, &ws, syscall.WNOHANG|syscall.WUNTRACED, &usage)
	if err == syscall.EINTR {
		return nil, true
	}
	if err != nil || pid <= 0 {
		return nil, false
	}
	p := r.children[pid]
	switch {
	case p == nil && ws.Stopped(): // nobody's business
	case p == nil:
		tell = r.bury(pid, newStatus(ws, &usage, time.Time{}, time.Now()))
	case ws.Stopped():
		p.stop(ws.StopSignal())
	default:
		delete(r.children, pid)
		p.end(ws, &usage)
	}
	return tell, true
}

// bury tells those who watch workers how an orphan ended. The lock is held, so
// that whoever takes it knows of all that was reaped.
func (r *Reaper) bury(pid int, status Status) (tell func()) {
	for w := range r.workers {
		w.bury(pid, status)
	}
	if r.OnOrphan == nil {
		return nil
	}
	onOrphan := r.OnOrphan
	return func() { onOrphan(pid, status) }
}

// Start starts a process. It blocks until the new program runs or has failed
// to; a failure is a *StartError. The process is reaped by Run.
func (r *Reaper) Start(spec Spec) (*Process, error) {
	if err := checkDir(spec); err != nil {
		return nil, err
	}
	path, err := lookPath(spec.Path, spec.environment(), spec.Dir, spec.Credential)
	if err != nil {
		return nil, err
	}
	attr, err := spec.attributes()
	if err != nil {
		return nil, &StartError{Path: spec.Path, Err: err, preparing: true}
	}
	defer spec.keep()
	if spec.Umask != nil || len(spec.Limits) > 0 {
		return r.launch(&spec, path, attr)
	}
	return r.fork(&spec, path, attr)
}

// checkDir keeps a missing working directory from looking like a missing
// program: exec reports both as ENOENT.
func checkDir(spec Spec) error {
	if spec.Dir == "" {
		return nil
	}
	info, err := os.Stat(spec.Dir)
	if spec.Credential != nil && errors.Is(err, syscall.EACCES) {
		return nil // we may not look, but that user may
	}
	if err == nil && !info.IsDir() {
		err = &os.PathError{Op: "chdir", Path: spec.Dir, Err: syscall.ENOTDIR}
	}
	if err != nil {
		return &StartError{Path: spec.Path, Err: fmt.Errorf("working directory: %w", err), preparing: true}
	}
	return nil
}
