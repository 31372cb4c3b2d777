package main

import (
	"github.com/spf13/pflag"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
)

// addConfigFlags defines the flags that change the configuration, for every
// command that reads one.
func addConfigFlags(fs *pflag.FlagSet, f *config.Flags) {
	fs.StringVarP(&f.Config, "config", "c", "", "read the configuration from `FILE`")
	fs.StringVar(&f.Level, "level", "", "lowest `LEVEL` the root logger takes (debug, info, warning, error, critical)")
	fs.StringVar(&f.Console, "console", "", "raw: pass the app's output on as it is; off: don't (default raw)")
	fs.StringArrayVar(&f.File, "file", nil, "write records to the file at `PATH` as JSON lines")
	fs.StringArrayVar(&f.Syslog, "syslog", nil, "send records to `URL`: udp://, tcp://, tcp+tls:// or unix://")
	fs.StringArrayVar(&f.Elasticsearch, "elasticsearch", nil, "index records at `URL`")
	fs.StringVar(&f.SentryDSN, "sentry-dsn", "", "send crashes, traces and CRITICAL lines to `DSN` (also SENTRY_DSN)")
	fs.StringVar(&f.LogLevel, "log-level", "", "lowest `LEVEL` of logwrap's own messages (default info)")
	fs.StringVar(&f.LogFormat, "log-format", "", "text or json, of logwrap's own messages (default text)")
	// "--config=x --help" must not print Go's quotes around empty defaults.
	fs.SortFlags = false
}

// addRunFlags defines the flags that only a run has.
func addRunFlags(fs *pflag.FlagSet, f *config.Flags) {
	fs.StringVar(&f.Journal, "journal", "", "keep what is not delivered yet in the file at `PATH`, so that it outlives logwrap")
	fs.StringVar(&f.JournalSize, "journal-size", "", "most bytes that wait, as `SIZE` (default 64MiB in memory, 1GiB in a file)")
	fs.StringVar(&f.WhenFull, "when-full", "", "drop-oldest, or block: the app waits (default drop-oldest)")
	fs.StringVar(&f.StopSignal, "stop-signal", "", "ask the app to stop with `SIGNAL` (default: what logwrap was asked with)")
	fs.StringVar(&f.StopTimeout, "stop-timeout", "", "kill the app `DURATION` after it was asked to stop (default 8s)")
	fs.StringVar(&f.FlushTimeout, "flush-timeout", "", "deliver for at most `DURATION` after the app has ended (default 5s)")
}
