package detect

import (
	"testing"
	"time"
)

func TestReasonOfExit(t *testing.T) {
	memory := OOM{Killed: true, Before: 3, After: 4, Source: "x", Limit: 3 << 29}
	tests := []struct {
		exit Exit
		want string
	}{
		{Exit{Code: 3}, "exited with code 3"},
		{Exit{Code: 139, Signal: "SIGSEGV"}, "killed by SIGSEGV"},
		{Exit{Code: 139, Signal: "SIGSEGV", CoreDumped: true}, "killed by SIGSEGV (core dumped)"},
		{Exit{Signal: "SIGKILL", OOM: memory}, "killed by SIGKILL: out of memory (the kernel's counter went from 3 to 4, limit 1.5 GiB)"},
		{Exit{Signal: "SIGKILL", OOM: OOM{Killed: true}}, "killed by SIGKILL: out of memory"},
		{Exit{Signal: "SIGKILL", OOM: OOM{Source: "x", Limit: 5}}, "killed by SIGKILL"},
		{Exit{TimedOut: true, Timeout: 90 * time.Second}, "exited with code 0: it ran for longer than the 1m30s allowed"},
		{Exit{TimedOut: true}, "exited with code 0: it ran for longer than the time allowed"},
		{Exit{Code: 2, Hung: true, Silent: 1500 * time.Millisecond}, "exited with code 2: it hung, silent for 1.5s"},
		{Exit{Signal: "SIGTERM", Stop: Stop{Requested: true, Reason: StoppedByWatchdog}}, "killed by SIGTERM: it hung"},
		{Exit{Code: 1, Stop: Stop{Requested: true, Signal: "SIGINT", Reason: "terminal"}}, "exited with code 1: asked to stop by SIGINT from the terminal"},
		{Exit{Code: 1, Stop: Stop{Requested: true, PID: 9}}, "exited with code 1: asked to stop from pid 9"},
		{Exit{Signal: "SIGKILL", Lost: &Lost{}}, "lost from sight when logwrap was killed"},
		{Exit{Signal: "SIGKILL", Lost: &Lost{MemoryUsed: 1000, Rebooted: true, LastSeen: time.Unix(0, 0)}},
			"lost from sight when logwrap was killed: the machine was restarted; 1000 bytes in use; last seen at 1970-01-01T00:00:00Z"},
		{Exit{Signal: "SIGKILL", OOM: OOM{Killed: true, Limit: 64 << 20}, Lost: &Lost{MemoryUsed: 63 << 20}},
			"lost from sight when logwrap was killed: out of memory (63 MiB in use, limit 64 MiB)"},
	}
	for _, tt := range tests {
		if got := tt.exit.Reason(); got != tt.want {
			t.Errorf("%+v:\n got %q\nwant %q", tt.exit, got, tt.want)
		}
	}
}

func TestReasonOfHangAndLoop(t *testing.T) {
	for _, tt := range []struct {
		hang Hang
		want string
	}{
		{Hang{}, "silent for too long"},
		{Hang{Silent: 61 * time.Second, Threads: 1}, "silent for 1m1s (1 thread)"},
		{Hang{Silent: time.Hour, State: "D (disk sleep)", WaitChannel: "0", Threads: 2}, "silent for 1h0m0s (state D (disk sleep), 2 threads)"},
	} {
		if got := tt.hang.Reason(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if got, want := (&Loop{Restarts: 1, Code: 7}).Reason(), "restarted once and given up; it exited with code 7"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFormatBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1 << 10: "1 KiB", 1536: "1.5 KiB", 64 << 20: "64 MiB", 1<<63 - 1: "8192 PiB"} {
		if got := formatBytes(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
