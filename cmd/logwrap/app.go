package main

import (
	"context"
	"crypto/rand"
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/supervise"
)

// runApp runs the app, again if that is wanted, moves its output until its end
// and notes in the journal how it ended. The router is started with it.
func (p *parent) runApp(ctx context.Context) (supervise.Result, error) {
	app := p.newApp()
	app.OnSignal = func(sig syscall.Signal) { p.output.follow(sig) }
	app.OnStop = func(syscall.Signal, int) { p.stops++ }
	app.OnStart = func(pid int) {
		p.beginRun(pid)
		p.output.begin()
		if !p.routing.late {
			p.routing.start(ctx)
		}
	}
	app.OnEnd = func(result supervise.Result) {
		p.marker.end()
		if !p.output.finish(time.Now().Add(drainTimeout)) {
			p.log.Info("the app has ended, but other processes keep its output open; what they write from now on is not captured")
		}
		p.noteTermination(result)
	}
	app.Log = p.lifecycle
	app.Watchdog.Silence = func() time.Duration { return p.output.pump.Silence() }
	defer func() { p.output.abandon() }()
	return app.Run(ctx, func(int) (supervise.Spec, error) {
		p.output.abandon()
		var err error
		if p.output, err = p.newOutput(); err != nil {
			return supervise.Spec{}, err
		}
		return p.appSpec(p.output), nil
	})
}

// newApp says how the app is watched, stopped and started again.
func (p *parent) newApp() *supervise.App {
	s := &p.conf.Supervise
	restart, _ := supervise.ParseRestart(s.Restart) // config has checked it
	app := &supervise.App{
		Reaper: p.reaper, Signals: p.signals,
		StopTimeout: s.StopTimeout,
		Rewrite:     maps.Clone(s.Rewrite),
		ToGroup:     s.SignalTo == config.SignalGroup,
		EndTree:     os.Getpid() == 1,
		Restart:     restart,
		MaxRestarts: s.MaxRestarts,
		Timeout:     s.Timeout,
		OkCodes:     s.OKExit,
		Memory:      p.memory,
		Workers:     supervise.NewWorkers(p.reaper, p.memory),
		Watchdog:    supervise.Watchdog{After: s.Watchdog, Dump: s.WatchdogDump, Restart: s.WatchdogRestart},
	}
	if app.Rewrite == nil {
		app.Rewrite = map[syscall.Signal]syscall.Signal{}
	}
	if s.StopSignal != 0 {
		app.Rewrite[syscall.SIGTERM] = s.StopSignal
	}
	if s.PTY {
		app.Rewrite[syscall.SIGWINCH] = 0 // the terminal of its own tells the app
	}
	return app
}

// appSpec says how the app is started. Below a shell's job control it shares our
// process group, so that the terminal treats the whole pipeline we are a part of
// as one job; else it gets a group of its own, which can be signalled and killed
// as a whole.
func (p *parent) appSpec(o *output) supervise.Spec {
	s := &p.conf.Supervise
	spec := supervise.Spec{
		Path: p.args[0], Args: p.args, Env: p.env, Dir: s.Chdir,
		Files:          o.files,
		Group:          true,
		ControllingTTY: o.typed,
		Credential:     (*supervise.Credential)(s.Credential),
		Umask:          s.Umask,
		Limits:         s.Limits,
		DeathSignal:    s.ParentDeathSignal,
	}
	if exe, err := self(); err == nil {
		spec.Launcher = []string{exe, launchCommand}
	}
	switch {
	case o.typed:
	case os.Getpid() == 1 || s.SignalTo == config.SignalGroup:
		if term.IsTerminal(int(os.Stdin.Fd())) {
			spec.Terminal = os.Stdin
		}
	default:
		if tty := supervise.ControllingTerminal(); tty != nil {
			tty.Close()
			spec.Group = false
		}
	}
	return spec
}

// beginRun notes that a run has begun, where everybody can see it.
func (p *parent) beginRun(pid int) {
	run := capture.Run{PID: pid, Command: filepath.Base(p.args[0]), Started: time.Now().UnixNano()}
	rand.Read(run.ID[:])
	p.journal.BeginRun(run)
	if p.conf.Journal.Path == "" {
		return
	}
	if err := p.marker.begin(run); err != nil {
		p.log.Warn("should logwrap be killed, the next start can't say so", "error", err)
	}
}
