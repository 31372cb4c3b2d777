package supervise

import (
	"context"
	"math"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// firstLook and lastLook bound the time between two looks at the tree, which
	// doubles while nothing changes.
	firstLook = 100 * time.Millisecond
	lastLook  = 2 * time.Second
	// lookShare is the part of one processor looks may take in a large tree.
	lookShare = 20

	// maxWatched bounds how many descendants are watched.
	maxWatched = 4096
)

// Run watches the descendants of root, and what is left of them after root's
// end, until ctx ends; then what has ended already is reported. Call it once at
// a time.
func (w *Workers) Run(ctx context.Context, root *Process) {
	if !procUsable() {
		<-ctx.Done()
		return
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		wake = -1 // the end of ctx is then noticed at the next look
	}
	v := &vigil{Workers: w, root: root, wake: wake, limit: descriptorLimit(), oom: newKillCount(w.memory)}
	defer v.end()
	v.begin()
	// The eventfd is closed after the function has run for sure: a write to a
	// closed number could reach another file.
	written := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(written)
		_, _ = unix.Write(wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	})
	defer func() {
		if !stop() {
			<-written
		}
	}()
	v.run(ctx)
}

// descriptorLimit returns the descriptor number from which on no more pidfds
// are held: others need some too.
func descriptorLimit() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 512
	}
	return int(min(limit.Cur, math.MaxInt32) / 2)
}

// vigil is one Run of Workers.
type vigil struct {
	*Workers
	root  *Process
	wake  int // an eventfd, readable when ctx has ended
	limit int
	oom   *killCount

	walk   treeWalk
	round  int
	polled []unix.PollFd // the wake-up call first
	owners []*descendant // of the descriptors polled after that
	deaths []Death       // noticed, not sent yet
	ended  bool          // root's own end has been charged to oom
}

func (v *vigil) begin() {
	v.reaper.mu.Lock()
	defer v.reaper.mu.Unlock()
	v.reaper.workers[v.Workers] = struct{}{}
}

func (v *vigil) end() {
	v.reaper.mu.Lock()
	delete(v.reaper.workers, v.Workers)
	v.reaper.mu.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	for pid, d := range v.watched {
		d.release()
		delete(v.watched, pid)
	}
	if v.wake >= 0 {
		unix.Close(v.wake)
	}
}

// run looks at the tree now and then, and sleeps until then or until somebody
// it knows dies.
func (v *vigil) run(ctx context.Context) {
	pause, next := firstLook, time.Now()
	for ctx.Err() == nil {
		if began := time.Now(); !began.Before(next) {
			changed := v.look()
			v.mourn(v.oom.age(began))
			pause = min(2*pause, lastLook)
			if changed {
				pause = firstLook
			}
			next = time.Now().Add(max(pause, lookShare*time.Since(began)))
		}
		if v.poll(max(0, time.Until(next))) {
			pause = firstLook
			next = earlier(next, time.Now().Add(pause))
		}
		v.report()
	}
	v.poll(0)
	v.report()
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// look compares the tree with what was known of it, and reports whether that
// has changed.
func (v *vigil) look() (changed bool) {
	v.round++
	members := v.walk.members(v.root)
	// The app's program stands for that of a parent which had ended, and left its
	// child to us, before we came to see it.
	programs := &programs{found: make(map[int]program, len(members)), reader: &v.walk.reader}
	programs.found[os.Getpid()] = programs.of(v.root.pid)
	for _, e := range members {
		if e.pid != v.root.pid && v.meet(&e, programs) {
			changed = true
		}
	}
	for _, d := range v.watched {
		if d.round != v.round && v.miss(d) {
			changed = true
		}
	}
	if changed {
		v.prepare()
	}
	return changed
}

// meet handles a process that is in the tree.
func (v *vigil) meet(e *procEntry, programs *programs) (changed bool) {
	d := v.watched[e.pid]
	if d != nil && d.start != e.start {
		v.settle(d, true)
		v.forget(d)
		d, changed = nil, true
	}
	if d == nil {
		if len(v.watched) >= maxWatched {
			return changed
		}
		d = watchDescendant(*e, v.limit)
		v.mu.Lock()
		v.watched[e.pid] = d
		v.mu.Unlock()
		changed = true
	}
	d.round = v.round
	switch {
	case d.over:
	case !e.dead():
		d.identify(e, programs)
	case d.fd < 0: // the poll does not see it
		v.settle(d, false)
	}
	return changed
}

// miss handles a process that is not in the tree any more, or was overlooked.
func (v *vigil) miss(d *descendant) (changed bool) {
	if e, ok := v.walk.reader.entry(d.pid); ok && e.same(&d.procEntry) {
		return false
	}
	v.settle(d, true)
	v.forget(d)
	return true
}

func (v *vigil) forget(d *descendant) {
	d.release()
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.watched, d.pid)
}

// settle notes how a process ended that is dead. Gone: it cannot be asked later.
func (v *vigil) settle(d *descendant, gone bool) {
	if d.over {
		return
	}
	ws, known, over := d.look(&v.walk.reader)
	death := Death{Pid: d.pid, Parent: d.starter, Command: d.command, Worker: d.worker, Known: known}
	death.Status = Status{Started: startTime(&d.procEntry), Ended: time.Now()}
	if known {
		death.Status.setEnd(ws)
	}
	if buried := v.burial(d); buried != nil {
		started := death.Status.Started
		death.Status, death.Known = *buried, true
		death.Status.Started = started
	}
	if !death.Known && !over && !gone {
		d.hidden = true // a zombie we may not ask: there may be more to see when it is gone
		return
	}
	d.over = true
	d.release()
	v.deaths = append(v.deaths, death)
}

// burial returns what the reaper knows of a process that has died. Who holds
// its lock sees all that it has reaped.
func (v *vigil) burial(d *descendant) *Status {
	v.reaper.mu.Lock()
	defer v.reaper.mu.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	return d.buried
}

// prepare makes the list to poll.
func (v *vigil) prepare() {
	v.polled = append(v.polled[:0], unix.PollFd{Fd: int32(v.wake), Events: unix.POLLIN})
	v.owners = v.owners[:0]
	for _, d := range v.watched {
		if d.fd < 0 {
			continue
		}
		poll := unix.PollFd{Fd: int32(d.fd), Events: unix.POLLIN}
		if d.hidden {
			poll.Events = 0 // what is left to come is POLLHUP, once it is reaped
		}
		v.polled = append(v.polled, poll)
		v.owners = append(v.owners, d)
	}
}

// poll waits until somebody dies, ctx ends or the timeout has passed, and
// reports whether somebody did.
func (v *vigil) poll(timeout time.Duration) (died bool) {
	if v.polled == nil {
		v.prepare()
	}
	n, err := unix.Poll(v.polled, int((timeout+time.Millisecond-1)/time.Millisecond))
	if err != nil || n == 0 {
		return false
	}
	for i, d := range v.owners {
		if v.polled[i+1].Revents != 0 {
			died = true
			v.settle(d, v.polled[i+1].Revents&unix.POLLHUP != 0)
		}
	}
	if died {
		v.prepare()
	}
	return died
}

// mourn reports OOM kills whose victims had not been found before: they began
// and died between two looks. Whose they were is only sure in a group of our own.
func (v *vigil) mourn(kills uint64) {
	if kills == 0 || v.memory.shared() || isClosed(v.root.done) {
		return
	}
	now := time.Now()
	v.send(Death{Status: Status{Signal: syscall.SIGKILL, Started: now, Ended: now}, Known: true, Kills: kills})
}

// report sends the deaths that were noticed.
func (v *vigil) report() {
	if len(v.deaths) == 0 {
		return
	}
	var kills uint64
	if slices.ContainsFunc(v.deaths, Death.byKill) {
		kills = v.oom.rise()
	}
	if kills > 0 && !v.ended && isClosed(v.root.done) {
		v.ended = true
		if v.root.status.Signal == syscall.SIGKILL { // one of the kills was for the app
			kills--
			v.oom.charge(1)
		}
	}
	for _, d := range relevant(v.deaths, kills) {
		v.oom.charge(d.Kills)
		v.send(d)
	}
	v.deaths = v.deaths[:0]
}
