package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/supervise"
)

// exitFault is the exit code for logwrap's own fault, before the app was started.
const exitFault = 125

// fault is an error that ends the program with a code of its own and, where one
// can be guessed, a hint.
type fault struct {
	err  error
	hint string
	code int
}

func (f *fault) Error() string { return f.err.Error() }

func (f *fault) Unwrap() error { return f.err }

// exitStatus carries the app's exit code through cobra; there is nothing to print.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// launchCommand is the first argument with which logwrap starts itself to become
// an app with limits; see supervise.Spec.Launcher.
const launchCommand = "__launch"

// execute runs the command line and returns the exit code.
func execute(args []string) int {
	if len(args) > 0 && args[0] == launchCommand {
		// Nothing before that: whatever is done here reaches the app.
		complain(os.Stderr, supervise.Launch(args[1:]), "")
		return exitFault
	}
	root := newRootCommand(firstSignals(args))
	root.SetArgs(args)
	return exitCode(root.Execute())
}

// firstSignals catches the signals where nobody else looks after us: a TERM that
// comes while PID 1 gets ready would end it as if the app had failed. Without an
// app to be run it returns nil.
func firstSignals(args []string) *supervise.Signals {
	if os.Getpid() != 1 || !slices.Contains(args, "--") {
		return nil
	}
	return supervise.NewSignals()
}

// exitCode says what is wrong, if anything is, and returns the exit code.
func exitCode(err error) int {
	var status exitStatus
	var f *fault
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &f):
		complain(os.Stderr, f.err, f.hint)
		return f.code
	}
	complain(os.Stderr, err, "")
	return exitFault
}

// newRootCommand builds the whole command line anew; nothing is kept between
// calls. signals are for the app that is run; nil: they are not caught yet.
func newRootCommand(signals *supervise.Signals) *cobra.Command {
	o := runOptions{signals: signals}
	root := &cobra.Command{
		Use:   "logwrap [flags] -- COMMAND [ARG...]",
		Short: "Run an app and deliver what it writes",
		Long: `logwrap runs an app as its child, passes its output on, reads the level and
structure of every line, routes the lines to files, syslog and Elasticsearch, and
turns crashes, stack traces and CRITICAL lines into Sentry events. The app does
not notice: its signals, its exit code and its output are its own.

Every flag can also be given in the environment: --stop-timeout is
LOGWRAP_STOP_TIMEOUT.`,
		Example: `  logwrap -- ./app
  logwrap --file app.log --sentry-dsn "$SENTRY_DSN" -- gunicorn app:app
  logwrap -c logwrap.yaml -- python main.py`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       cobra.ArbitraryArgs,
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{HiddenDefaultCmd: false},
		RunE:                       func(c *cobra.Command, args []string) error { return o.execute(c, args) },
	}
	o.addFlags(root.Flags())
	root.SetFlagErrorFunc(flagFault)
	root.AddCommand(newRunCommand(signals), newRouterCommand(), newExplainCommand(), newCheckCommand(), newVersionCommand())
	return root
}

func newRunCommand(signals *supervise.Signals) *cobra.Command {
	o := runOptions{signals: signals}
	c := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARG...]",
		Short: "Run an app (the same as logwrap without a command)",
		Args:  cobra.ArbitraryArgs,
		RunE:  func(c *cobra.Command, args []string) error { return o.execute(c, args) },
	}
	o.addFlags(c.Flags())
	return c
}

// environ is the environment as the config package reads it.
func environ() config.Environ { return os.LookupEnv }
