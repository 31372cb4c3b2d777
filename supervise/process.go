package supervise

import (
	"os"
	"syscall"
	"time"
)

// Process is a child started by a Reaper. Its methods may be called from any
// goroutine.
type Process struct {
	reaper   *Reaper
	pid      int
	leader   bool // of its own process group
	terminal bool // was given the foreground of Spec.Terminal
	started  time.Time

	stopped chan syscall.Signal
	done    chan struct{}
	status  Status // written before done is closed
}

func newProcess(r *Reaper, pid int, started time.Time, sys *syscall.SysProcAttr) *Process {
	return &Process{
		reaper:   r,
		pid:      pid,
		leader:   sys.Setpgid || sys.Setsid,
		terminal: sys.Foreground,
		started:  started,
		stopped:  make(chan syscall.Signal, 1),
		done:     make(chan struct{}),
	}
}

// Pid returns the process's number.
func (p *Process) Pid() int { return p.pid }

// Done returns a channel that is closed when the process has ended and been
// reaped.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stopped returns a channel that receives the signal each time the process has
// been stopped (not ended) by one: STOP, TSTP, TTIN or TTOU. A report nobody
// takes is replaced by the next.
func (p *Process) Stopped() <-chan syscall.Signal { return p.stopped }

// Status returns how the process ended. It is valid after Done is closed and
// zero before.
func (p *Process) Status() Status {
	select {
	case <-p.done:
		return p.status
	default:
		return Status{}
	}
}

// Signal sends sig to the process alone. Once it has been reaped the error is
// os.ErrProcessDone and nothing is sent.
func (p *Process) Signal(sig syscall.Signal) error {
	return p.kill(p.pid, sig)
}

// SignalGroup sends sig to the process group the process leads; if it leads
// none (see Spec.Group), to the process alone. Once the process has been reaped
// the error is os.ErrProcessDone and nothing is sent, even if others of its
// group are left: the number may belong to another group by then.
func (p *Process) SignalGroup(sig syscall.Signal) error {
	if !p.leader {
		return p.kill(p.pid, sig)
	}
	err := p.kill(-p.pid, sig)
	if err == syscall.ESRCH { // it has moved to another group
		err = p.kill(p.pid, sig)
	}
	return err
}

func (p *Process) kill(target int, sig syscall.Signal) error {
	p.reaper.mu.Lock()
	defer p.reaper.mu.Unlock()
	if p.reaper.children[p.pid] != p {
		return os.ErrProcessDone
	}
	return syscall.Kill(target, sig)
}

// stop records that the process was stopped. Called by the reaper, its lock held.
func (p *Process) stop(sig syscall.Signal) {
	select {
	case <-p.stopped:
	default:
	}
	p.stopped <- sig
}

// end records how the process ended. Called by the reaper, its lock held.
func (p *Process) end(ws syscall.WaitStatus, usage *syscall.Rusage) {
	p.status = newStatus(ws, usage, p.started, time.Now())
	close(p.done)
}
