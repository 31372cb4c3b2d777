//go:build linux

package conformance

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slack is what a busy machine may add to a time that is promised.
const slack = 4 * time.Second

func TestDuty12StopTimeout(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		const timeout = 500 * time.Millisecond
		w := p.does("--stop-timeout 500ms", strings.Fields("ignore 15 pause")...).start(t)
		w.out.expect("ready")
		asked := time.Now()
		w.signal(syscall.SIGTERM)
		w.expectCode(137)
		took := time.Since(asked)
		check(t, took >= timeout && took < timeout+slack, "took %v", took)
	})
}

// TestDuty12Storm: ten thousand TERMs a second, until the end, are one request
// to stop. They neither end logwrap nor begin the stop timeout again.
func TestDuty12Storm(t *testing.T) {
	timeout := 5 * time.Second
	if testing.Short() {
		timeout = time.Second
	}
	inBothPlaces(t, func(t *testing.T, p place) {
		file := t.TempDir() + "/records"
		kept := "--file " + file + " --journal " + file + ".journal" // the third request ends the delivery
		w := p.does(fmt.Sprintf("--stop-timeout %v %s", timeout, kept), strings.Fields("ignore 15 pause")...).start(t)
		w.out.expect("ready")
		asked, sent := time.Now(), 0
		for ; time.Since(asked) < deadline && w.cmd.Process.Signal(syscall.SIGTERM) == nil; sent++ {
			if due := time.Duration(sent) * time.Second / 10_000; sent%10 == 9 && due > time.Since(asked) {
				time.Sleep(due - time.Since(asked))
			}
		}
		w.expectCode(137)
		took := time.Since(asked)
		check(t, took >= timeout && took < timeout+slack, "took %v, %d sent", took, sent)
		check(t, sent > int(timeout.Seconds())*500, "only %d sent", sent)
		p.does(kept, "exit", "0").start(t).expectCode(0) // delivers the rest
		stops, kills, ends := countLines(t, file, `"event":"stop"`), countLines(t, file, `"event":"kill"`), countLines(t, file, `"event":"end"`)
		check(t, stops <= 3 && kills == 1 && ends == 2, "%d records of stops, %d of kills, %d of ends", stops, kills, ends)
		t.Logf("%d TERMs in %v", sent, took)
	})
}

// TestDuty13HeldOutput: a descendant keeps the output open.
func TestDuty13HeldOutput(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		began := time.Now()
		w := p.does("", strings.Fields("spawn 1 setsid sleep 1m then say last exit 0")...).start(t)
		w.out.expect("last")
		w.expectCode(0)
		took := time.Since(began)
		check(t, took < 2500*time.Millisecond+slack, "took %v", took)
	})
}

// TestDuty14ClosedStreams: an app that closes its output and lives on has not
// ended, and costs logwrap nothing.
func TestDuty14ClosedStreams(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("", strings.Fields("close 1,2 eof exit 3")...).start(t)
		app := w.app()
		eventually(t, "the app has closed its streams", func() bool { return !isOpen(app, 1) && !isOpen(app, 2) })
		time.Sleep(200 * time.Millisecond) // until all is settled; nothing to see from here
		before, _ := readProcess(w.pid)
		const watched = 2 * time.Second
		time.Sleep(watched)
		after, ok := readProcess(w.pid)
		check(t, ok && after.state != 'Z' && len(alive([]int{app})) == 1, "logwrap or the app has ended")
		used := after.cpu - before.cpu
		check(t, used <= watched/100, "logwrap used %v in %v", used, watched)
		w.stdin.Close()
		w.expectCode(3)
	})
}

// TestDuty24BrokenStdout: whoever reads our output goes away. The app does not
// notice, and the other sinks get everything.
func TestDuty24BrokenStdout(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		const lines = 20_000
		file := t.TempDir() + "/records"
		c := p.does("--file "+file, strings.Fields("say begin delay 100ms lines 20000 100")...)
		w := c.start(t)
		w.out.expect("begin")
		w.out.file.Close()
		w.errors.file.Close()
		if code := w.wait(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		check(t, countLines(t, file, `"line `) == lines, "%d of %d lines in the file", countLines(t, file, `"line `), lines)
	})
}
