package supervise

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// office is a master with workers and a helper, and who watches them.
type office struct {
	*Workers
	t       testing.TB
	master  *Process
	workers []int
	helper  int
}

// open starts a master with one worker for each of how.
func open(t testing.TB, m *MemoryGroup, waits string, how ...string) *office {
	t.Helper()
	noOrphans(t)
	sleep, err := LookPath("sleep", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	r, w := pipe(t)
	spec := child("master", append([]string{waits, sleep}, how...)...)
	spec.Group = true
	spec.Files = []*os.File{nil, w, os.Stderr}
	o := &office{t: t, master: start(t, spec), Workers: NewWorkers(reaper, m), workers: make([]int, len(how))}
	t.Cleanup(func() { o.master.SignalTree(syscall.SIGKILL) })
	w.Close()
	out := newOutput(t, r)
	for range len(how) + 1 {
		name, pid, _ := strings.Cut(out.line(), " ")
		if name == "helper" {
			o.helper = number(pid)
		} else {
			o.workers[number(name)] = number(pid)
		}
	}
	return o
}

// run watches until the test's end, and returns when all are known.
func (o *office) run() *office {
	o.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.Run(ctx, o.master)
	}()
	o.t.Cleanup(func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(deadline):
			o.t.Error("Run did not end")
		}
	})
	eventually(o.t, "all are watched", func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, pid := range append(o.workers, o.helper) {
			if o.watched[pid] == nil {
				return false
			}
		}
		return true
	})
	return o
}

func (o *office) kill(pid int, sig syscall.Signal) {
	o.t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		o.t.Fatal(err)
	}
}

// next returns the next death, without what differs from run to run.
func (o *office) next() Death {
	o.t.Helper()
	select {
	case d := <-o.Deaths():
		check(o.t, !d.Status.Ended.IsZero() && d.Status.Duration() > 0 && d.Status.Duration() < deadline, "%+v", d)
		d.Status = Status{Code: d.Status.Code, Signal: d.Status.Signal}
		return d
	case <-time.After(deadline):
		o.t.Fatal("no death was reported")
		return Death{}
	}
}

func (o *office) expect(want Death) {
	o.t.Helper()
	got := o.next()
	check(o.t, got == want, "got %+v\nwant %+v", got, want)
}

// worker is the expected death of a worker.
func (o *office) worker(i int, sig syscall.Signal) Death {
	return Death{
		Pid: o.workers[i], Parent: o.master.Pid(), Command: commandOf(self()), Worker: true,
		Status: Status{Signal: sig}, Known: true,
	}
}

// commandOf is what the kernel calls a process that runs path.
func commandOf(path string) string {
	name := filepath.Base(path)
	return name[:min(15, len(name))]
}

// seesExits reports whether this kernel says how a process ended that its own
// parent has reaped, and says so if not.
func seesExits(t testing.TB) bool {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		t.Logf("no pidfds here: %v", err)
		return false
	}
	defer unix.Close(fd)
	info := unix.PidfdInfo{Mask: unix.PIDFD_INFO_EXIT | unix.PIDFD_INFO_PID}
	err = unix.IoctlPidfdInfo(fd, &info)
	var release unix.Utsname
	unix.Uname(&release)
	major, rest, _ := strings.Cut(unix.ByteSliceToString(release.Release[:]), ".")
	minor, _, _ := strings.Cut(rest, ".")
	n, _ := strconv.Atoi(minor)
	if number(major)*1000+n < 6015 {
		t.Logf("this kernel does not tell how others' children ended: %v", err)
		return false
	}
	check(t, err == nil, "PIDFD_GET_INFO: %v", err)
	return err == nil
}

// TestWorkers: a worker and a helper that are killed are reported, one that
// exits is not, whatever the code; the master itself waits for all of them.
func TestWorkers(t *testing.T) {
	o := open(t, nil, "wait", "", "", "exit").run()
	sees := seesExits(t)
	o.kill(o.workers[2], syscall.SIGTERM) // exits with code 3
	eventually(t, "it has exited", func() bool { return gone(o.workers[2]) })
	o.kill(o.helper, syscall.SIGUSR1)
	helper := Death{Pid: o.helper, Parent: o.master.Pid(), Command: "sleep", Status: Status{Signal: syscall.SIGUSR1}, Known: true}
	if !sees {
		eventually(t, "it is gone", func() bool { return gone(o.helper) })
		return // seen or not depends on who was faster
	}
	o.expect(helper)
	o.kill(o.workers[0], syscall.SIGKILL)
	o.expect(o.worker(0, syscall.SIGKILL))
	o.kill(o.workers[1], syscall.SIGTERM)
	o.expect(o.worker(1, syscall.SIGTERM))
	check(t, o.Lost() == 0, "lost %d", o.Lost())
}

// TestWorkersZombies: a zombie nobody waits for tells how it ended, also without
// a pidfd, and is reported once.
func TestWorkersZombies(t *testing.T) {
	o := open(t, nil, "never", "", "", "exit").run()
	o.kill(o.workers[2], syscall.SIGTERM)
	for i, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		o.kill(o.workers[i], sig)
		o.expect(o.worker(i, sig))
	}
	again := open(t, nil, "never") // which lasts longer than some looks
	again.run()
	check(t, len(o.Deaths()) == 0, "reported again: %d", len(o.Deaths()))
}

// TestWorkersFoundDead: one that was dead when it was first seen is reported.
func TestWorkersFoundDead(t *testing.T) {
	o := open(t, nil, "never", "", "")
	o.kill(o.workers[0], syscall.SIGKILL)
	eventually(t, "it is dead", func() bool { return gone(o.workers[0]) })
	o.run()
	want := o.worker(0, syscall.SIGKILL)
	want.Worker = false // nothing shows any more what it ran
	o.expect(want)
}

// TestWorkersOrphans: our reaper knows of the orphans, and what they used.
func TestWorkersOrphans(t *testing.T) {
	o := open(t, nil, "wait", "", "").run()
	o.kill(o.master.Pid(), syscall.SIGKILL)
	wait(t, o.master)
	o.kill(o.workers[0], syscall.SIGKILL)
	o.expect(o.worker(0, syscall.SIGKILL)) // its starter is still known
	o.kill(o.workers[1], syscall.SIGTERM)
	d := <-o.Deaths()
	check(t, d.Known && d.Status.Signal == syscall.SIGTERM && d.Worker, "%+v", d)
}

// vigilOf is a Run that the test drives by hand.
func (o *office) vigilOf(limit int) *vigil {
	v := &vigil{Workers: o.Workers, root: o.master, wake: -1, limit: limit, oom: newKillCount(o.memory)}
	v.begin()
	o.t.Cleanup(v.end)
	return v
}

// TestWorkersWithoutPidfds: a death is noticed at the next look. How it came is
// known if the zombie is still there, or the reaper's; else only an OOM kill is
// reported.
func TestWorkersWithoutPidfds(t *testing.T) {
	kills := filepath.Join(t.TempDir(), "memory.events")
	setKills(t, kills, 5)
	o := open(t, &MemoryGroup{kills: kills}, "wait", "", "", "")
	v := o.vigilOf(0)
	check(t, v.look() && len(v.watched) == 4 && len(v.owners) == 0, "%d watched, %d polled", len(v.watched), len(v.owners))
	check(t, !v.look(), "changed while nothing happened")

	o.kill(o.workers[0], syscall.SIGKILL)
	eventually(t, "it is gone", func() bool { var r procReader; _, ok := r.entry(o.workers[0]); return !ok })
	check(t, v.look(), "not noticed")
	v.report()
	check(t, len(o.Deaths()) == 0, "a death nobody knows anything of was reported")

	setKills(t, kills, 6)
	o.kill(o.workers[1], syscall.SIGKILL)
	eventually(t, "it is gone", func() bool { var r procReader; _, ok := r.entry(o.workers[1]); return !ok })
	v.look()
	v.report()
	unknown := o.worker(1, 0)
	unknown.Known, unknown.Kills = false, 1
	o.expect(unknown)

	o.kill(o.master.Pid(), syscall.SIGKILL)
	wait(t, o.master)
	v.look()
	o.kill(o.workers[2], syscall.SIGTERM)
	eventually(t, "it is buried", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.watched[o.workers[2]].buried != nil
	})
	v.look()
	v.report()
	o.expect(o.worker(2, syscall.SIGTERM))
}

// TestWorkersUnseen: the kernel has killed something before anybody saw it. In a
// group of our own that was one of the app's; on the whole machine it was anybody.
func TestWorkersUnseen(t *testing.T) {
	kills := filepath.Join(t.TempDir(), "memory.events")
	for _, shared := range []bool{false, true} {
		setKills(t, kills, 5)
		m := &MemoryGroup{kills: kills, levels: []string{t.TempDir()}}
		if shared {
			m.levels = nil
		}
		o := open(t, m, "wait", "")
		v := o.vigilOf(descriptorLimit())
		v.look()
		setKills(t, kills, 7)
		for i := range 4 {
			v.mourn(v.oom.age(time.Now().Add(time.Duration(i) * 2 * killMemory)))
		}
		if shared {
			check(t, len(o.Deaths()) == 0, "somebody else's death was reported")
			continue
		}
		d := <-o.Deaths()
		check(t, d.Pid == 0 && d.Known && d.Kills == 2 && d.Status.Signal == syscall.SIGKILL && len(o.Deaths()) == 0, "%+v", d)
	}
}

// TestWorkersExec: what was forked is a worker until it becomes another program.
func TestWorkersExec(t *testing.T) {
	o := open(t, nil, "never", "late", "")
	v := o.vigilOf(descriptorLimit())
	v.look()
	check(t, v.watched[o.workers[0]].worker && v.watched[o.workers[1]].worker, "not taken for workers")
	check(t, !v.watched[o.helper].worker, "sleep is taken for a worker")
	o.kill(o.workers[0], syscall.SIGUSR1)
	eventually(t, "it is another program", func() bool {
		v.look()
		d := v.watched[o.workers[0]]
		return !d.worker && d.command == "sleep"
	})
	check(t, v.watched[o.workers[1]].worker, "the other is one still")
}

// TestWorkersEnd: Run ends when it is told to, reports what has died by then,
// and keeps no descriptor.
func TestWorkersEnd(t *testing.T) {
	o := open(t, nil, "never", "", "", "")
	count := func() int { return len(appendNumbers(nil, "/proc/self/fd")) }
	before := count()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.Run(ctx, o.master)
	}()
	eventually(t, "all are watched", func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.watched) == 4
	})
	check(t, count() >= before, "%d descriptors, %d before", count(), before)
	o.kill(o.workers[0], syscall.SIGKILL)
	eventually(t, "it is dead", func() bool { return gone(o.workers[0]) })
	cancel()
	<-ended
	o.expect(o.worker(0, syscall.SIGKILL))
	check(t, count() == before && len(o.watched) == 0, "%d descriptors, %d before", count(), before)

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	o.Run(cancelled, o.master) // returns
}

// TestWorkersManyDeaths: nobody waits for a reader; the newest deaths are kept.
func TestWorkersManyDeaths(t *testing.T) {
	w := NewWorkers(reaper, nil)
	for i := range maxDeaths + 44 {
		w.send(Death{Pid: i})
	}
	check(t, w.Lost() == 44 && (<-w.Deaths()).Pid == 44, "lost %d", w.Lost())
}

// TestExitVisible: a zombie that may not be asked shows exit code 0.
func TestExitVisible(t *testing.T) {
	o := open(t, nil, "never", "")
	check(t, !exitVisible(o.helper), "a living process has an exit status")
	o.kill(o.workers[0], syscall.SIGKILL)
	eventually(t, "it is dead", func() bool { return gone(o.workers[0]) })
	check(t, exitVisible(o.workers[0]), "we may not look at our own user's zombie")
}

func setKills(t testing.TB, name string, n int) {
	t.Helper()
	if err := os.WriteFile(name, []byte("low 0\noom 9\noom_kill "+strconv.Itoa(n)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkWorkersLook is one look at a tree of 100 idle processes.
func BenchmarkWorkersLook(b *testing.B) {
	o := open(b, nil, "never", make([]string, 100)...)
	v := o.vigilOf(descriptorLimit())
	v.look()
	b.ReportAllocs()
	for b.Loop() {
		if v.look() {
			b.Fatal("changed")
		}
	}
}
