package sentry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/logwrap/logwrap/detect"
)

// TestSourceRoots checks whose files are sent: what a trace names is whatever
// someone got the app to print.
func TestSourceRoots(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("line 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	link := func(to, name string) string {
		p := filepath.Join(dir, name)
		if err := os.Symlink(to, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	secret := write("home/secret.py")
	hidden := write("home/secret.txt")
	library := write("venv/lib/python3.11/site-packages/flask/app.py")
	app := write("app/main.py")
	for name, tt := range map[string]struct {
		file string
		want bool
	}{
		"the app's":               {app, true},
		"a library's":             {library, true},
		"another's":               {secret, false},
		"by dots":                 {dir + "/app/../home/secret.py", false},
		"a link out":              {link(secret, "app/out.py"), false},
		"a link to no source":     {link(hidden, "app/hidden.py"), false},
		"a link to a library":     {link(library, "app/flask.py"), true},
		"a folder that is a link": {link(dir+"/home", "app/home") + "/secret.py", false},
		"a name like the root's":  {write("app2/main.py"), false},
	} {
		f := newFiles(localDisk())
		f.roots, f.libs = resolveAll(localDisk(), []string{dir + "/app"}), true
		if _, _, _, ok := f.around(tt.file, 1, contextLines); ok != tt.want {
			t.Errorf("%s: read %v, want %v", name, ok, tt.want)
		}
	}
	given := newFiles(localDisk())
	given.roots = resolveAll(localDisk(), []string{link(dir+"/home", "roots"), dir + "/none"})
	for file, want := range map[string]bool{secret: true, app: false, library: false} {
		if _, _, _, ok := given.around(file, 1, contextLines); ok != want {
			t.Errorf("of given roots, %s: read %v, want %v", file, ok, want)
		}
	}
}

// TestReplacedDirectory: what was resolved is opened, or nothing.
func TestReplacedDirectory(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/home", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/home/a.py", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir+"/home", dir+"/app"); err != nil {
		t.Fatal(err)
	}
	if f, err := openFile(dir + "/app/a.py"); err == nil {
		f.Close()
		t.Error("a file below a link was opened")
	}
}

// TestChangedSource: a file that is not the one that ran shows nothing.
func TestChangedSource(t *testing.T) {
	const trace = "Traceback (most recent call last):\n  File \"/srv/app/a.py\", line 2, in f\n    return x.y\n           ^^^\n" +
		"  File \"/srv/app/b.py\", line 1, in g\nAttributeError: y\n"
	contextOf := func(file fstest.MapFile) any {
		files := fstest.MapFS{"srv/app/a.py": &file, "srv/app/b.py": {Data: []byte("raise")}}
		r := recordOf(t, trace)
		e := made(t, newMaker(Options{}, "/srv/app", files), &r)
		if at(e, "exception.values.0.stacktrace.frames.1.context_line") != "raise" {
			t.Error("the frame of which no line is printed has no source")
		}
		return at(e, "exception.values.0.stacktrace.frames.0.context_line")
	}
	started := time.Unix(0, testStart)
	for name, tt := range map[string]struct {
		text    string
		changed time.Time
		want    any
	}{
		"as it ran":       {"def f():\n\treturn x.y\n", started.Add(-time.Hour), "\treturn x.y"},
		"changed later":   {"def f():\n\treturn x.y\n", started.Add(time.Second), nil},
		"another line":    {"def f():\n\treturn x.z\n", started.Add(-time.Hour), nil},
		"fewer lines":     {"def f(): pass\n", started.Add(-time.Hour), nil},
		"time is unknown": {"def f():\n    return x.y", time.Time{}, "    return x.y"},
	} {
		if got := contextOf(fstest.MapFile{Data: []byte(tt.text), ModTime: tt.changed}); got != tt.want {
			t.Errorf("%s: %#v, want %#v", name, got, tt.want)
		}
	}
}

func TestPrintedLines(t *testing.T) {
	r := recordOf(t, groupTrace)
	lines := printedLines(&r)
	for at, want := range map[place]string{
		{"/srv/app/main.py", 16}: "validate({})",
		{"/srv/app/main.py", 2}:  `raise ValueError("name is empty")`,
		{"/srv/app/main.py", 5}:  `raise TypeError("age must be int")`,
	} {
		if lines[at] != want {
			t.Errorf("%v: %q, want %q", at, lines[at], want)
		}
	}
	r = recordOf(t, rejectedTrace)
	in := &detect.Frame{File: "/srv/app/main.js", Line: 6}
	if lines = printedLines(&r); len(lines) != 1 || contradicts(lines, in, strings.Repeat(" ", 4)+"throw new HttpError(502, 'upstream failed for ' + url);") || !contradicts(lines, in, "other") {
		t.Errorf("of Node: %v", lines)
	}
	if contradicts(lines, &detect.Frame{File: "/srv/app/main.js", Line: 7}, "other") {
		t.Error("a line that was not printed contradicts")
	}
}

func TestNoSourceInAJail(t *testing.T) {
	text := strings.Repeat("\n", 8) + `raise StorageError(f"no record for {key}") from exc`
	for _, jailed := range []bool{false, true} {
		m := newMaker(Options{}, "/srv/app", fstest.MapFS{"srv/app/store.py": {Data: []byte(text)}})
		m.processes = newProcessFacts(fstest.MapFS{}, nil)
		m.processes.keep(testRunID, facts{jailed: jailed})
		r := recordOf(t, chainedTrace)
		if read := at(made(t, m, &r), "exception.values.-1.stacktrace.frames.-1.context_line") != nil; read == jailed {
			t.Errorf("jailed %v, and read %v", jailed, read)
		}
	}
}

func TestDefaultRoots(t *testing.T) {
	f := &framer{root: "/srv/app"}
	for _, tt := range []struct {
		given, argv []string
		want        string
	}{
		{nil, nil, "/srv/app"},
		{nil, []string{"node", "--max-old-space-size=9", "/opt/shop/index.js", "/etc/x.js"}, "/srv/app /opt/shop"},
		{nil, []string{"python3", "jobs/run.py"}, "/srv/app /srv/app/jobs"},
		{nil, []string{"/opt/shop/bin/shop", "--config=/etc/shop.py"}, "/srv/app"},
		{[]string{"/src"}, []string{"node", "/opt/shop/index.js"}, "/src"},
		{[]string{}, nil, ""},
	} {
		m := newMaker(Options{SourceRoots: tt.given}, "/srv/app", fstest.MapFS{})
		if got := strings.Join(m.sourceRoots(f, tt.argv), " "); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.argv, got, tt.want)
		}
	}
}
