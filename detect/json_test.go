package detect

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestJSONLines(t *testing.T) {
	checkLines(t, JSON, []lineTest{
		{`{"level":"info","msg":"a"}`, Info, "a", ""},
		{`  {"level" : "Warning" , "message" : "b" }  `, Warning, "b", ""},
		{"{\"level\":\"error\",\"msg\":\"c\"}\r", Error, "c", ""},
		{`{"time":1,"level":30,"msg":"pino"}`, Info, "pino", ""},
		{`{"level":35,"time":1767596400123,"pid":1,"hostname":"h","msg":"between"}`, Info, "between", ""},
		{`{"level":30,"msg":"no family"}`, NotSet, "no family", ""},
		{`{"level":3,"msg":"no family"}`, NotSet, "no family", ""},
		{`{"level":"30","time":1767596400123,"msg":"digits in quotes"}`, Info, "digits in quotes", ""},
		{`{"level":70,"time":1767596400123,"msg":"off the scale"}`, NotSet, "off the scale", ""},
		{`{"level":250,"channel":"app","message":"monolog"}`, Notice, "monolog", "app"},
		{`{"version":"1.1","short_message":"gelf","level":4}`, Warning, "gelf", ""},
		{`{"version":"1.1","short_message":"gelf","level":9}`, NotSet, "gelf", ""},
		{`{"levelno":30,"message":"py","name":"a.b"}`, Warning, "py", "a.b"},
		{`{"PRIORITY":"6","MESSAGE":"j","SYSLOG_IDENTIFIER":"s"}`, Info, "j", "s"},
		{`{"SeverityNumber":10,"Body":"otel"}`, Info, "otel", ""},
		{`{"SeverityNumber":99,"Body":"otel"}`, NotSet, "otel", ""},
		{`{"severity_text":"ERROR","body":"otel","severity_number":17}`, Error, "otel", ""},
		{`{"@timestamp":"2026-01-05T07:00:00Z","log.level":"WARN","message":"ecs","log.logger":"l"}`, Warning, "ecs", "l"},
		{`{"@timestamp":"2026-01-05T07:00:00Z","log":{"level":"fatal","logger":"l"},"message":"ecs"}`, Critical, "ecs", "l"},
		{`{"level":{"name":"ERROR","no":40},"message":"nested name"}`, Error, "nested name", ""},
		{`{"record":{"level":{"name":"DEBUG"},"message":"loguru","name":"m"},"text":"x"}`, Debug, "loguru", "m"},
		{`{"level":"INFO","fields":{"message":"tracing"},"target":"a::b"}`, Info, "tracing", "a::b"},
		{`{"@t":"2026-01-05T07:00:00Z","@mt":"Hello {X}","X":1}`, Info, "Hello {X}", ""},
		{`{"@t":"2026-01-05T07:00:00Z","@mt":"x","@l":"Fatal","SourceContext":"A.B"}`, Critical, "x", "A.B"},
		{`{"@l":"Fatal","other":1}`, NotSet, "=", ""},
		{`{"s":"E","other":1}`, NotSet, "=", ""},
		{`{"t":{"$date":"2026-01-05T07:00:00Z"},"s":"F","c":"CONTROL","msg":"mongo"}`, Critical, "mongo", "CONTROL"},
		{`{"Timestamp":"2026-01-05T07:00:00Z","Level":"Verbose","MessageTemplate":"t","RenderedMessage":"r"}`, Debug, "r", ""},
		{`{"LogLevel":"Warning","Category":"A.B","Message":"net"}`, Warning, "net", "A.B"},
		{`{"level":"http","message":"winston"}`, Debug, "winston", ""},
		{`{"level":"silly","message":"winston"}`, Trace, "winston", ""},
		{`{"level":"high","message":"not a level"}`, NotSet, "not a level", ""},
		{`{"level":"critical hit","message":"not a level"}`, NotSet, "not a level", ""},
		{`{"level":null,"severity":"WARNING","message":"second key"}`, Warning, "second key", ""},
		{`{"level":"","lvl":"warn","message":"first of two spellings"}`, NotSet, "first of two spellings", ""},
		{`{"level":"info","message":null,"msg":"m"}`, Info, "m", ""},
		{`{"level":"info","message":{"a":1}}`, Info, "=", ""},
		{`{"level":"info","message":42}`, Info, "42", ""},
		{`{"level":"info","message":""}`, Info, "", ""},
		{`{"level":"info","msg":"tab\tquote\" \u00e9 \ud83d\ude00 \ud83d"}`, Info, "tab\tquote\" é 😀 \ufffd", ""},
		{`{"level":"info","msg":"slash\/ \\n"}`, Info, `slash/ \n`, ""},
		{`{"level":"INFO-4","msg":"slog"}`, Debug, "slog", ""},
		{`{"level":"ERROR+4","msg":"slog"}`, Critical, "slog", ""},
		{`{"level":"DEBUG-8","msg":"slog"}`, Trace, "slog", ""},
		{`{"level":"INFO+x","msg":"slog"}`, NotSet, "slog", ""},
		{`{"name":"Bob Smith","level":"info","message":"not a logger"}`, Info, "not a logger", ""},
		{`{"name":"bob","message":"no level, no logger"}`, NotSet, "no level, no logger", ""},
		{`{"ts":1767596400123.4,"caller":"a.go:1","msg":"klog json","v":0}`, Info, "klog json", ""},
		{`{"ts":1767596400123.4,"caller":"a.go:1","msg":"klog json","err":"x"}`, Error, "klog json", ""},
		{`{"severity":"DEBUG","textPayload":"gcp"}`, Debug, "gcp", ""},
		{`{"error_severity":"LOG","message":"postgres","pid":1}`, Info, "postgres", ""},
		{`{}`, NotSet, "=", ""},
		{"{\n  \"level\": \"error\",\n  \"message\": \"pretty\"\n}", Error, "pretty", ""},
	})
}

func TestNoJSONObjectIsText(t *testing.T) {
	deep := strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1)
	for _, line := range []string{
		`{`, `{}}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,"a":1}`, `{"a":1 "b":2}`, `{"a":01}`, `{"a":1.}`, `{"a":.5}`,
		`{"a":1e}`, `{"a":+1}`, `{"a":-}`, `{"a":tru}`, `{"a":nul}`, `{"a":True}`, `{"a":'x'}`, `{a:1}`, `{"a":"x}`,
		"{\"a\":\"new\nline\"}", `{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":"\u12"}`, `{"a":[1,]}`, `{"a":[1 2]}`, `{"a":[}`,
		`{"a":1} x`, `{"a":1}{"b":2}`, `{"a":NaN}`, `[]`, `[{"a":1}]`, `"a"`, `1`, `true`, deep,
	} {
		r := Record{Text: []byte(line)}
		if classify(r.Text, &r); r.Format == JSON {
			t.Errorf("%.80q is JSON", line)
		}
		if line != deep && strings.HasPrefix(line, "{") && json.Valid([]byte(line)) {
			t.Errorf("%q is a wrong test", line)
		}
	}
	just := strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth)
	r := Record{Text: []byte(just)}
	if classify(r.Text, &r); r.Format != JSON {
		t.Errorf("%d levels deep is %s", maxDepth, r.Format)
	}
}

func TestJSONString(t *testing.T) {
	// The eight-byte steps must see every position.
	for n := range 40 {
		for _, end := range []string{`"`, `\n"`, "\x1f\"", `\`, ""} {
			text := []byte(`{"a":"` + strings.Repeat("x", n) + end + "}")
			var o object
			if got, want := o.readObject(text, 0), json.Valid(text); got != want {
				t.Errorf("%q: %t, want %t", text, got, want)
			}
		}
	}
}

func nestedDepth(text []byte) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,-2.5e+3,true,false,null,"x\u00e9"]}`, `{"level":"info","msg":"m","o":{"b":{}}}`,
		`{"a":"` + "\xff" + `"}`, `{"a":1}x`, `{"record":{"level":{"name":"INFO"},"time":{"timestamp":1.5}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		from := jsonBlank(text, 0)
		if from == len(text) || text[from] != '{' || nestedDepth(text) > maxDepth {
			return
		}
		var o object
		got := o.readObject(text, from)
		if want := json.Valid(text); got != want {
			t.Fatalf("%q: %t, encoding/json says %t", text, got, want)
		}
		if !got {
			return
		}
		r := Record{Text: text}
		classify(text, &r)
		if r.Format != JSON {
			return // a blank before the brace that text does not take for one
		}
		r.StatedTime()
		for _, field := range r.AppendFields(nil) {
			if field.Raw && !json.Valid(field.Value) {
				t.Fatalf("%q: field %q is %q", text, field.Key, field.Value)
			}
		}
	})
}

func FuzzUnescape(f *testing.F) {
	f.Add([]byte(`plain`))
	f.Add([]byte(`\ud83d\ude00\u00e9\n\x41\U0001f600\q\`))
	f.Fuzz(func(t *testing.T, inside []byte) {
		got := unescape(inside)
		quoted := append(append([]byte{'"'}, inside...), '"')
		var want string
		if bytes.ContainsRune(inside, 0xfffd) || json.Unmarshal(quoted, &want) != nil {
			return
		}
		if w := []byte(want); !bytes.Equal(bytes.ToValidUTF8(got, nil), bytes.ToValidUTF8(w, nil)) &&
			!bytes.ContainsRune(w, 0xfffd) {
			t.Fatalf("%q: %q, want %q", inside, got, want)
		}
	})
}
