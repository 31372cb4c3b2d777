package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/logwrap/logwrap/route"
)

// Flags are what was given on the command line, as text; empty ones were not
// given. Each has a variable of the same name in the environment: LogLevel is
// --log-level and LOGWRAP_LOG_LEVEL. In the variables of the lists each line is
// one entry.
type Flags struct {
	Config string

	Level         string // of the root logger
	Console       string
	File          []string
	Syslog        []string
	Elasticsearch []string
	SentryDSN     string
	WhenSDK       string // of every sentry handler
	MonitorFlags

	Journal     string
	JournalSize string
	WhenFull    string

	RunFlags

	LogLevel  string
	LogFormat string
}

// Read does all: it loads the file that the flags or LOGWRAP_CONFIG name, if
// any, and applies flags and environment. name is what the service is called if
// nobody says. Errors are Errors.
func Read(f Flags, env Environ, name string) (*Config, error) {
	c := Default()
	path := f.Config
	if path == "" {
		path = value(env, "LOGWRAP_CONFIG")
	}
	if path != "" {
		var err error
		if c, err = Load(path, env); err != nil {
			return nil, err
		}
	}
	if err := c.Apply(f, env); err != nil {
		return nil, err
	}
	if c.Service.Name == "" {
		c.Service.Name = name
	}
	return c, nil
}

// Apply puts flags and environment on top of what c says, flags before
// environment, and adds a handler to the root logger for each --file, --syslog,
// --elasticsearch and --sentry-dsn. Call it once. Errors are Errors that name
// the flag or variable.
func (c *Config) Apply(f Flags, env Environ) error {
	a := applier{config: c, env: env}
	c.Service.applyEnvironment(env)
	a.set("level", f.Level, func(s string) error { return assign(&c.Root.Level, s, parseLevel) })
	a.set("console", f.Console, func(s string) error { return assign(&c.Console, s, oneOf(ConsoleRaw, ConsoleOff)) })
	a.set("journal", f.Journal, func(s string) error { c.Journal.Path = s; return nil })
	a.set("journal-size", f.JournalSize, func(s string) error { return assign(&c.Journal.Size, s, parseJournalSize) })
	a.set("when-full", f.WhenFull, func(s string) error { return assign(&c.Journal.WhenFull, s, oneOf(DropOldest, Block)) })
	a.applyRun(&f.RunFlags)
	a.set("log-level", f.LogLevel, func(s string) error { return assign(&c.Log.Level, s, parseLevel) })
	a.set("log-format", f.LogFormat, func(s string) error { return assign(&c.Log.Format, s, oneOf("text", "json")) })
	a.add("file", f.File, "file")
	a.add("syslog", f.Syslog, "syslog")
	a.add("elasticsearch", f.Elasticsearch, "elasticsearch")
	a.addSentry(f.SentryDSN)
	a.set("when-sdk", f.WhenSDK, a.setWhenSDK)
	a.applyMonitor(&f.MonitorFlags)
	c.shareRedact()
	c.expandLogs()
	if n := a.config.countOn(); n > route.MaxHandlers {
		a.errs = append(a.errs, &Error{Msg: fmt.Sprintf("%d handlers with those of flags and environment, at most %d are possible", n, route.MaxHandlers)})
	}
	a.decideConsole()
	return a.errs.orNil()
}

func (c *Config) countOn() (n int) {
	for _, h := range c.Handlers {
		if h.Off == "" {
			n++
		}
	}
	return n
}

func assign[T any](dst *T, s string, parse func(string) (T, error)) error {
	v, err := parse(s)
	if err == nil {
		*dst = v
	}
	return err
}

func oneOf(words ...string) func(string) (string, error) {
	return func(s string) (string, error) { return choose(s, words) }
}

// applier collects what is wrong with flags and environment.
type applier struct {
	config *Config
	env    Environ
	errs   Errors
}

// variable is the environment's name of a flag.
func variable(flag string) string {
	return "LOGWRAP_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func (a *applier) set(flag, given string, set func(string) error) {
	from := place{rank: rankFlag, source: "--" + flag}
	if given == "" {
		from = place{rank: rankVariable, source: variable(flag)}
		if given = value(a.env, from.source); given == "" {
			return
		}
	}
	a.config.setAt(keyOf(flag), from)
	if err := set(given); err != nil {
		a.errs = append(a.errs, &Error{File: from.source, Msg: fmt.Sprintf("%q %v", given, err), Hint: hintOf(err)})
	}
}

// keyOf is what the file calls a flag of supervise.
func keyOf(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// add makes a handler for each value of a list flag.
func (a *applier) add(flag string, given []string, sink string) {
	given, from := a.list(flag, given)
	for _, to := range given {
		a.addHandler(from.source, sink, to)
	}
}

// list returns the values of a list flag, or else the lines of its variable.
func (a *applier) list(flag string, given []string) ([]string, place) {
	if len(given) > 0 {
		return given, place{rank: rankFlag, source: "--" + flag}
	}
	from := place{rank: rankVariable, source: variable(flag)}
	for line := range strings.Lines(value(a.env, from.source)) {
		if line = strings.TrimSpace(line); line != "" {
			given = append(given, line)
		}
	}
	return given, from
}

// addSentry is add for the one flag that knows a second variable. SENTRY_DSN
// says where events go that have no place yet: with a Sentry handler in the
// file it has nothing to add.
func (a *applier) addSentry(dsn string) {
	source := "--sentry-dsn"
	if dsn == "" {
		source = "LOGWRAP_SENTRY_DSN"
		dsn = value(a.env, source)
	}
	if dsn == "" && !slices.ContainsFunc(a.config.Handlers, func(h Handler) bool { return h.Sink == "sentry" }) {
		source = "SENTRY_DSN"
		dsn = value(a.env, source)
	}
	if dsn == "" {
		return
	}
	for _, h := range a.config.Handlers {
		if h.Sentry != nil && h.Off == "" && h.Sentry.DSN == dsn {
			a.config.Notes = append(a.config.Notes, fmt.Sprintf("%s is where handler %q delivers to already", source, h.Name))
			return
		}
	}
	a.addHandler(source, "sentry", dsn)
}

// addHandler puts a handler that delivers to one place onto the root logger.
func (a *applier) addHandler(source, sink, to string) {
	h := Handler{Name: a.freeName(sink), Sink: sink}
	kind := h.kind()
	kind.options(newDecoder(a.env), &h)
	kind.deliverTo(&h, to)
	if kind.fill != nil {
		kind.fill(&h, a.env)
	}
	if _, err := h.Open(a.config.Identity()); err != nil {
		a.errs = append(a.errs, shortcutError(source, &h, err))
		return
	}
	if other := sameFile(&h, a.config.Handlers); other != nil {
		a.errs = append(a.errs, &Error{File: source, Msg: fmt.Sprintf("handler %q writes %s already", other.Name, to)})
		return
	}
	a.config.warn(&h)
	a.config.Handlers = append(a.config.Handlers, h)
	a.config.Root.Handlers = append(a.config.Root.Handlers, h.Name)
}

// freeName is the sink's name, numbered from the second on.
func (a *applier) freeName(sink string) string {
	name := sink
	for n := 2; slices.ContainsFunc(a.config.Handlers, func(h Handler) bool { return h.Name == name }); n++ {
		name = fmt.Sprintf("%s-%d", sink, n)
	}
	return name
}

// shortcutError words what is wrong with the value of a shortcut; the option
// that stands for the value goes without saying.
func shortcutError(source string, h *Handler, err error) *Error {
	e := &Error{File: source, Msg: err.Error()}
	var option *route.OptionError
	if errors.As(err, &option) {
		e.Hint = option.Hint
		if option.Option == h.kind().place {
			e.Msg = option.Err.Error()
		}
	}
	var secrets []string
	for _, s := range h.secrets() {
		secrets = append(secrets, s.parts()...)
	}
	e.Msg, e.Hint = blotSecrets(e.Msg, secrets), blotSecrets(e.Hint, secrets)
	return e
}

// decideConsole settles what the app's output does to logwrap's own: it goes
// through, unless a handler writes there.
func (a *applier) decideConsole() {
	c := a.config
	reached := slices.Clone(c.Root.Handlers)
	for _, l := range c.Loggers {
		reached = append(reached, l.Handlers...)
	}
	for _, h := range c.Handlers {
		if !h.kind().console || h.Off != "" || !slices.Contains(reached, h.Name) {
			continue
		}
		if c.Console == ConsoleRaw {
			c.Notes = append(c.Notes, fmt.Sprintf("console: raw and handler %q write the same lines", h.Name))
		} else {
			c.Console = ConsoleOff
		}
	}
	if c.Console == "" {
		c.Console = ConsoleRaw
	}
}
