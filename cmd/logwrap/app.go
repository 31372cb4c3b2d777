package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/supervise"
)

// runApp starts the app and the router, moves the app's output until its end and
// notes in the journal how it ended.
func (p *parent) runApp(ctx context.Context) (supervise.Result, error) {
	sources, ends, err := appPipes()
	if err != nil {
		return supervise.Result{}, err
	}
	defer closeAll(ends[:])
	if p.pump, err = capture.NewPump(capture.PumpOptions{
		Journal: p.journal, Sources: sources, Consoles: p.consoles(), HangUp: len(p.conf.Handlers) == 0,
	}); err != nil {
		return supervise.Result{}, err
	}
	pumped := make(chan bool, 1)
	app := &supervise.App{
		Reaper: p.reaper, Signals: p.signals,
		StopTimeout: p.conf.Supervise.StopTimeout,
		ToGroup:     os.Getpid() == 1,
		OnStop:      func(syscall.Signal, int) { p.stops++ },
		OnStart: func(pid int) {
			closeAll(ends[:])
			p.beginRun(pid)
			go func() { pumped <- p.pump.Run() }()
			if !p.routing.late {
				p.routing.start(ctx)
			}
		},
		OnEnd: func() {
			p.pump.Finish(time.Now().Add(drainTimeout))
			if !<-pumped {
				p.log.Info("the app has ended, but other processes keep its output open; what they write from now on is not captured")
			}
		},
		Log: newLifecycleLogger(p.journal, func() { p.routing.start(ctx) }),
	}
	if s := p.conf.Supervise.StopSignal; s != 0 {
		app.Rewrite = map[syscall.Signal]syscall.Signal{syscall.SIGTERM: s}
		app.StopSignals = []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT}
	}
	return app.Run(ctx, p.appSpec(ends))
}

// appSpec says how the app is started. Below a shell's job control it shares our
// process group, so that the terminal treats the whole pipeline we are a part of
// as one job; else it gets a group of its own, which can be killed as a whole.
func (p *parent) appSpec(ends [2]*os.File) supervise.Spec {
	spec := supervise.Spec{
		Path: p.args[0], Args: p.args, Env: p.env,
		Files: []*os.File{os.Stdin, ends[0], ends[1]},
		Group: true,
	}
	if os.Getpid() == 1 {
		if term.IsTerminal(int(os.Stdin.Fd())) {
			spec.Terminal = os.Stdin
		}
	} else if tty := supervise.ControllingTerminal(); tty != nil {
		tty.Close()
		spec.Group = false
	}
	return spec
}

func (p *parent) beginRun(pid int) {
	run := capture.Run{PID: pid, Command: filepath.Base(p.args[0]), Started: time.Now().UnixNano()}
	rand.Read(run.ID[:])
	p.journal.BeginRun(run)
}

// consoles returns where the app's output goes on to.
func (p *parent) consoles() (c [2]*os.File) {
	if p.conf.Console != config.ConsoleOff {
		c = [2]*os.File{os.Stdout, os.Stderr}
	}
	return c
}

// appPipes makes the pipes for the app's output: the ends to read, and the ends
// for the app.
func appPipes() (sources, ends [2]*os.File, err error) {
	for i := range sources {
		if sources[i], ends[i], err = os.Pipe(); err != nil {
			return sources, ends, fmt.Errorf("make a pipe for the app: %w", err)
		}
	}
	return sources, ends, nil
}

func closeAll(files []*os.File) {
	for i, f := range files {
		if f != nil {
			f.Close()
			files[i] = nil
		}
	}
}
