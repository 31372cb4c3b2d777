package sentry

import (
	"testing"
	"testing/fstest"

	"github.com/logwrap/logwrap/detect"
)

func TestFrameNames(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"srv/app/shop/__init__.py", "srv/app/shop/api/__init__.py", "srv/app/__init__.py",
		"usr/lib/python3.11/json/__init__.py", "venv/lib/python3.11/site-packages/flask/__init__.py", "opt/pkg/__init__.py", "opt/pkg/x.py", "srv/app/bare/mod.py"} {
		files[name] = &fstest.MapFile{Data: []byte("\n")}
	}
	tests := []struct {
		lang detect.Language
		in   detect.Frame
		want frame
	}{
		{detect.Python, detect.Frame{File: "/srv/app/main.py", Function: "main"}, frame{Module: "__main__", Filename: "main.py", AbsPath: "/srv/app/main.py"}},
		{detect.Python, detect.Frame{File: "main.py", Function: "main"}, frame{Module: "__main__", Filename: "main.py", AbsPath: "/srv/app/main.py"}},
		{detect.Python, detect.Frame{File: "/srv/app/util.py"}, frame{Module: "util", Filename: "util.py", AbsPath: "/srv/app/util.py"}},
		{detect.Python, detect.Frame{File: "/srv/app/shop/api/v1.py"}, frame{Module: "shop.api.v1", Filename: "shop/api/v1.py", AbsPath: "/srv/app/shop/api/v1.py"}},
		{detect.Python, detect.Frame{File: "/srv/app/shop/__init__.py"}, frame{Module: "shop", Filename: "__init__.py", AbsPath: "/srv/app/shop/__init__.py"}},
		{detect.Python, detect.Frame{File: "/srv/app/bare/mod.py"}, frame{Module: "bare.mod", Filename: "/srv/app/bare/mod.py", AbsPath: "/srv/app/bare/mod.py"}},
		{detect.Python, detect.Frame{File: "/srv/app/space/mod.py"}, frame{Module: "space.mod", Filename: "space/mod.py", AbsPath: "/srv/app/space/mod.py"}},
		{detect.Python, detect.Frame{File: "/usr/lib/python3.11/json/decoder.py"}, frame{Module: "json.decoder", Filename: "json/decoder.py", AbsPath: "/usr/lib/python3.11/json/decoder.py"}},
		{detect.Python, detect.Frame{File: "/usr/lib/python3.12/asyncio/runners.py"}, frame{Module: "asyncio.runners", Filename: "asyncio/runners.py", AbsPath: "/usr/lib/python3.12/asyncio/runners.py"}},
		{detect.Python, detect.Frame{File: "/venv/lib/python3.11/site-packages/flask/app.py"}, frame{Module: "flask.app", Filename: "flask/app.py", AbsPath: "/venv/lib/python3.11/site-packages/flask/app.py"}},
		{detect.Python, detect.Frame{File: "/gone/lib/python3.9/site-packages/google/api/x.py"}, frame{Module: "google.api.x", Filename: "google/api/x.py", AbsPath: "/gone/lib/python3.9/site-packages/google/api/x.py"}},
		{detect.Python, detect.Frame{File: "/opt/pkg/x.py"}, frame{Module: "pkg.x", Filename: "pkg/x.py", AbsPath: "/opt/pkg/x.py"}},
		{detect.Python, detect.Frame{File: "<frozen importlib._bootstrap>", Function: "_call"}, frame{Module: "importlib._bootstrap", Filename: "<frozen importlib._bootstrap>", AbsPath: "/srv/app/<frozen importlib._bootstrap>", InApp: true}},
		{detect.Python, detect.Frame{File: "<string>"}, frame{Filename: "<string>", AbsPath: "/srv/app/<string>", InApp: true}},
		{detect.Go, detect.Frame{File: "/srv/app/cart/cart.go", Function: "example.com/shop.v2/cart.(*Cart).Add"}, frame{Module: "example.com/shop.v2/cart", Function: "(*Cart).Add", Filename: "cart/cart.go", AbsPath: "/srv/app/cart/cart.go"}},
		{detect.Go, detect.Frame{File: "/root/go/pkg/mod/github.com/x/y@v1.2.3/y.go", Module: "github.com/x/y", Function: "Do.func1"}, frame{Module: "github.com/x/y", Function: "Do.func1", Filename: "github.com/x/y@v1.2.3/y.go", AbsPath: "/root/go/pkg/mod/github.com/x/y@v1.2.3/y.go"}},
		{detect.Go, detect.Frame{File: "/usr/local/go/src/net/http/server.go", Function: "net/http.(*conn).serve"}, frame{Module: "net/http", Function: "(*conn).serve", Filename: "net/http/server.go", AbsPath: "/usr/local/go/src/net/http/server.go"}},
		{detect.Java, detect.Frame{File: "Main.java", Function: "com.shop.Main.run"}, frame{Module: "com.shop.Main", Function: "run", Filename: "Main.java"}},
		{detect.Java, detect.Frame{Function: "jdk.internal.reflect.Native$Impl.invoke0"}, frame{Module: "jdk.internal.reflect.Native$Impl", Function: "invoke0", Filename: "Native.java"}},
		{detect.Java, detect.Frame{Function: "com.shop.Main.run"}, frame{Module: "com.shop.Main", Function: "run"}},
		{detect.JavaScript, detect.Frame{File: "file:///srv/app/my%20lib/a.mjs", Function: "f"}, frame{Module: "my lib:a", Function: "f", Filename: "/srv/app/my lib/a.mjs"}},
		{detect.JavaScript, detect.Frame{File: "/srv/app/index.ts"}, frame{Module: "index.ts", Function: "?", Filename: "/srv/app/index.ts"}},
		{detect.JavaScript, detect.Frame{File: "node:internal/timers", Function: "run"}, frame{Module: "timers", Function: "run", Filename: "node:internal/timers"}},
		{detect.NoLanguage, detect.Frame{File: "/srv/app/a.rb", Function: "f"}, frame{Function: "f", Filename: "a.rb", AbsPath: "/srv/app/a.rb"}},
	}
	for _, tt := range tests {
		m := newMaker(Options{}, "/srv/app", files)
		f := &framer{files: newFiles(m.host.disk), root: "/srv/app", script: "/srv/app/main.py"}
		got := f.frame(&tt.in, tt.lang)
		if tt.want.Function == "" {
			got.Function = ""
		}
		if got.Function != tt.want.Function || got.Module != tt.want.Module || got.Filename != tt.want.Filename || got.AbsPath != tt.want.AbsPath {
			t.Errorf("%s %+v\n got %+v\nwant %+v", tt.lang, tt.in, got, tt.want)
		}
	}
}

func TestFrameLimit(t *testing.T) {
	x := &detect.Exception{Language: detect.Go}
	for i := range 300 {
		x.Frames = append(x.Frames, detect.Frame{Function: "main.f", File: "/srv/app/a.go", Line: i%3 + 1})
	}
	files := fstest.MapFS{"srv/app/a.go": {Data: []byte("one\ntwo\nthree\n")}}
	f := &framer{files: newFiles(newMaker(Options{}, "", files).host.disk), root: "/srv/app", context: true}
	f.files.roots = []string{"/srv/app"}
	got := f.frames(x)
	if len(got) != maxFrames || got[maxFrames-1].Line != 299%3+1 {
		t.Fatalf("%d frames, the last at line %d", len(got), got[len(got)-1].Line)
	}
	with := 0
	for _, f := range got {
		if f.ContextLine != nil {
			with++
		}
	}
	if with != 2*contextFrames || got[0].ContextLine == nil || got[maxFrames-1].ContextLine == nil {
		t.Errorf("%d frames with source lines, want %d", with, 2*contextFrames)
	}
}

func TestScriptArg(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"python3", "app.py", "-x"}, "app.py"},
		{[]string{"/usr/bin/python3.11", "-u", "-W", "ignore", "/srv/app.py"}, "/srv/app.py"},
		{[]string{"python3", "-m", "shop"}, "-m shop"},
		{[]string{"python3", "-u", "-mshop.jobs", "x.py"}, "-m shop.jobs"},
		{[]string{"python3", "-c", "print()"}, ""},
		{[]string{"python3"}, ""},
		{[]string{"node", "app.js"}, ""},
		{[]string{""}, ""},
	}
	for _, tt := range tests {
		got, module := scriptArg(tt.args)
		if module != "" {
			got += "-m " + module
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.args, got, tt.want)
		}
	}
}

func TestOSRelease(t *testing.T) {
	name, version := osRelease("PRETTY_NAME=\"Debian GNU/Linux 12\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID='12'\nbroken\n")
	if name != "Debian GNU/Linux" || version != "12" {
		t.Errorf("%q %q", name, version)
	}
	if h := readHost("/srv/app/"); h.os.Name == "" || h.cwd != "/srv/app" || h.disk.open == nil {
		t.Errorf("%+v", h)
	}
}

func TestTopLevelAwait(t *testing.T) {
	files := fstest.MapFS{"srv/app/a.mjs": {Data: []byte("const a = await load();\nrun(async () => {\n  await load();\n});\non(async () => { await load(); });\n")}}
	f := &framer{files: newFiles(newMaker(Options{}, "", files).host.disk), root: "/srv/app"}
	f.files.roots = []string{"/srv/app"}
	for _, tt := range []struct {
		at   detect.Frame
		want bool
	}{
		{detect.Frame{File: "file:///srv/app/a.mjs", Line: 1, Column: 11}, true},
		{detect.Frame{File: "file:///srv/app/a.mjs", Line: 3, Column: 3}, false},
		{detect.Frame{File: "file:///srv/app/a.mjs", Line: 5, Column: 18}, false},
		{detect.Frame{File: "file:///srv/app/a.mjs", Line: 1, Column: 11, Function: "main"}, false},
		{detect.Frame{File: "file:///srv/app/none.mjs", Line: 1, Column: 11}, false},
		{detect.Frame{File: "/srv/app/a.cjs", Line: 1, Column: 11}, false},
		{detect.Frame{File: "node:internal/modules/run_main", Line: 1, Column: 11}, false},
	} {
		if got := f.isTopLevel(&detect.Exception{Frames: []detect.Frame{tt.at}}); got != tt.want {
			t.Errorf("%+v: %v", tt.at, got)
		}
	}
}

func TestGoPanics(t *testing.T) {
	call := detect.Frame{Function: "panic", File: "/usr/local/go/src/runtime/panic.go", Line: 860}
	own := detect.Frame{Function: "panic", File: "/srv/app/panic.go", Line: 1}
	if got := cutPanics([]detect.Frame{own, call, own}); len(got) != 2 || got[0] != own || got[1] != own {
		t.Errorf("%+v", got)
	}
	inner := &detect.Exception{Language: detect.Go, Relation: "recovered", Value: "no file"}
	for value, want := range map[string]bool{"open: no file": true, "no file": false, "other": false} {
		if got := isWrapped(inner, &detect.Exception{Language: detect.Go, Value: value}); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}
