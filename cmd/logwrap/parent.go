package main

import (
	"context"
	"log/slog"
	"os"
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
	routing *routing
	pump    *capture.Pump

	stops int // requests to stop so far
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
	var names []string
	p.routing, names = newRouting(p, handlers)
	if err := p.openJournal(); err != nil {
		return err
	}
	forgotten, err := p.journal.Register(names)
	if err != nil {
		return err
	}
	for _, name := range forgotten {
		p.log.Warn("the journal holds lines for a handler that is not configured any more; they are given up", "handler", name)
	}
	if !p.routing.late {
		if err := p.routing.prepare(); err != nil {
			return err
		}
	}
	p.reaper = supervise.NewReaper()
	if err := supervise.BecomeSubreaper(); err != nil {
		p.log.Debug("cannot adopt orphans", "error", err)
	}
	return nil
}
