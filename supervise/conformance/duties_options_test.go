//go:build linux

package conformance

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDuty7StopEndsTheRest: once a stop was requested, also what the signal was
// not sent to is ended, before logwrap is.
func TestDuty7StopEndsTheRest(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("--signal-to app", pipeline...).start(t)
		w.out.expect(pipelineReady...)
		tree := w.tree()
		asked := time.Now()
		w.signal(syscall.SIGTERM)
		w.expectCode(143)
		took := time.Since(asked)
		check(t, took < slack, "took %v, though all of them die of TERM", took)
		check(t, len(tree) == 5 && len(alive(tree)) == 0, "of %v these are left: %v", tree, alive(tree))
	})
}

// TestDuty9Daemons: daemons in sessions of their own that ignore TERM and hold
// stdout end with logwrap, which delivers what the app wrote last.
func TestDuty9Daemons(t *testing.T) {
	const timeout = time.Second
	for name, test := range map[string]struct {
		daemons   int
		app, last string
		code      int
	}{
		"app stops in time": {2, "daemonise ignore 15 sleep 1m then daemonise ignore 15 setpgid sleep 1m then upon 15 say last exit 0", "last", 0},
		"app does not":      {1, "daemonise ignore 15 sleep 1m then signals", "signal 15", 137},
		"daemons' daemons": {3, "daemonise ignore 15 daemonise ignore 15 daemonise ignore 15 sleep 1m then sleep 1m then sleep 1m " +
			"then upon 15 say last exit 0", "last", 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBothPlaces(t, func(t *testing.T, p place) {
				w := p.does("--stop-timeout 1s", strings.Fields(test.app)...).start(t)
				w.out.expect("ready")
				eventually(t, "all daemons run", func() bool { return len(w.ignoring()) == test.daemons })
				daemons := w.ignoring()
				asked := time.Now()
				w.signal(syscall.SIGTERM)
				w.out.expect(test.last)
				w.expectCode(test.code)
				took := time.Since(asked)
				check(t, took < timeout+time.Second+slack, "took %v", took)
				check(t, len(alive(daemons)) == 0, "left: %v", w.describe())
			})
		})
	}
}

// ignoring returns the processes of the run that ignore TERM.
func (w *wrapper) ignoring() (list []int) {
	w.t.Helper()
	for _, pid := range w.processes() {
		if ignores(pid, syscall.SIGTERM) {
			list = append(list, pid)
		}
	}
	return list
}

func TestDuty10TimedOut(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		began := time.Now()
		p.does("--timeout 300ms", "pause").start(t).expectCode(124)
		check(t, time.Since(began) >= 300*time.Millisecond, "took %v", time.Since(began))
		p.does("--timeout 300ms --stop-timeout 300ms", "ignore", "15", "pause").start(t).expectCode(124)
		p.does("--timeout 300ms", "on", "15", "0").start(t).expectCode(124)
		p.does("--timeout 1m", "exit", "3").start(t).expectCode(3)
	})
}

func TestDuty10OkExit(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("--ok-exit 3 --ok-exit 143", "pause").start(t)
		w.out.expect("ready")
		w.signal(syscall.SIGTERM)
		w.expectCode(0)
		p.does("--ok-exit 3 --ok-exit 143", "exit", "4").start(t).expectCode(4)
	})
}

// TestDuty11AppHearsOfOurDeath: logwrap is killed; the app gets the signal.
func TestDuty11AppHearsOfOurDeath(t *testing.T) {
	t.Parallel()
	w := somewhere.does("--parent-death-signal USR1", "on", "10", "0").start(t)
	w.out.expect("ready")
	app := w.app()
	w.signal(syscall.SIGKILL)
	eventually(t, "the app ends", func() bool { return len(alive([]int{app})) == 0 })
}

// TestDuty11NotInherited: it is the app's alone, and still is a while later.
func TestDuty11NotInherited(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		app := strings.Fields("spawn 1 facts deathsignal then wait delay 200ms facts deathsignal")
		w := p.does("--parent-death-signal USR1", app...).start(t)
		w.out.expect("deathsignal 0", "deathsignal 10")
		w.expectCode(0)
	})
}

// TestDuty16OpenedAnewByAUser: so do apps of another user than logwrap's.
func TestDuty16OpenedAnewByAUser(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		if !privileged(t) {
			return
		}
		w := p.does("--user 65534:65534", "write", "/proc/self/fd/1", "to stdout", "write", "/proc/self/fd/2", "to stderr", "exit", "0").start(t)
		w.out.expect("to stdout")
		w.errors.expect("to stderr")
		w.expectCode(0)
	})
}

func TestDuty19Options(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		dir := t.TempDir()
		file := writeFile(t, "env", "FROM_FILE=file\nBOTH=file\n")
		c := p.does("--chdir "+dir+" --umask 027 --env A=1 --env BOTH=flag --env-remove GONE --env-file "+file, "facts", "directory", "umask", "environment")
		c.env = []string{"GONE=1", "STAYS=1", "A=0"}
		got := factsOf(t, c)
		for _, want := range []string{"directory " + dir, "umask 027", "environment A=1", "environment BOTH=flag", "environment FROM_FILE=file", "environment STAYS=1"} {
			check(t, slices.Contains(got, want), "%q is not in %q", want, got)
		}
		for _, fact := range got {
			check(t, !strings.HasPrefix(fact, "environment GONE"), "%s", fact)
		}
	})
}

func TestDuty20User(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		if !privileged(t) {
			return
		}
		w := p.does("--user 65534:65533", "facts", "id").start(t)
		line := w.out.line()
		w.expectCode(0)
		check(t, strings.TrimSpace(line) == "id 65534 65533" || line == "id 65534 65533 65533", "%q: no group of root's may be left", line)
	})
}

func privileged(t *testing.T) bool {
	t.Helper()
	if syscall.Geteuid() != 0 {
		t.Logf("NOT RUN: %s: only root may become another user", t.Name())
		return false
	}
	return true
}

func TestDuty21Options(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		got := factsOf(t, p.does("--rlimit nofile=1024:2048 --rlimit core=0 --rlimit stack=4194304:unlimited", "facts", "limit"))
		for _, want := range []string{"limit nofile 1024 2048", "limit core 0 0", "limit stack 4194304 unlimited"} {
			check(t, slices.Contains(got, want), "%q is not in %q", want, got)
		}
	})
}

// TestRestarts: how often an app is started, and what code comes out.
func TestRestarts(t *testing.T) {
	for name, test := range map[string]struct {
		flags, app string
		runs, code int
	}{
		"never":                  {"--restart never", "say run exit 3", 1, 3},
		"on failure":             {"--restart on-failure --max-restarts 2", "say run exit 3", 3, 3},
		"on failure, signal":     {"--restart on-failure --max-restarts 1", "say run kill 11", 2, 139},
		"on failure, success":    {"--restart on-failure --max-restarts 2", "say run exit 0", 1, 0},
		"on failure, as good as": {"--restart on-failure --max-restarts 2 --ok-exit 3", "say run exit 3", 1, 0},
		"always":                 {"--restart always --max-restarts 2", "say run exit 0", 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBothPlaces(t, func(t *testing.T, p place) {
				w := p.does(test.flags, strings.Fields(test.app)...).start(t)
				runs := strings.Count(w.out.rest(), "run\n")
				w.expectCode(test.code)
				check(t, runs == test.runs, "%d runs, want %d", runs, test.runs)
			})
		})
	}
}

// TestStopEndsRestarts: TERM is meant for the whole, also between two runs.
func TestStopEndsRestarts(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("--restart always", "pause").start(t)
		w.out.expect("ready")
		w.signal(syscall.SIGTERM)
		w.expectCode(143)
		check(t, w.out.rest() == "", "the app was started again")

		// TERM may come while the app is about to exit: it must not be what ends it.
		w = p.does("--restart on-failure", "ignore", "15", "say", "run", "exit", "3").start(t)
		w.out.expect("run", "run", "run") // the pauses are some hundred milliseconds now
		asked := time.Now()
		w.signal(syscall.SIGTERM)
		w.expectCode(3)
		check(t, time.Since(asked) < slack, "took %v", time.Since(asked))
	})
}

// TestPTY: the app believes it writes to a terminal, and its lines arrive as it
// wrote them.
func TestPTY(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("--pty", "tty").start(t)
		stdout := w.out.rest()
		w.expectCode(0)
		check(t, strings.Contains(stdout, "1 terminal "), "stdout: %q", stdout)
		check(t, !strings.Contains(stdout, "\r"), "stdout: %q", stdout)

		w = p.does("--pty", "lines", "1000", "100").start(t)
		stdout = w.out.rest()
		w.expectCode(0)
		check(t, strings.Count(stdout, "\n") == 1000 && strings.Contains(stdout, "line 1000 "), "%d lines", strings.Count(stdout, "\n"))

		w = p.does("--pty", "pause").start(t)
		w.out.expect("ready")
		w.signal(syscall.SIGTERM)
		w.expectCode(143)
	})
}

// TestMerge: stdout and stderr stay in the app's order.
func TestMerge(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		script := "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done"
		w := call{place: p, flags: []string{"--merge"}, command: []string{"sh", "-c", script}}.start(t)
		var want []string
		for _, i := range "123456789" {
			want = append(want, "out "+string(i), "err "+string(i))
		}
		w.out.expect(want...)
		w.expectCode(0)
	})
}
