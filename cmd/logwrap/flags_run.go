package main

import (
	"github.com/spf13/pflag"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
)

// addRunFlags defines the flags that only a run has.
func addRunFlags(fs *pflag.FlagSet, f *config.Flags) {
	text(fs, &f.Journal, "journal", "PATH", "keep what is not delivered yet in the file at PATH, so that it outlives logwrap")
	text(fs, &f.JournalSize, "journal-size", "SIZE", "most bytes that wait (default 64MiB in memory, 1GiB in a file)")
	text(fs, &f.WhenFull, "when-full", "drop-oldest|block", "what a full journal does; block: the app waits (default drop-oldest)")
	addLifeFlags(fs, &f.RunFlags)
	addSignalFlags(fs, &f.RunFlags)
	addProcessFlags(fs, &f.RunFlags)
	addMonitorFlags(fs, &f.MonitorFlags)
}

// addMonitorFlags defines which cron monitor of Sentry watches the runs.
func addMonitorFlags(fs *pflag.FlagSet, f *config.MonitorFlags) {
	text(fs, &f.Monitor, "monitor", "SLUG", "tell Sentry's cron monitor SLUG of each run of the app")
	text(fs, &f.Schedule, "schedule", "SCHEDULE", "when the monitor expects a run, as '0 3 * * *', @daily or '10 minutes'")
	text(fs, &f.CheckinMargin, "checkin-margin", "DURATION", "how late a run may begin")
	text(fs, &f.MaxRuntime, "max-runtime", "DURATION", "how long a run may take")
	text(fs, &f.Timezone, "timezone", "ZONE", "time zone of the schedule, as Europe/Vienna (default UTC)")
	text(fs, &f.FailureIssueThreshold, "failure-issue-threshold", "N", "make an issue after N failed runs in a row")
}

// addLifeFlags defines how long the app lives, and what happens at its end.
func addLifeFlags(fs *pflag.FlagSet, f *config.RunFlags) {
	text(fs, &f.Restart, "restart", "never|on-failure|always", "start the app again when it has ended (default never)")
	text(fs, &f.MaxRestarts, "max-restarts", "N", "give up after N restarts; 0: never (default 0)")
	text(fs, &f.Timeout, "timeout", "DURATION", "stop the app when it has run for DURATION, and exit with 124 (default: no limit)")
	list(fs, &f.OKExit, "ok-exit", "CODE", "take exit CODE for success, as 3, 3,4 or TERM for 143")
	text(fs, &f.StopSignal, "stop-signal", "SIGNAL", "ask the app to stop with SIGNAL (default: what logwrap was asked with)")
	text(fs, &f.StopTimeout, "stop-timeout", "DURATION", "kill the app DURATION after it was asked to stop (default 8s)")
	text(fs, &f.FlushTimeout, "flush-timeout", "DURATION", "deliver for at most DURATION after the app has ended (default 5s)")
	text(fs, &f.Watchdog, "watchdog", "DURATION", "take an app that wrote nothing for DURATION for hanging (default: never)")
	text(fs, &f.WatchdogDump, "watchdog-dump", "SIGNAL", "send SIGNAL to an app that hangs, to make it say where")
	onOff(fs, &f.WatchdogRestart, "watchdog-restart", "start an app that hangs anew")
	text(fs, &f.TerminationLog, "termination-log", "PATH|off", "write the reason of the app's end to PATH (default in Kubernetes: /dev/termination-log)")
}

func addSignalFlags(fs *pflag.FlagSet, f *config.RunFlags) {
	list(fs, &f.RewriteSignal, "rewrite-signal", "FROM:TO", "send the app signal TO for FROM, as TERM:QUIT or 15:3; TO 0: nothing")
	text(fs, &f.SignalTo, "signal-to", "app|group", "who gets signals: the app, or its process group (default app; group as PID 1)")
	text(fs, &f.ParentDeathSignal, "parent-death-signal", "SIGNAL", "send SIGNAL to the app when logwrap dies")
}

// addProcessFlags defines what the app finds when it starts.
func addProcessFlags(fs *pflag.FlagSet, f *config.RunFlags) {
	onOff(fs, &f.PTY, "pty", "give the app a terminal to write to, so that it colours and does not buffer")
	onOff(fs, &f.Merge, "merge", "make stdout and stderr one stream, in the order the app wrote")
	text(fs, &f.User, "user", "USER[:GROUP]", "run the app as USER, by name or number")
	text(fs, &f.Group, "group", "GROUP", "run the app with GROUP, by name or number")
	text(fs, &f.Chdir, "chdir", "DIR", "start the app in DIR")
	text(fs, &f.Umask, "umask", "MASK", "start the app with the umask MASK, as 027")
	list(fs, &f.Rlimit, "rlimit", "NAME=SOFT[:HARD]", "limit a resource of the app, as nofile=1024:4096 or core=unlimited")
	list(fs, &f.Env, "env", "NAME=VALUE", "set a variable for the app")
	list(fs, &f.EnvRemove, "env-remove", "NAME", "take a variable from the app")
	list(fs, &f.EnvFile, "env-file", "FILE", "set the variables in FILE for the app: lines of NAME=VALUE")
	onOff(fs, &f.NoEnvHints, "no-env-hints", "don't set PYTHONUNBUFFERED and PYTHONFAULTHANDLER for the app")
}
