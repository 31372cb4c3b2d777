//go:build e2e && linux

package e2e

import (
	"strings"
	"testing"
	"time"
)

// TestDocker runs logwrap as PID 1 of real containers.
func TestDocker(t *testing.T) {
	d := startDocker(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *docker)
	}{
		{"exit codes", testExitCodes},
		{"deadly signals", testDeadlySignals},
		{"signals arrive once", testSignalsArriveOnce},
		{"stop", testDockerStop},
		{"stop of the stubborn", testDockerStopStubborn},
		{"signals at once", testSignalAtOnce},
		{"signals from below", testSignalsFromBelow},
		{"orphans", testOrphans},
		{"orphans without logwrap", testOrphansWithoutReaper},
		{"below an init", testBelowInit},
		{"in the processes of the machine", testSharedProcesses},
		{"terminal", testTerminal},
		{"terminal without input", testTerminalWithoutInput},
		{"terminal for output", testTerminalForOutput},
		{"out of memory", testOutOfMemory},
		{"container killed", testContainerKilled},
		{"memory", testMemoryOfLogwrap},
		{"confined", testConfined},
		{"other user", testOtherUser},
		{"drops root", testDropsRoot},
		{"termination log", testTerminationLog},
		{"the Dockerfile", testDockerfile},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, d) })
	}
}

func testExitCodes(t *testing.T, d *docker) {
	for _, c := range []struct {
		args string
		code int
		says string // on stderr
	}{
		{"-- /testchild exit 0", 0, ""},
		{"-- /testchild exit 1", 1, ""},
		{"-- /testchild exit 3", 3, ""},
		{"-- /testchild exit 127", 127, ""},
		{"-- /testchild exit 254", 254, ""},
		{"-- /testchild exit 255", 255, ""},
		{"-- /testchild kill 11", 139, "killed by SIGSEGV"},
		{"-- /testchild kill 9", 137, "killed by SIGKILL"},
		{"-- /nothing", 127, "logwrap: error: "},
		{"-- nothing", 127, "logwrap: error: "},
		{"-- /locked", 126, "logwrap: error: "},
		{"-- /dev", 126, "logwrap: error: "},
		{"--no-such-flag -- /testchild exit 0", 125, "logwrap: error: "},
		{"--stop-timeout never -- /testchild exit 0", 125, "logwrap: error: "},
		{"-c /nothing.yaml -- /testchild exit 0", 125, "logwrap: error: "},
	} {
		end := d.finish(t, nil, strings.Fields(c.args)...)
		if end.code != c.code || !strings.Contains(end.stderr, c.says) {
			t.Errorf("logwrap %s: exit code %d, want %d; stderr does or does not say %q: %s", c.args, end.code, c.code, c.says, end.stderr)
		}
		if end.stdout != "" {
			t.Errorf("logwrap %s: stdout is %q", c.args, end.stdout)
		}
	}
}

// testDeadlySignals: what docker sends ends the app, and that is told as a shell
// would.
func testDeadlySignals(t *testing.T, d *docker) {
	for signal, code := range map[string]int{
		"TERM": 143, "INT": 130, "HUP": 129, "QUIT": 131, "USR1": 138, "USR2": 140, "ALRM": 142, "SIGRTMIN+3": 165, "KILL": 137,
	} {
		c := d.start(t, nil, "--", "/testchild", "pause")
		c.awaitLines(t, "ready", 1)
		c.kill(t, signal)
		if got := c.wait(t); got != code {
			t.Errorf("docker kill -s %s: exit code %d, want %d; output: %s", signal, got, code, c.logs(t))
		}
	}
}

// testSignalsArriveOnce: the app and its child, one group, get each signal once.
func testSignalsArriveOnce(t *testing.T, d *docker) {
	c := d.start(t, nil, "--", "/testchild", "spawn", "1", "signals", "then", "signals")
	c.awaitLines(t, "ready", 2)
	c.kill(t, "HUP")
	c.awaitLines(t, "signal 1", 2)
	c.kill(t, "TERM")
	c.awaitLines(t, "signal 15", 2)
	c.kill(t, "USR1") // what was sent twice has arrived before this
	c.awaitLines(t, "signal 10", 2)
	logs := c.logs(t)
	for _, line := range []string{"signal 1", "signal 10", "signal 15"} {
		if n := countLines(logs, line); n != 2 {
			t.Errorf("%q %d times, want one by each of the two processes: %s", line, n, logs)
		}
	}
	if n := strings.Count(logs, "signal "); n != 6 {
		t.Errorf("%d signals, want 6: %s", n, logs)
	}
}

// testDockerStop: docker would kill after 10 s.
func testDockerStop(t *testing.T, d *docker) {
	for mode, code := range map[string]int{"pause": 143, "on 15 0": 0, "on 15 7": 7} {
		c := d.start(t, nil, append([]string{"--", "/testchild"}, strings.Fields(mode)...)...)
		c.awaitLines(t, "ready", 1)
		began := time.Now()
		c.d.do(t, "stop", c.id)
		took := time.Since(began)
		if got := c.wait(t); got != code || took > 5*time.Second {
			t.Errorf("docker stop of testchild %s: exit code %d after %v, want %d well within 10 s", mode, got, took, code)
		}
		t.Logf("docker stop of testchild %s took %v", mode, took)
	}
}

// testDockerStopStubborn: an app that ignores TERM is killed by logwrap, which
// still tells the tale, and not by docker together with logwrap.
func testDockerStopStubborn(t *testing.T, d *docker) {
	shared := newShared(t)
	c := d.start(t, shared.options(), "--stop-timeout", "1s", "--file", shared.inside("log.jsonl"), "--",
		"/testchild", "spawn", "1", "ignore", "15", "signals", "then", "ignore", "15", "pause")
	c.awaitLines(t, "ready", 2)
	began := time.Now()
	c.d.do(t, "stop", "-t", "20", c.id)
	took := time.Since(began)
	if got := c.wait(t); got != 137 || took < time.Second || took > 15*time.Second {
		t.Errorf("exit code %d after %v, want 137 after the stop timeout of 1 s", got, took)
	}
	end := shared.lifecycle(t, "end")
	if dig(end, "crashed") != false || text(end, "stop_signal") != "SIGTERM" || text(end, "signal") != "SIGKILL" {
		t.Errorf("the end is told as %v", end)
	}
}

// testSignalAtOnce: a stop that comes while the container starts is not lost.
// Until main has begun, a program in Go that is PID 1 exits with code 2 on TERM;
// on a busy machine docker may meet that moment. It is over soon, and nothing
// has been started yet.
func testSignalAtOnce(t *testing.T, d *docker) {
	const tries = 5
	early := 0
	for range tries {
		c := d.start(t, nil, "--", "/testchild", "pause")
		began := time.Now()
		c.d.do(t, "stop", c.id)
		took := time.Since(began)
		code, logs := c.wait(t), c.logs(t)
		switch {
		case code == 2 && logs == "":
			early++
		case code != 143 || took > 5*time.Second:
			t.Errorf("exit code %d after %v, want 143 at once: %s", code, took, logs)
		}
	}
	if t.Logf("%d of %d stops came before main", early, tries); early == tries {
		t.Error("no stop at once has reached main")
	}
}

// testSignalsFromBelow: the kernel keeps KILL and STOP of its own children from
// PID 1; any other is taken for one from outside.
func testSignalsFromBelow(t *testing.T, d *docker) {
	end := d.finish(t, nil, strings.Fields("-- /testchild send parent 9 send parent 19 say alive exit 5")...)
	if end.code != 5 || end.stdout != "alive\n" {
		t.Errorf("exit code %d, want 5: %s%s", end.code, end.stdout, end.stderr)
	}
	if end := d.finish(t, nil, strings.Fields("-- /testchild send parent 15 pause")...); end.code != 143 {
		t.Errorf("exit code %d, want 143: %s%s", end.code, end.stdout, end.stderr)
	}
}
