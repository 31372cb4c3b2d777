package format

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// at is the capture time of the records in tests.
var at = time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC).UnixNano()

var identity = route.Identity{
	Journal: "0123456789abcdef", Name: "bs-whatweb", Version: "v0.0.2", Environment: "staging", Host: "web-1",
	Tags: map[string]string{"team": "search", "region": "eu"},
}

var run = &detect.Run{ID: "00112233445566778899aabbccddeeff", PID: 42, Command: "gunicorn"}

// plain returns a record of one line whose message is all of it.
func plain(text string) detect.Record {
	return detect.Record{
		ID: 7, Time: at, Level: detect.Info, Lines: int32(1 + strings.Count(text, "\n")),
		Message: []byte(text), Text: []byte(text), Run: run,
	}
}

// must returns the Formatter of spec.
func must(t testing.TB, spec Options) Formatter {
	t.Helper()
	f, err := New(spec, identity)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// corpus holds, one after the other, texts that formats treat differently.
var corpus = []string{
	"hello world",
	"2026-11-22 10:00:00,001 WARNING [app.db] slow query",
	`{"level":"error","message":"no\nroute \u001b[31m","logger":"gunicorn.access","request_time":1.50,"ua":"curl 8","tags":["a",  "b"]}`,
	"{\n\t\"message\": \"spread\",\n\t\"n\": {\n\t\t\"deep\": 1\n\t}\n}",
	`level=info msg="server started" port=8080 note="two words" empty=""`,
	`10.0.0.1 - bob [22/Nov/2026:10:00:00 +0000] "GET /search?q=a HTTP/1.1" 200 5316 "-" "curl/8.0"`,
	"2026-11-22 10:00:00,001 ERROR [app] it broke\nTraceback (most recent call last):\n  File \"/srv/app.py\", line 7, in main\nValueError: bad",
	"Traceback (most recent call last):\n  File \"/srv/app.py\", line 7, in main\n    f()\nValueError: bad",
	"",
	"I1122 10:00:00.000001   77 main.go:12] klog",
}

// records returns what the detector makes of the corpus.
func records() []detect.Record {
	var all []detect.Record
	d := detect.New(detect.Options{}, func(r *detect.Record) {
		c := *r
		c.Run, c.Text, c.Message, c.Logger = run, bytes.Clone(r.Text), bytes.Clone(r.Message), bytes.Clone(r.Logger)
		all = append(all, c)
	})
	var offset capture.Offset
	for i, text := range corpus {
		stream := capture.Stream(i % 2)
		for _, line := range strings.Split(text, "\n") {
			l := capture.Line{Stream: stream, Start: offset, End: offset + capture.Offset(len(line)+1), Time: at + int64(offset)*1e6, Text: []byte(line)}
			offset = l.End
			d.Add(&l)
		}
		d.Close(stream)
	}
	folded := plain("config:\r\n  debug: on\n  \x1b[32mcolour\x1b[0m: on")
	folded.Message = []byte("config:")
	partial := plain("half a li")
	partial.Partial, partial.Run = true, nil
	return append(all, folded, partial)
}

func TestGolden(t *testing.T) {
	for name, spec := range map[string]Options{
		"json":     {},
		"identity": {Format: JSON, Identity: true, Original: true},
		"text":     {Format: Text},
		"raw":      {Format: Raw},
		"founding": {Format: "[bs-whatweb][{level}] [{logger}]: {message}"},
		"columns":  {Format: "{time:%F %T,%L} {LEVEL:<9}|{lines:>3}|{stream:8}|{id}|{pid:6}|{fields.ua}|{fields}|{{{service}}}"},
	} {
		t.Run(name, func(t *testing.T) {
			f := must(t, spec)
			var got []byte
			for _, r := range records() {
				got = f.Append(got, &r)
			}
			path := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// A record's bytes must not depend on the records before it, or on what the
// buffer held: replays rely on that.
func TestAppendIsPure(t *testing.T) {
	for _, spec := range []Options{{}, {Identity: true}, {Format: Text}, {Format: Raw}, {Format: "{time} {LEVEL} {fields} {message}"}} {
		var alone []byte
		for _, r := range records() {
			alone = append(alone, must(t, spec).Append(nil, &r)...)
		}
		f := must(t, spec)
		for range 2 {
			together := []byte("before")
			for _, r := range records() {
				together = f.Append(together, &r)
			}
			if string(together) != "before"+string(alone) {
				t.Errorf("%+v: records together differ from records alone", spec)
			}
		}
	}
}

func TestNewErrors(t *testing.T) {
	for _, test := range []struct {
		spec         Options
		option, want string
		hint         string
	}{
		{Options{Format: "jsn"}, "format", `no format is called "jsn"`, `did you mean "json"?`},
		{Options{Format: "logfmt"}, "format", `no format is called "logfmt"`, "json, text, raw, or a template"},
		{Options{Format: "{levl}"}, "format", "unknown placeholder {levl}", "did you mean {level}?"},
		{Options{Format: "{mesage} x"}, "format", "unknown placeholder {mesage}", "did you mean {message}?"},
		{Options{Format: "{}"}, "format", "unknown placeholder {}", "known are time, level"},
		{Options{Format: "{fields.}"}, "format", "unknown placeholder {fields.}", "did you mean {fields}?"},
		{Options{Format: "a } b"}, "format", "a } at byte 3 closes nothing", "}}"},
		{Options{Format: "a {level"}, "format", "the { at byte 3 is not closed", "{{"},
		{Options{Format: "{time:%Q}"}, "format", "unknown directive %Q", "known are %Y %m"},
		{Options{Format: "{time:%}"}, "format", "ends with a single %", "%%"},
		{Options{Format: "{time:2006-01-02}"}, "format", "holds no directive", "strftime"},
		{Options{Format: "{level:wide}"}, "format", `"wide" is not a width`, "a width is a number"},
		{Options{Format: "{level:-8}"}, "format", `"-8" is not a width`, "a width is a number"},
		{Options{Format: "{level:1001}"}, "format", `"1001" is not a width`, "a width is a number"},
		{Options{Format: Text, Identity: true}, "identity", "only json has it", "format: json"},
		{Options{Format: "{raw}", Original: true}, "original", "only json has it", "format: json"},
	} {
		_, err := New(test.spec, identity)
		var option *route.OptionError
		if !errors.As(err, &option) {
			t.Errorf("%+v: error is %v, not an OptionError", test.spec, err)
			continue
		}
		if option.Option != test.option || !strings.Contains(option.Err.Error(), test.want) || !strings.Contains(option.Hint, test.hint) {
			t.Errorf("%+v: got option %q, error %q, hint %q", test.spec, option.Option, option.Err, option.Hint)
		}
	}
}

func TestTemplate(t *testing.T) {
	r := plain("hi")
	r.Logger, r.Format = []byte("a.b"), detect.JSON
	r.Text = []byte(`{"message":"hi","n":1.50,"s":"x \"y\" é😀\ud800","line":"a\nb","twice":1,"twice":2,"o":{"k":[1, 2]},"empty":""}`)
	for template, want := range map[string]string{
		"{{}}{level}":                          "{}info",
		"{LEVEL:8}|":                           "INFO    |",
		"{LEVEL:>8}|":                          "    INFO|",
		"{LEVEL:2}|":                           "INFO|",
		"{fields.n} {fields.twice}":            "1.50 1",
		"{fields.s}":                           "x \"y\" \u00e9\U0001f600\ufffd",
		"{fields.o} {fields.absent}":           `{"k":[1, 2]} -`,
		"{fields.empty}|":                      "|",
		"{service}/{version}/{environment}":    "bs-whatweb/v0.0.2/staging",
		"{host} {pod} {node} {container}":      "web-1 - - -",
		"{id} {run} {pid} {lines} {stream}":    "0123456789abcdef-7 00112233445566778899aabbccddeeff 42 1 stdout",
		"{time}":                               "2026-11-22T10:00:00.123456Z",
		"{time:%Y-%m-%d %H:%M:%S,%L %f}":       "2026-11-22 10:00:00,123 123456",
		"{time:%a %A %b %B %j %y %I %p}":       "Sun Sunday Nov November 326 26 10 AM",
		"{time:%F %T %z %Z %s %%}":             "2026-11-22 10:00:00 +0000 UTC 1795341600 %",
		"{logger}: {message}":                  "a.b: hi",
		"{raw}{{":                              string(r.Text) + "{",
		"line one\n\t{message}":                "line one\n\thi",
		"{namespace:>3}|{fields.absent:3}|{n}": "",
	} {
		f, err := New(Options{Format: template}, identity)
		if want == "" {
			if err == nil {
				t.Errorf("%q: no error", template)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", template, err)
			continue
		}
		if got := string(f.Append(nil, &r)); got != want+"\n" {
			t.Errorf("%q:\n got %q\nwant %q", template, got, want+"\n")
		}
	}
}

func TestAppendTimeAgreesWithTheStandardLibrary(t *testing.T) {
	for _, unix := range []int64{0, -1, 1, at, 951782400e9, 951868799999999999, -2203891200e9, 4102444799e9, -1 << 63, 1<<63 - 1} {
		for day := range int64(800) {
			n := unix + day*86400e9/2
			want := time.Unix(0, n).UTC().Format("2006-01-02T15:04:05.000000Z")
			if got := string(appendTime(nil, n)); got != want {
				t.Fatalf("%d: got %s, want %s", n, got, want)
			}
		}
	}
}

func TestNoAllocations(t *testing.T) {
	r := plain(`GET /search?q="a b" HTTP/1.1 200 Zürich` + "\t\x1b[31mred\x1b[0m")
	r.Logger = []byte("gunicorn.access")
	dst := make([]byte, 0, 4096)
	for _, spec := range []Options{{}, {Identity: true, Original: true}, {Format: Text}, {Format: Raw},
		{Format: "{time:%F %T,%L} [{LEVEL:<8}] [{logger}] {pid} {service} {fields} {fields.a}: {message}"}} {
		f := must(t, spec)
		if n := testing.AllocsPerRun(100, func() { dst = f.Append(dst[:0], &r) }); n != 0 {
			t.Errorf("%+v: %v allocations a record", spec, n)
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	line := `10.0.0.1 - - [22/Nov/2026:10:00:00 +0000] "GET /api/v1/search?q=logs&page=2 HTTP/1.1" 200 5316 "https://example.org/start" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0" rt=0.012 uct=0.001 id=9f`
	benchmark(b, Options{}, line)
}

func BenchmarkText(b *testing.B) {
	benchmark(b, Options{Format: Text}, strings.Repeat("a line of log text, ", 11))
}

func BenchmarkTemplate(b *testing.B) {
	benchmark(b, Options{Format: "[bs-whatweb][{level}] [{logger}]: {message}"}, strings.Repeat("a line of log text, ", 11))
}

func benchmark(b *testing.B, spec Options, line string) {
	r := plain(line)
	r.Logger = []byte("gunicorn.access")
	f := must(b, spec)
	dst := make([]byte, 0, 1<<16)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		dst = f.Append(dst[:0], &r)
	}
}
