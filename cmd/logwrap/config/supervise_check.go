package config

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/logwrap/logwrap/supervise"
)

// checkRun settles what was left open about the run of the app, and reports what
// does not go together, whichever sources it came from.
func (a *applier) checkRun(system accounts, pid int) {
	s := &a.config.Supervise
	a.decideAccount(system)
	if s.SignalTo == "" {
		s.SignalTo = SignalApp
		if pid == 1 {
			s.SignalTo = SignalGroup
		}
	}
	switch s.TerminationLog {
	case "":
		s.TerminationLog = defaultTerminationLog(kubernetesTerminationLog, a.env)
	case terminationLogOff:
		s.TerminationLog = ""
	}
	if s.MaxRestarts > 0 && s.Restart == RestartNever && !s.WatchdogRestart {
		a.note("max_restarts means nothing: the app is never restarted")
	}
	if s.WatchdogDump != 0 && s.Watchdog == 0 {
		a.failAt("watchdog_dump", "say when the app counts as hanging: --watchdog 1m", "there is no watchdog")
	}
	if s.WatchdogRestart && s.Watchdog == 0 {
		a.failAt("watchdog_restart", "say when the app counts as hanging: --watchdog 1m", "there is no watchdog")
	}
	if to, ok := s.Rewrite[syscall.SIGTERM]; ok && s.StopSignal != 0 && to != s.StopSignal {
		a.failAt("stop_signal", "keep one of them", "it is %s, and rewrite_signal makes %s of SIGTERM",
			supervise.SignalName(s.StopSignal), signalOrNone(to))
	}
	a.config.places = nil
}

func signalOrNone(sig syscall.Signal) string {
	if sig == 0 {
		return "nothing"
	}
	return supervise.SignalName(sig)
}

func (a *applier) note(text string) { a.config.Notes = append(a.config.Notes, text) }

// failAt reports a problem of a key of supervise where it was set last.
func (a *applier) failAt(key, hint, format string, args ...any) {
	p := a.config.places[key]
	msg := fmt.Sprintf(format, args...)
	if p.rank == rankFile {
		msg = "supervise." + key + ": " + msg
	}
	a.errs = append(a.errs, &Error{File: p.source, Line: p.line, Column: p.column, Msg: msg, Hint: hint})
}

// decideAccount finds out who the app runs as. A group that is stated beside the
// user and in a place of its own must be the same, unless one source beats the
// other.
func (a *applier) decideAccount(system accounts) {
	s := &a.config.Supervise
	name, group, _ := strings.Cut(s.User, ":")
	key := "user"
	if s.Group != "" && s.Group != group {
		ofUser, ofGroup := a.config.places["user"].rank, a.config.places["group"].rank
		switch {
		case group != "" && ofUser == ofGroup:
			a.failAt("group", "keep one of them", "it is %q, and user says %q", s.Group, group)
			return
		case group == "" || ofGroup > ofUser:
			group = s.Group
		}
	}
	if name == "" {
		key = "group"
	}
	who, credential, err := system.change(name, group)
	if err != nil {
		a.failAt(key, hintOf(err), "%v", err)
		return
	}
	s.Credential = credential
	if credential != nil && int(who.uid) != system.uid {
		s.UserName, s.Home = who.name, who.home
	}
	if credential != nil && name != "" && group == "" && who.name == "" && who.gid == 0 {
		a.note(fmt.Sprintf("user %s has no entry in %s, so the app keeps group 0 (root's); %s:GID gives it another", name, passwdFile, name))
	}
}
