package main

import (
	"context"
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/supervise"
)

const (
	// drainTimeout is how long the output of processes that outlive the app is
	// waited for.
	drainTimeout = time.Second
	// hurriedFlush is what is left for flushing after a second request to stop.
	hurriedFlush = time.Second
)

// parent owns the app, its pipes and the journal, and keeps a router alive. It
// looks at no line and opens no connection.
type parent struct {
	conf    *config.Config
	args    []string
	env     []string
	signals *supervise.Signals
	log     *slog.Logger

	journal *capture.Journal
	reaper  *supervise.Reaper
	keeper  *supervise.Keeper
	output  *output // of the present run
	plan    *os.File

	progress capture.Progress // when the router last ended
	stops    int              // requests to stop so far
}

func newParent(conf *config.Config, args []string, signals *supervise.Signals, env []string) *parent {
	return &parent{conf: conf, args: args, env: env, signals: signals, log: newLogger(os.Stderr, conf.Log)}
}

// run runs the app to its end, delivers what it wrote and returns the exit code.
// An error means that the app was not started.
func (p *parent) run() (int, error) {
	for _, note := range p.conf.Notes {
		p.log.Info(note)
	}
	if err := p.prepare(); err != nil {
		return 0, err
	}
	defer p.journal.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go p.reaper.Run(ctx)
	go p.signals.Run(ctx)
	go p.syncJournal(ctx)

	result, err := p.runApp(ctx)
	if err != nil {
		return 0, err
	}
	p.flush()
	return result.ExitCode(), nil
}

// prepare makes everything the app needs to find ready.
func (p *parent) prepare() error {
	_, handlers, err := p.conf.Tree() // only the router routes; here it is checked
	if err != nil {
		return err
	}
	if err := p.openJournal(); err != nil {
		return err
	}
	names, report := handlerNames(handlers)
	forgotten, err := p.journal.Register(names)
	if err != nil {
		return err
	}
	for _, name := range forgotten {
		p.log.Warn("the journal holds lines for a handler that is not configured any more; they are given up", "handler", name)
	}
	id := p.conf.Identity()
	id.Journal, id.Host, id.Container = p.journal.ID(), hostName(), containerID()
	if p.plan, err = (&plan{Config: p.conf, Identity: id, Command: p.args[0], Report: report}).store(); err != nil {
		return err
	}
	p.reaper = supervise.NewReaper()
	if err := supervise.BecomeSubreaper(); err != nil {
		p.log.Debug("cannot adopt orphans", "error", err)
	}
	p.keeper = supervise.NewKeeper(p.reaper, p.routerSpec)
	p.keeper.Progressed = p.routerProgressed
	p.keeper.OnExit = func(s supervise.Status, err error) {
		if err != nil {
			p.log.Warn("cannot start the router; trying again", "error", err)
			return
		}
		p.log.Warn("the router ended and is started again; nothing is lost", "status", s.String())
	}
	return nil
}

// routerProgressed reports whether the router that has just ended was a healthy
// one: it delivered something, or somebody killed it while it was about to.
func (p *parent) routerProgressed(s supervise.Status) bool {
	before := p.progress
	p.progress = p.journal.Progress()
	return p.progress.Delivered != before.Delivered || s.Signal == syscall.SIGKILL && p.progress.Read != before.Read
}

// reportHandler is the cursor's name of the crash report.
const reportHandler = "logwrap report"

// handlerNames lists the names of the cursors, and whether the crash report is
// one of them: when no handler takes events.
func handlerNames(handlers []config.Handler) (names []string, report bool) {
	report = true
	for i := range handlers {
		names = append(names, handlers[i].Name)
		report = report && !handlers[i].Events()
	}
	if report {
		names = append(names, reportHandler)
	}
	return names, report
}

// routerSpec says how a router is started.
func (p *parent) routerSpec() (supervise.Spec, error) {
	exe, err := self()
	if err != nil {
		return supervise.Spec{}, err
	}
	// It has no use for a standard input, but Go's runtime insists on one, and
	// /dev/null need not exist: the plan is as good.
	files := append([]*os.File{p.plan, os.Stdout, os.Stderr}, p.journal.Files()...)
	return supervise.Spec{
		Path:  exe,
		Args:  []string{"logwrap", routerCommand},
		Env:   routerEnviron(),
		Files: append(files, p.plan),
	}, nil
}
