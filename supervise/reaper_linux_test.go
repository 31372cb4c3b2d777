package supervise

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// children returns our children: pid to state, from /proc.
func children(t testing.TB) map[int]byte {
	t.Helper()
	return childrenOf(t, "/proc", os.Getpid())
}

func childrenOf(t testing.TB, proc string, parent int) map[int]byte {
	t.Helper()
	found := map[int]byte{}
	stats, err := filepath.Glob(proc + "/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		t.Fatalf("no %s: %v", proc, err)
	}
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // gone meanwhile
		}
		// pid (command) state parent …, where the command may hold anything
		rest := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if ppid, _ := strconv.Atoi(rest[1]); ppid == parent {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			found[pid] = rest[0][0]
		}
	}
	return found
}

// TestOrphans: a thousand processes that lost their parent, half of them dead
// already, end up with us and are buried; the statuses of our own are right.
func TestOrphans(t *testing.T) {
	const n = 500
	first, second := start(t, child("orphans", strconv.Itoa(n))), start(t, child("orphans", strconv.Itoa(n)))
	check(t, wait(t, first).ExitCode() == 0 && wait(t, second).ExitCode() == 0, "%s, %s", first.Status(), second.Status())
	eventually(t, "all orphans are gone", func() bool { return len(children(t)) == 0 })
	reaper.mu.Lock()
	defer reaper.mu.Unlock()
	check(t, len(reaper.children) == 0, "the reaper remembers %d children", len(reaper.children))
}

// startIn starts spec in new namespaces, as PID 1 of one of them. It reports
// whether the kernel allows that.
func startIn(t *testing.T, spec Spec) (*Process, error) {
	t.Helper()
	attr, err := spec.attributes()
	if err != nil {
		t.Fatal(err)
	}
	defer spec.keep()
	attr.Sys.Cloneflags = syscall.CLONE_NEWPID
	if os.Geteuid() != 0 {
		attr.Sys.Cloneflags |= syscall.CLONE_NEWUSER
		attr.Sys.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		attr.Sys.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	reaper.mu.Lock()
	defer reaper.mu.Unlock()
	pid, err := syscall.ForkExec(spec.Path, spec.Args, attr)
	if err != nil {
		return nil, err
	}
	p := newProcess(reaper, pid, time.Now(), attr.Sys)
	reaper.children[pid] = p
	t.Cleanup(func() { p.SignalGroup(syscall.SIGKILL) })
	return p, nil
}

// namespaces reports whether tests as PID 1 can be run here, and says so if not.
func namespaces(t *testing.T) bool {
	t.Helper()
	p, err := startIn(t, child("exit", "0"))
	if err != nil {
		check(t, errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL), "start in a PID namespace: %v", err)
		t.Logf("not run: %s as PID 1: the kernel refuses PID namespaces: %v", t.Name(), err)
		return false
	}
	wait(t, p)
	return true
}

func wrapPID1(t *testing.T, w wrapping) *wrapper {
	t.Helper()
	return wrapBy(t, w, "wrap", nil, func(s Spec) *Process {
		p, err := startIn(t, s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
}

func TestPID1ExitCodes(t *testing.T) {
	if !namespaces(t) {
		return
	}
	for _, code := range []int{0, 1, 3, 255} {
		w := wrapPID1(t, wrapping{Mode: "exit", Args: []string{strconv.Itoa(code)}, Group: true, ToGroup: true})
		r, _ := w.finish()
		check(t, w.Status().ExitCode() == code && r.Crashed == (code != 0), "exit %d: %s", code, w.Status())
	}
	w := wrapPID1(t, wrapping{Mode: "kill", Args: []string{"6"}, Group: true, ToGroup: true})
	w.finish()
	check(t, w.Status().ExitCode() == 134, "%s", w.Status())
}

// TestPID1Forwards: TERM to PID 1 neither vanishes nor ends it with the Go
// runtime's code 2; all of the app's group hears of it.
func TestPID1Forwards(t *testing.T) {
	if !namespaces(t) {
		return
	}
	w := wrapPID1(t, wrapping{Mode: "signals", Group: true, ToGroup: true, StopTimeout: -1})
	w.out.expect("ready")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGWINCH, syscall.SIGTTIN, 37} {
		w.Signal(sig)
		w.expectSignal(SignalName(sig))
	}
	w.stdin.Close()
	for _, line := range strings.Fields(w.out.rest()) {
		check(t, line == "SIGURG", "received %s a second time", line)
	}
	r, _ := w.finish()
	check(t, w.Status().ExitCode() == 0 && r.Result.StopSignal == syscall.SIGTERM, "%s, %+v", w.Status(), r)

	w = wrapPID1(t, wrapping{Mode: "pause", Group: true, ToGroup: true})
	w.out.expect("ready")
	w.Signal(syscall.SIGTERM)
	r, _ = w.finish()
	check(t, w.Status().ExitCode() == 143 && !r.Crashed, "%s, %+v", w.Status(), r)
}

// TestPID1Group: a signal reaches the app's child too; without ToGroup it does
// not, which shows that the test can tell.
func TestPID1Group(t *testing.T) {
	if !namespaces(t) {
		return
	}
	for _, toGroup := range []bool{true, false} {
		w := wrapPID1(t, wrapping{Mode: "family", Group: true, ToGroup: toGroup})
		w.out.expect("ready")
		w.out.expect("ready")
		w.Signal(syscall.SIGUSR1)
		want := map[bool]int{true: 2, false: 1}[toGroup]
		for range want {
			w.expectSignal("SIGUSR1")
		}
		w.stdin.Close()      // ends both, which print before that what they still have
		rest := w.out.rest() // CHLD, too: one is the other's parent
		check(t, !strings.Contains(rest, "SIGUSR1"), "to the group %t: more than %d times USR1: %q", toGroup, want, rest)
		r, _ := w.finish()
		check(t, r.Result.ExitCode() == 0, "%+v", r)
	}
}

// TestPID1Orphans: PID 1 buries every orphan of its namespace.
func TestPID1Orphans(t *testing.T) {
	if !namespaces(t) {
		return
	}
	w := wrapPID1(t, wrapping{Mode: "orphanage", Args: []string{"200"}, Group: true, ToGroup: true})
	w.out.expect("ready")
	app := 0
	eventually(t, "only the app is left", func() bool {
		left := childrenOf(t, "/proc", w.Pid())
		for pid := range left {
			app = pid
		}
		return len(left) == 1
	})
	cmdline, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", app))
	check(t, strings.Contains(string(cmdline), "testchild"), "the one left is %q", cmdline)
	w.Signal(syscall.SIGTERM)
	r, _ := w.finish()
	check(t, r.Result.ExitCode() == 143, "%+v", r)
}

// TestPID1KillsTheRest: the ladder works where STOP and KILL cannot be sent to
// PID 1 from inside.
func TestPID1KillsTheRest(t *testing.T) {
	if !namespaces(t) {
		return
	}
	w := wrapPID1(t, wrapping{Mode: "tree", Args: []string{"stubborn"}, Group: true, ToGroup: true, StopTimeout: 150 * time.Millisecond})
	w.out.line()
	w.out.line()
	w.Signal(syscall.SIGTERM)
	r, _ := w.finish()
	check(t, r.Result.Killed && w.Status().ExitCode() == 137 && !r.Crashed, "%s, %+v", w.Status(), r)
}
