package supervise

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// noOrphans waits until earlier tests have left nothing behind, which would
// count as part of any tree.
func noOrphans(t testing.TB) {
	t.Helper()
	eventually(t, "no orphan is left", func() bool { return len(orphansHere()) == 0 })
}

// orphansHere returns our children that nobody here has started.
func orphansHere() (pids []int) {
	var r procReader
	reaper.mu.Lock()
	defer reaper.mu.Unlock()
	for _, pid := range r.appendChildren(nil, os.Getpid()) {
		if reaper.children[pid] == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// names are the processes of a forest.
var names = []string{"child", "orphan-plain", "orphan-setsid", "root", "session"}

// plant starts a forest and returns its processes by name.
func plant(t testing.TB, args ...string) (*Process, *output, map[string]int) {
	t.Helper()
	noOrphans(t)
	r, w := pipe(t)
	spec := child("forest", args...)
	spec.Group = true
	spec.Files = []*os.File{nil, w, os.Stderr}
	p := start(t, spec)
	t.Cleanup(func() { p.SignalTree(syscall.SIGKILL) })
	w.Close()
	out := newOutput(t, r)
	pids := map[string]int{}
	for range names {
		name, pid, _ := strings.Cut(out.line(), " ")
		pids[name] = number(pid)
	}
	check(t, len(pids) == len(names), "the forest is %v", pids)
	return p, out, pids
}

func gone(pid int) bool {
	var r procReader
	e, ok := r.entry(pid)
	return !ok || e.dead()
}

// TestSignalTree: one signal reaches each process of a tree once, whatever
// group, session or parent it has come to.
func TestSignalTree(t *testing.T) {
	p, out, _ := plant(t, "talk")
	for _, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGTERM, syscall.SIGUSR2} {
		check(t, p.SignalTree(0) == len(names), "counted %d", p.SignalTree(0))
		check(t, p.SignalTree(sig) == len(names), "%s did not reach all", SignalName(sig))
		var heard []string
		for range names {
			name, _ := strings.CutSuffix(out.line(), " "+SignalName(sig))
			heard = append(heard, name)
		}
		slices.Sort(heard)
		check(t, slices.Equal(heard, names), "%s reached %q", SignalName(sig), heard)
	}
	check(t, p.SignalTree(syscall.SIGKILL) == len(names), "KILL did not reach all")
	check(t, out.rest() == "", "somebody got a signal twice")
	check(t, wait(t, p).Signal == syscall.SIGKILL, "%s", p.Status())
	eventually(t, "nothing is left", func() bool { return p.SignalTree(0) == 0 })
}

// TestSignalTreeWithoutRoot: what is left of a tree is found when the root is
// gone, and its number may be another's.
func TestSignalTreeWithoutRoot(t *testing.T) {
	p, out, pids := plant(t, "deaf")
	check(t, p.Signal(syscall.SIGKILL) == nil, "the root cannot be killed")
	wait(t, p)
	// Its children become ours at its end, before it is reaped.
	check(t, p.SignalTree(syscall.SIGTERM) == len(names)-1, "found %d", p.SignalTree(0))
	check(t, p.SignalTree(syscall.SIGKILL) == len(names)-1, "found %d", p.SignalTree(0))
	check(t, out.rest() == "", "said something")
	eventually(t, "nothing is left", func() bool { return p.SignalTree(0) == 0 })
	for name, pid := range pids {
		check(t, gone(pid), "%s is left", name)
	}
}

// TestSignalTreeSparesOthers: neither another Process, nor what is below it,
// nor an orphan that is still in its session belongs to the tree.
func TestSignalTreeSparesOthers(t *testing.T) {
	noOrphans(t)
	r, w := pipe(t)
	spec := child("forest")
	spec.Session = true
	spec.Files = []*os.File{nil, w, os.Stderr}
	other := start(t, spec)
	t.Cleanup(func() { other.SignalTree(syscall.SIGKILL) })
	w.Close()
	out := newOutput(t, r)
	spared := map[string]int{}
	for range names {
		name, pid, _ := strings.Cut(out.line(), " ")
		spared[name] = number(pid)
	}
	// A daemon that has left the session as well is anybody's.
	syscall.Kill(spared["orphan-setsid"], syscall.SIGKILL)
	noDaemon := func() bool { return gone(spared["orphan-setsid"]) }
	eventually(t, "the daemon is gone", noDaemon)

	p := start(t, func() Spec { s := child("pause"); s.Group = true; return s }())
	check(t, p.SignalTree(0) == 1, "found %d", p.SignalTree(0))
	check(t, p.SignalTree(syscall.SIGKILL) == 1, "signalled others")
	wait(t, p)
	check(t, p.SignalTree(syscall.SIGKILL) == 0, "signalled others")
	for name, pid := range spared {
		check(t, name == "orphan-setsid" || !gone(pid), "%s was killed", name)
	}
	check(t, !isClosed(other.Done()), "the other Process: %s", other.Status())
	check(t, other.SignalTree(syscall.SIGKILL) == len(names)-1, "found %d", other.SignalTree(0))
	wait(t, other)
}

// TestSignalTreeAlone: a child that leads no group is signalled without the
// rest of its group, which is us.
func TestSignalTreeAlone(t *testing.T) {
	noOrphans(t)
	r, w := pipe(t)
	spec := child("tree", "stubborn")
	spec.Files = []*os.File{nil, w, os.Stderr}
	p := start(t, spec)
	w.Close()
	out := newOutput(t, r)
	out.line()
	out.line()
	check(t, p.SignalTree(syscall.SIGTERM) == 2, "found %d", p.SignalTree(0))
	check(t, p.SignalTree(syscall.SIGKILL) == 2, "found %d", p.SignalTree(0))
	wait(t, p)
	check(t, out.rest() == "", "said something")
}

// TestSignalTreeCatchesHoppers: a chain of processes each of which leaves its
// parent's session and ends is caught by KILL, which would otherwise wait for
// its end longer than the deadline.
func TestSignalTreeCatchesHoppers(t *testing.T) {
	noOrphans(t)
	links := int(2 * deadline / hopPause)
	p := start(t, child("hopper", strconv.Itoa(links)))
	t.Cleanup(func() { p.SignalTree(syscall.SIGKILL) })
	eventually(t, "it has hopped", func() bool { return isClosed(p.Done()) && p.SignalTree(0) > 0 })
	check(t, p.SignalTree(syscall.SIGKILL) > 0, "found nothing")
	eventually(t, "nothing is left", func() bool { return p.SignalTree(0) == 0 })
}

// TestSignalTreeComplete: all of /proc shows the same tree as the children files.
func TestSignalTreeComplete(t *testing.T) {
	p, _, pids := plant(t)
	for _, walk := range []treeWalk{{}, {complete: true}} {
		found := map[int]bool{}
		for _, e := range walk.members(p) {
			found[e.pid] = true
		}
		check(t, len(found) == len(pids), "complete %t: %v, want %v", walk.complete, found, pids)
		for name, pid := range pids {
			check(t, found[pid], "complete %t: %s is missing", walk.complete, name)
		}
	}
}

// TestSignalDeeperAsksAgain: a number that has come to another process since it
// was listed is not signalled.
func TestSignalDeeperAsksAgain(t *testing.T) {
	p, _, pids := plant(t)
	var r procReader
	e, ok := r.entry(pids["child"])
	s := treeSignal{process: p, sig: syscall.SIGKILL}
	check(t, ok && s.isOurs(&e), "the child is not found")
	e.start++
	check(t, !s.signalDeeper(&e) && !gone(e.pid), "another process was signalled")
	e.start--
	check(t, s.signalDeeper(&e), "the child was not signalled")
	eventually(t, "it is dead", func() bool { return gone(e.pid) })
	check(t, !s.signalDeeper(&e), "the dead was signalled")
	stranger, ok := r.entry(os.Getppid())
	check(t, ok && !s.isOurs(&stranger), "our parent is taken for a descendant")
}

// TestSignalTreeWithoutDescriptors: when no file can be opened the process and
// its group are signalled still.
func TestSignalTreeWithoutDescriptors(t *testing.T) {
	p, _, pids := plant(t)
	limit := func(next, before *unix.Rlimit) { // not syscall.Setrlimit, which has children inherit it
		_, _, errno := unix.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE,
			uintptr(unsafe.Pointer(next)), uintptr(unsafe.Pointer(before)), 0, 0)
		check(t, errno == 0, "prlimit: %v", errno)
	}
	var before unix.Rlimit
	limit(nil, &before)
	limit(&unix.Rlimit{Cur: 3, Max: before.Max}, nil)
	found := p.SignalTree(syscall.SIGKILL)
	limit(&before, nil)
	check(t, found == 1, "found %d", found)
	check(t, wait(t, p).Signal == syscall.SIGKILL, "%s", p.Status())
	for _, name := range []string{"child", "orphan-plain"} {
		eventually(t, name+" is dead", func() bool { return gone(pids[name]) })
	}
}

func TestParseProcEntry(t *testing.T) {
	const rest = " S 12 13 14 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 12345 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 139\n"
	for _, command := range []string{"cat", "a b", ") S 1 (", "((", "", "\xff\n"} {
		e, ok := parseProcEntry([]byte("77 (" + command + ")" + rest))
		want := procEntry{pid: 77, command: command, state: 'S', parent: 12, group: 13, session: 14, threads: 9, start: 12345, exit: 139}
		check(t, ok && e == want, "%q: %+v, %t", command, e, ok)
	}
	for _, bad := range []string{"", "77", "77 (cat", "77 cat) S 1", "77 (cat)", "77 (cat) S 1 2 3", "x (cat)" + rest, "77 (cat) S x" + rest} {
		_, ok := parseProcEntry([]byte(bad))
		check(t, !ok, "accepted %q", bad)
	}
	var r procReader
	self, ok := r.entry(os.Getpid())
	check(t, ok && self.parent == os.Getppid() && self.group == syscall.Getpgrp() && !self.dead(), "%+v", self)
	check(t, time.Since(startTime(&self)) < time.Hour && time.Since(startTime(&self)) > -time.Second, "started %v", startTime(&self))
	leader := procEntry{state: 'Z', threads: 2}
	check(t, !leader.dead(), "a process is dead whose first thread has ended")
}

func FuzzParseProcEntry(f *testing.F) {
	data, _ := os.ReadFile("/proc/self/stat")
	f.Add(data)
	f.Add([]byte("1 (a) b) Z 1 1 1 0 0 0"))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, ok := parseProcEntry(line)
		if ok && !strings.Contains(string(line), "("+e.command+")") {
			t.Error(fmt.Sprint("command ", e.command))
		}
	})
}
