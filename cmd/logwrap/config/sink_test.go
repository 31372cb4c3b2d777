package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route/sentry"
)

func TestConsoleIsOffWhereAHandlerWritesThere(t *testing.T) {
	const handlers = "handlers: {c: {sink: stderr}, f: {sink: file, path: /f}}\n"
	for _, c := range []struct {
		source, want string
		notes        int
	}{
		{"", ConsoleRaw, 0},
		{handlers + "root: {handlers: [f]}", ConsoleRaw, 1},
		{handlers + "root: {handlers: [c, f]}", ConsoleOff, 0},
		{handlers + "loggers: {a: {handlers: [c, f]}}", ConsoleOff, 0},
		{handlers + "console: raw\nroot: {handlers: [c, f]}", ConsoleRaw, 1},
		{handlers + "console: off\nroot: {handlers: [f, c]}", ConsoleOff, 0},
	} {
		config := mustParse(t, c.source, nil)
		if err := config.Apply(Flags{}, environ()); err != nil {
			t.Fatal(err)
		}
		if config.Console != c.want || len(config.Notes) != c.notes {
			t.Errorf("%s\nconsole %s, notes %q", c.source, config.Console, config.Notes)
		}
	}
}

func TestConsoleColor(t *testing.T) {
	for _, c := range []struct{ color, env, want string }{
		{"", "X=", ""}, {"", "NO_COLOR=1", "never"}, {"", "NO_COLOR=", ""}, {"", "TERM=dumb", "never"}, {", color: always", "NO_COLOR=1", "always"},
	} {
		config := mustParse(t, "handlers: {c: {sink: stdout"+c.color+"}}\nroot: {handlers: [c]}", environ(c.env))
		if got := config.Handlers[0].Console; got.Color != c.want || got.Stream != "stdout" {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

func TestElasticsearchCredentialsFromTheEnvironment(t *testing.T) {
	env := environ("ELASTICSEARCH_API_KEY=key", "ELASTICSEARCH_USERNAME=user", "ELASTICSEARCH_PASSWORD=pass")
	basic := environ("ELASTICSEARCH_USERNAME=user", "ELASTICSEARCH_PASSWORD=pass")
	for _, c := range []struct {
		options             string
		env                 Environ
		key, user, password string
	}{
		{"", env, "key", "", ""},
		{"", basic, "", "user", "pass"},
		{"", nil, "", "", ""},
		{", api_key: own", env, "own", "", ""},
		{", api_key: own", basic, "own", "", ""},
		{", username: me, password: mine", env, "", "me", "mine"},
	} {
		config := mustParse(t, "handlers: {e: {sink: elasticsearch, urls: ['https://a', 'https://b']"+c.options+"}}\nroot: {handlers: [e]}", c.env)
		if o := config.Handlers[0].Elasticsearch; o.APIKey != c.key || o.Username != c.user || o.Password != c.password || len(o.URLs) != 2 {
			t.Errorf("%q: %+v", c.options, o)
		}
	}
	config := Default()
	if err := config.Apply(Flags{Elasticsearch: []string{"https://u:p@es:9200"}}, env); err != nil {
		t.Fatal(err)
	}
	if o := config.Handlers[0].Elasticsearch; o.APIKey != "" || o.URLs[0] != "https://u:p@es:9200" {
		t.Errorf("the credentials of the URL count, got %+v", o)
	}
}

func TestUnsafeOptionsAreNoted(t *testing.T) {
	config := mustParse(t, "handlers: {s: {sink: syslog, address: 'tcp+tls://h', tls: {skip_verify: true}}}\nroot: {handlers: [s]}", nil)
	if len(config.Notes) != 1 || !strings.HasPrefix(config.Notes[0], `handler "s": tls.skip_verify: `) {
		t.Errorf("notes %q", config.Notes)
	}
}

func TestParseReadsSinkOptions(t *testing.T) {
	c := mustParse(t, `
formatters:
  generic: {format: '[bs-whatweb][{level}] [{logger}]: {message}'}
  full: {format: json, identity: true, original: yes}
handlers:
  file:
    sink: file
    path: /var/log/app.log
    mode: 0600
    formatter: generic
    rotate: {size: 100MiB, age: 1d12h, keep: 3, compress: gzip}
  builtin: {sink: file, path: /y, formatter: text}
  plain: {sink: file, path: /z}
  full: {sink: file, path: /w, formatter: full}
  syslog:
    sink: syslog
    address: tcp+tls://logs:6514
    format: rfc3164
    framing: newline
    facility: local3
    tag: whatweb
    hostname: web1
    max_message: 8KiB
    dial_timeout: 3s
    timeout: 4s
    tls: {server_name: logs.example, skip_verify: true}
  sentry:
    sink: sentry
    dsn: https://public@sentry.example/42
    level: error
    traces: false
    release: r1
    environment: prod
    server_name: web1
    dist: d1
    tags: {team: core, tier: 1}
    max_breadcrumbs: 7
    source_context: false
    timeout: 2s
`, nil)
	f := handler(t, c, "file").File
	if f.Path != "/var/log/app.log" || f.Mode != 0o600 || f.Format.Format != "[bs-whatweb][{level}] [{logger}]: {message}" ||
		f.Rotate.Size != 100<<20 || f.Rotate.Age != 36*time.Hour || f.Rotate.Keep != 3 || f.Rotate.Compress != "gzip" {
		t.Errorf("file %+v", f)
	}
	for name, want := range map[string]string{"builtin": "text", "plain": "", "full": "json"} {
		if got := handler(t, c, name).File.Format; got.Format != want || got.Identity != (name == "full") || got.Original != (name == "full") {
			t.Errorf("%s has format %+v", name, got)
		}
	}
	s := handler(t, c, "syslog").Syslog
	if s.Address != "tcp+tls://logs:6514" || s.Format != "rfc3164" || s.Framing != "newline" || s.Facility != "local3" || s.Tag != "whatweb" ||
		s.Hostname != "web1" || s.MaxMessage != 8192 || s.DialTimeout != 3*time.Second || s.Timeout != 4*time.Second ||
		s.TLS.ServerName != "logs.example" || !s.TLS.SkipVerify {
		t.Errorf("syslog %+v", s)
	}
	h := handler(t, c, "sentry")
	y := h.Sentry
	if h.Level != detect.Error || h.Traces() || y.DSN != "https://public@sentry.example/42" || y.Release != "r1" || y.Environment != "prod" ||
		y.ServerName != "web1" || y.Dist != "d1" || y.Tags["team"] != "core" || y.Tags["tier"] != "1" || y.MaxBreadcrumbs != 7 ||
		*y.SourceContext || y.Timeout != 2*time.Second {
		t.Errorf("sentry %+v", y)
	}
}

func TestHandlerWithoutADestinationIsOff(t *testing.T) {
	source := `
handlers:
  sentry: {sink: sentry, dsn: '${SENTRY_DSN:-}', release: '${RELEASE}'}
  syslog: {sink: syslog, address: '${SYSLOG}'}
  file: {sink: file, path: '${FILE:-}'}
  kept: {sink: file, path: /kept}
root: {handlers: [sentry, syslog, file, kept]}
`
	c := mustParse(t, source, environ("SYSLOG="))
	want := []string{
		`handler "sentry" is off: ${SENTRY_DSN:-} gives nothing`,
		`handler "syslog" is off: ${SYSLOG} gives nothing`,
		`handler "file" is off: ${FILE:-} gives nothing`,
	}
	if !slices.Equal(c.Notes, want) {
		t.Errorf("notes %q", c.Notes)
	}
	tree, handlers, err := c.Tree()
	if err != nil {
		t.Fatal(err)
	}
	if len(handlers) != 1 || handlers[0].Name != "kept" {
		t.Errorf("handlers %+v", handlers)
	}
	if got := tree.Route(&detect.Record{Level: detect.Critical}); got != 1 {
		t.Errorf("handlers reached %b", got)
	}
	c = mustParse(t, source, environ("SENTRY_DSN=https://a@h.example/1", "RELEASE=r", "SYSLOG=udp://h", "FILE=/f"))
	if _, handlers, _ := c.Tree(); len(handlers) != 4 || len(c.Notes) != 0 {
		t.Errorf("handlers %+v, notes %q", handlers, c.Notes)
	}
}

func TestAnchorsAndMerges(t *testing.T) {
	c := mustParse(t, `
x-archive: &archive
  sink: file
  level: info
  rotate: &rotate {size: 1MiB, keep: 2}
x-other: &other {level: debug, filters: [f]}
filters: {f: {match: {message: &word boom}}, g: {match: {message: *word}}}
handlers:
  a: {<<: *archive, path: /a}
  b: {<<: [*archive, *other], path: /b, level: error}
  c: {sink: file, path: /c, rotate: *rotate}
root: {handlers: [a, b, c], filters: [g]}
`, nil)
	a, b, cc := handler(t, c, "a"), handler(t, c, "b"), handler(t, c, "c")
	if a.Level != detect.Info || a.File.Path != "/a" || a.File.Rotate.Keep != 2 || len(a.Filters) != 0 {
		t.Errorf("a %+v %+v", a, a.File)
	}
	if b.Level != detect.Error || b.File.Rotate.Size != 1<<20 || len(b.Filters) != 1 {
		t.Errorf("b %+v %+v", b, b.File)
	}
	if cc.File.Rotate.Keep != 2 || c.Filters[1].Match[0].Value != "boom" {
		t.Errorf("c %+v", cc.File)
	}
}

func TestSentryFlood(t *testing.T) {
	const head = "version: 1\nhandlers:\n  s:\n    sink: sentry\n    dsn: https://key@host/1\n"
	for text, want := range map[string]sentry.Flood{
		"":                                 {},
		"    flood: off\n":                 {Off: true},
		"    flood: on\n":                  {},
		"    flood: {burst: 5}\n":          {Burst: 5},
		"    flood: {every: 1h, burst: 1}": {Burst: 1, Every: time.Hour},
		"    flood: {per_hour: 1000}\n":    {PerHour: 1000},
	} {
		c, err := Parse("x", []byte(head+text), func(string) (string, bool) { return "", false })
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if got := c.Handlers[0].Sentry.Flood; got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
	for text, says := range map[string]string{
		"    flood: never\n":        "neither true nor false",
		"    flood: {brust: 5}\n":   "burst",
		"    flood: {burst: 0}\n":   "flood.burst",
		"    flood: [1]\n":          "needs a mapping",
		"    when_sdk: sometimes\n": "auto",
	} {
		if _, err := Parse("x", []byte(head+text), func(string) (string, bool) { return "", false }); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want it to say %q", text, err, says)
		}
	}
}

func TestWhenSDKFlag(t *testing.T) {
	env := func(name string) (string, bool) {
		return map[string]string{"LOGWRAP_WHEN_SDK": "never"}[name], name == "LOGWRAP_WHEN_SDK"
	}
	for flag, want := range map[string]string{"": sentry.SDKNever, "always": sentry.SDKAlways} {
		c, err := Read(Flags{SentryDSN: "https://key@host/1", WhenSDK: flag}, env, "app")
		if err != nil || c.Handlers[0].Sentry.WhenSDK != want {
			t.Errorf("%q: %v, want %s", flag, err, want)
		}
	}
	if _, err := Read(Flags{SentryDSN: "https://key@host/1", WhenSDK: "perhaps"}, env, "app"); err == nil {
		t.Error("a word that is none of the three is taken")
	}
}
