package sentry

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// life makes a record of the app's life, as Events hands it over.
func life(level detect.Level, event detect.Event) detect.Record {
	return detect.Record{ID: 5, Time: testStart, Stream: capture.Lifecycle, Level: level, Message: []byte("{}"), Text: []byte("{}"),
		Logger: []byte("logwrap"), Run: &detect.Run{ID: "r", Command: "app", PID: 4}, Event: &event}
}

var (
	memoryKill = detect.OOM{Killed: true, Before: 0, After: 1, Source: "/sys/fs/cgroup/memory.events", Limit: 64 << 20}
	aWorker    = &detect.Worker{PID: 17, Parent: 4, Command: "gunicorn", Same: true}
	aHang      = &detect.Hang{PID: 4, Silent: time.Minute, State: "S (sleeping)", WaitChannel: "futex_wait", Threads: 4,
		UserCPU: 12 * time.Millisecond, RSS: 5 << 20, DumpSignal: "SIGQUIT"}
	lastWords = detect.Crumb{Time: testStart, Stream: capture.Stderr, Message: "working"}
)

func TestEndsWithoutTrace(t *testing.T) {
	loop := life(detect.Critical, detect.Event{Crumbs: []detect.Crumb{lastWords}})
	loop.Loop = &detect.Loop{Restarts: 5, Code: 3}
	hang := life(detect.Error, detect.Event{Hang: aHang, Crumbs: []detect.Crumb{lastWords}})
	hungEnd := life(detect.Critical, detect.Event{Hang: aHang, Crash: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, Hung: true,
		Silent: time.Minute, Stop: detect.Stop{Reason: "watchdog"}}})
	worker := func(e detect.Exit, w *detect.Worker) detect.Record {
		e.Crashed, e.Worker = true, w
		return life(detect.Error, detect.Event{Crash: &e, Crumbs: []detect.Crumb{lastWords}})
	}
	seen := time.Date(2026, 11, 22, 11, 7, 17, 0, time.UTC)
	tests := []struct {
		name   string
		record detect.Record
		want   map[string]any
	}{
		{"out of memory", silent(detect.Exit{Code: 137, Signal: "SIGKILL", PID: 4, OOM: memoryKill, MaxRSS: 60 << 20, Restarts: 2,
			Duration: 1500 * time.Millisecond, UserCPU: 40 * time.Millisecond, SystemCPU: 3 * time.Millisecond}, lastWords), map[string]any{
			"level": "fatal", "platform": "native", "exception.values.0.type": "OutOfMemory",
			"exception.values.0.value":             "app was killed by SIGKILL: out of memory (the kernel's counter went from 0 to 1, limit 64 MiB); its last line was: working",
			"exception.values.0.mechanism.handled": false, "exception.values.0.mechanism.type": "signalhandler",
			"fingerprint.0": "logwrap-crash", "fingerprint.2": "OutOfMemory", "fingerprint.3": nil,
			"tags.signal": "SIGKILL", "tags.exit_code": "137", "tags.oom": "true", "tags.restarts": "2", "tags.worker": nil, "tags.stop_reason": nil,
			"contexts.process.type": "process", "contexts.process.pid": 4.0, "contexts.process.exit_code": 137.0, "contexts.process.signal": "SIGKILL",
			"contexts.process.oom": true, "contexts.process.oom_kills_before": 0.0, "contexts.process.oom_kills_after": 1.0,
			"contexts.process.oom_source": "/sys/fs/cgroup/memory.events", "contexts.process.memory_limit_bytes": float64(64 << 20),
			"contexts.process.max_rss_bytes": float64(60 << 20), "contexts.process.cpu_user_ms": 40.0, "contexts.process.cpu_system_ms": 3.0,
			"contexts.process.duration_ms": 1500.0, "contexts.process.restarts": 2.0, "contexts.process.last_seen": nil,
		}},
		{"killed, and the kernel says not for memory", silent(detect.Exit{Code: 137, Signal: "SIGKILL", OOM: detect.OOM{Source: "x"}}), map[string]any{
			"exception.values.0.type": "SIGKILL", "exception.values.0.value": "app was killed by SIGKILL", "tags.oom": nil,
			"contexts.process.oom_kills_after": 0.0,
		}},
		{"time limit", silent(detect.Exit{Code: 143, Signal: "SIGTERM", TimedOut: true, Timeout: 30 * time.Second,
			Stop: detect.Stop{Requested: true, Reason: "timeout", Signal: "SIGTERM"}}), map[string]any{
			"level": "fatal", "exception.values.0.type": "Timeout",
			"exception.values.0.value": "app was killed by SIGTERM: it ran for longer than the 30s allowed",
			"tags.stop_reason":         "timeout", "contexts.process.timeout_ms": 30000.0, "contexts.process.stop_signal": "SIGTERM",
		}},
		{"asked to stop, failed", silent(detect.Exit{Code: 1, Stop: detect.Stop{Requested: true, Reason: "signal", Signal: "SIGTERM", PID: 12, Sender: "kube\nlet"}}), map[string]any{
			"exception.values.0.type":  "ExitCode 1",
			"exception.values.0.value": "app exited with code 1: asked to stop by SIGTERM from kube\nlet (pid 12)",
			"tags.stop_reason":         "signal", "contexts.process.stop_sender_pid": 12.0,
		}},
		{"worker", worker(detect.Exit{Code: 139, Signal: "SIGSEGV", CoreDumped: true}, aWorker), map[string]any{
			"level": "error", "platform": "native", "exception.values.0.type": "WorkerDied",
			"exception.values.0.value":             "worker gunicorn (pid 17) of app was killed by SIGSEGV (core dumped)",
			"exception.values.0.mechanism.handled": false, "exception.values.0.mechanism.meta.signal.number": 11.0,
			"fingerprint.2": "WorkerDied", "fingerprint.3": "gunicorn", "fingerprint.4": "SIGSEGV",
			"tags.worker": "gunicorn", "tags.signal": "SIGSEGV", "contexts.process.pid": 17.0, "contexts.process.parent_pid": 4.0,
			"contexts.process.command": "gunicorn", "contexts.logwrap.pid": 4.0,
		}},
		{"worker out of memory", worker(detect.Exit{Code: 137, Signal: "SIGKILL", OOM: memoryKill}, aWorker), map[string]any{
			"exception.values.0.type": "WorkerDied", "fingerprint.4": "OutOfMemory", "tags.oom": "true",
		}},
		{"helper", worker(detect.Exit{Code: 2}, &detect.Worker{PID: 18}), map[string]any{
			"exception.values.0.type": "ProcessDied", "exception.values.0.value": "process ? (pid 18) of app exited with code 2",
			"tags.worker": "true", "contexts.process.command": nil,
		}},
		{"lost", life(detect.Critical, detect.Event{Crash: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, PID: 3, Command: "old",
			Lost: &detect.Lost{LastSeen: seen, MemoryUsed: 58 << 20}}}), map[string]any{
			"level": "fatal", "exception.values.0.type": "Killed",
			"exception.values.0.value": "old was lost from sight when logwrap was killed: 58 MiB in use; last seen at 2026-11-22T11:07:17Z",
			"contexts.process.pid":     3.0, "contexts.process.command": "old", "contexts.process.last_seen": "2026-11-22T11:07:17Z",
			"contexts.process.memory_used_bytes": float64(58 << 20),
		}},
		{"lost to memory", life(detect.Critical, detect.Event{Crash: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true,
			OOM: detect.OOM{Killed: true, Limit: 64 << 20}, Lost: &detect.Lost{}}}), map[string]any{
			"exception.values.0.type": "OutOfMemory", "exception.values.0.value": "app was lost from sight when logwrap was killed: out of memory (limit 64 MiB)",
			"contexts.process.oom": true, "contexts.process.oom_kills_after": nil,
		}},
		{"lost with the machine", life(detect.Critical, detect.Event{Crash: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true,
			Lost: &detect.Lost{Rebooted: true}}}), map[string]any{
			"exception.values.0.type": "Reboot", "exception.values.0.value": "app was lost from sight when logwrap was killed: the machine was restarted",
		}},
		{"hang", hang, map[string]any{
			"level": "error", "exception.values.0.type": "Hang",
			"exception.values.0.value":             "app hangs: silent for 1m0s (state S (sleeping), waiting in futex_wait, 4 threads); its last line was: working",
			"exception.values.0.mechanism.handled": false, "exception.values.0.mechanism.type": "auto.process.hang", "fingerprint.2": "Hang",
			"tags.hang": "true", "tags.crash": nil, "contexts.process.state": "S (sleeping)", "contexts.process.silent_ms": 60000.0,
			"contexts.process.wait_channel": "futex_wait", "contexts.process.threads": 4.0, "contexts.process.rss_bytes": float64(5 << 20),
			"contexts.process.exit_code": nil, "contexts.process.dump_signal": "SIGQUIT",
		}},
		{"hang, ended for it", hungEnd, map[string]any{
			"level": "fatal", "exception.values.0.type": "Hang",
			"exception.values.0.value": "app hung: silent for 1m0s (state S (sleeping), waiting in futex_wait, 4 threads); it was killed by SIGKILL",
			"tags.stop_reason":         "watchdog", "contexts.process.exit_code": 137.0, "contexts.process.threads": 4.0,
		}},
		{"crash loop", loop, map[string]any{
			"level": "fatal", "exception.values.0.type": "CrashLoop",
			"exception.values.0.value":          "app was restarted 5 times and given up; it exited with code 3",
			"exception.values.0.mechanism.type": "auto.process.restart", "fingerprint.2": "CrashLoop", "tags.restarts": "5", "tags.exit_code": "3",
			"contexts.process": nil,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := made(t, newMaker(Options{}, "/srv/app", fstest.MapFS{}), &tt.record)
			for path, want := range tt.want {
				if got := at(e, path); got != want {
					t.Errorf("%s: %#v, want %#v", path, got, want)
				}
			}
		})
	}
}

func TestWorkersTrace(t *testing.T) {
	r := recordOf(t, faultTrace)
	r.Level = detect.Error
	r.Event = &detect.Event{Crash: &detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true, Worker: aWorker}}
	e := made(t, newMaker(Options{}, "/srv/app", fstest.MapFS{}), &r)
	for path, want := range map[string]any{
		"level": "error", "exception.values.-1.mechanism.type": "faulthandler", "exception.values.-1.mechanism.handled": false,
		"tags.crash": "trace", "tags.worker": "gunicorn", "fingerprint": nil, "contexts.process.pid": 17.0,
	} {
		if got := at(e, path); got != want {
			t.Errorf("%s: %#v, want %#v", path, got, want)
		}
	}
}

// TestHangsDump checks that the dump of a hang is titled by what is wrong.
func TestHangsDump(t *testing.T) {
	r := recordOf(t, "SIGQUIT: quit\nPC=0x46e0a1 m=0 sigcode=0\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n\t/srv/app/main.go:5 +0x1d\n\nrax    0xca\n")
	r.Event = &detect.Event{Hang: aHang, Crash: &detect.Exit{Code: 2, Crashed: true}}
	e := made(t, newMaker(Options{}, "/srv/app", fstest.MapFS{}), &r)
	for path, want := range map[string]any{
		"level": "fatal", "platform": "go", "exception.values.-1.type": "Hang",
		"exception.values.-1.value":                         "app hung: silent for 1m0s (state S (sleeping), waiting in futex_wait, 4 threads); it exited with code 2",
		"exception.values.-1.stacktrace.frames.-1.function": "main", "exception.values.-1.mechanism.handled": false, "fingerprint": nil,
	} {
		if got := at(e, path); got != want {
			t.Errorf("%s: %#v, want %#v", path, got, want)
		}
	}
}

// TestHostileFacts checks that no name that somebody else chose breaks an event.
func TestHostileFacts(t *testing.T) {
	bad := strings.Repeat("\xff\x00\n\u202e", 4000)
	h := *aHang
	h.State, h.WaitChannel, h.DumpSignal = bad, bad, bad
	crash := &detect.Exit{Code: -1, Signal: bad, Crashed: true, Command: bad, Restarts: -1,
		Stop:   detect.Stop{Requested: true, Signal: bad, Reason: bad, PID: -1, Sender: bad},
		OOM:    detect.OOM{Killed: true, Source: bad, Before: 1<<64 - 1, Limit: -1},
		Lost:   &detect.Lost{LastSeen: time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC), MemoryUsed: 1<<63 - 1},
		Worker: &detect.Worker{PID: -1, Command: bad}}
	r := life(detect.Error, detect.Event{Crash: crash, Hang: &h})
	made(t, newMaker(Options{}, "", fstest.MapFS{}), &r)
}
