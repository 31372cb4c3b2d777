//go:build linux

package conformance

// The cases of tini, test/run_inner_tests.py and test/run_outer_tests.py:
//
//	exit codes, -e                            TestTiniOkExitCodes (tini_options_test.go)
//	reaping, under a subreaper                TestTiniReapingUnderSubreaper
//	reaping, -s and TINI_SUBREAPER            TestTiniReaping
//	reaping display, -w                       TestTiniReapingIsSilent, TestTiniReapingDisplay (tini_options_test.go)
//	signals TERM, USR1, USR2                  TestTiniSignals
//	process group, -g                         TestTiniProcessGroup (as PID 1, the default there),
//	                                          TestTiniProcessGroupFlag (tini_options_test.go)
//	process group, environment variable       TestTiniProcessGroupVariable (tini_options_test.go)
//	zombie reaping failure                    TestTiniReapingCanFail
//	signal configuration                      TestTiniSignalConfiguration
//	parent death signal, -p                   TestTiniParentDeathSignal (tini_options_test.go)
//	outer: reaping                            TestTiniReaping
//	outer: kill with INT and TERM, the codes  TestTiniKillCodes
//	outer: -z                                 TestTiniBadOption
//	outer: zzzz                               TestTiniMissingCommand
//	outer: -h                                 TestTiniHelp
//	outer: a terminal, exit 0                 TestTiniTerminalExit
//	outer: a terminal, Ctrl-C                 TestTiniTerminalCtrlC
//
// What logwrap does in another way on purpose:
//
//   - -s, TINI_SUBREAPER and the warning without them: logwrap is always the
//     parent of orphans below it, there is nothing to switch on or to warn of. The
//     case in which reaping must fail is kept, to show that the test can.
//   - -w is --log-level debug.
//   - exit code 1 for tini's own faults: 125, 126 and 127, as shells and docker.
//   - signal configuration: SEGV ignored and TERM, ILL blocked are not kept. The
//     Go runtime takes them back at the start, before any code of ours runs.
//   - -v, -l, valgrind, the installation of packages: not about processes, or not
//     about a Go program.

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// reaping is an app that leaves 100 orphans, each in a group of its own, and
// waits until only itself is left.
var reaping = strings.Fields("spawn 1 orphans 100 500ms then reaped 15s")

func TestTiniReaping(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("", strings.Fields("spawn 1 orphans 100 2s then reaped 15s")...).start(t)
		eventually(t, "the orphans are logwrap's", func() bool { return len(w.children()) > 10 })
		w.out.expect("reaped")
		w.expectCode(0)
	})
}

func TestTiniReapingUnderSubreaper(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		c := p.does("", reaping...)
		c.before = []string{"subreaper"}
		w := c.start(t)
		w.out.expect("reaped")
		w.expectCode(0)
	})
}

func TestTiniReapingIsSilent(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("", reaping...).start(t)
		w.expectCode(0)
		stderr := w.errors.rest()
		check(t, !strings.Contains(stderr, "reap") && !strings.Contains(stderr, "zombie"), "stderr: %s", stderr)
	})
}

// TestTiniReapingCanFail: below a parent that does not wait, the app of the
// tests above finds zombies.
func TestTiniReapingCanFail(t *testing.T) {
	t.Parallel()
	app := strings.Fields("subreaper spawn 1 spawn 1 orphans 10 50ms then reaped 1s then sleep 10s")
	w := call{bare: true, app: app}.start(t)
	line := w.out.line()
	check(t, strings.HasPrefix(line, "left: ") && strings.Contains(line, "Z"), "the app said %q", line)
}

func TestTiniSignals(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2} {
			t.Run(sig.String(), func(t *testing.T) {
				t.Parallel()
				w := p.does("", "spawn", "1", "pause", "then", "pause").start(t)
				w.out.expect("ready", "ready")
				w.signal(sig)
				w.expectCode(128 + int(sig))
			})
		}
	})
}

// processGroup is an app that ignores USR1 and waits for a child that does not.
var processGroup = strings.Fields("spawn 1 pause then ignore 10 wait")

func TestTiniProcessGroup(t *testing.T) {
	t.Parallel()
	asPID1(t, func(t *testing.T, p place) {
		w := p.does("", processGroup...).start(t)
		w.out.expect("ready")
		eventually(t, "the app ignores USR1", func() bool { return ignores(w.app(), syscall.SIGUSR1) })
		w.signal(syscall.SIGUSR1)
		w.expectCode(0)
	})
}

// TestTiniSignalConfiguration: what was ignored and blocked at logwrap's start
// is so in the app, as far as the Go runtime lets it.
func TestTiniSignalConfiguration(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		c := call{place: p, command: []string{"cat", "/proc/self/status"}}
		c.before = []string{"ignore", "22,11,2", "block", "21,4,15"}
		w := c.start(t)
		status := w.out.rest()
		w.expectCode(0)
		ignored, blocked := mask(t, status, "SigIgn"), mask(t, status, "SigBlk")
		for _, sig := range []syscall.Signal{syscall.SIGTTOU, syscall.SIGINT} {
			check(t, has(ignored, sig), "%d is not ignored any more: %x", sig, ignored)
		}
		check(t, has(blocked, syscall.SIGTTIN), "TTIN is not blocked any more: %x", blocked)
		// Nothing else, above all not what logwrap itself catches. 32 and 33 belong to
		// the C library, and some make(1) starts everything with them ignored.
		for sig := syscall.Signal(1); sig <= 64; sig++ {
			if sig == 32 || sig == 33 {
				continue
			}
			check(t, !has(ignored, sig) || sig == syscall.SIGTTOU || sig == syscall.SIGINT || sig == syscall.SIGSEGV, "%d is ignored", sig)
			check(t, !has(blocked, sig) || sig == syscall.SIGTTIN || sig == syscall.SIGILL || sig == syscall.SIGTERM, "%d is blocked", sig)
		}
	})
}

// TestTiniKillCodes: an app that exits by itself when it gets INT, and one that
// TERM ends.
func TestTiniKillCodes(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("", "on", "2", "1").start(t)
		w.out.expect("ready")
		w.signal(syscall.SIGINT)
		w.expectCode(1)
		w = p.does("", "pause").start(t)
		w.out.expect("ready")
		w.signal(syscall.SIGTERM)
		w.expectCode(143)
	})
}

func TestTiniBadOption(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("-z", "exit", "0").start(t)
		w.expectCode(125)
		stderr := w.errors.rest()
		check(t, strings.Contains(stderr, "-z") && strings.Contains(stderr, "logwrap: error:"), "stderr: %s", stderr)
	})
}

func TestTiniMissingCommand(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := call{place: p, command: []string{"zzzz"}}.start(t)
		w.expectCode(127)
		stderr := w.errors.rest()
		check(t, strings.Contains(stderr, "zzzz"), "stderr: %s", stderr)
	})
}

func TestTiniHelp(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("-h").start(t)
		help := w.out.rest()
		w.expectCode(0)
		check(t, strings.Contains(help, "--stop-timeout"), "help: %s", help)
	})
}

// TestTiniTerminalExit: a shell on a terminal that is told to exit.
func TestTiniTerminalExit(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		keyboard, slave, ok := openTerminal(t)
		if !ok {
			return
		}
		w := call{place: p, command: []string{"sh"}, tty: slave}.start(t)
		keyboard.press("exit 0\n")
		w.expectCode(0)
	})
}

func TestTiniTerminalCtrlC(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		keyboard, slave, ok := openTerminal(t)
		if !ok {
			return
		}
		c := p.does("", "pause")
		c.tty = slave
		w := c.start(t)
		w.out.expect("ready")
		keyboard.press(ctrlC)
		w.expectCode(130)
	})
}

// mask returns a set of signals in the text of /proc/PID/status.
func mask(t testing.TB, status, name string) uint64 {
	t.Helper()
	set, err := strconv.ParseUint(statusField(status, name), 16, 64)
	if err != nil {
		t.Fatalf("no %s in %q", name, status)
	}
	return set
}

func has(set uint64, sig syscall.Signal) bool { return set&(1<<(sig-1)) != 0 }
