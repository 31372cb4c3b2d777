package supervise

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxPasses bounds how often SignalTree looks for processes that were started
// while it was at work.
const maxPasses = 100

// maxDepth bounds how far up a process's ancestors are followed.
const maxDepth = 1000

// SignalTree sends sig to the process, to its group, to all its descendants and
// to those of them that have lost their parent and become our children, also
// in other groups and sessions. It returns how many living processes it found;
// signal 0 only counts them. What is left is still found when the process
// itself has been reaped.
//
// Never signalled are this process, another Process of the Reaper, and what is
// below that or, when orphaned, still in the session or group it leads. Each
// process gets the signal once. KILL goes on until a pass over the tree finds
// nothing that was started meanwhile; what an app starts when it is told to end
// may be part of that, and gets no other signal.
//
// Orphans become our children only in PID 1 and after BecomeSubreaper. Without
// /proc the signal goes to the group alone, and the count is 1 or 0.
func (p *Process) SignalTree(sig syscall.Signal) int {
	if !procUsable() {
		return p.signalGroupOnly(sig)
	}
	s := treeSignal{process: p, sig: sig, sent: make(map[procEntryID]bool)}
	if sig != syscall.SIGKILL {
		s.pass(treeWalk{})
		return len(s.sent)
	}
	for range maxPasses {
		// A listing by children files can miss some: the last word has one of
		// the whole /proc.
		if s.pass(treeWalk{}) == 0 && s.pass(treeWalk{complete: true}) == 0 {
			break
		}
	}
	return len(s.sent)
}

func (p *Process) signalGroupOnly(sig syscall.Signal) int {
	if p.SignalGroup(sig) != nil {
		return 0
	}
	return 1
}

// procEntryID names a process for good, as its number alone does not.
type procEntryID struct {
	pid   int
	start uint64
}

// treeSignal is one call of SignalTree.
type treeSignal struct {
	process *Process
	sig     syscall.Signal
	sent    map[procEntryID]bool
	reader  procReader
}

// pass signals what is in the tree and was not signalled before, and returns
// how many that were.
func (s *treeSignal) pass(walk treeWalk) int {
	var fresh []procEntry
	for _, e := range walk.members(s.process) {
		if !e.dead() && !s.sent[procEntryID{e.pid, e.start}] {
			fresh = append(fresh, e)
		}
	}
	if len(fresh) == 0 {
		return 0
	}
	before := len(s.sent)
	deeper := s.signalChildren(fresh)
	for _, e := range deeper {
		if s.signalDeeper(&e) {
			s.sent[procEntryID{e.pid, e.start}] = true
		}
	}
	return len(s.sent) - before
}

// signalChildren signals the process, its group and the orphans among members,
// and returns the others. As these are our children and cannot be reaped
// meanwhile, their numbers are theirs.
func (s *treeSignal) signalChildren(members []procEntry) (deeper []procEntry) {
	p := s.process
	p.reaper.mu.Lock()
	defer p.reaper.mu.Unlock()
	registered := p.reaper.children[p.pid] == p
	grouped := registered && p.leader && syscall.Kill(-p.pid, s.sig) != syscall.ESRCH
	self := os.Getpid()
	for _, e := range members {
		var err error
		switch {
		case grouped && e.group == p.pid: // has it
		case registered && e.pid == p.pid:
			err = syscall.Kill(e.pid, s.sig)
		case e.parent == self:
			now, ok := s.reader.entry(e.pid)
			if !ok || !now.same(&e) || now.parent != self || p.reaper.children[e.pid] != nil {
				continue
			}
			err = syscall.Kill(e.pid, s.sig)
		default:
			deeper = append(deeper, e)
			continue
		}
		if err != syscall.ESRCH {
			s.sent[procEntryID{e.pid, e.start}] = true
		}
	}
	return deeper
}

// signalDeeper signals a descendant whose parent is another process, which may
// reap it at any time. False: it is gone, or no longer ours.
func (s *treeSignal) signalDeeper(e *procEntry) bool {
	fd, err := unix.PidfdOpen(e.pid, 0)
	if err == nil {
		defer unix.Close(fd)
		// Only now ask who has the number: if it is still the one that was listed,
		// it is the one the descriptor stands for.
		if !s.isOurs(e) {
			return false
		}
		err = unix.PidfdSendSignal(fd, s.sig, nil, 0)
	}
	if err == nil || err == unix.ESRCH {
		return err == nil
	}
	// Linux before 5.3, or a filter that does not know the call: as sure as one
	// can be with a number alone.
	return s.isOurs(e) && syscall.Kill(e.pid, s.sig) != syscall.ESRCH
}

// isOurs reports whether e lives and is still in the process's tree.
func (s *treeSignal) isOurs(e *procEntry) bool {
	const attempts = 5
	for range attempts {
		now, ok := s.reader.entry(e.pid)
		if !ok || !now.same(e) || now.dead() {
			return false
		}
		if root, ok := s.ancestor(now); ok {
			return s.process.reaper.adopts(s.process, root)
		}
		// An ancestor has ended on the way up: there is another way now.
	}
	return false
}

// ancestor returns the one among e and its ancestors that is our child. The
// ancestor is 0 if we are not above e; false means that one has gone meanwhile.
func (s *treeSignal) ancestor(e procEntry) (pid int, ok bool) {
	self := os.Getpid()
	for range maxDepth {
		if e.parent == self {
			return e.pid, true
		}
		if e.parent <= 1 {
			return 0, true
		}
		if e, ok = s.reader.entry(e.parent); !ok {
			return 0, false
		}
	}
	return 0, true
}

// adopts reports whether pid is p, or our child but none that was started here.
func (r *Reaper) adopts(p *Process, pid int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	other := r.children[pid]
	return pid != 0 && (other == nil || other == p)
}

// treeWalk lists a process's tree. The zero value is ready for use, by one
// goroutine.
type treeWalk struct {
	// complete reads all of /proc, which misses nothing that was there all the
	// time. The children files are read otherwise, if the kernel has them.
	complete bool

	reader  procReader
	parents map[int][]int // to their children, if all of /proc was read
}

// members returns the processes of p's tree, those that are dead but not yet
// reaped included; a parent comes before its children.
func (w *treeWalk) members(p *Process) []procEntry {
	found := w.roots(p)
	seen := make(map[int]bool, len(found))
	for _, e := range found {
		seen[e.pid] = true
	}
	var below []int
	for i := 0; i < len(found); i++ {
		below = w.appendChildren(below[:0], found[i].pid)
		for _, pid := range below {
			if seen[pid] || pid == os.Getpid() {
				continue
			}
			if e, ok := w.reader.entry(pid); ok {
				seen[pid] = true
				found = append(found, e)
			}
		}
	}
	return found
}

// roots returns those of our children that p's tree starts from: p, and the
// orphans nobody else can claim. That nothing is reaped meanwhile makes the
// list complete.
func (w *treeWalk) roots(p *Process) []procEntry {
	p.reaper.mu.Lock()
	defer p.reaper.mu.Unlock()
	w.parents = nil
	if self := os.Getpid(); w.complete || unix.Access(procPath(self, "task/"+strconv.Itoa(self)+"/children"), unix.F_OK) != nil {
		w.readAll()
	}
	var found []procEntry
	if p.reaper.children[p.pid] == p {
		e, ok := w.reader.entry(p.pid)
		if !ok { // /proc cannot be read, for want of descriptors: it is there all the same
			e = procEntry{pid: p.pid, parent: os.Getpid()}
		}
		found = append(found, e)
	}
	for _, pid := range w.appendChildren(nil, os.Getpid()) {
		if p.reaper.children[pid] != nil {
			continue
		}
		if e, ok := w.reader.entry(pid); ok && !p.reaper.claimed(p, &e) {
			found = append(found, e)
		}
	}
	return found
}

func (w *treeWalk) appendChildren(dst []int, pid int) []int {
	if w.parents != nil {
		return append(dst, w.parents[pid]...)
	}
	return w.reader.appendChildren(dst, pid)
}

func (w *treeWalk) readAll() {
	w.parents = make(map[int][]int)
	for _, pid := range appendNumbers(nil, "/proc") {
		if e, ok := w.reader.entry(pid); ok {
			w.parents[e.parent] = append(w.parents[e.parent], pid)
		}
	}
}

// claimed reports whether an orphan is in a group or session another Process
// leads. The lock is held.
func (r *Reaper) claimed(p *Process, e *procEntry) bool {
	for _, leader := range [...]int{e.group, e.session} {
		if other := r.children[leader]; other != nil && other != p {
			return true
		}
	}
	return false
}
