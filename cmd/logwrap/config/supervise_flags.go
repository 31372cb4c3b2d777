package config

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/supervise"
)

// RunFlags are the flags about how the app is run. Those that are on or off hold
// what parseSwitch reads.
type RunFlags struct {
	Restart     string
	MaxRestarts string
	Timeout     string
	OKExit      []string // each may have several, with commas

	StopSignal        string
	StopTimeout       string
	FlushTimeout      string
	RewriteSignal     []string // each may have several, with commas
	SignalTo          string
	ParentDeathSignal string

	PTY   string // on or off
	Merge string // on or off

	User   string
	Group  string
	Chdir  string
	Umask  string
	Rlimit []string

	Env        []string
	EnvRemove  []string
	EnvFile    []string
	NoEnvHints string // on or off

	TerminationLog  string
	Watchdog        string
	WatchdogDump    string
	WatchdogRestart string // on or off
}

// applyRun applies what is about the app itself, then checks that all of
// supervise goes together.
func (a *applier) applyRun(f *RunFlags) {
	s := &a.config.Supervise
	a.set("restart", f.Restart, into(&s.Restart, oneOf(RestartNever, RestartOnFailure, RestartAlways)))
	a.set("max-restarts", f.MaxRestarts, into(&s.MaxRestarts, func(t string) (int, error) { return parseInt(t, 0, maxRestarts) }))
	a.set("timeout", f.Timeout, into(&s.Timeout, parseDuration))
	a.set("stop-signal", f.StopSignal, into(&s.StopSignal, parseSignal))
	a.set("stop-timeout", f.StopTimeout, into(&s.StopTimeout, parsePositive))
	a.set("flush-timeout", f.FlushTimeout, into(&s.FlushTimeout, parseDuration))
	a.set("signal-to", f.SignalTo, into(&s.SignalTo, oneOf(SignalApp, SignalGroup)))
	a.set("parent-death-signal", f.ParentDeathSignal, into(&s.ParentDeathSignal, parseSignal))
	a.set("pty", f.PTY, into(&s.PTY, parseSwitch))
	a.set("merge", f.Merge, into(&s.Merge, parseSwitch))
	a.set("user", f.User, into(&s.User, systemAccounts().checkUser))
	a.set("group", f.Group, into(&s.Group, systemAccounts().checkGroup))
	a.set("chdir", f.Chdir, into(&s.Chdir, parseDirectory))
	a.set("umask", f.Umask, into(&s.Umask, parseUmask))
	noHints := !s.EnvHints
	a.set("no-env-hints", f.NoEnvHints, into(&noHints, parseSwitch))
	s.EnvHints = !noHints
	a.set("termination-log", f.TerminationLog, into(&s.TerminationLog, parseTerminationLog))
	a.set("watchdog", f.Watchdog, into(&s.Watchdog, parseDuration))
	a.set("watchdog-dump", f.WatchdogDump, into(&s.WatchdogDump, parseSignal))
	a.set("watchdog-restart", f.WatchdogRestart, into(&s.WatchdogRestart, parseSwitch))
	a.applyLists(f)
	a.checkRun(systemAccounts(), os.Getpid())
}

// into makes what applier.set calls: parse the value and keep it.
func into[T any](dst *T, parse func(string) (T, error)) func(string) error {
	return func(s string) error { return assign(dst, s, parse) }
}

// applyLists applies what has several entries. What has a key (signals, limits,
// variables) replaces what the file says for the same key; exit codes replace
// those of the file; files and removals come on top.
func (a *applier) applyLists(f *RunFlags) {
	s := &a.config.Supervise
	if items := a.items("ok-exit", f.OKExit, true); len(items) > 0 {
		s.OKExit = parseAll(items, parseOKExit)
	}
	if items := a.items("rewrite-signal", f.RewriteSignal, true); len(items) > 0 {
		if s.Rewrite == nil {
			s.Rewrite = parseRewrites(nil)
		}
		maps.Copy(s.Rewrite, parseRewrites(items))
	}
	for _, l := range parseLimits(a.items("rlimit", f.Rlimit, false)) {
		s.Limits = slices.DeleteFunc(s.Limits, func(o supervise.Limit) bool { return o.Name == l.Name })
		s.Limits = append(s.Limits, l)
	}
	s.readEnvFiles(a.items("env-file", f.EnvFile, false))
	a.applyEnv(f)
}

// items returns the entries of a list flag or its variable.
func (a *applier) items(flag string, given []string, commas bool) (items []item) {
	given, from := a.list(flag, given)
	fail := func(hint, msg string) { a.errs = append(a.errs, &Error{File: from.source, Msg: msg, Hint: hint}) }
	for _, text := range given {
		a.config.setAt(keyOf(flag), from)
		texts := []string{text}
		if commas {
			texts = strings.Split(text, ",")
		}
		for _, t := range texts {
			if commas {
				t = strings.TrimSpace(t)
			}
			items = append(items, item{text: t, shown: t, fail: fail})
		}
	}
	return items
}

// applyEnv sets and removes variables: of what is both, the later source counts.
func (a *applier) applyEnv(f *RunFlags) {
	set := parseVariables(a.items("env", f.Env, false))
	remove := parseRemovals(a.items("env-remove", f.EnvRemove, false))
	_, setFrom := a.list("env", f.Env)
	_, removeFrom := a.list("env-remove", f.EnvRemove)
	for _, name := range remove {
		if _, both := set[name]; both && setFrom.rank == removeFrom.rank {
			a.errs = append(a.errs, &Error{
				File: removeFrom.source, Msg: strconv.Quote(name) + " is set by " + setFrom.source, Hint: "keep one of them",
			})
		}
	}
	s := &a.config.Supervise
	if setFrom.rank < removeFrom.rank {
		s.setVariables(set)
		s.removeVariables(remove)
		return
	}
	s.removeVariables(remove)
	s.setVariables(set)
}

func (s *Supervise) setVariables(env map[string]string) {
	if s.Env == nil && len(env) > 0 {
		s.Env = map[string]string{}
	}
	maps.Copy(s.Env, env)
	s.EnvRemove = slices.DeleteFunc(s.EnvRemove, func(name string) bool { _, set := env[name]; return set })
}

func (s *Supervise) removeVariables(names []string) {
	for _, name := range names {
		delete(s.Env, name)
		if !slices.Contains(s.EnvRemove, name) {
			s.EnvRemove = append(s.EnvRemove, name)
		}
	}
}
