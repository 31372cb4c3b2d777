package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
)

// ownVariables is how the variables begin that are logwrap's flags.
const ownVariables = "LOGWRAP_"

// childEnviron returns the app's environment: base, ours, with what s changes.
// pid is ours.
//
// Variables that are logwrap's own flags are left out: some are secrets, and a
// logwrap that the app may start would do everything a second time. WATCHDOG_PID
// is left out where it names us, for then the app is who systemd's watchdog
// waits for. Unless the user has decided otherwise, Python is told to write its
// output when it has it, and to say where it was when it dies of a signal.
func childEnviron(base []string, s config.Supervise, pid int) []string {
	set := map[string]string{}
	removed := map[string]bool{}
	if s.Home != "" { // another user's: what ours says would be wrong
		set["HOME"] = s.Home
		for _, name := range []string{"USER", "LOGNAME"} {
			if removed[name] = s.UserName == ""; s.UserName != "" {
				set[name] = s.UserName
			}
		}
	}
	maps.Copy(set, s.FileEnv)
	for _, name := range s.EnvRemove {
		delete(set, name)
		removed[name] = true
	}
	maps.Copy(set, s.Env)
	return overlay(base, set, func(name, value string) bool {
		return removed[name] || strings.HasPrefix(name, ownVariables) || name == "WATCHDOG_PID" && value == strconv.Itoa(pid)
	}, hints(s, removed))
}

// hints are variables that are set where nobody says anything about them.
func hints(s config.Supervise, removed map[string]bool) (names []string) {
	if !s.EnvHints {
		return nil
	}
	for _, name := range []string{"PYTHONUNBUFFERED", "PYTHONFAULTHANDLER"} {
		if !removed[name] {
			names = append(names, name)
		}
	}
	return names
}

// overlay returns base without what drop says, with the variables of set in
// their old places or sorted at the end, and last the hints that are not set.
func overlay(base []string, set map[string]string, drop func(name, value string) bool, hints []string) []string {
	env := make([]string, 0, len(base)+len(set)+len(hints))
	placed := map[string]bool{}
	for _, entry := range base {
		name, value, ok := strings.Cut(entry, "=")
		if v, changed := set[name]; ok && changed {
			if !placed[name] {
				env = append(env, name+"="+v)
			}
		} else if ok && drop(name, value) {
			continue
		} else {
			env = append(env, entry)
		}
		placed[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !placed[name] {
			env = append(env, name+"="+set[name])
			placed[name] = true
		}
	}
	for _, name := range hints {
		if !placed[name] {
			env = append(env, name+"=1")
		}
	}
	return env
}
