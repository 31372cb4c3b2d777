package sentry

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

const (
	ourDSN = "https://ours@sentry.example/1"
	appDSN = "https://apps@sentry.example/2"
)

// TestSignInLine: what the SDKs wrote in debug mode, with a DSN and without, and
// what apps write that only talk about Sentry.
func TestSignInLine(t *testing.T) {
	for line, want := range map[string]string{
		" [sentry] DEBUG: Sending envelope [envelope with 1 items (error)] project:42 host:127.0.0.1":                            "sentry-python",
		"[Sentry] 2026/11/28 04:06:47 Sending error [2d214450fcea4f6baad87075cb017629] to 127.0.0.1 project: 42":                 "sentry-go",
		"INFO: Initializing SDK with DSN: 'http://0123456789abcdef@127.0.0.1:9911/42'":                                           "sentry-java",
		`{"level":"error","msg":"it failed","sentry_event_id":"1e91dbb7d67c4f3ea9379683efe81f3a"}`:                               "SDK",
		`{"level":"error","sentry.event_id": "1e91dbb7d67c4f3ea9379683efe81f3a"}`:                                                "SDK",
		"ERROR it failed. Sentry event id: 1e91dbb7d67c4f3ea9379683efe81f3a":                                                     "SDK",
		"level=error msg=failed sentry_id=1e91dbb7d67c4f3ea9379683efe81f3a":                                                      "SDK",
		" [sentry] DEBUG: Setting up integrations (with default = True)":                                                         "",
		" [sentry] DEBUG: Did not import default integration sentry_sdk.integrations.aiohttp.AioHttpIntegration":                 "",
		"Sentry Logger [log]: Initializing Sentry: process: 7384, thread: main.":                                                 "",
		"Sentry Logger [warn]: No DSN provided, client will not send events.":                                                    "",
		"[Sentry] 2026/11/28 04:06:47 Transport initialized with invalid DSN. Using NoopTransport. No events will be delivered.": "",
		"INFO: Initializing SDK with DSN: 'null'":                                                                                "",
		`{"sentry_event_id":"00000000000000000000000000000000"}`:                                                                 "",
		`{"sentry_event_id":null}`:                                    "",
		`{"sentry_event_id":"1e91dbb7d67c4f3ea9379683efe81f3a77"}`:    "",
		"the sentry at the gate saw 1e91dbb7d67c4f3ea9379683efe81f3a": "",
		"ModuleNotFoundError: No module named 'sentry_sdk'":           "",
		"could not reach Sentry: connection refused":                  "",
		"SENTRY_DSN is not set":                                       "",
		"ordinary":                                                    "",
	} {
		if got := signInLine([]byte(line)).name; got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// machine is a file system with one process, number 7, and its program.
func machine(exe string, args []string, env map[string]string, files ...string) fstest.MapFS {
	var environ strings.Builder
	for name, value := range env {
		environ.WriteString(name + "=" + value + "\x00")
	}
	m := fstest.MapFS{
		"proc/self/exe":          link("/usr/bin/logwrap"),
		"proc/7/exe":             link(exe),
		"proc/7/cwd":             link("/srv/app"),
		"proc/7/cmdline":         {Data: []byte(strings.Join(args, "\x00") + "\x00")},
		"proc/7/environ":         {Data: []byte(environ.String())},
		"proc/7/task/7/children": {Data: nil},
		"srv/app/readme":         {Data: []byte("sentry_sdk @sentry/node Sentry.init")},
	}
	for _, f := range files {
		name, text, _ := strings.Cut(f, "=")
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func link(to string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(to), Mode: fs.ModeSymlink}
}

func jar(names ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		w.Create(name)
	}
	w.Close()
	return b.String()
}

func TestProbe(t *testing.T) {
	own, shared := map[string]string{"SENTRY_DSN": appDSN}, map[string]string{"SENTRY_DSN": ourDSN}
	const python, node = "/usr/bin/python3.11", "/usr/bin/node"
	const installed = "usr/lib/python3.11/site-packages/sentry_sdk/__init__.py"
	const required = "srv/app/node_modules/@sentry/node/package.json"
	for _, tt := range []struct {
		name string
		root fstest.MapFS
		want string
	}{
		{"python with a DSN of its own", machine(python, []string{"python3", "app.py"}, own, installed), "sentry-python"},
		{"python, SDK not installed", machine(python, []string{"python3", "app.py"}, own, "srv/app/app.py=import sentry_sdk"), ""},
		{"python without a DSN", machine(python, []string{"python3", "app.py"}, nil, installed, "srv/app/app.py=import sentry_sdk"), ""},
		{"python with an empty DSN", machine(python, []string{"python3", "app.py"}, map[string]string{"SENTRY_DSN": " "}, installed), ""},
		{"python with our DSN, its code knows", machine(python, []string{"python3", "app.py"}, shared, installed, "srv/app/shop/boot.py=import sentry_sdk"), "sentry-python"},
		{"python with our DSN, its code knows nothing", machine(python, []string{"python3", "app.py"}, shared, installed, "srv/app/app.py=import os"), ""},
		{"python with our DSN, only a library knows", machine(python, []string{"python3", "app.py"}, shared, installed, "srv/app/.venv/x.py=import sentry_sdk", "srv/app/env/pyvenv.cfg=", "srv/app/env/y.py=import sentry_sdk"), ""},
		{"python in another version's folder", machine(python, []string{"python3", "app.py"}, own, "usr/lib/python3.9/site-packages/sentry_sdk/__init__.py"), ""},
		{"python in a venv", machine(python, []string{"/srv/venv/bin/python3", "/srv/venv/bin/gunicorn", "app:app"}, own,
			"srv/venv/pyvenv.cfg=include-system-site-packages = false", "srv/venv/lib/python3.11/site-packages/sentry_sdk/__init__.py"), "sentry-python"},
		{"python in a venv, SDK outside of it", machine(python, []string{"/srv/venv/bin/python3", "app.py"}, own, "srv/venv/pyvenv.cfg=include-system-site-packages = false", installed), ""},
		{"python in an open venv", machine(python, []string{"/srv/venv/bin/python3", "app.py"}, own, "srv/venv/pyvenv.cfg=include-system-site-packages = true", installed), "sentry-python"},
		{"node", machine(node, []string{"node", "--enable-source-maps", "dist/main.js"}, own, required), "sentry-javascript"},
		{"node without a DSN", machine(node, []string{"node", "main.js"}, nil, required), ""},
		{"node with our DSN", machine(node, []string{"node", "main.js"}, shared, required, "srv/app/main.js=require('express')"), ""},
		{"node with our DSN and an instrument file", machine(node, []string{"node", "--import", "./instrument.mjs", "main.js"}, shared, required), "sentry-javascript"},
		{"node with our DSN, its code knows", machine(node, []string{"node", "main.js"}, shared, required, "srv/app/main.js=require('@sentry/node')"), "sentry-javascript"},
		{"node, SDK elsewhere", machine(node, []string{"node", "main.js"}, own, "srv/other/node_modules/@sentry/node/package.json"), ""},
		{"ruby", machine("/usr/bin/ruby3.1", []string{"ruby", "app.rb"}, own, "srv/app/Gemfile.lock=GEM\n    sentry-ruby (5.1.0)\n"), "sentry-ruby"},
		{"php", machine("/usr/bin/php8.2", []string{"php", "/srv/app/public/index.php"}, own, "srv/app/vendor/sentry/sentry/composer.json"), "sentry-php"},
		{"java, class path", machine("/usr/lib/jvm/bin/java", []string{"java", "-cp", "lib/sentry-8.1.0.jar:.", "Main"}, shared, "srv/app/lib/sentry-8.1.0.jar"), "sentry-java"},
		{"java, in the program's jar", machine("/usr/lib/jvm/bin/java", []string{"java", "-jar", "app.jar"}, own, "srv/app/app.jar="+jar("BOOT-INF/lib/sentry-spring-boot-starter-8.1.0.jar")), "sentry-java"},
		{"java, DSN as a property", machine("/usr/lib/jvm/bin/java", []string{"java", "-Dsentry.dsn=" + appDSN, "-jar", "app.jar"}, nil, "srv/app/app.jar="+jar("io/sentry/Sentry.class")), "sentry-java"},
		{"java without", machine("/usr/lib/jvm/bin/java", []string{"java", "-jar", "app.jar"}, own, "srv/app/app.jar="+jar("com/acme/sentry/Guard.class")), ""},
		{"dotnet", machine("/usr/bin/dotnet", []string{"dotnet", "app.dll"}, own, "proc/7/maps=7f00-7f01 r--p 0 08:01 7 /srv/app/Sentry.dll\n"), "sentry-dotnet"},
		{"dotnet without", machine("/usr/bin/dotnet", []string{"dotnet", "app.dll"}, own, "proc/7/maps=7f00-7f01 r--p 0 08:01 7 /srv/app/MySentry.dll\n"), ""},
		{"go", machine("/srv/app/shop", []string{"./shop"}, own, "proc/7/exe="+strings.Repeat("x", 256<<10-9)+"dep\tgithub.com/getsentry/sentry-go\tv0.50.0\th1:x\n"), "sentry-go"},
		{"go without", machine("/srv/app/shop", []string{"./shop"}, own, "proc/7/exe=dep\tgithub.com/getsentry/sentry-golang\tv0.50.0\n"), ""},
		{"logwrap itself", machine("/usr/bin/logwrap", []string{"logwrap", "__launch"}, own, installed), ""},
		{"nobody", fstest.MapFS{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (prober{tt.root, ourDSN}).probe(7); got.name != tt.want {
				t.Errorf("%+v, want %q", got, tt.want)
			}
		})
	}
}

// TestProbeBelow: the SDK is in a process below the app's.
func TestProbeBelow(t *testing.T) {
	m := machine("/usr/bin/python3.11", []string{"python3", "app.py"}, map[string]string{"SENTRY_DSN": appDSN}, "usr/lib/python3.11/site-packages/sentry_sdk/__init__.py")
	below := fstest.MapFS{
		"proc/3/exe": link("/bin/sh"), "proc/3/cwd": link("/"), "proc/3/cmdline": {Data: []byte("sh\x00run.sh\x00")}, "proc/3/environ": {},
		"proc/3/task/3/children": {Data: []byte("5 7 ")}, "proc/7/task/7/children": {Data: []byte("3 ")}, // which never ends
	}
	maps.Copy(m, below)
	if got := (prober{m, ourDSN}).probe(3); got.name != "sentry-python" {
		t.Errorf("%+v", got)
	}
	delete(m, "usr/lib/python3.11/site-packages/sentry_sdk/__init__.py")
	if got := (prober{m, ourDSN}).probe(3); got.name != "" {
		t.Errorf("%+v", got)
	}
}

// TestProbeRealProcess looks at a process that is there.
func TestProbeRealProcess(t *testing.T) {
	p := prober{root: os.DirFS("/")}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { child.Process.Kill(); child.Wait() }()
	dir, _ := os.Getwd()
	proc, ok := p.read(child.Process.Pid)
	for deadline := time.Now().Add(10 * time.Second); !ok && time.Now().Before(deadline); proc, ok = p.read(child.Process.Pid) {
		runtime.Gosched() // the kernel sets the arguments a little after the program
	}
	if !ok || proc.cwd != dir || len(proc.args) != 2 {
		t.Errorf("%+v, %v", proc, ok)
	}
	if _, ok := p.read(os.Getpid()); ok {
		t.Error("this program takes itself for an app")
	}
	run := &detect.Run{PID: child.Process.Pid, Started: time.Now().UnixNano()}
	if !p.startedAt(run) {
		t.Error("it is not taken for the one that began now")
	}
	if run.Started -= int64(time.Hour); p.startedAt(run) {
		t.Error("it is taken for one that began an hour ago")
	}
}

// event makes a record of what an app printed and how it ended.
func sdkEventOf(t *testing.T, text string, exit *detect.Exit, crumbs ...string) (*detect.Record, []detect.Exception) {
	t.Helper()
	r := &detect.Record{Stream: capture.Lifecycle, Level: detect.Critical, Exit: exit}
	if text != "" {
		records := recordsOf(text)
		r = &records[len(records)-1]
	}
	r.Run = &detect.Run{ID: t.Name()}
	r.Event = &detect.Event{Crash: exit}
	for i, c := range crumbs {
		r.Event.Crumbs = append(r.Event.Crumbs, detect.Crumb{Time: int64(i), Message: c})
	}
	chain, _ := splitThreads(r.Exceptions())
	return r, chain
}

const (
	pyTrace   = "Traceback (most recent call last):\n  File \"/srv/app.py\", line 3, in <module>\n    1/0\nZeroDivisionError: division by zero\n"
	pyFault   = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f1 (most recent call first):\n  File \"/srv/app.py\", line 3 in <module>\n"
	goPanic   = "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:5 +0x117\nexit status 2\n"
	goAgain   = "panic: boom [recovered, repanicked]\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:5 +0x117\n"
	goAgain22 = "panic: boom [recovered]\n\tpanic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:5 +0x117\n"
	goFatal   = "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/srv/main.go:5 +0x117\n"
	nodeTrace = "/srv/a.js:1\nthrow new Error('x')\n^\n\nError: x\n    at main (/srv/a.js:1:7)\n    at node:internal/main:1:1\n\nNode.js v20.20.2\n"
)

func TestWhatIsLeftToTheSDK(t *testing.T) {
	code := func(n int) *detect.Exit { return &detect.Exit{Code: n, Crashed: true} }
	killed := &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true}
	python, golang, node := sdkSign{"p", "x", detect.Python}, sdkSign{"g", "x", detect.Go}, sdkSign{"n", "x", detect.JavaScript}
	for _, tt := range []struct {
		name string
		text string
		exit *detect.Exit
		sdk  sdkSign
		left bool // in auto
		ours bool // in never
	}{
		{"python exception", pyTrace, code(1), python, true, false},
		{"python exception, no SDK", pyTrace, code(1), sdkSign{}, false, false},
		{"python exception, SDK of another language", pyTrace, code(1), node, false, false},
		{"python logged", "ERROR:app:it failed\n" + pyTrace, nil, python, true, false},
		{"python faulthandler", pyFault, &detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true}, python, false, true},
		{"python critical line", "CRITICAL:app:disk full\n", nil, python, true, false},
		{"critical line, no SDK", "CRITICAL:app:disk full\n", nil, sdkSign{}, false, false},
		{"critical line of another language", "CRITICAL:app:disk full\n", nil, node, false, false},
		{"silent exit", "", code(3), python, false, true},
		{"killed", "", killed, python, false, true},
		{"worker", "", &detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true, Worker: &detect.Worker{Same: true}}, python, false, true},
		{"exception of what was killed for its time", pyTrace, &detect.Exit{Code: 1, Crashed: true, TimedOut: true}, python, false, true},
		{"go panic", goPanic, code(2), golang, false, true},
		{"go panic that was recovered", goAgain, code(2), golang, true, false},
		{"go panic that was recovered, before 1.23", goAgain22, code(2), golang, true, false},
		{"go deadlock", goFatal, code(2), golang, false, true},
		{"node exception", nodeTrace, code(1), node, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, chain := sdkEventOf(t, tt.text, tt.exit)
			for when, want := range map[string]bool{SDKAuto: tt.left, SDKAlways: false, SDKNever: !tt.ours, "": tt.left} {
				g := newSDKGate(&Options{WhenSDK: when}, fstest.MapFS{}, slog.New(slog.DiscardHandler))
				g.watch.remember(r.Run, func(run *sdkRun) { run.sign = tt.sdk })
				if _, left := g.judge(r, chain); left != want {
					t.Errorf("%q: left to the SDK: %v, want %v", when, left, want)
				}
				if n := g.takeLeft(); (n == 1) != want || g.takeLeft() != 0 {
					t.Errorf("%q: %d counted", when, n)
				}
			}
		})
	}
}

// TestSDKIsSaidOnce: evidence in a line holds for the run, and is said once.
func TestSDKIsSaidOnce(t *testing.T) {
	var log bytes.Buffer
	g := newSDKGate(&Options{}, fstest.MapFS{}, slog.New(slog.NewTextHandler(&log, nil)))
	r, chain := sdkEventOf(t, pyTrace, nil, "hello", " [sentry] DEBUG: Sending envelope [envelope with 1 items (error)] project:42 host:x", "bye")
	for range 3 {
		if _, left := g.judge(r, chain); !left {
			t.Error("it is not left to the SDK")
		}
		r.Event.Crumbs = nil
	}
	if n := strings.Count(log.String(), "SDK of its own"); n != 1 {
		t.Errorf("said %d times: %s", n, &log)
	}
	r.Run = &detect.Run{ID: "another"}
	if _, left := g.judge(r, chain); left {
		t.Error("another run has no SDK")
	}
	for n := range 100 { // no run is remembered for ever
		r.Run = &detect.Run{ID: fmt.Sprint(n)}
		g.judge(r, chain)
	}
	if len(g.watch.runs) > maxWatched {
		t.Errorf("%d runs are remembered", len(g.watch.runs))
	}
}

// TestEventWithIDIsReported: the app says itself that it has reported this.
func TestEventWithIDIsReported(t *testing.T) {
	g := newSDKGate(&Options{}, fstest.MapFS{}, slog.New(slog.DiscardHandler))
	r, chain := sdkEventOf(t, `{"level":"critical","message":"disk full","sentry_event_id":"1e91dbb7d67c4f3ea9379683efe81f3a"}`+"\n", nil)
	if _, left := g.judge(r, chain); !left {
		t.Error("it is sent again")
	}
	r, chain = sdkEventOf(t, `{"level":"critical","message":"disk full again"}`+"\n", nil)
	if _, left := g.judge(r, chain); left {
		t.Error("another line is not sent")
	}
}

// BenchmarkGate is what an event costs that is held back: 10,000 a second are no
// load.
func BenchmarkGate(b *testing.B) {
	g := newGate(&Options{DSN: ourDSN, App: App{Handler: "s"}, State: b.TempDir() + "/state"}, route.Identity{Journal: "j"})
	r := logged(0, 0, `request 4711 from 10.0.0.1:5432 failed: "no such table" after 12.5ms, giving up on it for now`)
	r.Run = &detect.Run{ID: "1"}
	for range defaultCrumbs {
		r.Event.Crumbs = append(r.Event.Crumbs, detect.Crumb{Time: noon, Message: string(r.Message)})
	}
	b.ReportAllocs()
	for n := range b.N {
		r.ID, r.Time = capture.Offset(n*1000), noon+int64(n)*int64(100*time.Microsecond)
		g.admits(r)
		if n%16 == 15 {
			g.settle()
		}
	}
}

// TestUnseen: an app that was over too soon is known by its command.
func TestUnseen(t *testing.T) {
	const installed = "srv/venv/lib/python3.11/site-packages/sentry_sdk/__init__.py"
	m := machine("", nil, nil, "srv/venv/pyvenv.cfg=home = /usr/bin", installed, "srv/venv/bin/gunicorn=#!/srv/venv/bin/python3\nimport sys\n",
		"usr/bin/python3.11=ELF", "usr/bin/env=ELF", "srv/app/run=#!/usr/bin/env python3\n", "srv/app/shop=ELF dep\tgithub.com/getsentry/sentry-go\tv0.50.0\n")
	m["srv/venv/bin/python3"], m["usr/bin/python3"] = link("/usr/bin/python3"), link("python3.11")
	for _, tt := range []struct {
		dsn     string
		command []string
		want    string
	}{
		{appDSN, []string{"./shop"}, "sentry-go"},
		{"", []string{"./shop"}, ""},
		{appDSN, []string{"/srv/venv/bin/python3", "app.py"}, "sentry-python"},
		{appDSN, []string{"gunicorn", "app:app"}, "sentry-python"},
		{appDSN, []string{"/usr/bin/python3", "app.py"}, ""},
		{appDSN, []string{"./run"}, ""},
		{appDSN, []string{"no such"}, ""},
		{appDSN, nil, ""},
	} {
		got := prober{m, ourDSN}.unseen(tt.command, "/srv/app", map[string]string{"PATH": "/usr/bin:/srv/venv/bin", "SENTRY_DSN": tt.dsn})
		if got.name != tt.want {
			t.Errorf("%q with DSN %q: %+v, want %q", tt.command, tt.dsn, got, tt.want)
		}
	}
}
