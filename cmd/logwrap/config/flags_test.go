package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// TestPrecedence gives each setting in the file, in the environment and as a
// flag, one after the other.
func TestPrecedence(t *testing.T) {
	for _, c := range []struct {
		name           string
		file, env      string
		flag           Flags
		get            func(*Config) any
		nothing        any
		byFile, byEnv  any
		byFlag         any
		fileCannotSay  bool
		flagsCannotSay bool
	}{
		{name: "level", file: "root: {level: debug}", env: "LOGWRAP_LEVEL=warn", flag: Flags{Level: "error"},
			get:     func(c *Config) any { return c.Root.Level },
			nothing: detect.NotSet, byFile: detect.Debug, byEnv: detect.Warning, byFlag: detect.Error},
		{name: "console", file: "console: off", env: "LOGWRAP_CONSOLE=raw", flag: Flags{Console: "off"},
			get:     func(c *Config) any { return c.Console },
			nothing: "raw", byFile: "off", byEnv: "raw", byFlag: "off"},
		{name: "journal", file: "journal: {path: /file}", env: "LOGWRAP_JOURNAL=/env", flag: Flags{Journal: "/flag"},
			get:     func(c *Config) any { return c.Journal.Path },
			nothing: "", byFile: "/file", byEnv: "/env", byFlag: "/flag"},
		{name: "journal-size", file: "journal: {size: 1MiB}", env: "LOGWRAP_JOURNAL_SIZE=2MiB", flag: Flags{JournalSize: "3MiB"},
			get:     func(c *Config) any { return c.Journal.Size },
			nothing: int64(0), byFile: int64(1 << 20), byEnv: int64(2 << 20), byFlag: int64(3 << 20)},
		{name: "when-full", file: "journal: {when_full: block}", env: "LOGWRAP_WHEN_FULL=drop-oldest", flag: Flags{WhenFull: "block"},
			get:     func(c *Config) any { return c.Journal.WhenFull },
			nothing: "drop-oldest", byFile: "block", byEnv: "drop-oldest", byFlag: "block"},
		{name: "stop-signal", file: "supervise: {stop_signal: INT}", env: "LOGWRAP_STOP_SIGNAL=SIGQUIT", flag: Flags{RunFlags: RunFlags{StopSignal: "1"}},
			get:     func(c *Config) any { return c.Supervise.StopSignal },
			nothing: syscall.Signal(0), byFile: syscall.SIGINT, byEnv: syscall.SIGQUIT, byFlag: syscall.SIGHUP},
		{name: "stop-timeout", file: "supervise: {stop_timeout: 1s}", env: "LOGWRAP_STOP_TIMEOUT=2s", flag: Flags{RunFlags: RunFlags{StopTimeout: "3s"}},
			get:     func(c *Config) any { return c.Supervise.StopTimeout },
			nothing: 8 * time.Second, byFile: time.Second, byEnv: 2 * time.Second, byFlag: 3 * time.Second},
		{name: "flush-timeout", file: "supervise: {flush_timeout: 1s}", env: "LOGWRAP_FLUSH_TIMEOUT=0", flag: Flags{RunFlags: RunFlags{FlushTimeout: "3s"}},
			get:     func(c *Config) any { return c.Supervise.FlushTimeout },
			nothing: 5 * time.Second, byFile: time.Second, byEnv: time.Duration(0), byFlag: 3 * time.Second},
		{name: "log-level", file: "version: 1", env: "LOGWRAP_LOG_LEVEL=debug", flag: Flags{LogLevel: "error"}, fileCannotSay: true,
			get:     func(c *Config) any { return c.Log.Level },
			nothing: detect.Info, byFile: detect.Info, byEnv: detect.Debug, byFlag: detect.Error},
		{name: "log-format", file: "version: 1", env: "LOGWRAP_LOG_FORMAT=json", flag: Flags{LogFormat: "text"}, fileCannotSay: true,
			get:     func(c *Config) any { return c.Log.Format },
			nothing: "text", byFile: "text", byEnv: "json", byFlag: "text"},
		{name: "service name", file: "service: {name: file}", env: "OTEL_SERVICE_NAME=otel", flagsCannotSay: true,
			get:     func(c *Config) any { return c.Service.Name },
			nothing: "", byFile: "file", byEnv: "otel", byFlag: "otel"},
		{name: "service version", file: "service: {version: file}", env: "OTEL_RESOURCE_ATTRIBUTES=service.version=otel", flagsCannotSay: true,
			get:     func(c *Config) any { return c.Service.Version },
			nothing: "", byFile: "file", byEnv: "otel", byFlag: "otel"},
		{name: "environment", file: "service: {environment: file}", env: "OTEL_RESOURCE_ATTRIBUTES=deployment.environment=otel", flagsCannotSay: true,
			get:     func(c *Config) any { return c.Service.Environment },
			nothing: "", byFile: "file", byEnv: "otel", byFlag: "otel"},
	} {
		for i, step := range []struct {
			file string
			env  Environ
			flag Flags
			want any
		}{
			{"", environ(), Flags{}, c.nothing},
			{c.file, environ(), Flags{}, c.byFile},
			{c.file, environ(c.env), Flags{}, c.byEnv},
			{c.file, environ(c.env), c.flag, c.byFlag},
			{"", environ(), c.flag, c.byFlag},
		} {
			if i == 4 && c.flagsCannotSay {
				continue
			}
			config := mustParse(t, step.file, step.env)
			if err := config.Apply(step.flag, step.env); err != nil {
				t.Errorf("%s, step %d: %v", c.name, i, err)
			}
			if got := c.get(config); got != step.want {
				t.Errorf("%s, step %d: %v, want %v", c.name, i, got, step.want)
			}
		}
	}
}

func names(c *Config) (all []string) {
	for _, h := range c.Handlers {
		all = append(all, h.Name)
	}
	return all
}

func TestShortcutsAddHandlersToTheRoot(t *testing.T) {
	c := mustParse(t, "handlers: {file: {sink: file, path: /0}}\nroot: {handlers: [file]}\n", nil)
	err := c.Apply(Flags{
		File: []string{"/1", "/2"}, Syslog: []string{"udp://h"}, SentryDSN: "https://a@h.example/1",
	}, environ("LOGWRAP_SYSLOG=udp://ignored", "SENTRY_RELEASE=r", "SENTRY_ENVIRONMENT=e"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"file", "file-2", "file-3", "syslog", "sentry"}
	if !slices.Equal(names(c), want) || !slices.Equal(c.Root.Handlers, want) {
		t.Errorf("handlers %q, on the root %q", names(c), c.Root.Handlers)
	}
	if f := handler(t, c, "file-3").File; f.Path != "/2" {
		t.Errorf("file-3 %+v", f)
	}
	if s := handler(t, c, "syslog").Syslog; s.Address != "udp://h" {
		t.Errorf("syslog %+v", s)
	}
	if s := handler(t, c, "sentry").Sentry; s.DSN != "https://a@h.example/1" || s.Release != "r" || s.Environment != "e" {
		t.Errorf("sentry %+v", s)
	}
	tree, _, err := c.Tree()
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Route(&detect.Record{Level: detect.Critical, Logger: []byte("any")}); got != 0b11111 {
		t.Errorf("handlers reached %b", got)
	}
}

func TestListsInTheEnvironmentHaveOneEntryALine(t *testing.T) {
	c := Default()
	if err := c.Apply(Flags{}, environ("LOGWRAP_FILE=/a b\n\n /c,d \n")); err != nil {
		t.Fatal(err)
	}
	if len(c.Handlers) != 2 || c.Handlers[0].File.Path != "/a b" || c.Handlers[1].File.Path != "/c,d" {
		t.Errorf("handlers %+v", c.Handlers)
	}
}

func TestSentryDSNFromTheEnvironment(t *testing.T) {
	const one, two = "https://a@h.example/1", "https://b@h.example/2"
	for _, c := range []struct {
		name, file string
		flag       string
		env        []string
		want       map[string]string
		notes      int
	}{
		{name: "nothing", want: map[string]string{}},
		{name: "SENTRY_DSN alone", env: []string{"SENTRY_DSN=" + one}, want: map[string]string{"sentry": one}},
		{name: "ours first", env: []string{"SENTRY_DSN=" + one, "LOGWRAP_SENTRY_DSN=" + two}, want: map[string]string{"sentry": two}},
		{name: "flag first", flag: two, env: []string{"SENTRY_DSN=" + one, "LOGWRAP_SENTRY_DSN=" + one}, want: map[string]string{"sentry": two}},
		{name: "file has it", file: "handlers: {events: {sink: sentry, dsn: '${SENTRY_DSN}'}}\nroot: {handlers: [events]}",
			env: []string{"SENTRY_DSN=" + one}, want: map[string]string{"events": one}},
		{name: "file has another", file: "handlers: {events: {sink: sentry, dsn: '" + two + "'}}\nroot: {handlers: [events]}",
			env: []string{"SENTRY_DSN=" + one}, want: map[string]string{"events": two}},
		{name: "file says no DSN", file: "handlers: {events: {sink: sentry}}\nroot: {handlers: [events]}",
			env: []string{"SENTRY_DSN=" + one}, want: map[string]string{"events": one}},
		{name: "flag besides the file", file: "handlers: {sentry: {sink: sentry, dsn: '" + one + "'}}\nroot: {handlers: [sentry]}",
			flag: two, want: map[string]string{"sentry": one, "sentry-2": two}},
		{name: "flag says what the file says", file: "handlers: {sentry: {sink: sentry, dsn: '" + one + "'}}\nroot: {handlers: [sentry]}",
			flag: one, want: map[string]string{"sentry": one}, notes: 1},
	} {
		config := mustParse(t, c.file, environ(c.env...))
		if err := config.Apply(Flags{SentryDSN: c.flag}, environ(c.env...)); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := map[string]string{}
		for _, h := range config.Handlers {
			got[h.Name] = h.Sentry.DSN
		}
		if !maps.Equal(got, c.want) || len(config.Notes) != c.notes {
			t.Errorf("%s: %v, notes %q", c.name, got, config.Notes)
		}
	}
}

func TestApplyNamesTheFlagOrVariable(t *testing.T) {
	env := environ("LOGWRAP_LEVEL=laud", "LOGWRAP_STOP_TIMEOUT=soon", "LOGWRAP_SYSLOG=http://u:hunter22@x", "SENTRY_DSN=https://hunter22@h")
	for _, c := range []struct {
		flags Flags
		env   Environ
		want  string
	}{
		{Flags{}, env, `LOGWRAP_LEVEL: "laud" is no level
	hint: known here: alert, critical, debug, emergency, error, info, notice, trace, warning
LOGWRAP_STOP_TIMEOUT: "soon" is no duration
	hint: durations look like 500ms, 10s, 1h30m or 7d
LOGWRAP_SYSLOG: scheme "http" is unknown
	hint: use udp://host:514, tcp://host:514, tcp+tls://host:6514, unix:///dev/log or local
SENTRY_DSN: the project is missing
	hint: a DSN looks like https://KEY@HOST/PROJECT; Sentry shows it under Settings, Client Keys (DSN)`},
		{Flags{Level: "inof", Console: "on", JournalSize: "1", WhenFull: "dropoldest", RunFlags: RunFlags{StopSignal: "TREM", FlushTimeout: "5"}, LogLevel: "x", LogFormat: "xml"}, nil,
			`--level: "inof" is no level
	hint: did you mean "info"?
--console: "on" is not known here
	hint: use raw or off
--journal-size: "1" is too small
	hint: use at least 1MiB
--when-full: "dropoldest" is not known here
	hint: did you mean "drop-oldest"?
--stop-signal: "TREM" is no signal
	hint: signals look like TERM, SIGINT or 15
--flush-timeout: "5" is no duration
	hint: durations look like 500ms, 10s, 1h30m or 7d
--log-level: "x" is no level
	hint: known here: alert, critical, debug, emergency, error, info, notice, trace, warning
--log-format: "xml" is not known here
	hint: use text or json`},
		{Flags{File: []string{"/x/", "/same", "/./same"}, Syslog: []string{"tcp://h:0"}, SentryDSN: "hunter22"}, nil,
			`--file: "/x/" is not the name of a file
--file: handler "file" writes /./same already
--syslog: port 0 is not between 1 and 65535
--sentry-dsn: the scheme is neither https nor http
	hint: a DSN looks like https://KEY@HOST/PROJECT; Sentry shows it under Settings, Client Keys (DSN)`},
	} {
		environment := c.env
		if environment == nil {
			environment = environ()
		}
		err := Default().Apply(c.flags, environment)
		if err == nil || err.Error() != c.want {
			t.Errorf("got\n%v\nwant\n%s", err, c.want)
		}
		var all Errors
		if !errors.As(err, &all) {
			t.Errorf("%T is no Errors", err)
		}
	}
}

func TestTooManyHandlers(t *testing.T) {
	var f Flags
	for i := range route.MaxHandlers + 1 {
		f.File = append(f.File, fmt.Sprintf("/f%d", i))
	}
	err := Default().Apply(f, environ())
	if err == nil || err.Error() != "65 handlers with those of flags and environment, at most 64 are possible" {
		t.Error(err)
	}
	var b strings.Builder
	b.WriteString("handlers:\n")
	for i := range route.MaxHandlers + 1 {
		fmt.Fprintf(&b, "  h%d: {sink: file, path: /%d}\n", i, i)
	}
	_, err = Parse("x", []byte(b.String()), nil)
	if err == nil || err.Error() != "x:66:3: handlers: 65 handlers, at most 64 are possible" {
		t.Error(err)
	}
}

func TestIdentityFromTheEnvironment(t *testing.T) {
	c := mustParse(t, "service: {name: file, version: v1}", nil)
	err := c.Apply(Flags{}, environ(
		"OTEL_RESOURCE_ATTRIBUTES=service.name=attr, deployment.environment=old,deployment.environment.name=new%2Cer,team=core,bad,=x,k8s.pod.name=p0",
		"OTEL_SERVICE_NAME=name", "POD_NAME=p1", "POD_NAMESPACE=ns", "NODE_NAME=n1", "SENTRY_ENVIRONMENT=unused"))
	if err != nil {
		t.Fatal(err)
	}
	id := c.Identity()
	if id.Name != "name" || id.Version != "v1" || id.Environment != "new,er" || id.Pod != "p1" || id.Namespace != "ns" || id.Node != "n1" ||
		!maps.Equal(id.Tags, map[string]string{"team": "core"}) {
		t.Errorf("identity %+v", id)
	}
}

func TestReadFindsTheFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one, two := write("one.yaml", "service: {name: one}"), write("two.yaml", "service: {name: two}")
	for _, c := range []struct {
		flag, env, want string
	}{{"", "", "app"}, {"", one, "one"}, {two, one, "two"}} {
		got, err := Read(Flags{Config: c.flag}, environ("LOGWRAP_CONFIG="+c.env), "app")
		if err != nil {
			t.Fatal(err)
		}
		if got.Service.Name != c.want || got.Console != ConsoleRaw {
			t.Errorf("flag %q, variable %q: %+v", c.flag, c.env, got)
		}
	}
	if _, err := Read(Flags{Config: filepath.Join(dir, "none")}, environ(), ""); err == nil {
		t.Error("a missing file is no error")
	}
	if _, err := Read(Flags{Level: "x"}, environ(), ""); err == nil {
		t.Error("a bad flag is no error")
	}
}
