package supervise

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// limitedGroup makes a memory group below our own with a limit in MiB. It
// returns "" where that is not possible, and says so.
func limitedGroup(t *testing.T, own *MemoryGroup, limit int) string {
	t.Helper()
	if own == nil || len(own.levels) == 0 {
		t.Log("not run with a limit: no memory cgroup here")
		return ""
	}
	dir := filepath.Join(own.levels[0], "logwrap-test-"+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Logf("not run with a limit: %v", err)
		return ""
	}
	t.Cleanup(func() { eventually(t, "the group is empty", func() bool { return removed(dir) }) })
	file := filepath.Join(dir, own.limit)
	if err := os.WriteFile(file, []byte(strconv.Itoa(limit<<20)), 0); err != nil {
		t.Logf("not run with a limit: %v", err) // version 2 gives no controllers to children of a group with processes
		return ""
	}
	// Swap would only make it slow.
	os.WriteFile(filepath.Join(dir, "memory.swappiness"), []byte("0"), 0)
	os.WriteFile(filepath.Join(dir, "memory.swap.max"), []byte("0"), 0)
	return dir
}

func removed(dir string) bool {
	err := syscall.Rmdir(dir)
	return err == nil || errors.Is(err, os.ErrNotExist)
}

// TestMemoryGroup: the kernel's own OOM killer, and what can be seen of it.
func TestMemoryGroup(t *testing.T) {
	noOrphans(t)
	own := OpenMemoryGroup()
	kills, ok := own.Kills()
	used, limit := own.Usage()
	t.Logf("our own: %s: %d kills, %d of %d bytes used", own.Source(), kills, used, limit)
	_, err := os.Stat(own.Source())
	check(t, own == nil || ok && err == nil, "a group whose kills cannot be read: %v", err)
	check(t, own == nil || len(own.levels) == 0 || used > 1<<20, "a test in %d bytes", used)
	const mib = 48
	dir := limitedGroup(t, own, mib)
	if dir == "" {
		return
	}

	r, w := pipe(t)
	in, feed := pipe(t)
	spec := child("eat", "200")
	spec.Files = []*os.File{in, w, os.Stderr}
	p := start(t, spec)
	w.Close()
	out := newOutput(t, r)
	out.expect("ready")
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(p.Pid())), 0); err != nil {
		feed.Close()
		t.Fatal(err)
	}
	g := openMemoryGroup("/", strconv.Itoa(p.Pid()))
	check(t, strings.HasPrefix(g.Source(), dir+"/"), "found %s", g.Source())
	before, ok := g.Kills()
	_, limit = g.Usage()
	check(t, ok && before == 0 && limit == mib<<20, "%d kills, limit %d", before, limit)
	feed.Close() // eat
	check(t, wait(t, p).Signal == syscall.SIGKILL, "%s, %q", p.Status(), out.rest())
	after, ok := g.Kills()
	check(t, ok && after == 1, "%d kills", after)
	check(t, p.Status().MaxRSS > 10<<20, "it used %d bytes", p.Status().MaxRSS)
}

// TestWorkersOOM: a worker the kernel kills for want of memory is told from one
// that somebody else kills.
func TestWorkersOOM(t *testing.T) {
	dir := limitedGroup(t, OpenMemoryGroup(), 48)
	if dir == "" {
		return
	}
	noOrphans(t)
	r, w := pipe(t)
	in, feed := pipe(t)
	spec := child("keeper", "eat", "200")
	spec.Group = true
	spec.Files = []*os.File{in, w, os.Stderr}
	p := start(t, spec)
	t.Cleanup(func() { p.SignalTree(syscall.SIGKILL) })
	w.Close()
	in.Close()
	out := newOutput(t, r)
	eater := number(out.line())
	out.expect("ready")
	for _, pid := range []int{p.Pid(), eater} {
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0); err != nil {
			t.Fatal(err)
		}
	}
	g := openMemoryGroup("/", strconv.Itoa(p.Pid()))
	o := (&office{t: t, master: p, Workers: NewWorkers(reaper, g), helper: eater}).run()
	feed.Close()
	select {
	case d := <-o.Deaths():
		check(t, d.Pid == eater && d.Parent == p.Pid() && d.Kills == 1 && d.Worker, "%+v", d)
		check(t, !d.Known && !seesExits(t) || d.Status.Signal == syscall.SIGKILL, "%+v", d)
	case <-time.After(deadline):
		t.Fatal("no death was reported")
	}
}
