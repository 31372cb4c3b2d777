package syslog

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	parser "github.com/leodido/go-syslog/v4"
	"github.com/leodido/go-syslog/v4/rfc3164"
	"github.com/leodido/go-syslog/v4/rfc5424"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

var (
	testID  = route.Identity{Journal: "0123456789abcdef", Name: "shop", Version: "1.2", Environment: "staging", Host: "web-1"}
	testRun = &detect.Run{PID: 4711, Command: "python3"}
)

const testTime = 1795341600123456789 // 2026-11-22T10:00:00.123456789Z

func testRecord(text string) detect.Record {
	return detect.Record{ID: 815, Time: testTime, Stream: capture.Stderr, Level: detect.Error, Lines: 1,
		Logger: []byte("app.db"), Text: []byte(text), Run: testRun}
}

func testEncoder(t testing.TB, o Options, id route.Identity) *encoder {
	t.Helper()
	a, err := parseAddress(o.Address)
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEncoder(o.withDefaults(a), id)
	if err != nil {
		t.Fatal(err)
	}
	e.zone = time.FixedZone("CET", 3600)
	return e
}

func TestMessageIsAsDocumented(t *testing.T) {
	const sd = `[logwrap@32473 id="0123456789abcdef-815" stream="stderr" level="error" logger="app.db"`
	tests := map[string]struct {
		options Options
		id      route.Identity
		change  func(*detect.Record)
		escape  bool
		want    string
	}{
		"rfc5424": {Options{Address: "tcp://h"}, testID, func(*detect.Record) {}, false,
			`<27>1 2026-11-22T10:00:00.123456Z web-1 shop 4711 stderr ` + sd + ` environment="staging" version="1.2"] boom`},
		"rfc5424 knowing nothing": {Options{Address: "udp://h"}, route.Identity{}, func(r *detect.Record) { *r = detect.Record{Text: []byte("x")} }, false,
			`<30>1 1970-01-01T00:00:00.000000Z - logwrap - stdout [logwrap@32473 id="-0" stream="stdout" level="unknown"] x`},
		"rfc5424 trace": {Options{Address: "tcp://h", Tag: "a b", Hostname: "h", Facility: "local3"}, route.Identity{}, func(r *detect.Record) {
			r.Trace, r.Lines, r.Partial, r.Text = detect.Python, 3, true, []byte("Traceback:\n  at\nValueError: x")
		}, false, `<155>1 2026-11-22T10:00:00.123456Z h a_b 4711 TRACE [logwrap@32473 id="-815" stream="stderr" level="error" logger="app.db" trace="python" lines="3" partial="true"] ` + "Traceback:\n  at\nValueError: x"},
		"rfc5424 newline framing": {Options{Address: "tcp://h"}, route.Identity{}, func(r *detect.Record) { r.Text, r.Logger = []byte("a\nb\tc\x1b[0m\x7f"), nil }, true,
			`<27>1 2026-11-22T10:00:00.123456Z - python3 4711 stderr [logwrap@32473 id="-815" stream="stderr" level="error"] a#012b` + "\t" + `c#033[0m#177`},
		"rfc5424 crash": {Options{Address: "tcp://h", BOM: true}, route.Identity{}, func(r *detect.Record) {
			r.Stream, r.Exit, r.Logger, r.Level = capture.Lifecycle, &detect.Exit{Crashed: true}, []byte(`a"]\`+"\n\xff"), detect.Critical
		}, false, `<26>1 2026-11-22T10:00:00.123456Z - python3 4711 CRASH [logwrap@32473 id="-815" stream="lifecycle" level="critical" logger="a\"\]\\#012` + "\uFFFD" + `"] ` + bom + `boom`},
		"rfc3164": {Options{Address: "tcp://h", Format: "rfc3164"}, testID, func(*detect.Record) {}, false,
			`<27>Nov 22 11:00:00 web-1 shop[4711]: boom`},
		"rfc3164 knowing nothing": {Options{Address: "udp://h", Format: "rfc3164"}, route.Identity{}, func(r *detect.Record) { *r = detect.Record{Time: testTime, Text: []byte("a\nb")} }, false,
			`<30>Nov 22 11:00:00 localhost logwrap: a#012b`},
		"unix socket": {Options{Address: "unix:///dev/log", Tag: "a[b]:c"}, testID, func(r *detect.Record) { r.Exit = &detect.Exit{} }, false,
			`<27>Nov 22 11:00:00 a_b__c[4711]: boom`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := testRecord("boom")
			tt.change(&r)
			got := string(testEncoder(t, tt.options, tt.id).appendMessage(nil, &r, 0, tt.escape))
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestMessageIDTellsWhatEnded(t *testing.T) {
	for want, r := range map[string]detect.Record{
		"EXIT":      {Exit: &detect.Exit{}},
		"CRASH":     {Exit: &detect.Exit{Crashed: true}},
		"WORKER":    {Exit: &detect.Exit{Crashed: true, Worker: &detect.Worker{}}},
		"HANG":      {Hang: &detect.Hang{}},
		"lifecycle": {Loop: &detect.Loop{}},
	} {
		r.Stream = capture.Lifecycle
		if got := messageID(&r); got != want {
			t.Errorf("MSGID %q, want %s", got, want)
		}
	}
}

func TestSeverityFollowsLevel(t *testing.T) {
	tests := map[detect.Level]int{
		detect.NotSet: 6, detect.Trace: 7, detect.Debug: 7, 15: 7, detect.Info: 6, 24: 6, detect.Notice: 5, detect.Warning: 4,
		35: 4, detect.Error: 3, detect.Critical: 2, detect.Alert: 1, detect.Emergency: 0, 255: 0,
	}
	for level, want := range tests {
		if got := severity(level); got != want {
			t.Errorf("severity(%d) = %d, want %d", level, got, want)
		}
	}
}

func TestFacilityIsNameOrNumber(t *testing.T) {
	for s, want := range map[string]int{"kern": 0, "Daemon": 3, "LOCAL0": 16, "local7": 23, "0": 0, "23": 23} {
		if got, err := parseFacility(s); err != nil || got != want {
			t.Errorf("parseFacility(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "24", "-1", "local8", "daemons"} {
		if _, err := parseFacility(s); err == nil {
			t.Errorf("parseFacility(%q) gave no error", s)
		}
	}
}

func TestHeaderFieldsAreSanitisedAndBounded(t *testing.T) {
	tests := []struct {
		in    string
		limit int
		want  string
	}{
		{"", 5, "-"}, {"abc", 5, "abc"}, {"a b\tc\n", 9, "a_b_c_"}, {"äö", 9, "__"}, {"\xff\x00", 9, "__"},
		{strings.Repeat("x", 300), 255, strings.Repeat("x", 255)}, {"日本語", 2, "__"},
	}
	for _, tt := range tests {
		if got := string(appendName([]byte("keep"), tt.in, tt.limit)); got != "keep"+tt.want {
			t.Errorf("appendName(%q, %d) = %q, want %q", tt.in, tt.limit, got[4:], tt.want)
		}
	}
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	tests := []struct {
		in   string
		n    int
		want string
	}{
		{"abc", 5, "abc"}, {"abc", 2, "ab"}, {"aäb", 2, "a"}, {"aäb", 3, "aä"}, {"日本", 5, "日"}, {"日本", 3, "日"},
		{"😀x", 3, ""}, {"\x80\x80\x80\x80\x80", 3, "\x80\x80\x80"}, {"\xff\xff\xff", 2, "\xff\xff"}, {"abc", 0, ""},
	}
	for _, tt := range tests {
		if got := string(cutRune([]byte(tt.in), tt.n)); got != tt.want {
			t.Errorf("cutRune(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestLongMessageIsCutMarkedAndCounted(t *testing.T) {
	text := strings.Repeat("日本語", 2000)
	for format, mark := range map[string]string{formatRFC5424: ` truncated_from="18000"`, formatRFC3164: cutMark} {
		e := testEncoder(t, Options{Address: "udp://h", Format: format}, testID)
		r := testRecord(text)
		got := e.appendMessage([]byte("before"), &r, 2048, false)[len("before"):]
		if len(got) > 2048 || len(got) < 2048-4 {
			t.Errorf("%s: %d bytes, want just below 2048", format, len(got))
		}
		if !utf8.Valid(got) || !bytes.Contains(got, []byte(mark)) {
			t.Errorf("%s: not UTF-8 or no mark %q: %q", format, mark, got)
		}
		if n := e.cut.Load(); n != 1 {
			t.Errorf("%s: %d cuts counted, want 1", format, n)
		}
		r = testRecord("short")
		e.appendMessage(nil, &r, 2048, false)
		if n := e.cut.Load(); n != 1 {
			t.Errorf("%s: a short message counted as cut", format)
		}
	}
}

func TestEscapesCountTowardsTheLimit(t *testing.T) {
	e := testEncoder(t, Options{Address: "udp://h", Format: formatRFC3164}, testID)
	r := testRecord(strings.Repeat("\n", 1500))
	if got := e.appendMessage(nil, &r, 2048, false); len(got) > 2048 || !bytes.HasSuffix(got, []byte(cutMark)) {
		t.Errorf("%d bytes ending in %q", len(got), got[len(got)-10:])
	}
}

func TestHeaderAlwaysFitsTheSmallestMessage(t *testing.T) {
	long := strings.Repeat(`"`, 500)
	e := testEncoder(t, Options{Address: "udp://h"}, route.Identity{Journal: long, Name: long, Version: long, Environment: long, Host: long})
	r := testRecord(strings.Repeat("x", 2000))
	r.Logger, r.ID, r.Lines, r.Partial, r.Trace = []byte(long), 1<<63, 1<<30, true, detect.JavaScript
	got := e.appendMessage(nil, &r, minMessage, false)
	m := parse5424(t, got)
	if m.Message == nil || len(*m.Message) < 100 {
		t.Errorf("no room for the text in %q", got)
	}
}

func TestFormattingAllocatesNothing(t *testing.T) {
	for _, format := range []string{formatRFC5424, formatRFC3164} {
		e := testEncoder(t, Options{Address: "udp://h", Format: format}, route.Identity{Host: "h"})
		r := testRecord("a line of the usual length, with \"quotes\" and [brackets]")
		buf := make([]byte, 0, 4096)
		if n := testing.AllocsPerRun(100, func() { buf = e.appendMessage(buf[:0], &r, 0, true) }); n != 0 {
			t.Errorf("%s: %v allocations, want 0", format, n)
		}
	}
}

func parse5424(t testing.TB, b []byte) *rfc5424.SyslogMessage {
	t.Helper()
	m, err := rfc5424.NewParser().Parse(b)
	if err != nil {
		t.Fatalf("%v in %q", err, b)
	}
	return m.(*rfc5424.SyslogMessage)
}

func TestRFC3164IsUnderstood(t *testing.T) {
	e := testEncoder(t, Options{Address: "tcp://h", Format: formatRFC3164}, testID)
	r := testRecord("boom: it broke")
	m, err := rfc3164.NewParser(rfc3164.WithYear(rfc3164.Year{YYYY: 2026})).Parse(e.appendMessage(nil, &r, 0, true))
	if err != nil {
		t.Fatal(err)
	}
	got := m.(*rfc3164.SyslogMessage)
	if *got.Hostname != "web-1" || *got.Appname != "shop" || *got.ProcID != "4711" || *got.Message != "boom: it broke" || *got.Severity != 3 {
		t.Errorf("parsed as %s %s %s %q severity %d", *got.Hostname, *got.Appname, *got.ProcID, *got.Message, *got.Severity)
	}
}

func FuzzRFC5424(f *testing.F) {
	f.Add("text", "app.db", "shop", "web-1", uint8(40), int64(testTime), false)
	f.Add("a\nb]\"\\", "l]\\\"\n\xff", "a b", "ho st", uint8(0), int64(0), true)
	f.Add("", "", "", "", uint8(255), int64(253402300799e9/100), false)
	f.Add(strings.Repeat("日", 400), strings.Repeat("\\", 300), "\x00", "\u202e", uint8(30), int64(1), true)
	f.Fuzz(func(t *testing.T, text, logger, tag, host string, level uint8, at int64, escape bool) {
		e := testEncoder(t, Options{Address: "udp://h", Tag: tag, Hostname: host}, route.Identity{Journal: logger, Version: text, Environment: host})
		r := detect.Record{ID: 7, Time: max(at, 0), Level: detect.Level(level), Logger: []byte(logger), Text: []byte(text), Run: testRun}
		got := e.appendMessage(nil, &r, 0, escape)
		if escape && bytes.ContainsAny(got, "\n\r\x00") {
			t.Fatalf("control character in %q", got)
		}
		checkRoundTrip(t, got, &r, escape)
		if cut := e.appendMessage(nil, &r, minMessage, escape); len(cut) > minMessage {
			t.Fatalf("%d bytes, want at most %d", len(cut), minMessage)
		}
	})
}

// checkRoundTrip reads b with an independent parser and compares what comes out.
func checkRoundTrip(t *testing.T, b []byte, r *detect.Record, escape bool) {
	t.Helper()
	m := parse5424(t, b)
	if !m.Valid() || *m.Facility != 3 || int(*m.Severity) != severity(r.Level) {
		t.Fatalf("header of %q", b)
	}
	if !m.Timestamp.Equal(time.Unix(0, r.Time).Truncate(time.Microsecond)) {
		t.Fatalf("time %s, want %s", m.Timestamp, time.Unix(0, r.Time).UTC())
	}
	data := (*m.StructuredData)[sdID]
	want := string(bytes.ToValidUTF8(r.Logger, []byte("\uFFFD")))
	plain := !bytes.ContainsFunc(r.Logger, func(c rune) bool { return c < ' ' || c == 0x7f || c == utf8.RuneError })
	if unescape := strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\]`, `]`); plain && len(r.Logger) < maxParam/2 && unescape.Replace(data["logger"]) != want {
		t.Fatalf("logger %q, want %q", data["logger"], want)
	}
	got := ""
	if m.Message != nil {
		got = *m.Message
	}
	if !escape && got != string(r.Text) {
		t.Fatalf("text %q, want %q", got, r.Text)
	}
}

var _ parser.Message = (*rfc5424.SyslogMessage)(nil)
