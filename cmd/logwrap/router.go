package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/sentry"
)

// routerCommand is the subcommand that logwrap starts itself with.
const routerCommand = "router"

// routerMemory is what the router's heap may take before collecting it becomes
// more important than speed.
const routerMemory = 40 << 20

func newRouterCommand() *cobra.Command {
	return &cobra.Command{
		Use:    routerCommand,
		Short:  "Deliver what another logwrap captures (started by logwrap itself)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(*cobra.Command, []string) error { return runRouter() },
	}
}

// runRouter delivers until the journal has ended or the parent is gone. It may
// be killed at any moment.
func runRouter() error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(routerMemory)
	}
	p, err := inheritedPlan()
	if err != nil {
		return &fault{err: err, hint: "this command is for logwrap itself; to run an app: logwrap -- COMMAND", code: exitFault}
	}
	view, err := capture.OpenView(inheritedJournal())
	if err != nil {
		return err
	}
	log := newLogger(os.Stderr, p.Config.Log)
	r, err := newRouter(p, view, log)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := r.Run(ctx); err != nil && !errors.Is(err, capture.ErrOrphaned) {
		return err
	}
	return nil
}

func inheritedPlan() (*plan, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(planFD, &st); err != nil {
		return nil, fmt.Errorf("find the router's plan: %w", err)
	}
	syscall.CloseOnExec(planFD)
	f := os.NewFile(planFD, "plan")
	defer f.Close()
	return loadPlan(f)
}

func inheritedJournal() (files []*os.File) {
	for fd := journalFD; fd < planFD; fd++ {
		syscall.CloseOnExec(fd)
		files = append(files, os.NewFile(uintptr(fd), fmt.Sprintf("journal descriptor %d", fd)))
	}
	return files
}

// self returns a path that starts this very program again, also after its file
// was replaced.
func self() (string, error) {
	const link = "/proc/self/exe"
	if _, err := os.Stat(link); err == nil {
		return link, nil
	}
	exe, err := os.Executable()
	if err != nil { // no /proc: as whoever started us found it
		if exe, err = exec.LookPath(os.Args[0]); err != nil {
			return "", fmt.Errorf("find the program itself: %w", err)
		}
	}
	return exe, nil
}

// routerEnviron is our environment: sinks read proxies and certificates from it.
func routerEnviron() []string { return os.Environ() }

// newRouter builds the routing that the configuration describes.
func newRouter(p *plan, view *capture.View, log *slog.Logger) (*route.Router, error) {
	var extra []route.Handler
	if p.Report {
		// No level is high enough: only what always is an event, such as a crash.
		extra = append(extra, route.Handler{Name: reportHandler, Events: true, Level: math.MaxUint8})
	}
	if p.TerminationLog != "" {
		extra = append(extra, route.Handler{Name: terminationHandler, Events: true, Level: math.MaxUint8})
	}
	tree, handlers, err := p.Config.Tree(extra...)
	if err != nil {
		return nil, err
	}
	var to []route.Destination
	for i := range handlers {
		h := &handlers[i]
		if h.Sentry != nil {
			h.Sentry.Client, h.Sentry.Args, h.Sentry.Dir = versionName(), p.Args, p.Config.Supervise.Chdir
			h.Sentry.App = sentry.App{Handler: h.Name, DSN: p.AppDSN, Journal: p.Config.Journal.Path}
			h.Sentry.Log = log
		}
		sink, err := h.Open(p.Identity)
		if err != nil {
			return nil, fmt.Errorf("handler %s: %w", h.Name, err)
		}
		to = append(to, route.Destination{Name: h.Name, Sink: sink, Limits: h.Limits(), Events: h.EventOptions()})
	}
	if p.Report {
		to = append(to, reportDestination(p))
	}
	if p.TerminationLog != "" {
		to = append(to, terminationDestination(p))
	}
	return route.New(route.Options{View: view, Tree: tree, Destinations: to, Log: log})
}
