package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/term"

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
	pump    *capture.Pump
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

// openJournal opens the journal that is configured. What the user can mend is an
// error; a disk without room is not worth more than the app.
func (p *parent) openJournal() (err error) {
	j := p.conf.Journal
	o := capture.JournalOptions{Path: j.Path, Size: j.Size, Block: j.WhenFull == config.Block}
	p.journal, err = capture.OpenJournal(o)
	if err != nil && o.Path != "" && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO)) {
		p.log.Warn("the journal is kept in memory instead", "error", err)
		p.journal, err = capture.OpenJournal(capture.JournalOptions{Block: o.Block})
	}
	if err != nil {
		return &fault{err: err, hint: journalHint(err), code: exitFault}
	}
	return nil
}

func journalHint(err error) string {
	switch {
	case errors.Is(err, capture.ErrLocked):
		return "give each logwrap a journal of its own"
	case errors.Is(err, os.ErrNotExist):
		return "make its directory first"
	case errors.Is(err, os.ErrPermission):
		return fmt.Sprintf("make it writable for the user logwrap runs as (uid %d)", os.Geteuid())
	}
	return ""
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

// runApp starts the app and the router, moves the app's output until its end and
// notes in the journal how it ended.
func (p *parent) runApp(ctx context.Context) (supervise.Result, error) {
	sources, ends, err := appPipes()
	if err != nil {
		return supervise.Result{}, err
	}
	defer closeAll(ends[:])
	if p.pump, err = capture.NewPump(capture.PumpOptions{Journal: p.journal, Sources: sources, Consoles: p.consoles()}); err != nil {
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
			go p.keeper.Run(ctx)
		},
		OnEnd: func() {
			p.pump.Finish(time.Now().Add(drainTimeout))
			if !<-pumped {
				p.log.Info("the app has ended, but other processes keep its output open; what they write from now on is not captured")
			}
		},
		Log: newLifecycleLogger(p.journal),
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

// flush gives the sinks their time, then says what they did not get.
func (p *parent) flush() {
	timeout := p.conf.Supervise.FlushTimeout
	if p.stops > 1 {
		timeout = min(timeout, hurriedFlush)
	}
	deadline := time.Now().Add(timeout)
	p.journal.Finish(deadline.Add(-min(timeout/10, 250*time.Millisecond)))
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	done := make(chan struct{})
	go func() {
		_ = p.keeper.Stop(ctx) // what it could not deliver is counted below
		close(done)
	}()
	for {
		select {
		case <-done:
			p.account()
			return
		case sig := <-p.signals.C():
			if sig != syscall.SIGTERM && sig != syscall.SIGINT && sig != syscall.SIGQUIT {
				continue
			}
			if p.stops++; p.stops > 2 {
				cancel()
			} else if p.stops == 2 {
				p.journal.Finish(time.Now().Add(hurriedFlush))
				time.AfterFunc(hurriedFlush+100*time.Millisecond, cancel)
			}
		}
	}
}

// account says what was not delivered.
func (p *parent) account() {
	if lost, err := p.journal.Trouble(); lost > 0 {
		p.log.Warn(count(lost, "line")+" could not be written to the journal and are lost", "error", err)
	}
	for _, b := range p.journal.Backlogs() {
		if b.Handler == reportHandler {
			continue
		}
		if b.Lost > 0 {
			p.log.Warn(count(b.Lost, "line")+" dropped because the journal was full", "handler", b.Handler)
		}
		if b.Refused > 0 {
			p.log.Warn(count(b.Refused, "record")+" refused by the destination", "handler", b.Handler)
		}
		what := count(b.Lines, "line") + " not delivered"
		if p.takesEvents(b.Handler) {
			what = "events in the last " + count(b.Lines, "line") + " not delivered"
		}
		switch {
		case b.Lines > 0 && p.conf.Journal.Path != "":
			p.log.Warn(what+"; the next start delivers them", "handler", b.Handler, "journal", p.conf.Journal.Path)
		case b.Lines > 0:
			p.log.Warn(what+", and lost", "handler", b.Handler)
		}
	}
}

// takesEvents reports whether a handler gets events instead of lines.
func (p *parent) takesEvents(name string) bool {
	for i := range p.conf.Handlers {
		if h := &p.conf.Handlers[i]; h.Name == name {
			return h.Events()
		}
	}
	return false
}

// syncJournal keeps what a crash of the machine can cost below a second or two.
func (p *parent) syncJournal(ctx context.Context) {
	if p.conf.Journal.Path == "" {
		return
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := p.journal.Sync()
		if err != nil && !failing {
			p.log.Warn("the journal may not survive a crash of the machine", "error", err)
		}
		failing = err != nil
	}
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
