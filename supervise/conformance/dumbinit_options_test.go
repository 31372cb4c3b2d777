//go:build linux

package conformance

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDumbInitRewrites: the four maps of dumb-init's test, and names instead of
// numbers.
func TestDumbInitRewrites(t *testing.T) {
	usual := []syscall.Signal{syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGCONT, syscall.SIGINT}
	for name, test := range map[string]struct {
		flags          string
		sent, received []syscall.Signal
	}{
		"none":      {"", usual, usual},
		"one":       {"--rewrite-signal 15:2", usual, []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGCONT, syscall.SIGINT}},
		"crossed":   {"--rewrite-signal 15:2,2:15,3:3", usual, []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGCONT, syscall.SIGTERM}},
		"extremes":  {"--rewrite-signal 1:31,31:1", []syscall.Signal{1, 31}, []syscall.Signal{31, 1}},
		"by name":   {"--rewrite-signal TERM:QUIT,SIGINT:SIGHUP", usual[:1], []syscall.Signal{syscall.SIGQUIT}},
		"two flags": {"--rewrite-signal 15:3 --rewrite-signal 1:10", []syscall.Signal{15, 1}, []syscall.Signal{3, 10}},
	} {
		t.Run(name, func(t *testing.T) {
			inDumbInitModes(t, func(t *testing.T, p place, flags string) {
				for _, to := range []string{"", " --signal-to group", " --signal-to app"} {
					w := p.does("--stop-timeout 1m "+test.flags+" "+flags+to, "signals", "eof").start(t)
					w.out.expect("ready")
					for i, sig := range test.sent {
						w.signal(sig)
						w.out.expect(fmt.Sprintf("signal %d", test.received[i]))
					}
					w.stdin.Close()
					check(t, w.out.rest() == "", "something else was received")
					w.expectCode(0)
				}
			})
		})
	}
}

// TestDumbInitRewritesSuspension: signals that suspend can be rewritten like
// others, and suspend nobody then.
func TestDumbInitRewritesSuspension(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		w := p.does("--stop-timeout 1m --rewrite-signal TTIN:TERM,TTOU:INT,TSTP:HUP "+flags, "signals", "eof").start(t)
		w.out.expect("ready")
		app := w.app()
		for sent, received := range map[syscall.Signal]int{syscall.SIGTTIN: 15, syscall.SIGTTOU: 2, syscall.SIGTSTP: 1} {
			w.signal(sent)
			w.out.expect(fmt.Sprintf("signal %d", received))
			check(t, state(t, w.pid) != 'T' && state(t, app) != 'T', "signal %d has suspended somebody", sent)
			w.signal(syscall.SIGCONT)
			w.out.expect("signal 18")
		}
		w.stdin.Close()
		w.expectCode(0)
	})
}

func TestDumbInitIgnoredSignals(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		w := p.does("--stop-timeout 1m --rewrite-signal TERM:QUIT,INT:0,WINCH:0 "+flags, "signals", "eof").start(t)
		w.out.expect("ready")
		w.signal(syscall.SIGTERM)
		w.out.expect("signal 3")
		w.signal(syscall.SIGINT)
		w.signal(syscall.SIGWINCH)
		w.signal(syscall.SIGHUP)
		w.out.expect("signal 1")
		w.stdin.Close()
		check(t, w.out.rest() == "", "something else was received")
		w.expectCode(0)
	})
}

// TestDumbInitTermOnExit: when the app has ended by itself, PID 1 asks the rest
// to end before it does, and kills who does not.
func TestDumbInitTermOnExit(t *testing.T) {
	t.Parallel()
	asPID1(t, func(t *testing.T, p place) {
		w := p.does("--stop-timeout 500ms --signal-to app", strings.Fields("spawn 1 signals then on 10 0")...).start(t)
		w.out.expect("ready", "ready")
		ended := time.Now()
		w.signal(syscall.SIGUSR1)
		w.out.expect("signal 15")
		w.expectCode(0)
		took := time.Since(ended)
		check(t, took >= 500*time.Millisecond && took < 500*time.Millisecond+slack, "took %v", took)
	})
}

func TestDumbInitBadExecSingleChild(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		w := call{place: p, flags: strings.Fields(flags + " --signal-to app"), command: []string{"/doesnotexist"}}.start(t)
		w.expectCode(127)
		stderr := w.errors.rest()
		check(t, strings.Contains(stderr, `"/doesnotexist": no such file or directory`), "stderr: %s", stderr)
	})
}

func TestDumbInitVerboseSingleChild(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("--log-level debug --signal-to app", "say", "oh, hi", "exit", "0").start(t)
		stdout := w.out.rest()
		w.expectCode(0)
		check(t, stdout == "oh, hi\n", "stdout: %q", stdout)
	})
}

// TestDumbInitSignalTo: dumb-init's two modes, in both places. USR1 is no
// request to stop: who does not get it lives on.
func TestDumbInitSignalTo(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		for to, left := range map[string]int{"app": 4, "group": 0} {
			t.Run(to, func(t *testing.T) {
				t.Parallel()
				app := strings.Fields("spawn 4 signals then signals")
				w := p.does("--signal-to "+to, app...).start(t)
				w.out.expect(pipelineReady...)
				w.signal(syscall.SIGUSR1)
				for range 5 - left {
					w.out.expect("signal 10")
				}
				w.signal(syscall.SIGUSR2) // to the app at least, and later than any USR1
				for range 5 - left {
					w.out.expect("signal 12")
				}
			})
		}
	})
}
