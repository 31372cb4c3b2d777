package supervise

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"
)

// nextSignal skips those the child's own runtime sends.
func nextSignal(out *output) string {
	out.t.Helper()
	for {
		if line := out.line(); line != "SIGURG" {
			return line
		}
	}
}

// dying starts a testchild in mode, which has a child of its own that shares its
// stdin and stdout.
func dying(t *testing.T, spec Spec) (*Process, *output) {
	t.Helper()
	in, _ := pipe(t)
	r, w := pipe(t)
	spec.Files = []*os.File{in, w, os.Stderr}
	spec.Group = true
	p := start(t, spec)
	w.Close()
	return p, newOutput(t, r)
}

// expectAtDeath ends p and waits for what its child says.
func expectAtDeath(t *testing.T, name string, p *Process, out *output) {
	t.Helper()
	began := time.Now()
	p.Signal(syscall.SIGKILL)
	got := nextSignal(out)
	check(t, got == "SIGUSR1", "%s: %s", name, got)
	t.Logf("%s: told of the death after %v", name, time.Since(began).Round(10*time.Microsecond))
	wait(t, p)
}

// TestDeathSignal: the app learns of our end, and of no thread's.
func TestDeathSignal(t *testing.T) {
	for _, route := range routes {
		p, out := dying(t, child("mortal", route))
		expectBoth(t, out, "ready", "churned")
		expectAtDeath(t, route, p, out)
	}
	if !isRoot(t, "a death signal for another user's process") {
		return
	}
	app := publicSelf(t)
	for _, route := range routes {
		p, out := dying(t, child("mortal", route, app))
		expectBoth(t, out, "ready", "churned")
		expectAtDeath(t, fmt.Sprintf("%s, user %d", route, someUser), p, out)
	}
}

// expectBoth reads two lines that come from two processes.
func expectBoth(t *testing.T, out *output, a, b string) {
	t.Helper()
	first, second := nextSignal(out), nextSignal(out)
	if first != a {
		first, second = second, first
	}
	if first != a || second != b {
		t.Fatalf("said %q and %q, want %q and %q", first, second, a, b)
	}
}

// TestParentDeathSignal: the same, asked for by the child.
func TestParentDeathSignal(t *testing.T) {
	p, out := dying(t, child("parent"))
	out.expect("ready")
	expectAtDeath(t, "asked for", p, out)
}

// TestParentDeathSignalTooLate: the parent was gone before the kernel was asked.
func TestParentDeathSignalTooLate(t *testing.T) {
	got := runOutput(t, child("late"))
	check(t, got == "SIGUSR1\n", "%q", got)
	check(t, ParentDeathSignal(99) != nil, "signal 99 was accepted")
	check(t, ParentDeathSignal(0) == nil, "0 was not")
}
