package main

import (
	"slices"
	"testing"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
)

func TestChildEnviron(t *testing.T) {
	type env = map[string]string
	for _, tt := range []struct {
		name string
		base []string
		s    config.Supervise
		want []string
	}{
		{"nothing said", []string{"A=1", "B=x=y", "EMPTY="}, config.Supervise{}, []string{"A=1", "B=x=y", "EMPTY="}},
		{"no environment at all", nil, config.Supervise{}, []string{}},
		{"odd entries stay", []string{"=C:=x", "WITHOUT", "A=1"}, config.Supervise{}, []string{"=C:=x", "WITHOUT", "A=1"}},
		{"hints", []string{"A=1"}, config.Supervise{EnvHints: true}, []string{"A=1", "PYTHONUNBUFFERED=1", "PYTHONFAULTHANDLER=1"}},
		{"hints give way", []string{"PYTHONUNBUFFERED="}, config.Supervise{EnvHints: true, FileEnv: env{"PYTHONFAULTHANDLER": "0"}},
			[]string{"PYTHONUNBUFFERED=", "PYTHONFAULTHANDLER=0"}},
		{"hints that are removed", []string{"PYTHONUNBUFFERED=0"}, config.Supervise{EnvHints: true, EnvRemove: []string{"PYTHONUNBUFFERED", "PYTHONFAULTHANDLER"}}, []string{}},
		{"set in place and at the end", []string{"A=1", "B=1", "C=1"}, config.Supervise{Env: env{"Z": "2", "B": "2", "X": ""}}, []string{"A=1", "B=2", "C=1", "X=", "Z=2"}},
		{"set once", []string{"A=1", "B=1", "A=2"}, config.Supervise{Env: env{"A": "3"}}, []string{"A=3", "B=1"}},
		{"removed everywhere", []string{"A=1", "B=1", "A=2"}, config.Supervise{EnvRemove: []string{"A", "NONE"}}, []string{"B=1"}},
		{"env beats the files", []string{"A=1"}, config.Supervise{FileEnv: env{"A": "2", "B": "2"}, Env: env{"A": "3"}}, []string{"A=3", "B=2"}},
		{"removals beat the files", []string{"A=1"}, config.Supervise{FileEnv: env{"A": "2", "B": "2"}, EnvRemove: []string{"A", "B"}}, []string{}},
		{"ours are ours", []string{"LOGWRAP_SENTRY_DSN=https://secret@h/1", "SENTRY_DSN=https://k@h/1", "LOGWRAP=1", "LOGWRAP_FILE=/x"}, config.Supervise{},
			[]string{"SENTRY_DSN=https://k@h/1", "LOGWRAP=1"}},
		{"ours if asked for", []string{"LOGWRAP_FILE=/x"}, config.Supervise{Env: env{"LOGWRAP_FILE": "/y"}, FileEnv: env{"LOGWRAP_LEVEL": "debug"}},
			[]string{"LOGWRAP_FILE=/y", "LOGWRAP_LEVEL=debug"}},
		{"a watchdog that waits for us", []string{"WATCHDOG_USEC=1000000", "WATCHDOG_PID=42"}, config.Supervise{}, []string{"WATCHDOG_USEC=1000000"}},
		{"a watchdog that waits for another", []string{"WATCHDOG_PID=421"}, config.Supervise{}, []string{"WATCHDOG_PID=421"}},
		{"another user", []string{"HOME=/root", "USER=root", "PATH=/bin"}, config.Supervise{UserName: "app", Home: "/srv"},
			[]string{"HOME=/srv", "USER=app", "PATH=/bin", "LOGNAME=app"}},
		{"another user without a name", []string{"HOME=/root", "USER=root", "LOGNAME=root"}, config.Supervise{Home: "/"}, []string{"HOME=/"}},
		{"another user, all said", []string{"HOME=/root", "USER=root"}, config.Supervise{UserName: "app", Home: "/srv", Env: env{"HOME": "/h"}, FileEnv: env{"USER": "u"}, EnvRemove: []string{"LOGNAME"}},
			[]string{"HOME=/h", "USER=u"}},
		{"a name for a user without one", []string{"USER=root"}, config.Supervise{Home: "/", Env: env{"USER": "me"}}, []string{"USER=me", "HOME=/"}},
	} {
		before := slices.Clone(tt.base)
		if got := childEnviron(tt.base, tt.s, 42); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if !slices.Equal(tt.base, before) {
			t.Errorf("%s: our own environment was changed to %q", tt.name, tt.base)
		}
	}
}
