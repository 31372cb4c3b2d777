package detect

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestTraces reads testdata/traces/<language>/<name>.txt and compares what the
// detector makes of it with <name>.golden. The texts are real outputs of small
// programs, or follow the runtimes' sources.
func TestTraces(t *testing.T) {
	files, err := filepath.Glob("testdata/traces/*/*.txt")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d traces: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(file, "testdata/traces/"), ".txt"), func(t *testing.T) {
			text := readFile(t, file)
			list := records(capture.Stderr, text)
			checkWhole(t, text, list)
			got := describe(list)
			golden := strings.TrimSuffix(file, ".txt") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := readFile(t, golden); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// describe writes what a reader of the golden file has to check: one line for a
// record, one for each exception, one for each frame.
func describe(list []kept) []byte {
	var b bytes.Buffer
	for _, r := range list {
		fmt.Fprintf(&b, "%d", r.first)
		if r.Lines > 1 {
			fmt.Fprintf(&b, "-%d", r.first+int(r.Lines)-1)
		}
		fmt.Fprintf(&b, " %s", r.Level)
		if r.Trace != NoLanguage {
			fmt.Fprintf(&b, " %s", r.Trace)
		}
		if r.Fatal() {
			b.WriteString(" fatal")
		}
		fmt.Fprintf(&b, " %q\n", r.Message)
		for _, e := range r.Exceptions() {
			describeException(&b, e)
		}
	}
	return b.Bytes()
}

func describeException(b *bytes.Buffer, e Exception) {
	fmt.Fprintf(b, "  %s: %q", strings.TrimPrefix(e.Module+" "+e.Type, " "), e.Value)
	if e.Relation != "" {
		fmt.Fprintf(b, " (%s)", e.Relation)
	}
	if e.Thread != "" {
		fmt.Fprintf(b, " [%s]", e.Thread)
	}
	b.WriteByte('\n')
	for _, f := range e.Frames {
		fmt.Fprintf(b, "    %s %s %s:%d:%d %v\n", f.Module, f.Function, f.File, f.Line, f.Column, f.InApp)
	}
}

// TestNoEventInPlainText makes sure that no text of the negatives makes an
// exception or a group.
func TestNoEventInPlainText(t *testing.T) {
	files, err := filepath.Glob("testdata/traces/*/not-a-trace.txt")
	if err != nil || len(files) < 11 {
		t.Fatalf("%d texts: %v", len(files), err)
	}
	for _, file := range files {
		for _, r := range records(capture.Stdout, readFile(t, file)) {
			if r.Lines > 1 || r.Trace != NoLanguage || r.Exceptions() != nil || r.Fatal() {
				t.Errorf("%s: lines from %d make %q", file, r.first, r.Text)
			}
		}
	}
}

func TestInApp(t *testing.T) {
	for _, c := range []struct {
		got, want bool
		what      string
	}{
		{pythonInApp("/srv/app/main.py"), true, "a file of the app"},
		{pythonInApp("/usr/lib/python3.11/json/__init__.py"), false, "the standard library"},
		{pythonInApp("/usr/lib/python3/dist-packages/x.py"), false, "Debian's packages"},
		{pythonInApp("/venv/lib/python3.12/site-packages/flask/app.py"), false, "pip's packages"},
		{pythonInApp("<frozen importlib._bootstrap>"), false, "a frozen module"},
		{goInApp("main", "/srv/app/main.go"), true, "package main"},
		{goInApp("main", "/usr/local/go/src/slices/iter.go"), false, "a closure of the standard library inlined in main"},
		{goInApp("main", "/go/src/app/main.go"), true, "package main in a GOPATH"},
		{goInApp("net/http", "/usr/local/go/src/net/http/server.go"), false, "the standard library"},
		{goInApp("net/http", "net/http/server.go"), false, "the standard library, trimmed paths"},
		{goInApp("shop/cart", "/srv/app/cart/cart.go"), true, "a module without a dot"},
		{goInApp("github.com/a/b", "/root/go/pkg/mod/github.com/a/b@v1.0.0/b.go"), false, "the module cache"},
		{goInApp("github.com/a/b", "/srv/app/vendor/github.com/a/b/b.go"), false, "a vendored package"},
		{goInApp("", "/usr/local/go/src/runtime/panic.go"), false, "the builtin panic"},
		{javaInApp("com.acme.Shop"), true, "a class of the app"},
		{javaInApp("java.util.ArrayList"), false, "the JDK"},
		{javaInApp("org.springframework.web.Servlet"), false, "a framework"},
		{nodeInApp("/srv/app/main.js"), true, "a file of the app"},
		{nodeInApp("file:///srv/app/main.mjs"), true, "a module of the app"},
		{nodeInApp("/srv/app/node_modules/express/lib/x.js"), false, "npm's packages"},
		{nodeInApp("node:fs"), false, "the runtime"},
		{nodeInApp("<anonymous>"), false, "no file"},
	} {
		if c.got != c.want {
			t.Errorf("%s: in app is %v", c.what, c.got)
		}
	}
}

// TestEmbeddedTraces reads traces in the keys where loggers put them.
func TestEmbeddedTraces(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`{"levelname":"ERROR","message":"boom","exc_info":"Traceback (most recent call last):\n  File \"/a.py\", line 3, in f\n    g()\nValueError: bad\nsecond"}`,
			"  ValueError: \"bad\\nsecond\"\n     f /a.py:3:0 true\n"},
		{`{"log.level":"error","message":"m","error":{"type":"app.BadInput","message":"no","stack_trace":"  File \"/a.py\", line 3, in f\n    g()\n"}}`,
			"  app BadInput: \"no\"\n     f /a.py:3:0 true\n"},
		{`{"level":"ERROR","message":"x","stack_trace":"java.lang.IllegalStateException: bad\n\tat com.a.B.c(B.java:3)\nCaused by: java.io.IOException: io\n\tat com.a.B.d(B.java:9)\n\t... 1 common frames omitted\n"}`,
			"  java.io IOException: \"io\" (cause)\n    com.a.B d B.java:9:0 true\n  java.lang IllegalStateException: \"bad\"\n    com.a.B c B.java:3:0 true\n"},
		{`{"level":50,"time":1700000000000,"pid":1,"hostname":"h","v":1,"err":{"type":"TypeError","message":"x","stack":"TypeError: x\n    at f (/srv/a.js:1:2)\ncaused by: Error: y\n    at g (/srv/b.js:2:3)"},"msg":"failed"}`,
			"  Error: \"y\" (cause)\n     g /srv/b.js:2:3 true\n  TypeError: \"x\"\n     f /srv/a.js:1:2 true\n"},
		{`{"level":"error","ts":1700000000.1,"msg":"failed","error":"no route","stacktrace":"main.run\n\t/srv/app/main.go:12\nmain.main\n\t/srv/app/main.go:20\nruntime.main\n\t/usr/local/go/src/runtime/proc.go:250"}`,
			"  error: \"no route\"\n    runtime main /usr/local/go/src/runtime/proc.go:250:0 false\n    main main /srv/app/main.go:20:0 true\n    main run /srv/app/main.go:12:0 true\n"},
		{`{"instant":{"epochSecond":1},"level":"ERROR","message":"m","thrown":{"name":"java.lang.IllegalStateException","message":"bad","extendedStackTrace":[{"class":"com.a.B","method":"c","file":"B.java","line":3},{"class":"java.lang.Thread","method":"run","file":"Thread.java","line":840}],"cause":{"name":"java.io.IOException","message":"io","extendedStackTrace":[{"class":"com.a.B","method":"d","file":"B.java","line":9}]}}}`,
			"  java.io IOException: \"io\" (cause)\n    com.a.B d B.java:9:0 true\n  java.lang IllegalStateException: \"bad\"\n    java.lang.Thread run Thread.java:840:0 false\n    com.a.B c B.java:3:0 true\n"},
		{`{"message":"m","context":{"exception":{"class":"App\\Err","message":"bad","code":0,"file":"/srv/app/a.php:12","trace":["/srv/app/vendor/b.php:9","/srv/app/c.php:3"],"previous":{"class":"RuntimeException","message":"root","file":"/srv/app/d.php:2"}}},"level":400,"level_name":"ERROR","channel":"app"}`,
			"  RuntimeException: \"root\" (cause)\n      /srv/app/d.php:2:0 true\n  App\\Err: \"bad\"\n      /srv/app/c.php:3:0 true\n      /srv/app/vendor/b.php:9:0 false\n      /srv/app/a.php:12:0 true\n"},
		{`{"event":"m","level":"error","exception":[{"exc_type":"ValueError","exc_value":"bad","is_cause":false,"frames":[{"filename":"/srv/a.py","lineno":3,"name":"f"}]},{"exc_type":"KeyError","exc_value":"'k'","is_cause":true,"frames":[{"filename":"/srv/b.py","lineno":4,"name":"g"}]}]}`,
			"  KeyError: \"'k'\" (cause)\n     g /srv/b.py:4:0 true\n  ValueError: \"bad\"\n     f /srv/a.py:3:0 true\n"},
		{`{"errorType":"TypeError","errorMessage":"x","stackTrace":["  File \"/var/task/a.py\", line 3, in handler\n    f()\n","  File \"/var/task/a.py\", line 9, in f\n    raise\n"]}`,
			"  TypeError: \"x\"\n     handler /var/task/a.py:3:0 true\n     f /var/task/a.py:9:0 true\n"},
		{`{"errorType":"Error","errorMessage":"x","trace":["Error: x","    at f (/var/task/a.js:1:2)"]}`,
			"  Error: \"x\"\n     f /var/task/a.js:1:2 true\n"},
		{`{"level":"error","message":"m","error":"bad","stack":[{"func":"f","line":"12","source":"main.go"},{"func":"main","line":"20","source":"main.go"}]}`,
			"  error: \"bad\"\n     main main.go:20:0 true\n     f main.go:12:0 true\n"},
		{`{"level":"error","msg":"m","err":{"name":"TypeError","message":"x","stack":"TypeError: x\n    at f (/srv/a.js:1:2)","cause":{"name":"Error","message":"y","stack":"Error: y\n    at g (/srv/b.js:2:3)"}}}`,
			"  Error: \"y\" (cause)\n     g /srv/b.js:2:3 true\n  TypeError: \"x\"\n     f /srv/a.js:1:2 true\n"},
		{`2026-01-01 10:00:00 ERROR {"level":"debug","exc_info":"Traceback (most recent call last):\n  File \"/a.py\", line 3, in f\nValueError: bad"}`,
			"  ValueError: \"bad\"\n     f /a.py:3:0 true\n"},
		{`level=error msg=failed stack="TypeError: x\n    at f (/srv/a.js:1:2)"`, "  TypeError: \"x\"\n     f /srv/a.js:1:2 true\n"},
		{`{"msg":"no level","exc_info":"Traceback (most recent call last):\n  File \"/a.py\", line 3, in f\nValueError: bad"}`,
			"  ValueError: \"bad\"\n     f /a.py:3:0 true\n"},
		{`{"method":"POST","path":"/report","stack":"TypeError: x\n    at f (/srv/a.js:1:2)"}`, ""},
		{`{"level":"error","msg":"m","err":{"type":"TypeError","message":"no stack"}}`, ""},
		{`{"level":"error","msg":"refused","headers":{"stack":"TypeError: x\n    at f (/srv/a.js:1:2)","level":"fatal","exception":{"type":"E","frames":[{"filename":"a.py","lineno":1,"name":"f"}]}}}`, ""},
		{`{"level":"info","msg":"request","x-error":"{\"exception\":\"Traceback (most recent call last):\\n  File \\\"/a.py\\\", line 3, in f\\nE: x\"}"}`, ""},
		{`{"level":"info","msg":"Traceback (most recent call last):\n  File \"/a.py\", line 3, in f\nX: y"}`, ""},
		{`{"level":"error","msg":"plain","caller":"x.go:12","body":"asked for\n    at /x"}`, ""},
	} {
		var b bytes.Buffer
		list := records(capture.Stdout, []byte(c.line))
		for _, e := range list[0].Exceptions() {
			describeException(&b, e)
		}
		if b.String() != c.want || (list[0].Trace != NoLanguage) != (c.want != "") {
			t.Errorf("%s\ngot\n%swant\n%s", c.line, b.String(), c.want)
		}
	}
}

// TestForgedLevels has what a client sent, in a record whose writer states
// another level or none.
func TestForgedLevels(t *testing.T) {
	for _, c := range []struct {
		line string
		want Level
	}{
		{`{"level":"info","msg":"request","headers":{"level":"fatal","severity":"EMERGENCY","log":{"level":"error"}}}`, Info},
		{`{"method":"GET","headers":{"level":"fatal","log.level":"error","logger":"root"},"status":200}`, NotSet},
		{`{"request":{"level":"fatal"},"msg":"x"}`, NotSet},
		{`{"level":"INFO","logger":"gunicorn.access","message":"{\"agent\":\"x\",\"level\":\"critical\",\"logger\":\"root\",\"status\":200}"}`, Info},
		{`{"message":"{\"level\":\"critical\"}"}`, NotSet},
		{`{"user_agent":"\",\"level\":\"fatal\"","level":"info"}`, Info},
		{`{"user_agent":"{\"level\":\"fatal\"}"}`, NotSet},
		{`2026-01-01 10:00:00 INFO {"level":"fatal","msg":"x"}`, Info},
		{`2026-01-01 10:00:00 {"level":"fatal","msg":"x"}`, NotSet},
		{`{"level":"info","agent":"x","level":"fatal"}`, Info},
		{`{"level":"fatal","msg":"cut`, NotSet},
		{`127.0.0.1 - - [05/Jan/2026:07:00:00 +0000] "GET / HTTP/1.1" 200 9 "-" "{\"level\":\"fatal\"}"`, Info},
	} {
		list := records(capture.Stdout, []byte(c.line))
		if r := list[0]; r.Level != c.want || string(r.Logger) == "root" || r.Trace != NoLanguage {
			t.Errorf("%s: %s, logger %q", c.line, r.Level, r.Logger)
		}
	}
}

func TestLookupInsideAText(t *testing.T) {
	list := records(capture.Stdout, []byte(`{"level":"INFO","message":"{\"status\":502,\"request\":{\"path\":\"/a\"}}","half":"{\"a\":1"}`))
	for key, want := range map[string]string{"message.status": "502", "message.request.path": "/a", "message.none": "", "half.a": ""} {
		if v, ok := list[0].Lookup(key); string(v) != want || ok != (want != "") {
			t.Errorf("%s is %q", key, v)
		}
	}
}

// TestBlocks are the records of several lines that are no traces.
func TestBlocks(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Nov 22, 2026 10:42:26 AM com.acme.Job run\nWARNING: slow\nnext\n", "1-2 warning \"slow\"\n3 unknown \"next\"\n"},
		{"info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: http://x\ninfo: A.B[0]\n      two\n      lines\n",
			"1-2 info \"Now listening on: http://x\"\n3-5 info \"two\\n      lines\"\n"},
		{"/srv/app/main.py:7: DeprecationWarning: old_api() is deprecated\n  old_api()\n  more\n",
			"1-2 warning \"/srv/app/main.py:7: DeprecationWarning: old_api() is deprecated\\n  old_api()\"\n3 unknown \"more\"\n"},
		{"{\n  \"level\": \"error\",\n  \"msg\": \"pretty\"\n}\n{\nnot json\n", "1-4 error \"pretty\"\n5 unknown \"{\"\n6 unknown \"not json\"\n"},
		{"2026-11-22 10:00:00 ERROR failed\n  because of this\n  and that\n}\nplain\n", "1-4 error \"failed\\n  because of this\\n  and that\\n}\"\n5 unknown \"plain\"\n"},
		{"{\n  \"level\": \"error\",\n  \"msg\": \"x\",\n  \"tags\": [\n    \"a\",\n    {\n      \"b\": 1\n    }\n  ]\n},\n{ \"level\": \"info\",\n\"msg\": \"}\"\n}\r\nnext\n",
			"1-10 error \"x\"\n11-13 info \"}\"\n14 unknown \"next\"\n"},
		{"{\n  \"level\": \"error\",\n\n  \"ctx\":\n  {\n  },\n  \"msg\": \"x\"\n}\n}\n", "1-8 error \"x\"\n9 unknown \"}\"\n"},
		{"{\n  level: 'info',\n  list: [ 1, 2 ]\n}\n", "1-4 unknown \"{\\n  level: 'info',\\n  list: [ 1, 2 ]\\n}\"\n"},
		{"{\n\"a\": 1,\nno json\n}\n", "1 unknown \"{\"\n2 unknown \"\\\"a\\\": 1,\"\n3 unknown \"no json\"\n4 unknown \"}\"\n"},
		{"{ \"a\": 1,\n  \"b\n", "1 unknown \"{ \\\"a\\\": 1,\"\n2 unknown \"\\\"b\"\n"},
		{"2026-11-22 10:00:00 INFO got {\n  \"a\": 1\n}\nplain\n", "1-3 info \"got {\\n  \\\"a\\\": 1\\n}\"\n4 unknown \"plain\"\n"},
		{"2026-11-22 10:00:00 INFO got {\n2026-11-22 10:00:00 INFO next\n", "1 info \"got {\"\n2 info \"next\"\n"},
		{"server {\n  listen 80;\n}\n", "1 unknown \"server {\"\n2 unknown \"listen 80;\"\n3 unknown \"}\"\n"},
		{"2026-01-01 10:00:00.000 UTC [12] ERROR:  duplicate\n2026-01-01 10:00:00.001 UTC [12] DETAIL:  Key\n2026-01-01 10:00:00.001 UTC [12] STATEMENT:  INSERT\n\tVALUES\n2026-01-01 10:00:01.000 UTC [12] LOG:  a\n2026-01-01 10:00:01.000 UTC [13] DETAIL:  b\n",
			"1-4 error \"duplicate\\n2026-01-01 10:00:00.001 UTC [12] DETAIL:  Key\\n2026-01-01 10:00:00.001 UTC [12] STATEMENT:  INSERT\\n\\tVALUES\"\n5 info \"a\"\n6 unknown \"[13] DETAIL:  b\"\n"},
		{"ERROR:  relation \"x\" does not exist\nLINE 1: SELECT\n", "1 error \"relation \\\"x\\\" does not exist\"\n2 unknown \"LINE 1: SELECT\"\n"},
		{"2026-11-22 10:00:00 ERROR failed\n INFO next\n\tdetail\n", "1 error \"failed\"\n2 info \"next\"\n3 unknown \"detail\"\n"},
		{"10%\r20%\r30%\nINFO: a\rINFO: b\n\rERROR: c\n10%\rERROR d\nx\r\r\n", "1 unknown \"30%\"\n2 info \"b\"\n3 error \"c\"\n4 unknown \"ERROR d\"\n5 unknown \"x\"\n"},
		{"2026-11-22 10:00:00 INFO list\n  one\n", "1 info \"list\"\n2 unknown \"one\"\n"},
		{"{\"level\":\"error\",\"msg\":\"json\"}\n  one\n", "1 error \"json\"\n2 unknown \"one\"\n"},
	} {
		list := records(capture.Stdout, []byte(c.text))
		checkWhole(t, []byte(c.text), list)
		if got := string(describe(list)); got != c.want {
			t.Errorf("%q\ngot\n%swant\n%s", c.text, got, c.want)
		}
	}
}
