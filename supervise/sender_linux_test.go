//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSender(t *testing.T) {
	r, w := pipe(t)
	spec := child("senders")
	spec.Files[1] = w
	p := start(t, spec)
	w.Close()
	out := newOutput(t, r)
	out.expect("ready")
	for range 50 {
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT} {
			p.Signal(sig)
			out.expect(fmt.Sprintf("%s from %d false true", SignalName(sig), os.Getpid()))
		}
	}
	p.Signal(syscall.SIGUSR1)
	out.expect(fmt.Sprintf("SIGUSR1 from %d false true", os.Getpid()))
	check(t, wait(t, p).ExitCode() == 0, "%s", p.Status())
}

// TestSenderIsTheTerminal tells Ctrl-C from kill -INT.
func TestSenderIsTheTerminal(t *testing.T) {
	keyboard, slave, ok := openTerminal(t)
	if !ok {
		return
	}
	r, w := pipe(t)
	spec := child("senders")
	spec.Files, spec.ControllingTTY = []*os.File{slave, w, os.Stderr}, true
	p := start(t, spec)
	w.Close()
	out := newOutput(t, r)
	out.expect("ready")
	keyboard.press(ctrlC)
	out.expect("SIGINT from 0 true false")
	p.Signal(syscall.SIGINT)
	out.expect(fmt.Sprintf("SIGINT from %d false true", os.Getpid()))
	p.Signal(syscall.SIGUSR1)
	out.expect(fmt.Sprintf("SIGUSR1 from %d false true", os.Getpid()))
}

// TestSendersInAStorm has the handler entered from many threads, with the
// runtime's own preemption on top.
func TestSendersInAStorm(t *testing.T) {
	r, w := pipe(t)
	spec := child("senders")
	spec.Files[1] = w
	p := start(t, spec)
	w.Close()
	out := newOutput(t, r)
	out.expect("ready")
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); {
		p.Signal(syscall.SIGTERM)
		p.Signal(syscall.SIGURG)
		p.Signal(syscall.SIGHUP)
	}
	p.Signal(syscall.SIGUSR1)
	for _, line := range strings.Split(strings.TrimSpace(out.rest()), "\n") {
		if !strings.HasSuffix(line, fmt.Sprintf("from %d false true", os.Getpid())) {
			t.Fatalf("the child said %q", line)
		}
	}
	check(t, wait(t, p).ExitCode() == 0, "%s", p.Status())
}
