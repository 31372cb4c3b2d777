package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const start = 1795345637_000000000

var run = &detect.Run{ID: "r", PID: 7, Command: "app", Started: start}

// recordOf lets the detector make the record, as it is in use.
func recordOf(text string) detect.Record {
	var last detect.Record
	d := detect.New(detect.Options{}, func(r *detect.Record) {
		last = *r
		last.Text, last.Message, last.Logger = bytes.Clone(r.Text), bytes.Clone(r.Message), bytes.Clone(r.Logger)
	})
	at := capture.Offset(0)
	for line := range strings.Lines(text) {
		end := at + capture.Offset(len(line))
		d.Add(&capture.Line{Stream: capture.Stderr, Start: at, End: end, Time: start + 2_149_000_000, Text: []byte(strings.TrimSuffix(line, "\n"))})
		at = end
	}
	d.Close(capture.Stderr)
	last.Run = run
	return last
}

func died(text string, exit detect.Exit) *detect.Record {
	r := recordOf(text)
	exit.Crashed = true
	r.Level, r.Event = detect.Critical, &detect.Event{Crash: &exit}
	return &r
}

func silent(exit detect.Exit, seconds float64, crumbs ...detect.Crumb) *detect.Record {
	exit.Crashed = true
	return &detect.Record{Stream: capture.Lifecycle, Time: start + int64(seconds*1e9), Level: detect.Critical, Run: run,
		Message: []byte(`{"msg":"app ended"}`), Exit: &exit, Event: &detect.Event{Crash: &exit, Crumbs: crumbs}}
}

// alarm is a record of the app's life that is no end of a run that was seen.
func alarm(event detect.Event) *detect.Record {
	r := &detect.Record{Stream: capture.Lifecycle, Time: start + 5e9, Level: detect.Error, Run: run, Message: []byte("{}"), Event: &event}
	r.Exit, r.Hang = event.Crash, event.Hang
	return r
}

// dumped is the dump of an app that hangs, or has ended because it did.
func dumped(hang *detect.Hang, exit *detect.Exit) *detect.Record {
	r := recordOf("SIGQUIT: quit\nPC=0x46e0a1 m=0 sigcode=0\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n\t/srv/app/main.go:5 +0x1d\n\nrax    0xca\n")
	r.Event = &detect.Event{Hang: hang, Crash: exit}
	return &r
}

var (
	memoryKill = detect.OOM{Killed: true, Before: 0, After: 1, Source: "/sys/fs/cgroup/memory.events", Limit: 64 << 20}
	aHang      = &detect.Hang{PID: 7, Silent: time.Minute, State: "S (sleeping)", WaitChannel: "futex_wait", Threads: 4}
)

func lines(stream capture.Stream, messages ...string) []detect.Crumb {
	var crumbs []detect.Crumb
	for _, m := range messages {
		crumbs = append(crumbs, detect.Crumb{Stream: stream, Message: m})
	}
	return crumbs
}

const chained = `Traceback (most recent call last):
  File "/srv/app/store.py", line 7, in fetch
    return data[key]
           ~~~~^^^^^
  File "/usr/lib/python3.11/collections/__init__.py", line 1106, in __getitem__
    raise KeyError(key)
KeyError: 'user:42'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/main.py", line 13, in <module>
    main()
  File "/srv/app/main.py", line 10, in main
    Service().handle(42)
  File "/srv/app/main.py", line 6, in handle
    return fetch("user:%d" % n)
           ^^^^^^^^^^^^^^^^^^^^
  File "/srv/app/store.py", line 9, in fetch
    raise StorageError(f"no record for {key}") from exc
store.StorageError: no record for user:42
`

const panicked = `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x49e1a5]

goroutine 1 [running]:
main.(*node).last(0x1?)
	/srv/app/main.go:11 +0x5
main.main()
	/srv/app/main.go:22 +0x3f
`

const node = `/srv/app/main.js:6
  throw new HttpError(502, 'upstream failed for ' + url);
        ^

HttpError: upstream failed for /api/items
    at get (/srv/app/main.js:6:9)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async job (/srv/app/main.js:9:3) {
  [cause]: Error: read ECONNRESET
      at TLSWrap.onStreamRead (node:internal/stream_base_commons:217:20)
}

Node.js v20.20.2
`

func TestPrint(t *testing.T) {
	usual := Options{Command: "./app", Dir: "/srv/app", Missing: []string{"sentry"}}
	many := "Traceback (most recent call last):\n  File \"/srv/app/a.py\", line 1, in f\nValueError: 0\n"
	for i := range 9 {
		many += "\nDuring handling of the above exception, another exception occurred:\n\n" +
			"Traceback (most recent call last):\n  File \"/srv/app/a.py\", line 1, in f\nValueError: " + string(rune('1'+i)) + "\n"
	}
	deep := "Traceback (most recent call last):\n" + strings.Repeat("  File \"/srv/app/a.py\", line 1, in f\n    f()\n", 900) +
		"  File \"/usr/lib/python3.11/json/decoder.py\", line 355, in raw_decode\nRecursionError: " + strings.Repeat("deep ", 400) + "\nsecond\nthird\nfourth\nfifth\nsixth\nseventh\n"
	logged := recordOf("2026-11-22 11:07:11,555 ERROR shop.billing: run b-77 aborted\n" + chained)
	tests := []struct {
		name    string
		record  *detect.Record
		options Options
	}{
		{"python-chained", died(chained, detect.Exit{Code: 3}), usual},
		{"python-colour", died(chained, detect.Exit{Code: 3}), Options{Command: "./app", Dir: "/srv/app/", Missing: []string{"sentry"}, Color: true}},
		{"python-long-chain", died(many, detect.Exit{Code: 1}), usual},
		{"go-panic", died(panicked, detect.Exit{Code: 2}), usual},
		{"node", died(node, detect.Exit{Code: 1}), usual},
		{"silent-segv", silent(detect.Exit{Code: 139, Signal: "SIGSEGV", CoreDumped: true}, 0.0421, lines(capture.Stdout, "one", "two")...), usual},
		{"silent-nothing", silent(detect.Exit{Code: 137, Signal: "SIGKILL"}, 3725), usual},
		{"exit-1", silent(detect.Exit{Code: 1}, 59.99, append(lines(capture.Stdout, "hello"),
			lines(capture.Stderr, "1", "2", "3", "  ", "4", "5\nmore", "config: no such file: /etc/app.yaml")...)...), usual},
		{"nothing-missing", silent(detect.Exit{Code: 1}, 1), Options{}},
		{"other-missing", silent(detect.Exit{Code: 1}, 1), Options{Missing: []string{"elasticsearch"}}},
		{"long-value", died(deep, detect.Exit{Code: 1}), usual},
		{"control-characters", died("Traceback (most recent call last):\n  File \"/srv/app/\x1b]0;owned\x07.py\", line 1, in f\x9b2J\nValueError: \x1b[31mred\x1b[0m \u202eright\u2066 \x00 \xff tab\there \u009b2J\r\n", detect.Exit{Code: 1}),
			Options{Command: "./a\x1bpp"}},
		{"logged", &logged, usual},
		{"out-of-memory", silent(detect.Exit{Code: 137, Signal: "SIGKILL", OOM: memoryKill, Restarts: 2}, 3, lines(capture.Stdout, "loading")...), usual},
		{"time-limit", silent(detect.Exit{Code: 143, Signal: "SIGTERM", TimedOut: true, Timeout: 30 * time.Second, Restarts: 1}, 30.02), usual},
		{"worker", alarm(detect.Event{Crash: &detect.Exit{Code: 139, Signal: "SIGSEGV", CoreDumped: true, Crashed: true,
			Worker: &detect.Worker{PID: 17, Parent: 7, Command: "guni\x1bcorn", Same: true}}, Crumbs: lines(capture.Stderr, "booting")}), usual},
		{"helper", alarm(detect.Event{Crash: &detect.Exit{Code: 134, Signal: "SIGABRT", Crashed: true, Worker: &detect.Worker{PID: 18}}}), usual},
		{"hang", alarm(detect.Event{Hang: aHang, Crumbs: lines(capture.Stdout, "working")}), usual},
		{"hang-dumped", dumped(aHang, nil), usual},
		{"hang-ended", dumped(aHang, &detect.Exit{Code: 143, Signal: "SIGTERM", Stop: detect.Stop{Requested: true, Reason: "watchdog"}}), usual},
		{"lost", alarm(detect.Event{Crash: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, Command: "app", Duration: time.Hour,
			Lost: &detect.Lost{LastSeen: time.Unix(start/1e9, 0), MemoryUsed: 58 << 20}, OOM: detect.OOM{Limit: 64 << 20}}, Crumbs: lines(capture.Stderr, "working")}), usual},
		{"lost-reboot", alarm(detect.Event{Crash: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, Lost: &detect.Lost{Rebooted: true}}}), Options{}},
		{"stop-failed", silent(detect.Exit{Code: 1, Stop: detect.Stop{Requested: true, Signal: "SIGTERM", PID: 12, Sender: "kube\x1blet"}}, 1), usual},
		{"crash-loop", &detect.Record{Stream: capture.Lifecycle, Level: detect.Critical, Message: []byte("{}"), Run: run, Time: start,
			Loop: &detect.Loop{Restarts: 5, Code: 3}, Event: &detect.Event{}}, usual},
		{"critical-line", &detect.Record{Level: detect.Critical, Message: []byte("no database\x1b[2J"), Run: run, Time: start - 1}, Options{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out counter
			if err := Print(&out, tt.record, tt.options); err != nil {
				t.Fatal(err)
			}
			if out.writes != 1 {
				t.Errorf("%d writes, want one", out.writes)
			}
			golden(t, tt.name, out.Bytes())
			if !tt.options.Color {
				checkPlain(t, out.String())
			}
		})
	}
}

type counter struct {
	bytes.Buffer
	writes int
}

// WriteString is what io.WriteString calls.
func (c *counter) WriteString(s string) (int, error) {
	c.writes++
	return c.Buffer.WriteString(s)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// checkPlain checks that a report is short and can't control a terminal.
func checkPlain(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Error("not UTF-8")
	}
	for _, r := range text {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			t.Errorf("character %U in %q", r, text)
		}
	}
	rows := strings.Split(text, "\n")
	if len(rows) > 30 {
		t.Errorf("%d lines", len(rows))
	}
	for _, row := range rows {
		if utf8.RuneCountInString(row) > 12*maxWidth { // a control character becomes up to 6
			t.Errorf("a line of %d characters", utf8.RuneCountInString(row))
		}
	}
}

func TestPrintError(t *testing.T) {
	want := errors.New("gone")
	if err := Print(failing{want}, silent(detect.Exit{Code: 1}, 1), Options{}); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func FuzzPrint(f *testing.F) {
	for _, s := range []string{chained, panicked, node, "x\x1b[2J\u202e\xff", "Traceback (most recent call last):\n\x00"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, message string) {
		for _, r := range []*detect.Record{died(text, detect.Exit{Code: 1}), silent(detect.Exit{Code: 1}, 1, lines(capture.Stderr, message)...)} {
			var b bytes.Buffer
			if err := Print(&b, r, Options{Command: message, Missing: []string{message}}); err != nil {
				t.Fatal(err)
			}
			checkPlain(t, b.String())
		}
	})
}
