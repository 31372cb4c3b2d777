package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/logwrap/logwrap/cmd/logwrap/config"
)

// addConfigFlags defines the flags that change the configuration, for every
// command that reads one.
func addConfigFlags(fs *pflag.FlagSet, f *config.Flags) {
	fs.VarP(textFlag{&f.Config, "FILE"}, "config", "c", "read the configuration from FILE")
	text(fs, &f.Level, "level", "LEVEL", "lowest LEVEL the root logger takes (debug, info, warning, error, critical)")
	text(fs, &f.Console, "console", "raw|off", "raw: pass the app's output on as it is; off: don't (default raw)")
	list(fs, &f.File, "file", "PATH", "write records to the file at PATH as JSON lines")
	list(fs, &f.Syslog, "syslog", "URL", "send records to URL: udp://, tcp://, tcp+tls:// or unix://")
	list(fs, &f.Elasticsearch, "elasticsearch", "URL", "index records at URL")
	text(fs, &f.SentryDSN, "sentry-dsn", "DSN", "send crashes, traces and CRITICAL lines to DSN (also SENTRY_DSN)")
	text(fs, &f.WhenSDK, "when-sdk", "auto|always|never", "send what the app's own Sentry SDK reports too (auto: no, where one is seen)")
	text(fs, &f.LogLevel, "log-level", "LEVEL", "lowest LEVEL of logwrap's own messages (default info)")
	text(fs, &f.LogFormat, "log-format", "text|json", "format of logwrap's own messages (default text)")
	// "--config=x --help" must not print Go's quotes around empty defaults.
	fs.SortFlags = false
}

// textFlag is a flag whose text the configuration reads. Its type is what --help
// calls the value.
type textFlag struct {
	value *string
	kind  string
}

func (f textFlag) String() string {
	if f.value == nil { // pflag asks a zero value for the default
		return ""
	}
	return *f.value
}

func (f textFlag) Type() string { return f.kind }

func (f textFlag) Set(s string) error {
	if err := refuseDashes(s); err != nil {
		return err
	}
	*f.value = s
	return nil
}

func text(fs *pflag.FlagSet, value *string, name, kind, usage string) {
	fs.Var(textFlag{value, kind}, name, usage)
}

// listFlag is a textFlag that may be given several times.
type listFlag struct {
	values *[]string
	kind   string
}

func (f listFlag) String() string { return "" }

func (f listFlag) Type() string { return f.kind }

func (f listFlag) Set(s string) error {
	if err := refuseDashes(s); err != nil {
		return err
	}
	*f.values = append(*f.values, s)
	return nil
}

func list(fs *pflag.FlagSet, values *[]string, name, kind, usage string) {
	fs.Var(listFlag{values, kind}, name, usage)
}

// switchFlag is on or off; the configuration reads which, so that "not given"
// leaves it to the environment and the file.
type switchFlag struct{ value *string }

func (f switchFlag) String() string { return "" }

func (f switchFlag) Type() string { return "bool" }

func (f switchFlag) Set(s string) error {
	*f.value = s
	return nil
}

func onOff(fs *pflag.FlagSet, value *string, name, usage string) {
	fs.VarPF(switchFlag{value}, name, "", usage).NoOptDefVal = "true"
}

// errDashes is what a flag gets whose value was forgotten: in "--file -- app" it
// would take the dashes, and the app would be no app.
var errDashes = errors.New("the value is missing before --")

func refuseDashes(s string) error {
	if s == "--" {
		return errDashes
	}
	return nil
}

// flagFault words what is wrong with how a flag was given.
func flagFault(c *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && errors.Is(err, errDashes) {
		f := invalid.GetFlag()
		kind, _ := pflag.UnquoteUsage(f)
		return &fault{
			err:  fmt.Errorf("--%s: %w", f.Name, errDashes),
			hint: fmt.Sprintf("%s --%s %s -- COMMAND [ARG...]", c.CommandPath(), f.Name, kind),
			code: exitFault,
		}
	}
	return &fault{err: err, hint: fmt.Sprintf("%s --help lists the flags", c.CommandPath()), code: exitFault}
}
