//go:build linux

package conformance

// The cases of dumb-init, tests/; those about signals are in
// dumbinit_signals_test.go, those about terminals in dumbinit_terminal_test.go.
//
//	child_processes: setsid signals entire group         TestDumbInitSignalsEntireGroup
//	child_processes: no setsid doesn't                   TestDumbInitSignalsTheAppAlone
//	child_processes: all receive TERM on exit            TestDumbInitTermOnExit (dumbinit_options_test.go)
//	child_processes: not without setsid                  TestDumbInitNoTermOnExit
//	child_processes: bad exec (4 ways)                   TestDumbInitBadExec,
//	                                                     TestDumbInitBadExecSingleChild (dumbinit_options_test.go)
//	exit_status: regular exit (8 codes)                  TestDumbInitExitStatus
//	exit_status: terminated by signal (4)                TestDumbInitExitStatusOfSignal
//	cwd: working directories                             TestDumbInitWorkingDirectory
//	cli: no arguments prints usage                       TestDumbInitNoArguments
//	cli: help message                                    TestTiniHelp
//	cli: version message                                 TestDumbInitVersion
//	cli: verbose, verbose and single child               TestDumbInitVerbose,
//	                                                     TestDumbInitVerboseSingleChild (dumbinit_options_test.go)
//	test-zombies                                         TestDumbInitZombies
//
// dumb-init runs each in four modes. Debug mode is --log-level debug here; setsid
// mode, which decides whether signals go to a group, is being PID 1, or
// --signal-to.
//
// What logwrap does in another way on purpose:
//
//   - no session of its own for the app: a process group is enough to signal all
//     of it, and a session would take the terminal away.
//   - logwrap keeps its working directory: relative paths of its journal, files
//     and config mean that. The app's is the same as ever.
//   - after a stop was requested the rest of the app's processes is ended too,
//     also not as PID 1; after an end by itself only as PID 1.
//   - help and version go to stdout, which is what was asked for; the messages of
//     debug mode have other words.
//   - "logwrap /doesnotexist": the app comes after "--".

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// inDumbInitModes runs test in both places, each without and with debugging.
func inDumbInitModes(t *testing.T, test func(t *testing.T, p place, flags string)) {
	t.Helper()
	inBothPlaces(t, func(t *testing.T, p place) {
		test(t, p, "")
		t.Run("debug", func(t *testing.T) { test(t, p, "--log-level debug") })
	})
}

// pipeline is an app of five processes, which are ready when five said so.
var (
	pipeline      = strings.Fields("spawn 4 pause then pause")
	pipelineReady = []string{"ready", "ready", "ready", "ready", "ready"}
)

func TestDumbInitSignalsEntireGroup(t *testing.T) {
	t.Parallel()
	asPID1(t, func(t *testing.T, p place) {
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGUSR1} {
			w := p.does("", pipeline...).start(t)
			w.out.expect(pipelineReady...)
			tree := w.tree()
			check(t, len(tree) == 5, "processes %v", tree)
			w.signal(sig)
			w.expectCode(128 + int(sig))
			eventually(t, "all five are gone", func() bool { return len(alive(tree)) == 0 })
		}
	})
}

func TestDumbInitSignalsTheAppAlone(t *testing.T) {
	t.Parallel()
	w := somewhere.does("", pipeline...).start(t)
	w.out.expect(pipelineReady...)
	tree := w.tree()
	w.signal(syscall.SIGUSR1)
	w.expectCode(138)
	check(t, len(tree) == 5 && len(alive(tree)) == 4, "of %v these are left: %v", tree, alive(tree))
}

// TestDumbInitNoTermOnExit: an app that ends by itself may leave a daemon, which
// hears nothing of it.
func TestDumbInitNoTermOnExit(t *testing.T) {
	t.Parallel()
	w := somewhere.does("", strings.Fields("spawn 1 signals then on 10 0")...).start(t)
	w.out.expect("ready", "ready")
	daemon := w.tree()[1]
	w.signal(syscall.SIGUSR1)
	w.expectCode(0)
	check(t, len(alive([]int{daemon})) == 1, "the app's child is gone")
	check(t, w.out.rest() == "", "the app's child received something")
}

func TestDumbInitBadExec(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		w := call{place: p, flags: strings.Fields(flags), command: []string{"/doesnotexist"}}.start(t)
		w.expectCode(127)
		stderr := w.errors.rest()
		check(t, strings.Contains(stderr, `"/doesnotexist": no such file or directory`), "stderr: %s", stderr)

		c := call{place: p, bare: true, command: append(append([]string{binary}, strings.Fields(flags)...), "/doesnotexist")}
		w = c.start(t)
		w.expectCode(125)
		stderr = w.errors.rest()
		check(t, strings.Contains(stderr, "-- /doesnotexist"), "stderr: %s", stderr)
	})
}

func TestDumbInitExitStatus(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		for _, code := range []int{0, 1, 2, 32, 64, 127, 254, 255} {
			p.does(flags, "exit", strconv.Itoa(code)).start(t).expectCode(code)
		}
	})
}

func TestDumbInitExitStatusOfSignal(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
			p.does(flags, "kill", strconv.Itoa(int(sig))).start(t).expectCode(128 + int(sig))
		}
	})
}

func TestDumbInitWorkingDirectory(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		dir, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		c := p.does(flags, "facts", "directory")
		c.dir, c.env = dir, []string{"PWD="} // it may not be asked instead of the kernel
		w := c.start(t)
		w.out.expect("directory " + dir)
		w.expectCode(0)
	})
}

func TestDumbInitNoArguments(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		w := call{place: p, bare: true, command: append([]string{binary}, strings.Fields(flags)...)}.start(t)
		w.expectCode(125)
		stderr := w.errors.rest()
		check(t, strings.Contains(stderr, "no command") && strings.Contains(stderr, "logwrap [flags] -- COMMAND"), "stderr: %s", stderr)
	})
}

func TestDumbInitVersion(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := call{place: p, bare: true, command: []string{binary, "version"}}.start(t)
		version := w.out.rest()
		w.expectCode(0)
		check(t, strings.HasPrefix(version, "logwrap "), "version: %q", version)
	})
}

func TestDumbInitVerbose(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("--log-level debug", "say", "oh, hi", "exit", "0").start(t)
		stdout := w.out.rest()
		w.expectCode(0)
		check(t, stdout == "oh, hi\n", "stdout: %q", stdout)
	})
}

// TestDumbInitZombies: the app's child leaves one dead, the app does not know.
func TestDumbInitZombies(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		app := strings.Fields("spawn 1 spawn 1 say zombie exit 0 then exit 0 then reaped 15s")
		w := p.does("", app...).start(t)
		w.out.expect("zombie", "reaped")
		w.expectCode(0)
	})
}

// writeFile writes a file for a test.
func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
