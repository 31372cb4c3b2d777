package detect

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestAppendFields(t *testing.T) {
	for _, test := range []struct{ line, want string }{ // want is the JSON of all fields
		{`{"level":"info","msg":"m","time":"2026-01-05T07:00:00Z","logger":"l","n":1,"s":"x","o":{"a":[1]},"z":null}`,
			`{"n":1,"s":"x","o":{"a":[1]},"z":null}`},
		{`{"level":"boss","time":"noon","name":"a b","message":"m"}`, `{"level":"boss","time":"noon","name":"a b"}`},
		{`{"level":"info","k\u0065y":"a\"b","e":""}`, `{"key":"a\"b","e":""}`},
		{`{"level":"info","level":"error"}`, `{"level":"error"}`},
		{`level=info msg=m ts=2026-01-05T07:00:00Z a="x \"y\"" b= c`, `{"a":"x \"y\"","b":""}`},
		{`level=info time=soon msg=m`, `{"time":"soon"}`},
		{`10.0.0.1 - bob [05/Jan/2026:07:00:00 +0100] "GET /a HTTP/1.1" 200 512 "http://r/" "ua 1"`,
			`{"status":200,"method":"GET","path":"/a","protocol":"HTTP/1.1","remote":"10.0.0.1","user":"bob","bytes":512,"referrer":"http://r/","user_agent":"ua 1"}`},
		{`GET /x 404 3.1 ms - 139`, `{"status":404,"method":"GET","path":"/x"}`},
		{`[pid: 31|app: 0|req: 1/1] 10.0.0.1 () {40 vars in 600 bytes} [Mon Jan  5 07:00:00 2026] GET /f => generated 12 bytes in 3 msecs (HTTP/1.1 500) 2 headers`,
			`{"status":500,"method":"GET","path":"/f","protocol":"HTTP/1.1","remote":"10.0.0.1","bytes":12}`},
		{`E0105 07:00:00.123456    4242 a/b.go:77] "sync failed" pod="ns/x" err="a \"b\""`,
			`{"pid":4242,"file":"a/b.go:77","pod":"ns/x","err":"a \"b\""}`},
		{`<34>1 2026-01-05T07:00:00Z h app 7 ID1 [a@1 k="v \"q\" ]" n="1"][b@1 x="y"] msg`,
			`{"host":"h","pid":"7","msgid":"ID1","a@1.k":"v \"q\" ]","a@1.n":"1","b@1.x":"y"}`},
		{`<34>1 - h app - - - msg`, `{"host":"h"}`},
		{`Jan  5 07:00:00 w1 sshd[42]: hi`, `{"host":"w1","pid":"42"}`},
		{`Jan  5 07:00:00 sshd: hi`, `{}`},
		{"7:00AM INF started id=3 note=\"a b\"\nsecond=line", `{"id":"3","note":"a b"}`},
		{"2026-01-05T07:00:00Z\tINFO\tctl\ta.go:1\tdone\t{\"n\": {\"x\": 1}, \"e\": null}", `{"n":{"x":1},"e":null}`},
		{`[2026-01-05 07:00:00] app.ERROR: no {"u":3} {"uid":"q"}`, `{"u":3,"uid":"q"}`},
		{`[2026-01-05 07:00:00] app.ERROR: no [] {"uid":"q"}`, `{"uid":"q"}`},
		{`info: up {"port":80}`, `{"port":80}`},
		{`INFO {"level":"error"}`, `{"level":"error"}`},
		{"\x1b[36mINFO\x1b[0m[0001] ready          \x1b[36mn\x1b[0m=3", `{"n":"3"}`},
		{`INFO nothing here`, `{}`},
		{``, `{}`},
	} {
		r := Record{Text: []byte(test.line)}
		first, _, _ := bytes.Cut(r.Text, []byte("\n")) // a record of several lines is classified by its first
		classify(first, &r)
		got := fieldMap(t, &r)
		var want map[string]any
		if err := json.Unmarshal([]byte(test.want), &want); err != nil {
			t.Fatal(err)
		}
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		if string(g) != string(w) {
			t.Errorf("%q (%s)\n  fields %s\n  want   %s", test.line, r.Format, g, w)
		}
	}
}

func TestLookup(t *testing.T) {
	nested := `{"level":"info","trace":{"id":"n1"},"error":{"type":"T","stack":"a\nb"},"a.b":{"c":1},"x":{"y":{"z":[1,2]}},"n":null}`
	for _, test := range []struct {
		line, key, want string
		ok              bool
	}{
		{nested, "level", "info", true},
		{nested, "trace.id", "n1", true},
		{nested, "error.type", "T", true},
		{nested, "error.stack", "a\nb", true},
		{nested, "error", `{"type":"T","stack":"a\nb"}`, true},
		{nested, "a.b.c", "1", true},
		{nested, "x.y.z", "[1,2]", true},
		{nested, "x.y.q", "", false},
		{nested, "n", "null", true},
		{nested, "n.m", "", false},
		{nested, "", "", false},
		{`{"trace.id":"flat","level":"info"}`, "trace.id", "flat", true},
		{`{"k\u0065y":1}`, "key", "1", true},
		{`level=info trace.id=f a="x \"y\""`, "trace.id", "f", true},
		{`level=info trace.id=f a="x \"y\""`, "a", `x "y"`, true},
		{`level=info trace.id=f a="x \"y\""`, "level", "info", true},
		{`level=info trace.id=f`, "trace", "", false},
		{`127.0.0.1 - - [05/Jan/2026:07:00:00 +0000] "GET /p HTTP/1.1" 404 9`, "status", "404", true},
		{`127.0.0.1 - - [05/Jan/2026:07:00:00 +0000] "GET /p HTTP/1.1" 404 9`, "user", "", false},
		{"2026-01-05T07:00:00Z\tINFO\tctl\ta.go:1\tdone\t{\"n\": {\"x\": \"y\"}}", "n.x", "y", true},
		{"plain", "plain", "", false},
	} {
		r := Record{Text: []byte(test.line)}
		classify(r.Text, &r)
		got, ok := r.Lookup(test.key)
		if string(got) != test.want || ok != test.ok {
			t.Errorf("%q of %q: %q, %t, want %q, %t", test.key, test.line, got, ok, test.want, test.ok)
		}
	}
}

func TestStatedTime(t *testing.T) {
	const at = "2026-01-05T07:08:09Z"
	for _, test := range []struct{ line, want string }{
		{"2026-01-05T07:08:09Z INFO x", at},
		{"2026-01-05T07:08:09.123456789+01:30 INFO x", "2026-01-05T05:38:09.123456789Z"},
		{"2026-01-05 07:08:09,123 - a - INFO - x", "2026-01-05T07:08:09.123Z"},
		{"[2026-01-05 07:08:09 +0000] [7] [INFO] x", at},
		{"[2026-01-05 07:08:09 -0500] [7] [INFO] x", "2026-01-05T12:08:09Z"},
		{"2026-01-05 07:08:09.5 CET [7] LOG:  x", "2026-01-05T06:08:09.5Z"},
		{"2026/01/05 07:08:09 x", at},
		{"2026/01/05 07:08:09 [error] 7#7: x", at},
		{"10.0.0.1 - - [05/Jan/2026:07:08:09 +0200] \"GET / HTTP/1.1\" 200 1", "2026-01-05T05:08:09Z"},
		{"[Mon Jan 05 07:08:09.123456 2026] [core:warn] x", "2026-01-05T07:08:09.123456Z"},
		{"05-Jan-2026 07:08:09.100 INFO [main] a.b.C.d x", "2026-01-05T07:08:09.1Z"},
		{"7:M 05 Jan 2026 07:08:09.001 * x", "2026-01-05T07:08:09.001Z"},
		{"Jan 5, 2026 7:08:09 PM a.B c", "2026-01-05T19:08:09Z"},
		{"Jan 05, 2026 12:08:09 AM a.B c", "2026-01-05T00:08:09Z"},
		{"26/01/05 07:08:09 INFO A: x", at},
		{"260105  7:08:09 [Note] x", at},
		{"[01/25/2026 07:08:09.001] [INFO] x", "2026-01-25T07:08:09.001Z"},
		{"25.01.2026 07:08:09 INFO x", "2026-01-25T07:08:09Z"},
		{"1767596889: x", at},
		{"<14>1 2026-01-05T07:08:09.25Z h a - - - x", "2026-01-05T07:08:09.25Z"},
		{"Mon, 05 Jan 2026 07:08:09 GMT x", at},
		{"=ERROR REPORT==== 5-Jan-2026::07:08:09 ===", at},
		{"\x1b[2m2026-01-05T07:08:09Z\x1b[0m \x1b[32mINFO\x1b[0m x", at},
		{"level=info ts=2026-01-05T07:08:09Z msg=x", at},
		{"level=info ts=1767596889 msg=x", at},
		{`{"time":"2026-01-05T07:08:09Z"}`, at},
		{`{"asctime":"2026-01-05 07:08:09,001"}`, "2026-01-05T07:08:09.001Z"},
		{`{"time":1767596889}`, at},
		{`{"ts":1767596889.25}`, "2026-01-05T07:08:09.25Z"},
		{`{"ts":1.767596889e9}`, at},
		{`{"time":1767596889123}`, "2026-01-05T07:08:09.123Z"},
		{`{"__REALTIME_TIMESTAMP":"1767596889000001"}`, "2026-01-05T07:08:09.000001Z"},
		{`{"Timestamp":"1767596889000000001"}`, "2026-01-05T07:08:09.000000001Z"},
		{`{"t":{"$date":"2026-01-05T08:08:09.000+01:00"},"s":"I","c":"X","msg":"m"}`, at},
		{`{"t":{"$date":{"$numberLong":"1767596889000"}}}`, at},
		{`{"instant":{"epochSecond":1767596889,"nanoOfSecond":5}}`, "2026-01-05T07:08:09.000000005Z"},
		{`{"timestamp":{"seconds":1767596889,"nanos":5}}`, "2026-01-05T07:08:09.000000005Z"},
		{`{"record":{"time":{"timestamp":1767596889.5},"level":{"name":"INFO"}}}`, "2026-01-05T07:08:09.5Z"},
		{"[01/02/2026 07:08:09.001] [INFO] x", ""}, // January or February
		{"I0105 07:08:09.123456       1 a.go:1] x", ""},
		{"<13>Jan  5 07:08:09 h a: x", ""},
		{"07:08:09.123 [main] INFO a.B - x", ""},
		{"7:08AM INF x", ""},
		{"01-05 07:08:09.123  1  2 I Tag: x", ""},
		{`{"time":"noon"}`, ""},
		{`{"time":12}`, ""},
		{`{"time":"2026-01-05T07:08:09Z and more"}`, ""},
		{`{"time":99999999999999999999}`, ""},
		{"x", ""},
		{"", ""},
	} {
		r := Record{Text: []byte(test.line)}
		classify(r.Text, &r)
		got, ok := r.StatedTime()
		text := ""
		if ok {
			text = got.UTC().Format(time.RFC3339Nano)
		}
		if text != test.want {
			t.Errorf("%q (%s): %s, want %s", test.line, r.Format, text, test.want)
		}
	}
}

func FuzzStamp(f *testing.F) {
	for _, s := range []string{"2026-01-05T07:08:09.123+01:00", "05/Jan/2026:07:08:09 +0000", "Jan  5 07:08:09 2026",
		"Mon, 05 Jan 2026 07:08:09 GMT", "7:08PM", "1767596889.123", "01/25/2026, 7:08:09 AM", "260105  7:08:09", "20260105T070809"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, n := scanStamp(text)
		if n < 0 || n > len(text) {
			t.Fatalf("%q: %d long", text, n)
		}
		if n == 0 {
			return
		}
		if _, again := scanStamp(text[:n]); again != n {
			t.Fatalf("%q: %d long, its own text %d", text, n, again)
		}
		if when, ok := s.time(); ok && strings.HasPrefix(when.String(), "-") {
			t.Fatalf("%q: %s", text, when)
		}
	})
}
