//go:build linux

package conformance

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// TestTiniOkExitCodes: each code counts as 0 when it alone is listed, and as
// itself when all the others are.
func TestTiniOkExitCodes(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 15
	}
	inBothPlaces(t, func(t *testing.T, p place) {
		inParallel(256/step+1, func(i int) {
			code := min(i*step, 255)
			var others []string
			for other := range 256 {
				if other != code {
					others = append(others, "--ok-exit", fmt.Sprint(other))
				}
			}
			alone := p.does(fmt.Sprintf("--console off --ok-exit %d", code), "exit", fmt.Sprint(code))
			if got := alone.code(t); got != 0 {
				t.Errorf("exit code %d with --ok-exit %d is %d", code, code, got)
			}
			rest := p.does("--console off "+strings.Join(others, " "), "exit", fmt.Sprint(code))
			if got := rest.code(t); got != code {
				t.Errorf("exit code %d with --ok-exit for all others is %d", code, got)
			}
		})
	})
}

func TestTiniReapingDisplay(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("--log-level debug", reaping...).start(t)
		w.expectCode(0)
		stderr := w.errors.rest()
		check(t, strings.Contains(stderr, "reaped an orphan"), "stderr: %s", stderr)
	})
}

func TestTiniProcessGroupFlag(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) { testProcessGroup(t, p.does("--signal-to group", processGroup...)) })
}

func TestTiniProcessGroupVariable(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		c := p.does("", processGroup...)
		c.env = []string{"LOGWRAP_SIGNAL_TO=group"}
		testProcessGroup(t, c)
	})
}

// testProcessGroup signals an app that ignores it and waits for a child that
// dies of it.
func testProcessGroup(t *testing.T, c call) {
	w := c.start(t)
	w.out.expect("ready")
	eventually(t, "the app ignores USR1", func() bool { return ignores(w.app(), syscall.SIGUSR1) })
	w.signal(syscall.SIGUSR1)
	w.expectCode(0)
}

// TestTiniParentDeathSignal: who started logwrap is killed; logwrap gets the
// signal and passes it on. PID 1's parent is outside of all it can know of.
func TestTiniParentDeathSignal(t *testing.T) {
	t.Parallel()
	c := somewhere.does("--parent-death-signal USR1", "signals")
	c.before, c.after = []string{"spawn", "1"}, strings.Fields("then sleep 1m")
	starter := c.start(t)
	starter.out.expect("ready")
	starter.signal(syscall.SIGKILL)
	starter.out.expect("signal 10")
}
