//go:build linux

package conformance

// The cases of dumb-init, tests/proxies_signals_test.py:
//
//	proxies signals                                   TestDumbInitProxiesSignals
//	proxies signals with rewrite (4 maps)             TestDumbInitRewrites (dumbinit_options_test.go)
//	default rewrites can be overridden with setsid    TestDumbInitRewritesSuspension (dumbinit_options_test.go)
//	ignored signals are not proxied                   TestDumbInitIgnoredSignals (dumbinit_options_test.go)
//
// What logwrap does in another way on purpose:
//
//   - PIPE, PROF and URG are not forwarded: PIPE tells logwrap that its own output
//     is closed, PROF and URG are what the Go runtime sends to itself. Signals 32
//     to 34 belong to the C library; Go cannot catch them.
//   - dumb-init stops at 31; logwrap forwards the real-time signals too.
//   - no default rewrites: TSTP, TTIN and TTOU arrive as what they are, so that an
//     app that catches them does.
//   - a signal logwrap was started with ignored is not forwarded; see duty 18.

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// forwarded are all signals that reach the app, but for those that suspend.
func forwarded() (list []syscall.Signal) {
	for sig := syscall.Signal(1); sig <= 64; sig++ {
		switch sig {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCHLD, // cannot be, or mean logwrap
			syscall.SIGPIPE, syscall.SIGPROF, syscall.SIGURG, 32, 33, 34,
			syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
		default:
			list = append(list, sig)
		}
	}
	return list
}

func TestDumbInitProxiesSignals(t *testing.T) {
	inDumbInitModes(t, func(t *testing.T, p place, flags string) {
		w := p.does(flags+" --stop-timeout 1m", "signals", "eof").start(t)
		w.out.expect("ready")
		for _, sig := range forwarded() {
			w.signal(sig)
			w.out.expect(fmt.Sprintf("signal %d", sig))
		}
		w.stdin.Close()
		check(t, w.out.rest() == "", "a signal was received twice")
		w.expectCode(0)
	})
}

// TestNotForwarded: the exceptions listed above.
func TestNotForwarded(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("", "signals", "eof").start(t)
		w.out.expect("ready")
		for _, sig := range []syscall.Signal{syscall.SIGCHLD, syscall.SIGPIPE, syscall.SIGPROF, syscall.SIGUSR1} {
			w.signal(sig)
		}
		w.out.expect("signal 10")
		w.stdin.Close()
		check(t, w.out.rest() == "", "another signal was received")
		w.expectCode(0)
	})
}

// TestUrgentNotForwarded: a hundred are sent; the app's own runtime may add some.
func TestUrgentNotForwarded(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		const times = 100
		w := p.does("", "urgent").start(t)
		w.out.expect("ready")
		for range times {
			w.signal(syscall.SIGURG)
			time.Sleep(100 * time.Microsecond) // lets each arrive by itself
		}
		w.stdin.Close()
		got := strings.Count(w.out.rest(), "signal")
		check(t, got < times/4, "received %d", got)
		w.expectCode(0)
	})
}
