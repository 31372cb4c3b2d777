package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
	"github.com/logwrap/logwrap/supervise"
)

// startOver is when an app that still runs is one that stays, for which what only
// the start needed is given back.
const startOver = time.Second

// runOptions is what the command line says about a run.
type runOptions struct {
	flags   config.Flags
	signals *supervise.Signals // nil: not caught yet
}

func (o *runOptions) addFlags(fs *pflag.FlagSet) {
	addConfigFlags(fs, &o.flags)
	addRunFlags(fs, &o.flags)
}

// execute checks everything that can be checked before the app is started, then
// runs it.
func (o *runOptions) execute(c *cobra.Command, args []string) error {
	if err := checkCommand(c, args); err != nil {
		return err
	}
	signals := o.signals
	if signals == nil {
		signals = supervise.NewSignals()
	}
	runtime.GOMAXPROCS(min(2, runtime.GOMAXPROCS(0))) // copying and waiting need no more
	conf, err := config.Read(o.flags, environ(), filepath.Base(args[0]))
	if err != nil {
		return &fault{err: err, code: exitFault}
	}
	defer time.AfterFunc(startOver, releaseProgram).Stop()
	code, err := newParent(conf, args, signals, childEnviron(os.Environ(), conf.Supervise, os.Getpid())).run()
	if err != nil {
		return asFault(err)
	}
	return exitStatus(code)
}

// checkCommand tells a command line without "--" what is missing.
func checkCommand(c *cobra.Command, args []string) error {
	hint := fmt.Sprintf("%s [flags] -- COMMAND [ARG...]", c.CommandPath())
	switch dash := c.ArgsLenAtDash(); {
	case len(args) == 0:
		return &fault{err: errors.New("no command to run"), hint: hint, code: exitFault}
	case dash < 0:
		if near := c.Root().SuggestionsFor(args[0]); len(near) > 0 {
			return &fault{err: fmt.Errorf("unknown command %q", args[0]), hint: fmt.Sprintf("did you mean %q? To run it as the app: %s -- %s", near[0], c.CommandPath(), args[0]), code: exitFault}
		}
		return &fault{err: fmt.Errorf("unknown command %q", args[0]), hint: fmt.Sprintf("to run it as the app: %s -- %s", c.CommandPath(), args[0]), code: exitFault}
	case dash > 0:
		return &fault{err: fmt.Errorf("unexpected %q before --", args[0]), hint: hint, code: exitFault}
	}
	return nil
}

// asFault gives an error of a run its exit code and hint.
func asFault(err error) error {
	var start *supervise.StartError
	if errors.As(err, &start) {
		return &fault{err: err, hint: start.Hint(), code: start.ExitCode()}
	}
	return &fault{err: err, code: exitFault}
}
