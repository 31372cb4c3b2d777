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
	if err != nil || len(files) != 5 {
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
