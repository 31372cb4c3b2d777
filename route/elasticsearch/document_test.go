package elasticsearch

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/elasticsearch/estest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var testID = route.Identity{
	Journal: "0123456789abcdef", Name: "shop", Version: "1.2", Environment: "staging", Host: "web-1",
	Container: "c0ffee", Pod: "shop-7", Namespace: "prod", Node: "node-3",
	Tags: map[string]string{"team": "a \"b\"", "k8s.cluster.name": "eu", "k8s_cluster_name": "second"},
}

const testTime = 1795341600123456789 // 2026-11-22T10:00:00.123456789Z

func testRecord(text string) detect.Record {
	r := detect.Record{ID: 815, Time: testTime, Stream: capture.Stderr, Level: detect.Error, Lines: 1,
		Text: []byte(text), Run: &detect.Run{ID: "5eed", PID: 4711}}
	r.Message = r.Text
	return r
}

func jsonRecord(text string) detect.Record {
	r := testRecord(text)
	r.Format, r.Message = detect.JSON, []byte("hello")
	return r
}

const pythonTrace = `Traceback (most recent call last):
  File "/srv/app/main.py", line 7, in main
    run()
ValueError: broken "badly"`

func goldenRecords() map[string]detect.Record {
	plain := testRecord("disk \"full\"\t\x1b[0m \xff end")
	plain.Logger = []byte("app.db")
	minimal := detect.Record{Message: []byte("x"), Text: []byte("x")}
	trace := testRecord(pythonTrace)
	trace.Trace, trace.Lines = detect.Python, 4
	exit := testRecord(`{"event":"exited"}`)
	exit.Stream, exit.Exit, exit.Partial = capture.Lifecycle, &detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true}, true
	return map[string]detect.Record{
		"plain":   plain,
		"minimal": minimal,
		"trace":   trace,
		"exit":    exit,
		"json":    jsonRecord(`{"msg":"hello","user":"a\"b","n":1.50,"nested": { "a" : [1, 2 , {"b":null}] },"trace_id":"abc","span":{"id":"def"}}`),
		"hostile": jsonRecord(`{"":1," ":2,"a":1,"a":2,"o":{"x":1,"x":2},"e":{"":1},"z":{"a\u0000b":1},"esc":{"a":1,"\u0061":2},"dots":{"a.b":1,"a":{"b":2}},"long":"` + strings.Repeat("ä", 5000) + `"}`),
		"deep":    jsonRecord(`{"d":` + strings.Repeat(`{"d":`, 30) + `1` + strings.Repeat(`}`, 30) + `,"l":` + strings.Repeat(`[`, 30) + strings.Repeat(`]`, 30) + `}`),
	}
}

func TestDocumentIsAsRecorded(t *testing.T) {
	d := newDocumenter(target{name: "logs-x-y", stream: true, dataset: "x"}, testID)
	for name, r := range goldenRecords() {
		got := append(d.appendDocument(d.appendAction(nil, &r), &r), '\n')
		path := filepath.Join("testdata", name+".ndjson")
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
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
	}
}

func TestProcessIsTheOneThatEnded(t *testing.T) {
	d := newDocumenter(target{name: "logs-x-y", stream: true, dataset: "x"}, testID)
	for _, tt := range []struct {
		name string
		run  *detect.Run
		exit *detect.Exit
		want string
	}{
		{"the app", &detect.Run{PID: 7}, &detect.Exit{Code: 3, PID: 7}, `"process":{"pid":7,"exit_code":3}`},
		{"a worker", &detect.Run{PID: 7}, &detect.Exit{Code: 139, PID: 17, Worker: &detect.Worker{PID: 17}}, `"process":{"pid":17,"exit_code":139}`},
		{"a lost run, before another has begun", nil, &detect.Exit{Code: 137, PID: 3, Lost: &detect.Lost{}}, `"process":{"pid":3,"exit_code":137}`},
		{"no end", &detect.Run{PID: 7}, nil, `"process":{"pid":7}`},
	} {
		r := testRecord("{}")
		r.Run, r.Exit = tt.run, tt.exit
		if got := string(d.appendDocument(nil, &r)); !strings.Contains(got, tt.want) || !json.Valid([]byte(got)) {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

func TestPlainIndexUsesIndexAction(t *testing.T) {
	r := testRecord("x")
	got := string(newDocumenter(target{name: "app"}, testID).appendAction(nil, &r))
	if want := `{"index":{"_id":"0123456789abcdef-815"}}` + "\n"; got != want {
		t.Errorf("action %q, want %q", got, want)
	}
}

type document struct {
	Message string                     `json:"message"`
	Fields  map[string]json.RawMessage `json:"fields"`
	Trace   struct{ ID string }        `json:"trace"`
	Span    struct{ ID string }        `json:"span"`
	Error   struct {
		Type, Message string
		StackTrace    string `json:"stack_trace"`
	} `json:"error"`
	Event struct {
		Original string
		Sequence uint64
	} `json:"event"`
}

func build(t *testing.T, r detect.Record) document {
	t.Helper()
	d := newDocumenter(target{stream: true, dataset: "x"}, testID)
	var out document
	b := d.appendDocument(nil, &r)
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return out
}

func TestTraceKeepsTypeMessageAndText(t *testing.T) {
	r := testRecord(pythonTrace)
	r.Trace, r.Lines, r.Message = detect.Python, 4, []byte("Traceback (most recent call last):")
	d := build(t, r)
	if d.Error.Type != "ValueError" || d.Error.Message != `broken "badly"` || d.Error.StackTrace != pythonTrace {
		t.Errorf("error %+v", d.Error)
	}
	if d.Event.Original != "" {
		t.Error("the text is stored twice")
	}
}

func TestWhatFieldsCannotHoldIsKeptInOriginal(t *testing.T) {
	tests := map[string]struct {
		text     string
		original bool
	}{
		"sound":          {`{"msg":"hello","a":{"b":[1,"x",null,true]}}`, false},
		"nested as text": {`{"a":{"x":1,"x":2}}`, false},
		"duplicate":      {`{"a":1,"a":2}`, true},
		"blank key":      {`{" ":1}`, true},
		"long key":       {`{"` + strings.Repeat("k", 600) + `":1}`, true},
		"long string":    {`{"a":"` + strings.Repeat("x", 9000) + `"}`, true},
		"long number":    {`{"a":1` + strings.Repeat("0", 9000) + `}`, true},
		"long nested":    {`{"a":{"b":"` + strings.Repeat("x", 9000) + `"}}`, true},
	}
	for name, tt := range tests {
		d := build(t, jsonRecord(tt.text))
		if (d.Event.Original == tt.text) != tt.original || (d.Event.Original == "") == tt.original {
			t.Errorf("%s: original %.40q, want it: %t", name, d.Event.Original, tt.original)
		}
	}
}

func TestNestedValuesAreFlattenedSafely(t *testing.T) {
	tests := map[string]string{
		`{ "a" : [ 1 , { "b" : "x y" } ] }`: `{"a":[1,{"b":"x y"}]}`,
		"{\n\"a\":\n1}":                     `{"a":1}`,
		`{"x":1,"x":2}`:                     `"{\"x\":1,\"x\":2}"`,
		`[{"":1},{"a":{" ":2}}]`:            `["{\"\":1}",{"a":"{\" \":2}"}]`,
		`{"a\u0000":1}`:                     `"{\"a\\u0000\":1}"`,
		`{"a":1,"\u0061":2}`:                `"{\"a\":1,\"\\u0061\":2}"`,
		`-1.5e3`:                            `-1.5e3`, `null`: `null`, `""`: `""`, `[]`: `[]`, `{}`: `{}`,
		"{\"k\":\"\xff\"}": `{"k":"` + "\uFFFD" + `"}`,
		`{"a":`:            `"{\"a\":"`,
		``:                 `""`,
	}
	for in, want := range tests {
		var w fieldWriter
		if got := string(w.appendField(nil, &detect.Field{Value: []byte(in), Raw: true})); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}

func TestManyKeysStayLinear(t *testing.T) {
	distinct := []byte(`{"k":1`)
	for i := range 50_000 {
		distinct = fmt.Appendf(distinct, `,"k%d":1`, i)
	}
	if d := build(t, jsonRecord(string(distinct)+"}")); len(d.Fields) != 50_001 {
		t.Errorf("%d fields", len(d.Fields))
	}
}

func TestCorrelationIsFoundUnderItsUsualNames(t *testing.T) {
	tests := map[string]string{
		`{"trace_id":"t1"}`: "t1", `{"traceId":"t1"}`: "t1", `{"TraceId":"t1"}`: "t1", `{"trace.id":"t1"}`: "t1",
		`{"trace":{"id":"t1"}}`: "t1", `{"dd.trace_id":"t1"}`: "t1", `{"@tr":"t1"}`: "t1",
		`{"trace":{"id":{"x":1}}}`: "", `{"trace_idx":"t1"}`: "", `{"retrace":"t1"}`: "", `{"trace_id":""}`: "", `{"tracE":"t1"}`: "",
	}
	for text, want := range tests {
		if got := build(t, jsonRecord(text)).Trace.ID; got != want {
			t.Errorf("%s: trace.id %q, want %q", text, got, want)
		}
		if got := build(t, jsonRecord(strings.NewReplacer("trace", "span", "Trace", "Span", "@tr", "@sp").Replace(text))).Span.ID; got != want {
			t.Errorf("%s: span.id %q, want %q", text, got, want)
		}
	}
}

func TestPlainLineAllocatesNothing(t *testing.T) {
	d := newDocumenter(target{stream: true, dataset: "x"}, testID)
	r := testRecord("a line of the usual length, with \"quotes\" and ümlauts, and nothing else")
	buf := make([]byte, 0, 8192)
	if n := testing.AllocsPerRun(100, func() { buf = d.appendDocument(d.appendAction(buf[:0], &r), &r) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestStringIsEscapedAsJSON(t *testing.T) {
	for _, s := range []string{"", "plain", "q\"b\\s/", "\x00\x1f\x7f\n\r\t", "日本 😀 \u2028", "\xff", "a\xe6\x97", "\xed\xa0\x80", "\uFFFD"} {
		var got string
		b := appendString(nil, s)
		if err := json.Unmarshal(b, &got); err != nil {
			t.Errorf("%q: %v", b, err)
		}
		if want := string([]rune(s)); got != want {
			t.Errorf("%q came back as %q", s, got)
		}
		if !bytes.Equal(b, appendString(nil, []byte(s))) {
			t.Errorf("%q: string and bytes differ", s)
		}
	}
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte("plain"), []byte("key"), []byte("value"))
	f.Add([]byte(`{"a":1,"a":{"b":[1,{"":2}]},"\u0061":"\ud800"}`), []byte("\x00"), []byte(`{"x":{"x":1},"x":2}`))
	f.Add([]byte("level=info a=b\n<34>1 2026-11-22T10:00:00Z h a 1 - [x@1 a=\"b\"] m\n\xff"), []byte(" "), []byte("[[[[[["))
	f.Add([]byte(pythonTrace+"\nI1122 10:00:00.000000 7 a.go:1] m\n"), []byte("."), []byte(`"\u0000`))
	f.Add([]byte(`1.2.3.4 - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"`), []byte("\xff"), []byte("1e9"))
	f.Fuzz(func(t *testing.T, output, key, value []byte) {
		d := newDocumenter(target{stream: true, dataset: "x"}, route.Identity{Journal: string(value), Name: string(key), Tags: map[string]string{string(key): string(value)}})
		for _, r := range detectAll(output) {
			checkDocument(t, d.appendDocument(nil, &r))
		}
		var w fieldWriter
		fields := []detect.Field{{Key: key, Value: value, Raw: true}, {Key: value, Value: key}, {Key: output, Value: output, Raw: true}, {Key: []byte("in"), Value: append(append([]byte(`{"n":`), value...), '}'), Raw: true}}
		checkDocument(t, w.appendFields([]byte(`{"fields":`), fields), '}')
	})
}

// detectAll returns the records of an app's output.
func detectAll(output []byte) []detect.Record {
	var out []detect.Record
	d := detect.New(detect.Options{}, func(r *detect.Record) {
		c := *r
		c.Text, c.Message, c.Logger = bytes.Clone(r.Text), bytes.Clone(r.Message), bytes.Clone(r.Logger)
		out = append(out, c)
	})
	at := capture.Offset(0)
	for line := range bytes.SplitSeq(output, []byte{'\n'}) {
		end := at + capture.Offset(len(line)) + 1
		d.Add(&capture.Line{Stream: capture.Stderr, Start: at, End: end, Time: testTime, Clock: 1, Text: line})
		at = end
	}
	d.Close(capture.Stderr)
	return out
}

func checkDocument(t *testing.T, b []byte, end ...byte) {
	t.Helper()
	b = append(b, end...)
	if bytes.IndexByte(b, '\n') >= 0 {
		t.Fatalf("line feed in %q", b)
	}
	if !json.Valid(b) {
		t.Fatalf("no JSON: %q", b)
	}
	if err := estest.Check(b); err != nil {
		t.Fatalf("%v in %q", err, b)
	}
}
