//go:build linux

package conformance

// The cases of dumb-init, tests/shell_background_test.py and tests/tty_test.py:
//
//	shell background support, setsid     TestDumbInitSuspendWithoutTerminal, TestDumbInitShellBackground
//	prints signals, no setsid            TestDumbInitPrintsSuspendSignals
//	tty                                  TestDumbInitTerminal
//	child gets controlling tty           TestDumbInitControllingTerminal, TestDumbInitJobControl
//	first HUP and CONT ignored           TestDumbInitNoHandOver
//
// What logwrap does in another way on purpose:
//
//   - it suspends itself when the app has stopped, and only on a terminal, where a
//     shell waits for that: a supervisor that is stopped neither reaps nor moves
//     what the app wrote. An app that catches TSTP goes on, and so does logwrap.
//   - TSTP sent by kill to a logwrap that has the foreground is taken for the one
//     the terminal's key sends to all of the group.
//   - nothing is handed over: the app stays in logwrap's session, so that the
//     kernel sends no HUP and CONT that would have to be held back.

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

var suspending = []syscall.Signal{syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU}

// TestDumbInitSuspendWithoutTerminal: the app is suspended and continued, by
// signals to logwrap, which goes on.
func TestDumbInitSuspendWithoutTerminal(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		w := p.does(flags, "pause").start(t)
		w.out.expect("ready")
		app := w.app()
		for _, sig := range suspending {
			w.signal(sig)
			eventually(t, "the app stops", func() bool { return state(t, app) == 'T' })
			check(t, state(t, w.pid) != 'T', "logwrap has stopped by %d", sig)
			w.signal(syscall.SIGCONT)
			eventually(t, "the app goes on", func() bool { return state(t, app) != 'T' })
		}
		w.signal(syscall.SIGTERM)
		w.expectCode(143)
	})
}

func TestDumbInitPrintsSuspendSignals(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		w := p.does(flags, "signals", "eof").start(t)
		w.out.expect("ready")
		for _, sig := range suspending {
			w.signal(sig)
			w.out.expect(fmt.Sprintf("signal %d", sig))
			w.signal(syscall.SIGCONT)
			w.out.expect("signal 18")
		}
		w.stdin.Close()
		w.expectCode(0)
	})
}

// TestDumbInitShellBackground: below a shell's job control, logwrap stops with
// the app and continues it.
func TestDumbInitShellBackground(t *testing.T) {
	t.Parallel()
	keyboard, slave, ok := openTerminal(t)
	if !ok {
		return
	}
	c := somewhere.does("", "pause")
	c.tty, c.before, c.after = slave, strings.Fields("spawn 1 foreground"), strings.Fields("then wait")
	shell := c.start(t)
	shell.out.expect("ready")
	job := &wrapper{t: t, pid: childrenOf(shell.pid)[0].pid}
	app := job.app()
	for _, sig := range suspending {
		if sig == syscall.SIGTSTP {
			keyboard.press(ctrlZ)
		} else if err := syscall.Kill(job.pid, sig); err != nil {
			t.Fatal(err)
		}
		eventually(t, "both stop", func() bool { return state(t, job.pid) == 'T' && state(t, app) == 'T' })
		if err := syscall.Kill(-job.pid, syscall.SIGCONT); err != nil { // what fg does
			t.Fatal(err)
		}
		eventually(t, "both go on", func() bool { return state(t, job.pid) != 'T' && state(t, app) != 'T' })
	}
	keyboard.press(ctrlC)
	shell.expectCode(0)
}

// TestDumbInitSuspendedByNobody: a container's terminal has no shell that would
// continue the app, which must not stop for ever.
func TestDumbInitSuspendedByNobody(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		keyboard, slave, ok := openTerminal(t)
		if !ok {
			return
		}
		c := p.does("", "signals", "eof")
		c.tty = slave
		w := c.start(t)
		w.out.expect("ready")
		keyboard.press(ctrlZ)
		w.out.expect("signal 20")
		w.signal(syscall.SIGUSR1)
		w.out.expect("signal 10")
		keyboard.press(ctrlD)
		w.expectCode(0)
	})
}

func TestDumbInitTerminal(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		keyboard, slave, ok := openTerminal(t)
		if !ok {
			return
		}
		c := p.does("", "cat")
		c.tty, c.screen = slave, true
		w := c.start(t)
		keyboard.press("1\n2\n3\n")
		keyboard.screen.expect("1", "2", "3")
		keyboard.press(ctrlD)
		w.expectCode(0)
	})
}

func TestDumbInitControllingTerminal(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		_, slave, ok := openTerminal(t)
		if !ok {
			return
		}
		c := p.does(flags, "tty")
		c.tty = slave
		w := c.start(t)
		w.out.expect("0 terminal 0x0", "1 no terminal", "2 no terminal", "controlling yes", "foreground yes")
		w.expectCode(0)
	})
}

// TestDumbInitJobControl: a shell has a working job control below logwrap.
func TestDumbInitJobControl(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		keyboard, slave, ok := openTerminal(t)
		if !ok {
			return
		}
		w := call{place: p, flags: strings.Fields(flags), command: []string{"sh", "-m"}, tty: slave}.start(t)
		keyboard.press("echo \"flags are: [[$-]]\"\nexit 0\n")
		stdout := w.out.rest()
		w.expectCode(0)
		_, rest, found := strings.Cut(stdout, "flags are: [[")
		shown, _, _ := strings.Cut(rest, "]]")
		check(t, found && strings.Contains(shown, "m"), "stdout: %q", stdout)
	})
}

// TestDumbInitNoHandOver: logwrap leads the session, and the app, which catches
// everything, receives nothing at its start.
func TestDumbInitNoHandOver(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		_, slave, ok := openTerminal(t)
		if !ok {
			return
		}
		c := p.does("", "signals")
		c.tty = slave
		w := c.start(t)
		w.out.expect("ready")
		w.signal(syscall.SIGUSR1)
		w.out.expect("signal 10")
		w.signal(syscall.SIGHUP)
		w.out.expect("signal 1")
	})
}
