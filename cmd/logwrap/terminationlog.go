package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/report"
	"github.com/logwrap/logwrap/supervise"
)

// terminationHandler is the cursor's name of the termination log.
const terminationHandler = "logwrap termination log"

// terminationLog is a sink that leaves a summary of what ended the app where the
// container's runtime looks for it, as Kubernetes does in /dev/termination-log.
// The last one stays.
type terminationLog struct {
	path    string
	options report.Options
	failed  bool // it has been said that this does not work
}

// terminationDestination builds the handler of events for the plan's file.
func terminationDestination(p *plan) route.Destination {
	o := report.Options{Command: p.Command}
	o.Dir, _ = os.Getwd()
	return route.Destination{Name: terminationHandler, Sink: &terminationLog{path: p.TerminationLog, options: o}, Events: &route.EventOptions{}}
}

// Deliver writes the summary of the last record that ended a run. What fails
// once is not worth another try, and the first failure alone is worth a word.
func (l *terminationLog) Deliver(_ context.Context, batch []detect.Record) error {
	for i := len(batch) - 1; i >= 0; i-- {
		if e := batch[i].Event; e == nil || e.Crash == nil || e.Crash.Worker != nil {
			continue
		}
		err := writeTermination(l.path, report.Summary(&batch[i], l.options))
		if err == nil || l.failed {
			return nil
		}
		l.failed = true
		return route.Permanent(err)
	}
	return nil
}

func (l *terminationLog) Close() error { return nil }

// noteTermination leaves the first message about an end, at once, in case no
// router gets to write a better one. After an end that is no crash it takes back
// what was said of an earlier run.
func (p *parent) noteTermination(r supervise.Result) {
	path := p.conf.Supervise.TerminationLog
	if path == "" || !r.Crashed() && !p.terminated {
		return
	}
	var text []byte
	if p.terminated = r.Crashed(); p.terminated {
		text = report.Reason(filepath.Base(p.args[0]), exitOf(r))
	}
	if err := writeTermination(path, text); err != nil {
		p.log.Warn("nobody can look up there why the app ended", "error", err)
	}
}

// exitOf is what a result means to those who report.
func exitOf(r supervise.Result) *detect.Exit {
	e := &detect.Exit{
		Code: r.ExitCode(), CoreDumped: r.CoreDumped, Crashed: r.Crashed(), PID: r.Pid, Restarts: r.Restarts,
		TimedOut: r.TimedOut, Hung: r.Hung, Silent: r.Silent, Duration: r.Duration(), MaxRSS: r.MaxRSS,
		UserCPU: r.User, SystemCPU: r.System, OOM: detect.OOM{Killed: r.OOM},
	}
	if r.Signal != 0 {
		e.Signal = supervise.SignalName(r.Signal)
	}
	return e
}

// writeTermination replaces what is in the file at path, in one write. A file
// that is not there is made, but not where a link to nowhere points. It does
// not wait for anybody to read a pipe.
func writeTermination(path string, text []byte) error {
	const flags = os.O_WRONLY | os.O_TRUNC | syscall.O_NONBLOCK | syscall.O_NOCTTY
	f, err := os.OpenFile(path, flags, 0)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = os.OpenFile(path, flags|os.O_CREATE|os.O_EXCL, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the termination log: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the termination log: %w", err)
	}
	return nil
}
