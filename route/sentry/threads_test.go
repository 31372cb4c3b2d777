package sentry

import (
	"testing"
	"testing/fstest"

	"github.com/logwrap/logwrap/detect"
)

func TestThreads(t *testing.T) {
	const jvmDump = `2026-11-22 11:07:17
Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):

"main" #1 prio=5 os_prio=0 cpu=42.01ms elapsed=1.00s tid=0x00007f1 nid=0x10 waiting on condition  [0x00007f2]
   java.lang.Thread.State: TIMED_WAITING (sleeping)
	at java.lang.Thread.sleep(java.base@17.0.15/Native Method)
	at com.shop.Main.main(Main.java:5)

"mailer" #12 prio=5 os_prio=0 cpu=1.01ms elapsed=1.00s tid=0x00007f3 nid=0x11 runnable  [0x00007f4]
   java.lang.Thread.State: RUNNABLE
	at com.shop.Mailer.run(Mailer.java:9)

JNI global refs: 1, weak refs: 0
`
	for name, tt := range map[string]struct {
		record detect.Record
		want   map[string]any
	}{
		"go": {died(recordOf(t, goroutinesTrace), detect.Exit{Code: 2}), map[string]any{
			"threads.values.0.main": true, "threads.values.0.state": "running", "threads.values.0.crashed": true, "threads.values.0.current": true,
			"threads.values.1.main": nil, "threads.values.1.state": "chan receive", "threads.values.1.crashed": false,
		}},
		"jvm dump": {recordOf(t, jvmDump), map[string]any{
			"threads.values.0.name": "main", "threads.values.0.main": true, "threads.values.0.crashed": false, "threads.values.0.current": true,
			"threads.values.1.name": "mailer",
		}},
		"jvm crash": {recordOf(t, suppressedTrace), map[string]any{
			"threads.values.0.name": "main", "threads.values.0.crashed": true, "level": "fatal",
		}},
	} {
		e := made(t, newMaker(Options{}, "/srv/app", fstest.MapFS{}), &tt.record)
		for path, want := range tt.want {
			if got := at(e, path); got != want {
				t.Errorf("%s: %s: %#v, want %#v", name, path, got, want)
			}
		}
	}
}

const sanitizerTrace = `=================================================================
==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55d0c3a1b2c3 bp 0x7ffd0 sp 0x7ffc0
READ of size 4 at 0x602000000010 thread T0
    #0 0x55d0c3a1b2c2 in total /srv/app/cart.c:12:10
    #1 0x55d0c3a1b2ff in main /srv/app/main.c:7:3
    #2 0x7f0a12345678 in __libc_start_main (/lib/x86_64-linux-gnu/libc.so.6+0x27304)

SUMMARY: AddressSanitizer: heap-use-after-free /srv/app/cart.c:12:10 in total
==4711==ABORTING
`

func TestNativeFrames(t *testing.T) {
	r := recordOf(t, sanitizerTrace)
	e := made(t, newMaker(Options{}, "/srv/app", fstest.MapFS{"srv/app/cart.c": {Data: []byte("\n\n\n\n\n\n\n\n\n\n\n  sum += item->price;\n")}}), &r)
	for path, want := range map[string]any{
		"platform": "native",
		"exception.values.-1.stacktrace.frames.0.package":          "/lib/x86_64-linux-gnu/libc.so.6",
		"exception.values.-1.stacktrace.frames.0.filename":         nil,
		"exception.values.-1.stacktrace.frames.0.instruction_addr": "0x7f0a12345678",
		"exception.values.-1.stacktrace.frames.2.filename":         "cart.c",
		"exception.values.-1.stacktrace.frames.2.instruction_addr": "0x55d0c3a1b2c2",
		"exception.values.-1.stacktrace.frames.2.context_line":     "  sum += item->price;",
		"exception.values.-1.stacktrace.frames.2.package":          nil,
	} {
		if got := at(e, path); got != want {
			t.Errorf("%s: %#v, want %#v", path, got, want)
		}
	}
}

// TestMixedStack: an exception of another language than the event's says so in its
// frames.
func TestMixedStack(t *testing.T) {
	f := &framer{files: newFiles(newMaker(Options{}, "", fstest.MapFS{}).host.disk), platform: "python"}
	java := f.frame(&detect.Frame{Function: "com.shop.Main.run", File: "Main.java", Line: 3}, detect.Java)
	python := f.frame(&detect.Frame{Function: "run", File: "/srv/app/a.py"}, detect.Python)
	if java.Platform != "java" || python.Platform != "" {
		t.Errorf("platforms %q and %q", java.Platform, python.Platform)
	}
}

func TestErrno(t *testing.T) {
	r := recordOf(t, "Traceback (most recent call last):\n  File \"/srv/app/a.py\", line 2, in f\n    open(x)\nFileNotFoundError: [Errno 2] No such file or directory: 'x'\n")
	e := made(t, newMaker(Options{}, "/srv/app", fstest.MapFS{}), &r)
	if got := at(e, "exception.values.0.mechanism.meta.errno.number"); got != 2.0 {
		t.Errorf("errno %v", got)
	}
}

func TestPythonType(t *testing.T) {
	for _, tt := range []struct{ module, name, wantType, wantModule string }{
		{"", "ValueError", "ValueError", ""},
		{"shop.models", "StorageError", "StorageError", "shop.models"},
		{"shop.models", "User.DoesNotExist", "User.DoesNotExist", "shop.models"},
		{"Outer", "Broken", "Outer.Broken", ""},
		{"Outer.Mid", "Broken", "Outer.Mid.Broken", ""},
		{"PIL", "UnidentifiedImageError", "UnidentifiedImageError", "PIL"},
	} {
		typ, module := pythonType(&detect.Exception{Type: tt.name, Module: tt.module})
		if typ != tt.wantType || module != tt.wantModule {
			t.Errorf("%s %s: %q of %q", tt.module, tt.name, typ, module)
		}
	}
	for name, want := range map[string]bool{"KeyError": true, "StorageError": false, "": false, "Error ": false} {
		if isPythonBuiltin(name) != want {
			t.Errorf("builtin %q: %v", name, !want)
		}
	}
}
