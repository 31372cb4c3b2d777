package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/report"
)

// ending is an event of the app's life, as a handler of events gets it.
func ending(e detect.Exit) detect.Record {
	return detect.Record{Stream: capture.Lifecycle, Run: &detect.Run{Command: "app"}, Exit: &e, Event: &detect.Event{Crash: &e}}
}

func TestTerminationLogHasTheLastEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := &terminationLog{path: path}
	worker := ending(detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true, Worker: &detect.Worker{PID: 3}})
	line := detect.Record{Level: detect.Critical, Message: []byte("bad"), Event: &detect.Event{}}
	hang := detect.Record{Hang: &detect.Hang{}, Event: &detect.Event{Hang: &detect.Hang{}}}
	loop := detect.Record{Loop: &detect.Loop{}, Event: &detect.Event{}}
	if err := l.Deliver(t.Context(), []detect.Record{worker, line, hang, loop}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("written though nothing ended the app")
	}
	long := ending(detect.Exit{Code: 1, Crashed: true})
	long.Event.Crumbs = []detect.Crumb{{Stream: capture.Stderr, Message: strings.Repeat("x", 150)}}
	if err := l.Deliver(t.Context(), []detect.Record{ending(detect.Exit{Code: 9, Crashed: true}), long, worker}); err != nil {
		t.Fatal(err)
	}
	checkFile(t, path, string(report.Summary(&long, report.Options{})))
	lost := ending(detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, Lost: &detect.Lost{}})
	if err := l.Deliver(t.Context(), []detect.Record{lost, line}); err != nil {
		t.Fatal(err)
	}
	checkFile(t, path, "logwrap: app was lost from sight when logwrap was killed\n") // nothing of the longer one is left
	if st, err := os.Stat(path); err != nil || st.Mode().Perm()&0o600 != 0o600 || st.Mode().Perm()&0o111 != 0 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
}

func checkFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q (%v), want %q", path, got, err, want)
	}
}

func TestTerminationLogKeepsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, bytes.Repeat([]byte("old "), 5000), 0o666); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeTermination(path, []byte("new\n")); err != nil {
		t.Fatal(err)
	}
	checkFile(t, path, "new\n")
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Error("it is another file now; a runtime that had mounted it would not see it")
	}
}

func TestTerminationLogThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	dangling, pipe := filepath.Join(dir, "dangling"), filepath.Join(dir, "pipe")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "none", "log"), dangling, pipe} {
		l := &terminationLog{path: path}
		end := ending(detect.Exit{Code: 1, Crashed: true})
		err := l.Deliver(context.Background(), []detect.Record{end})
		if !route.IsPermanent(err) || !strings.Contains(err.Error(), "write the termination log") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
		if err := l.Deliver(context.Background(), []detect.Record{end}); err != nil {
			t.Errorf("%s: complained of again: %v", path, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("made a file through a link")
	}
	if st, err := os.Lstat(pipe); err != nil || st.Mode()&fs.ModeNamedPipe == 0 {
		t.Error("the pipe is gone")
	}
}

func TestCrashReportOfAlarms(t *testing.T) {
	worker := ending(detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true, Worker: &detect.Worker{PID: 3, Command: "helper"}})
	worker.Run = nil
	hang := detect.Record{Hang: &detect.Hang{}, Event: &detect.Event{Hang: &detect.Hang{}}}
	loop := detect.Record{Loop: &detect.Loop{Restarts: 2}, Event: &detect.Event{}}
	line := detect.Record{Level: detect.Critical, Message: []byte("the app has printed that"), Event: &detect.Event{}}
	var out bytes.Buffer
	c := &crashReport{w: &out, options: report.Options{Command: "./app"}}
	if err := c.Deliver(t.Context(), []detect.Record{worker, line, hang, loop}); err != nil {
		t.Fatal(err)
	}
	want := []string{"logwrap: process helper (pid 3) of ./app was killed by SIGSEGV", "logwrap: ./app hangs: silent", "logwrap: ./app keeps crashing: restarted 2 times"}
	for _, w := range want {
		if !strings.Contains(out.String(), w) {
			t.Errorf("no %q in\n%s", w, out.String())
		}
	}
	if strings.Contains(out.String(), "the app has printed that") {
		t.Errorf("reported what is no end:\n%s", out.String())
	}
}
