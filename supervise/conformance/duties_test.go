//go:build linux

package conformance

// What a supervisor owes its app, and the tests of it. Those without a folder
// are here; ..._options_test.go is about options, TestDumbInit… and TestTini… are
// in their own files.
//
//	 1  reap everything               TestDuty1ReapsThousands, TestTiniReaping, TestDumbInitZombies; supervise: TestOrphans, TestPID1Orphans
//	 2  adopt orphans                 TestDuty2AdoptsOrphans, TestTiniReapingUnderSubreaper
//	 3  one waiter                    TestDuty3StatusInAStorm; supervise: TestOrphans, TestFastExit
//	 4  no stray signals              TestDuty4SignalsAtTheEnd; supervise: TestSignalWhileEnding, TestSignalAfterEnd
//	 5  forward signals               TestDumbInitProxiesSignals, TestNotForwarded, TestUrgentNotForwarded; supervise: TestForwarding
//	 6  rewrite signals               TestDumbInitRewrites, TestDumbInitIgnoredSignals; supervise: TestRewrite
//	 7  the group, and the rest       TestDumbInitSignalsEntireGroup, TestDumbInitTermOnExit, TestDuty7StopEndsTheRest
//	 8  job control                   TestDumbInitShellBackground and all in dumbinit_terminal_test.go; supervise: TestJobControl
//	 9  descendants that escape       TestDuty9Daemons
//	10  exit codes                    TestDuty10ExitCodes, TestDuty10Signals, TestDuty10Faults, TestDuty10TimedOut, TestDuty10OkExit
//	11  death of the parent           TestDuty11AppHearsOfOurDeath, TestDuty11NotInherited, TestTiniParentDeathSignal
//	12  stop timeout                  TestDuty12StopTimeout, TestDuty12Storm; supervise: TestStopLadder
//	13  descendants that hold stdout  TestDuty13HeldOutput; supervise: TestSetsidHolder
//	14  closed streams                TestDuty14ClosedStreams; supervise: TestClosedStreamsAreNoEnd
//	15  descriptors                   TestDuty15Descriptors, TestDuty15NoStdin; supervise: TestDescriptors
//	16  streams opened anew           TestDuty16OpenedAnew, TestDuty16OpenedAnewByAUser
//	17  stdin                         TestDuty17Stdin
//	18  signals ignored and blocked   TestDuty18Nohup, TestTiniSignalConfiguration; supervise: TestIgnored
//	19  directory, environment, argv  TestDuty19Unchanged, TestDuty19Hints, TestDumbInitWorkingDirectory, TestDuty19Options
//	20  another user                  TestDuty20User
//	21  limits                        TestDuty21Limits, TestDuty19Unchanged, TestDuty21Options
//	22  out of memory                 needs a memory cgroup: the container tests
//	23  core dumps                    supervise: TestCoreDump
//	24  a broken stdout               TestDuty24BrokenStdout; cmd/logwrap: TestClosedStdout
//	25  sd_notify                     TestDuty25Notify

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestDuty1ReapsThousands(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1_000
	}
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("", strings.Fields(fmt.Sprintf("spawn 1 orphans %d 0s then reaped 60s", n))...).start(t)
		w.out.expect("reaped")
		w.expectCode(0)
	})
}

// TestDuty2AdoptsOrphans: logwrap, not whoever started it, is a daemon's parent.
func TestDuty2AdoptsOrphans(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("", strings.Fields("daemonise parent then pause")...).start(t)
		want := fmt.Sprintf("parent %d", w.pid)
		if p == pid1 {
			want = "parent 1"
		}
		for w.out.line() != want { // others come before: it times out
		}
		w.signal(syscall.SIGKILL)
		<-w.ended
	})
}

// TestDuty3StatusInAStorm: the app's status is not lost among those of orphans.
func TestDuty3StatusInAStorm(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		for range 5 {
			w := p.does("", strings.Fields("spawn 1 orphans 1000 0s then delay 100ms exit 7")...).start(t)
			w.expectCode(7)
		}
	})
}

// TestDuty4SignalsAtTheEnd sends signals without pause until the app has ended.
func TestDuty4SignalsAtTheEnd(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		for range 10 {
			w := p.does("", "delay", "20ms", "exit", "5").start(t)
			for w.cmd.Process.Signal(syscall.SIGWINCH) == nil {
			}
			w.expectCode(5)
			stderr := w.errors.rest()
			check(t, !strings.Contains(stderr, "no such process") && !strings.Contains(stderr, "already finished"), "stderr: %s", stderr)
		}
	})
}

func TestDuty10ExitCodes(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 15
	}
	inBothPlaces(t, func(t *testing.T, p place) {
		inParallel(256/step+1, func(i int) {
			code := min(i*step, 255)
			c := p.does("--console off", "exit", strconv.Itoa(code))
			if got := c.code(t); got != code {
				t.Errorf("exit code %d, want %d", got, code)
			}
		})
	})
}

// TestDuty10Signals: death by each signal that ends a process.
func TestDuty10Signals(t *testing.T) {
	var deadly []int
	for sig := 1; sig <= 64; sig++ {
		switch syscall.Signal(sig) {
		case syscall.SIGCHLD, syscall.SIGCONT, syscall.SIGURG, syscall.SIGWINCH, // do nothing
			syscall.SIGSTOP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU: // stop
		default:
			deadly = append(deadly, sig)
		}
	}
	inBothPlaces(t, func(t *testing.T, p place) {
		inParallel(len(deadly), func(i int) {
			c := p.does("--console off", "kill", strconv.Itoa(deadly[i]))
			if got := c.code(t); got != 128+deadly[i] {
				t.Errorf("killed by %d: exit code %d", deadly[i], got)
			}
		})
	})
}

// TestDuty10Faults: the codes for an app that could not be started.
func TestDuty10Faults(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		text := writeFile(t, "text", "no program\n")
		for _, test := range []struct {
			flags, command string
			code           int
		}{
			{"", "no-such-command-anywhere", 127}, {"", "./none", 127},
			{"", text, 126}, {"", "/", 126},
			{"--no-such-flag", testchild, 125}, {"--stop-timeout soon", testchild, 125}, {"-c /no/such/file", testchild, 125},
		} {
			w := call{place: p, flags: strings.Fields(test.flags), command: []string{test.command}}.start(t)
			w.expectCode(test.code)
			stderr := w.errors.rest()
			check(t, strings.HasPrefix(stderr, "logwrap: error: "), "%s %s: stderr: %s", test.flags, test.command, stderr)
		}
	})
}

// inParallel calls do for 0 to n-1, four at a time. Tests that only wait for
// processes may be more than there are processors.
func inParallel(n int, do func(i int)) {
	var workers sync.WaitGroup
	next := make(chan int)
	for range 4 {
		workers.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
}
