package config

import (
	"syscall"
	"time"

	"github.com/logwrap/logwrap/supervise"
)

// What Supervise.Restart and SignalTo can be.
const (
	RestartNever     = "never"
	RestartOnFailure = "on-failure"
	RestartAlways    = "always"

	SignalApp   = "app"   // the app's own process
	SignalGroup = "group" // the app's process group
)

// Supervise is how the app is run and ended.
type Supervise struct {
	Restart     string        `json:"restart"`                // RestartNever, RestartOnFailure, RestartAlways
	MaxRestarts int           `json:"max_restarts,omitempty"` // 0: no limit
	Timeout     time.Duration `json:"timeout,omitempty"`      // how long the app may run; 0: for ever
	OKExit      []int         `json:"ok_exit,omitempty"`      // exit codes that are no failure, besides 0

	StopTimeout  time.Duration  `json:"stop_timeout"`          // from the first stop signal to KILL
	FlushTimeout time.Duration  `json:"flush_timeout"`         // for the sinks, once the app has ended; 0: they get none
	StopSignal   syscall.Signal `json:"stop_signal,omitempty"` // what the app is asked to end with; 0: what logwrap was asked with

	// Rewrite maps a received signal to the one the app gets instead, 0 to none.
	Rewrite           map[syscall.Signal]syscall.Signal `json:"rewrite_signal,omitempty"`
	SignalTo          string                            `json:"signal_to"` // SignalApp, SignalGroup; empty: decided by Apply
	ParentDeathSignal syscall.Signal                    `json:"parent_death_signal,omitempty"`

	PTY   bool `json:"pty,omitempty"`   // the app's output is a terminal
	Merge bool `json:"merge,omitempty"` // stdout and stderr are one stream, in the app's order

	User       string      `json:"user,omitempty"`  // as it was asked for: USER[:GROUP]
	Group      string      `json:"group,omitempty"` // as it was asked for
	Credential *Credential `json:"credential,omitempty"`
	UserName   string      `json:"user_name,omitempty"` // of another user than ours; empty: the same, or it has no name
	Home       string      `json:"home,omitempty"`      // of another user than ours; empty: the same

	Chdir  string            `json:"chdir,omitempty"` // where the app starts; empty: where logwrap did
	Umask  *uint32           `json:"umask,omitempty"` // nil: ours
	Limits []supervise.Limit `json:"rlimits,omitempty"`

	// The app's environment is ours with these changes. No name is in both Env
	// and EnvRemove. FileEnv is what the files of EnvFile hold; it gives way to
	// both.
	Env       map[string]string `json:"env,omitempty"`
	EnvRemove []string          `json:"env_remove,omitempty"`
	EnvFile   []string          `json:"env_file,omitempty"`
	FileEnv   map[string]string `json:"file_env,omitempty"`
	EnvHints  bool              `json:"env_hints"` // set PYTHONUNBUFFERED and PYTHONFAULTHANDLER

	// TerminationLog is the file that gets the reason of the app's end. Empty
	// after Apply: none does; "off" before it says so.
	TerminationLog string `json:"termination_log,omitempty"`

	Watchdog        time.Duration  `json:"watchdog,omitempty"`         // silence that counts as hanging; 0: none does
	WatchdogDump    syscall.Signal `json:"watchdog_dump,omitempty"`    // sent to an app that hangs, to make it say where; 0: nothing is
	WatchdogRestart bool           `json:"watchdog_restart,omitempty"` // an app that hangs is started anew
}

// Credential is who the app runs as. In a Config, nil means as who logwrap does.
type Credential struct {
	UID    uint32   `json:"uid"`
	GID    uint32   `json:"gid"`
	Groups []uint32 `json:"groups"` // the supplementary ones; empty: it gets none
}

func defaultSupervise() Supervise {
	return Supervise{
		Restart:     RestartNever,
		StopTimeout: supervise.DefaultStopTimeout, FlushTimeout: 5 * time.Second,
		EnvHints: true,
	}
}

// place is where a key of supervise was set, for what is found out later.
type place struct {
	rank         int    // which source beats which
	source       string // the file, flag or variable
	line, column int    // in a file
}

// Ranks of the sources; the higher beats the lower.
const (
	rankFile = iota
	rankVariable
	rankFlag
)

// setAt notes where a key of supervise was set last.
func (c *Config) setAt(key string, p place) {
	if c.places == nil {
		c.places = map[string]place{}
	}
	c.places[key] = p
}

// variables returns everything that holds variables of the app.
func (s *Supervise) variables() []map[string]string {
	return []map[string]string{s.Env, s.FileEnv}
}
