package config

import (
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
		Supervise: Supervise{Restart: RestartNever, EnvHints: true, StopTimeout: 90 * time.Second, FlushTimeout: 0, StopSignal: syscall.SIGINT},
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
	c.Handlers, c.places = nil, nil
	if !reflect.DeepEqual(*c, want) {
		t.Errorf("got\n%+v\nwant\n%+v", *c, want)
	}
}

// foundingExample is the configuration that the format was designed around.
const foundingExample = `
version: 1
service: {name: bs-whatweb, version: v0.0.2, environment: staging}   # also from env, see below
supervise: {stop_timeout: 10s}
journal: {path: /var/lib/logwrap/journal, size: 1GiB, when_full: drop-oldest}
console: raw
formatters:
  json: {format: json}
  generic: {format: '[bs-whatweb][{level}] [{logger}]: {message}'}
filters:
  slow: {match: {fields.request_time: '>1.5'}}
handlers:
  console:   {sink: stdout, formatter: generic}
  collector: {sink: syslog, address: 'tcp://logs.internal:514', tag: whatweb-server-staging, level: info}
  search:    {sink: elasticsearch, url: 'https://es.internal:9200', api_key: '${ES_API_KEY}', data_stream: logs-bs.whatweb-staging}
  archive:   {sink: file, path: /var/log/app/app.log, formatter: json, rotate: {size: 100MiB, keep: 7, compress: gzip}}
  sentry:    {sink: sentry, dsn: '${SENTRY_DSN}', level: critical}
loggers:
  gunicorn.access: {level: info, handlers: [search], propagate: false}
  gunicorn.error:  {level: error, handlers: [search, sentry], propagate: false}
root: {level: info, handlers: [collector, search, sentry]}
`

var foundingEnviron = environ("ES_API_KEY=a2V5OnNlY3JldA==", "SENTRY_DSN=https://public@sentry.example/42")

func TestParseFoundingExample(t *testing.T) {
	c := mustParse(t, foundingExample, foundingEnviron)
	if err := c.Apply(Flags{}, environ()); err != nil {
		t.Fatal(err)
	}
	tree, handlers, err := c.Tree()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		logger string
		level  detect.Level
		want   []string
	}{
		{"gunicorn.access", detect.Info, []string{"search"}},
		{"gunicorn.access", detect.Debug, nil},
		{"gunicorn.error", detect.Warning, nil},
		{"gunicorn.error", detect.Critical, []string{"search", "sentry"}},
		{"app", detect.Info, []string{"collector", "search"}},
		{"", detect.Critical, []string{"collector", "search", "sentry"}},
	} {
		var got []string
		set := tree.Route(&detect.Record{Logger: []byte(c.logger), Level: c.level})
		for i, h := range handlers {
			if set.Has(i) {
				got = append(got, h.Name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s at %v reaches %q, want %q", c.logger, c.level, got, c.want)
		}
	}
	if c.Console != ConsoleRaw {
		t.Errorf("console %q: the handler that writes to stdout is on no logger", c.Console)
	}
	if e := handler(t, c, "search").Elasticsearch; e.APIKey != "a2V5OnNlY3JldA==" || !slices.Equal(e.URLs, []string{"https://es.internal:9200"}) {
		t.Errorf("elasticsearch %+v", e)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		mustParse(b, foundingExample, foundingEnviron)
	}
}

func TestParseDefaults(t *testing.T) {
	for _, source := range []string{"", "# nothing\n", "---\n", "version: 1\n", "handlers:\nloggers:\nroot:\n", "x-anything: {a: [b]}\n", "\ufeffversion: 1\r\n"} {
		if c := mustParse(t, source, nil); !reflect.DeepEqual(c, Default()) {
			t.Errorf("%q gives %+v", source, c)
		}
	}
}

func TestNotesNameWhatIsUnused(t *testing.T) {
	c := mustParse(t, `
filters: {a: {match: {level: info}}, b: {match: {level: info}}, c: {match: {level: info}}}
handlers:
  x: {sink: file, path: /x, filters: [a]}
  y: {sink: file, path: /y}
  z: {sink: sentry, dsn: 'https://a@h.example/1'}
loggers: {l: {handlers: [x], filters: [b]}}
`, nil)
	want := []string{`handler "y" is on no logger`, `handler "z" is on no logger, so it gets crashes only`, `filter "c" is used nowhere`}
	if !slices.Equal(c.Notes, want) {
		t.Errorf("notes %q, want %q", c.Notes, want)
	}
}
