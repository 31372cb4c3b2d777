package supervise

import (
	"sync"
	"sync/atomic"
	"syscall"
)

// maxDeaths is how many deaths wait to be taken.
const maxDeaths = 256

// Death is the end of one of the app's descendants.
type Death struct {
	Pid     int    // 0: one of those the kernel killed for want of memory before they were seen
	Parent  int    // who had started it, or had adopted it when it was first seen
	Command string // its program's name, cut to 15 bytes
	// Worker is true if it was the same program as its parent, as the forked
	// workers of gunicorn, php-fpm, nginx or PostgreSQL are, and not a command
	// the app had started.
	Worker bool
	// Status has what could be seen: the signal, a core dump, and the time. What
	// it used is only known of orphans.
	Status Status
	Known  bool   // false: how it ended could not be seen
	Kills  uint64 // OOM kills in our memory group that fit this death
}

// Workers watches the descendants of an app and reports those that were killed
// by a signal, also if it is the app that waits for them. Nobody hears of those
// that exit, whatever the code.
//
// Seen is what lives long enough to be found: a tenth of a second in an app that
// has just started or changed, two seconds in one that is at rest. Of those at
// most 4096 are watched. How one ended is known if it had lost its parent, since
// we wait for it then; if its parent has not waited for it yet; and from Linux
// 6.15 on always. A death nobody can tell anything of is only reported if the
// kernel killed something for want of memory meanwhile. What it killed before it
// could be found is reported two to four seconds later.
type Workers struct {
	reaper *Reaper
	memory *MemoryGroup
	deaths chan Death
	lost   atomic.Uint64

	// mu is taken with the reaper's lock held, never the other way round.
	mu      sync.Mutex
	watched map[int]*descendant
}

// NewWorkers returns Workers that learn from r how orphans ended, and from m,
// which may be nil, whether the kernel was short of memory.
func NewWorkers(r *Reaper, m *MemoryGroup) *Workers {
	return &Workers{
		reaper:  r,
		memory:  m,
		deaths:  make(chan Death, maxDeaths),
		watched: make(map[int]*descendant),
	}
}

// Deaths returns the channel the deaths are sent to, in the order they were
// noticed. It is never closed. Nobody waits for its reader: of 256 deaths that
// were not taken, the oldest makes place for the next.
func (w *Workers) Deaths() <-chan Death { return w.deaths }

// Lost returns how many deaths were not taken from Deaths in time.
func (w *Workers) Lost() uint64 { return w.lost.Load() }

// send hands a death on without ever waiting. It has one caller at a time.
func (w *Workers) send(d Death) {
	for {
		select {
		case w.deaths <- d:
			return
		default:
		}
		select {
		case <-w.deaths:
			w.lost.Add(1)
		default:
		}
	}
}

// bury takes the status of an orphan the reaper, whose lock is held, has waited
// for.
func (w *Workers) bury(pid int, status Status) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.watched[pid]; d != nil && d.buried == nil {
		d.buried = &status
	}
}

// relevant keeps those deaths that are somebody's business, and says which of
// them the OOM kills explain that came meanwhile: as many as there were,
// beginning with the surest.
func relevant(deaths []Death, kills uint64) []Death {
	var kept []Death
	for _, sure := range []bool{true, false} {
		for i := range deaths {
			d := &deaths[i]
			if kills > 0 && d.byKill() && d.Known == sure {
				d.Kills = 1
				kills--
			}
		}
	}
	for _, d := range deaths {
		if d.Known && d.Status.Signal != 0 || d.Kills > 0 {
			kept = append(kept, d)
		}
	}
	return kept
}

// byKill reports whether the kernel's OOM killer may have been at work.
func (d Death) byKill() bool {
	return !d.Known || d.Status.Signal == syscall.SIGKILL
}
