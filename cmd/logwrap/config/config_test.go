package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// environ makes an Environ of name=value pairs.
func environ(pairs ...string) Environ {
	return func(name string) (string, bool) {
		for _, p := range pairs {
			if n, v, _ := strings.Cut(p, "="); n == name {
				return v, true
			}
		}
		return "", false
	}
}

func mustParse(t testing.TB, source string, env Environ) *Config {
	t.Helper()
	c, err := Parse("logwrap.yaml", []byte(source), env)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func handler(t testing.TB, c *Config, name string) *Handler {
	t.Helper()
	for i := range c.Handlers {
		if c.Handlers[i].Name == name {
			return &c.Handlers[i]
		}
	}
	t.Fatalf("there is no handler %q", name)
	return nil
}

func TestParseFillsEverySection(t *testing.T) {
	c := mustParse(t, `
version: 1
service: {name: bs-whatweb, version: 1.10, environment: staging}
supervise: {stop_timeout: 1m30s, flush_timeout: 0s, stop_signal: sigint}
journal: {path: /var/lib/logwrap/journal, size: 1GiB, when_full: block}
console: off
levels: {stdout: DEBUG, stderr: Warn}
filters:
  slow: {match: {fields.request_time: '>1.5', level: '>=info'}}
handlers:
  archive: {sink: file, path: /x, filters: [slow], level: 35}
loggers:
  a.b: {level: Fatal, handlers: [archive], propagate: no, filters: [slow]}
  a: {}
root: {level: notice, handlers: [archive], filters: [slow]}
`, nil)
	want := Config{
		Service:   Service{Name: "bs-whatweb", Version: "1.10", Environment: "staging"},
		Supervise: Supervise{StopTimeout: 90 * time.Second, FlushTimeout: 0, StopSignal: syscall.SIGINT},
		Journal:   Journal{Path: "/var/lib/logwrap/journal", Size: 1 << 30, WhenFull: Block},
		Console:   ConsoleOff,
		Levels:    Levels{Stdout: detect.Debug, Stderr: detect.Warning},
		Filters:   []Filter{{"slow", []route.Condition{{Key: "fields.request_time", Value: ">1.5"}, {Key: "level", Value: ">=info"}}}},
		Loggers: []Logger{
			{Name: "a.b", Level: detect.Critical, Handlers: []string{"archive"}, Filters: []string{"slow"}},
			{Name: "a", Propagate: true},
		},
		Root: Logger{Name: "root", Level: detect.Notice, Handlers: []string{"archive"}, Filters: []string{"slow"}, Propagate: true},
		Log:  Log{Level: detect.Info, Format: "text"},
	}
	h := c.Handlers[0]
	if h.Name != "archive" || h.Sink != "file" || h.Level != 35 || !slices.Equal(h.Filters, []string{"slow"}) || h.File.Path != "/x" {
		t.Errorf("handler %+v", h)
	}
	c.Handlers = nil
	if !reflect.DeepEqual(*c, want) {
		t.Errorf("got\n%+v\nwant\n%+v", *c, want)
	}
}

func TestParseDefaults(t *testing.T) {
	for _, source := range []string{"", "# nothing\n", "---\n", "version: 1\n", "handlers:\nloggers:\nroot:\n", "x-anything: {a: [b]}\n", "\ufeffversion: 1\r\n"} {
		if c := mustParse(t, source, nil); !reflect.DeepEqual(c, Default()) {
			t.Errorf("%q gives %+v", source, c)
		}
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

func TestReferences(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("from-file ${X}\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := environ("X=x", "EMPTY=", "NESTED=${X}", "YAML=a: [b]", "LEVEL=error")
	for text, want := range map[string]string{
		`plain`:                        "plain",
		`$`:                            "$",
		`$X`:                           "$X",
		`a$`:                           "a$",
		`$$`:                           "$",
		`$${X}`:                        "${X}",
		`$$$$`:                         "$$",
		`${X}`:                         "x",
		`a${X}b${X}`:                   "axbx",
		`${X:-y}`:                      "x",
		`${NONE:-y}`:                   "y",
		`${EMPTY:-y}`:                  "y",
		`${EMPTY}`:                     "",
		`${NONE:-}`:                    "",
		`${NONE:-http://h:1/}`:         "http://h:1/",
		`${NESTED}`:                    "${X}",
		`${YAML}`:                      "a: [b]",
		`<${file:` + secret + `}>`:     "<from-file ${X}>",
		`${NONE:-$X}`:                  "$X",
		`price: 5$ ${X}`:               "price: 5$ x",
		`${NONE:-a:-b}`:                "a:-b",
		`${EMPTY}${X}`:                 "x",
		`{$X}`:                         "{$X}",
		`${LEVEL}`:                     "error",
		`üñí ${X}`:                     "üñí x",
		`${X}${NONE:-}${EMPTY:-empty}`: "xempty",
	} {
		c := mustParse(t, "service: {name: '"+text+"'}", env)
		if c.Service.Name != want {
			t.Errorf("%s gives %q, want %q", text, c.Service.Name, want)
		}
	}
	c := mustParse(t, "root: {level: '${LEVEL}'}\njournal: {size: '${SIZE:-2MiB}'}\nservice:\n  name: |\n    ${X}\n", env)
	if c.Root.Level != detect.Error || c.Journal.Size != 2<<20 || c.Service.Name != "x\n" {
		t.Errorf("%+v", c)
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

func TestNotesNameWhatIsUnused(t *testing.T) {
	c := mustParse(t, `
filters: {a: {match: {level: info}}, b: {match: {level: info}}, c: {match: {level: info}}}
handlers:
  x: {sink: file, path: /x, filters: [a]}
  y: {sink: file, path: /y}
loggers: {l: {handlers: [x], filters: [b]}}
`, nil)
	want := []string{`handler "y" is on no logger`, `filter "c" is used nowhere`}
	if !slices.Equal(c.Notes, want) {
		t.Errorf("notes %q, want %q", c.Notes, want)
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

func TestTreeKeepsTheOrderOfTheFile(t *testing.T) {
	c := mustParse(t, `
filters: {boom: {match: {message: boom}}}
handlers:
  z: {sink: file, path: /z}
  sentry: {sink: sentry, dsn: 'https://a@h.example/1'}
  a: {sink: file, path: /a, level: warning, filters: [boom]}
loggers:
  quiet: {level: error, handlers: [z], propagate: false}
root: {level: info, handlers: [a, z, sentry]}
`, nil)
	tree, handlers, err := c.Tree()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, h := range handlers {
		names = append(names, h.Name)
	}
	if !slices.Equal(names, []string{"z", "sentry", "a"}) {
		t.Errorf("handlers %q", names)
	}
	for _, c := range []struct {
		record detect.Record
		want   route.Set
	}{
		{detect.Record{Level: detect.Info}, 0b001},
		{detect.Record{Level: detect.Error, Message: []byte("boom")}, 0b101},
		{detect.Record{Level: detect.Error, Trace: detect.Python}, 0b011},
		{detect.Record{Level: detect.Critical}, 0b011},
		{detect.Record{Level: detect.Warning, Logger: []byte("quiet.one")}, 0b000},
		{detect.Record{Level: detect.Error, Logger: []byte("quiet.one")}, 0b001},
	} {
		if got := tree.Route(&c.record); got != c.want {
			t.Errorf("%+v reaches %03b, want %03b", c.record, got, c.want)
		}
	}
}

func TestTreeRefusesDanglingNames(t *testing.T) {
	for _, c := range []Config{
		{Root: Logger{Name: "root", Handlers: []string{"x"}}},
		{Root: Logger{Name: "root", Filters: []string{"x"}}},
		{Root: Logger{Name: "root"}, Handlers: []Handler{{Name: "h", Filters: []string{"x"}}}},
	} {
		if _, _, err := c.Tree(); err == nil || !strings.Contains(err.Error(), `called "x"`) {
			t.Errorf("error %v", err)
		}
	}
}

const secretsExample = `
handlers:
  sentry: {sink: sentry, dsn: 'https://publickey:secretkey@sentry.example/42'}
  syslog: {sink: syslog, address: '${FROM}'}
  off: {sink: sentry, dsn: '${NONE:-}'}
root: {handlers: [sentry, syslog]}
`

func TestSecretsAndRedacted(t *testing.T) {
	c := mustParse(t, secretsExample, environ("FROM=tcp://logs:514"))
	if got := c.Secrets(); !slices.Contains(got, "publickey:secretkey") || !slices.Contains(got, "https://publickey:secretkey@sentry.example/42") {
		t.Errorf("secrets %q", got)
	}
	shown, err := json.Marshal(c.Redacted())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range c.Secrets() {
		if strings.Contains(string(shown), secret) {
			t.Errorf("%q shows in %s", secret, shown)
		}
	}
	for _, public := range []string{"tcp://logs:514", `"dsn":"***"`} {
		if !strings.Contains(string(shown), public) {
			t.Errorf("%q is not in %s", public, shown)
		}
	}
	if c.Handlers[0].Sentry.DSN != "https://publickey:secretkey@sentry.example/42" {
		t.Error("Redacted changed what it was made from")
	}
}

func TestUserinfo(t *testing.T) {
	for url, want := range map[string]string{
		"https://u:p@h/x": "u:p", "https://k@h:9200": "k", "https://h/x@y": "h/x", "https://u:p@ss@h": "u:p@ss",
		"https://u:p/q@h": "u:p/q", "u:p@h": "u:p", "": "", "tcp://h:514": "", "https://h/?q=a@b": "h/?q=a",
	} {
		if got := userinfo(url); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

func TestConfigSurvivesJSON(t *testing.T) {
	c := mustParse(t, secretsExample+"filters: {f: {match: {level: info}}}\nsupervise: {stop_signal: INT}\n", environ("FROM=udp://h"))
	if err := c.Apply(Flags{File: []string{"/f"}}, environ("OTEL_RESOURCE_ATTRIBUTES=a=b")); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back Config
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	back.Notes = c.Notes
	if !reflect.DeepEqual(&back, c) {
		t.Errorf("got\n%+v\nwant\n%+v", back, *c)
	}
	if _, _, err := back.Tree(); err != nil {
		t.Error(err)
	}
}

func TestSizesAndDurations(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "4096": 4096, "64KB": 64000, "64KiB": 65536, "1.5GiB": 3 << 29, "100 MiB": 100 << 20, "1tib": 1 << 40, "7B": 7,
		"": -1, "MiB": -1, "100M": -1, "-1": -1, "1e9": -1, "0x10": -1, "NaN": -1, "9999999TiB": -1, "1.2.3": -1, "..": -1,
	} {
		got, err := parseSize(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("size %q: %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "10s": 10 * time.Second, "1h30m": 90 * time.Minute, "7d": 168 * time.Hour, "1w1d1h": 193 * time.Hour,
		"500ms": 500 * time.Millisecond, "1.5s": 1500 * time.Millisecond, " 2s ": 2 * time.Second,
		"": -1, "10": -1, "-5s": -1, "d": -1, "99999999999999999999d": -1, "106751d": 106751 * 24 * time.Hour, "106752d": -1, "106751d24h": -1, "1.5d": -1, "1d2w": -1, "s": -1, "99999w": -1, "65535w65535d": -1, " ": -1,
	} {
		got, err := parseDuration(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("duration %q: %v, want %v", text, got, want)
		}
	}
}
