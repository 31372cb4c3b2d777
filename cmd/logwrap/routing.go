package main

import (
	"context"
	"os"
	"syscall"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/supervise"
)

// reportHandler is the cursor's name of the crash report.
const reportHandler = "logwrap report"

// lateJournal is the size of a journal in memory that is looked at only when
// the app has crashed: room for a long trace and what came before it.
const lateJournal = 4 << 20

// routing is the parent's side of the router: what it is started with, and the
// keeper that keeps it alive.
type routing struct {
	parent *parent
	keeper *supervise.Keeper
	plan   *os.File // made for the first start
	report bool     // nobody takes events: a router prints a report when the app crashes
	late   bool     // the report is all there is: a router is needed only then
	on     bool     // a router was started

	progress capture.Progress // when the router last ended
}

// newRouting settles whether a router is needed from the start, and under which
// names the handlers keep their cursors.
func newRouting(p *parent, handlers []config.Handler) (*routing, []string) {
	r := &routing{parent: p, report: true}
	var names []string
	for i := range handlers {
		names = append(names, handlers[i].Name)
		r.report = r.report && !handlers[i].Events()
	}
	r.late = len(names) == 0
	if r.report {
		names = append(names, reportHandler)
	}
	if p.conf.Supervise.TerminationLog != "" {
		names = append(names, terminationHandler)
	}
	return r, names
}

// start starts the router, once. ctx ends it.
func (r *routing) start(ctx context.Context) {
	if r.on {
		return
	}
	r.on = true
	r.keeper = supervise.NewKeeper(r.parent.reaper, r.spec)
	r.keeper.Progressed = r.progressed
	r.keeper.OnExit = func(s supervise.Status, err error) {
		if err != nil {
			r.parent.log.Warn("cannot start the router; trying again", "error", err)
			return
		}
		r.parent.log.Warn("the router ended and is started again; nothing is lost", "status", s.String())
	}
	go r.keeper.Run(ctx)
}

// progressed reports whether the router that has just ended was a healthy one:
// it delivered something, or somebody killed it while it was about to.
func (r *routing) progressed(s supervise.Status) bool {
	before := r.progress
	r.progress = r.parent.journal.Progress()
	return r.progress.Delivered != before.Delivered || s.Signal == syscall.SIGKILL && r.progress.Read != before.Read
}

// spec says how a router is started.
func (r *routing) spec() (supervise.Spec, error) {
	exe, err := self()
	if err != nil {
		return supervise.Spec{}, err
	}
	if err := r.prepare(); err != nil {
		return supervise.Spec{}, err
	}
	// It has no use for a standard input, but Go's runtime insists on one, and
	// /dev/null need not exist: the plan is as good.
	files := append([]*os.File{r.plan, os.Stdout, os.Stderr}, r.parent.journal.Files()...)
	return supervise.Spec{
		Path:  exe,
		Args:  []string{"logwrap", routerCommand},
		Env:   routerEnviron(),
		Files: append(files, r.plan),
	}, nil
}

// prepare makes what every router is handed.
func (r *routing) prepare() (err error) {
	if r.plan != nil {
		return nil
	}
	p := r.parent
	conf := *p.conf
	conf.Supervise.Env, conf.Supervise.FileEnv = nil, nil // the app's secrets are not the router's
	id := p.conf.Identity()
	id.Journal, id.Host, id.Container = p.journal.ID(), hostName(), containerID()
	r.plan, err = (&plan{Config: &conf, Identity: id, Command: p.args[0], Args: p.args, Report: r.report, TerminationLog: p.conf.Supervise.TerminationLog}).store()
	return err
}
