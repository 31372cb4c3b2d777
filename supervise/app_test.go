package supervise

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// record returns the one log record with this message.
func record(t *testing.T, log []map[string]any, message string) map[string]any {
	t.Helper()
	var found []map[string]any
	for _, r := range log {
		if strings.HasPrefix(r["msg"].(string), message) {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d log records %q in %v", len(found), message, log)
	}
	return found[0]
}

func TestAppEnds(t *testing.T) {
	for _, code := range []int{0, 1, 3, 143, 255} {
		r, log := wrap(t, wrapping{Mode: "exit", Args: []string{strconv.Itoa(code)}}).finish()
		check(t, r.Result.ExitCode() == code && r.Crashed == (code != 0) && !r.Requested && !r.Result.Killed, "exit %d: %+v", code, r)
		started, ended := record(t, log, "app started"), record(t, log, "app exited with code "+strconv.Itoa(code))
		check(t, started["command"] == "testchild" && started["level"] == "INFO", "start: %v", started)
		level := "INFO"
		if code != 0 {
			level = "ERROR+4"
		}
		check(t, ended["level"] == level && ended["exit_code"] == float64(code) && ended["stop_requested"] == false, "end: %v", ended)
		for _, key := range []string{"pid", "duration_ms", "max_rss_bytes", "cpu_user_ms", "cpu_system_ms"} {
			_, ok := ended[key].(float64)
			check(t, ok, "no %s in %v", key, ended)
		}
		check(t, ended["pid"] == started["pid"], "pids %v and %v", started["pid"], ended["pid"])
	}
}

func TestAppDies(t *testing.T) {
	w := wrap(t, wrapping{Mode: "kill", Args: []string{"11"}})
	r, log := w.finish()
	check(t, w.Status().ExitCode() == 139 && r.Crashed && r.Result.Signal == syscall.SIGSEGV, "%+v", r)
	ended := record(t, log, "app killed by SIGSEGV")
	check(t, ended["level"] == "ERROR+4" && ended["signal"] == "SIGSEGV" && ended["core_dumped"] == false && ended["exit_code"] == 139.0, "%v", ended)
}

func TestAppNotStarted(t *testing.T) {
	app := App{Reaper: reaper}
	_, err := app.Run(t.Context(), func(int) (Spec, error) { return Spec{Path: "/no/such/file"}, nil })
	var start *StartError
	check(t, errors.As(err, &start) && start.ExitCode() == 127, "error %v", err)
}

// TestForwarding sends every signal that can be caught, one after the other,
// to a wrapper whose runtime sends itself URG without pause. The app must see
// each once and nothing else.
func TestForwarding(t *testing.T) {
	w := wrap(t, wrapping{Mode: "signals", Group: true, Busy: true, StopTimeout: -1})
	w.out.expect("ready")
	for sig := syscall.Signal(1); sig <= signalMax; sig++ {
		if !forwardable(sig) || sig == syscall.SIGTSTP {
			continue
		}
		if err := w.Signal(sig); err != nil {
			t.Fatal(err)
		}
		w.expectSignal(SignalName(sig))
	}
	w.stdin.Close()
	for _, line := range strings.Fields(w.out.rest()) {
		check(t, line == "SIGURG", "received %s a second time", line)
	}
	r, _ := w.finish()
	check(t, r.Result.ExitCode() == 0 && !r.Crashed && r.Result.StopSignal == syscall.SIGINT && r.Result.Stops == 3, "%+v", r)
	check(t, slices.Equal(r.Counts, []int{1, 2, 3}), "OnStop was called with %v", r.Counts)
}

// expectSignal reads what the app received: the signal, once. Its own runtime
// may send it URG.
func (w *wrapper) expectSignal(name string) {
	w.t.Helper()
	for {
		if line := w.out.line(); line != "SIGURG" {
			if line != name {
				w.t.Fatalf("the app received %s, want %s", line, name)
			}
			return
		}
	}
}

// TestNotForwarded sends what is the wrapper's own business. URG must not be
// forwarded; the app's own runtime sends it only when it is busy, which this
// one is not, so a hundred sent must not be a hundred received.
func TestNotForwarded(t *testing.T) {
	w := wrap(t, wrapping{Mode: "signals", Group: true})
	w.out.expect("ready")
	const times = 100
	for range times {
		for _, sig := range []syscall.Signal{syscall.SIGURG, syscall.SIGCHLD, syscall.SIGPIPE} {
			w.Signal(sig)
			time.Sleep(100 * time.Microsecond) // lets each arrive by itself
		}
	}
	w.Signal(syscall.SIGUSR1)
	var got []string
	for line := w.out.line(); line != "SIGUSR1"; line = w.out.line() {
		got = append(got, line)
	}
	w.stdin.Close()
	got = append(got, strings.Fields(w.out.rest())...)
	check(t, len(got) < times/4, "the app received %d signals: %v", len(got), got)
	for _, name := range got {
		check(t, name == "SIGURG", "the app received %s", name)
	}
	r, _ := w.finish()
	check(t, r.Result.ExitCode() == 0, "%+v", r)
}

func TestRewrite(t *testing.T) {
	w := wrap(t, wrapping{Mode: "signals", Group: true, StopTimeout: -1, Rewrite: map[syscall.Signal]syscall.Signal{
		syscall.SIGTERM: syscall.SIGQUIT, syscall.SIGHUP: syscall.SIGUSR1, syscall.SIGUSR2: 0,
	}})
	w.out.expect("ready")
	for _, test := range []struct{ sent, want syscall.Signal }{
		{syscall.SIGTERM, syscall.SIGQUIT}, {syscall.SIGHUP, syscall.SIGUSR1}, {syscall.SIGUSR1, syscall.SIGUSR1},
		{syscall.SIGUSR2, 0}, {syscall.SIGWINCH, syscall.SIGWINCH},
	} {
		w.Signal(test.sent)
		if test.want != 0 {
			w.expectSignal(SignalName(test.want))
		}
	}
	w.stdin.Close()
	r, _ := w.finish()
	check(t, r.Result.StopSignal == syscall.SIGTERM && r.Result.Stops == 1, "%+v", r)
}

// TestStorm: a storm of one signal, while the app's keeper is slow, must not
// push out another.
func TestStorm(t *testing.T) {
	w := wrap(t, wrapping{Mode: "signals", Group: true, StopTimeout: -1, Slow: 50 * time.Millisecond})
	w.out.expect("ready")
	w.Signal(syscall.SIGTERM) // its handling takes a while
	for range 20_000 {
		w.Signal(syscall.SIGWINCH)
	}
	w.Signal(syscall.SIGINT)
	seen := map[string]bool{}
	for !seen["SIGTERM"] || !seen["SIGINT"] || !seen["SIGWINCH"] {
		seen[w.out.line()] = true
	}
	w.stdin.Close()
	w.out.rest()
	r, _ := w.finish()
	check(t, r.Result.Stops == 2, "%+v", r)
}

// TestIgnored: a signal ignored at the start (nohup) is left alone, and is
// ignored in the app too.
func TestIgnored(t *testing.T) {
	w := wrapBy(t, wrapping{Mode: "ignored", Group: true}, "nohup", nil, func(s Spec) *Process { return start(t, s) })
	mask, err := strconv.ParseUint(strings.TrimPrefix(w.out.line(), "ignored "), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Log("not run: no /proc to read the ignored signals from")
	} else {
		check(t, mask&(1<<(syscall.SIGHUP-1)) != 0 && mask&(1<<(syscall.SIGTTOU-1)) != 0, "the app ignores %x", mask)
		check(t, mask&(1<<(syscall.SIGPIPE-1)) == 0 && mask&(1<<(syscall.SIGTERM-1)) == 0, "the app ignores %x", mask)
	}
	w.Signal(syscall.SIGHUP)
	w.Signal(syscall.SIGTTOU)
	w.stdin.Close()
	r, log := w.finish()
	check(t, r.Result.ExitCode() == 0 && !r.Requested, "%+v", r)
	for _, record := range log {
		check(t, record["msg"] != "signal forwarded", "%v", record)
	}
}

func TestStopInTime(t *testing.T) {
	for _, test := range []struct {
		mode    string
		args    []string
		code    int
		crashed bool
	}{
		{"pause", nil, 143, false},            // by the default action
		{"term", []string{"0"}, 0, false},     // clean
		{"term", []string{"143"}, 143, false}, // as shells and Java do
		{"term", []string{"1"}, 1, true},      // failed to stop cleanly
	} {
		w := wrap(t, wrapping{Mode: test.mode, Args: test.args, Group: true})
		w.out.expect("ready")
		w.Signal(syscall.SIGTERM)
		r, log := w.finish()
		check(t, w.Status().ExitCode() == test.code && r.Crashed == test.crashed, "%s %v: %s, %+v", test.mode, test.args, w.Status(), r)
		check(t, r.Requested && r.Result.StopSignal == syscall.SIGTERM && !r.Result.Killed, "%+v", r)
		ended := record(t, log, "app "+r.Result.Status.String())
		check(t, ended["stop_requested"] == true && ended["stop_signal"] == "SIGTERM", "%v", ended)
		if runtime.GOOS == "linux" {
			check(t, ended["stop_sender_pid"] == float64(os.Getpid()) && ended["stop_sender"] != nil, "sent by %d: %v", os.Getpid(), ended)
		}
	}
}

// TestStopLadder: an app that ignores TERM, and its child that does too, are
// killed when the time is over, not before.
func TestStopLadder(t *testing.T) {
	const timeout = 150 * time.Millisecond
	w := wrap(t, wrapping{Mode: "tree", Args: []string{"stubborn"}, Group: true, StopTimeout: timeout})
	grandchild := 0
	for range 2 {
		if fields := strings.Fields(w.out.line()); len(fields) == 2 {
			grandchild, _ = strconv.Atoi(fields[1])
		}
	}
	check(t, syscall.Kill(grandchild, 0) == nil, "no grandchild")
	asked := time.Now()
	w.Signal(syscall.SIGTERM)
	w.Signal(syscall.SIGINT)
	r, log := w.finish()
	took := time.Since(asked)
	check(t, took >= timeout && took < timeout+deadline/4, "took %v", took)
	check(t, r.Result.Killed && r.Result.Signal == syscall.SIGKILL && !r.Crashed && r.Requested, "%+v", r)
	check(t, w.Status().ExitCode() == 137, "%s", w.Status())
	killed := record(t, log, "app killed: it did not stop in time")
	check(t, killed["level"] == "WARN" && killed["stop_timeout_ms"] == 150.0, "%v", killed)
	check(t, record(t, log, "app killed by SIGKILL")["level"] == "INFO", "%v", log)
	eventually(t, "the grandchild is gone", func() bool { return syscall.Kill(grandchild, 0) == syscall.ESRCH })
}

func TestNoStopTimeout(t *testing.T) {
	w := wrap(t, wrapping{Mode: "signals", Group: true, StopTimeout: -1})
	w.out.expect("ready")
	w.Signal(syscall.SIGTERM)
	w.expectSignal("SIGTERM")
	w.stdin.Close()
	r, _ := w.finish()
	check(t, !r.Result.Killed && r.Result.ExitCode() == 0, "%+v", r)
}

func TestContextStops(t *testing.T) {
	w := wrap(t, wrapping{Mode: "pause", Group: true, Timeout: 30 * time.Millisecond, StopSignals: []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}})
	r, _ := w.finish()
	check(t, r.Result.Signal == syscall.SIGINT && r.Result.StopSignal == syscall.SIGINT && !r.Crashed, "%+v", r)
}

// TestStoppedTogether: a service manager sends TERM to all processes of a
// service; that the app dies of it before we notice ours is no crash.
func TestStoppedTogether(t *testing.T) {
	for range 10 {
		w := wrap(t, wrapping{Mode: "pause"}) // in the wrapper's group
		w.out.expect("ready")
		w.SignalGroup(syscall.SIGTERM)
		r, _ := w.finish()
		check(t, r.Result.ExitCode() == 143 && !r.Crashed && r.Requested, "%+v", r)
	}
}

// TestReasonAfterEnd is the same with the order certain.
func TestReasonAfterEnd(t *testing.T) {
	for _, test := range []struct {
		end, late syscall.Signal
		crashed   bool
		stops     int
	}{
		{syscall.SIGTERM, syscall.SIGTERM, false, 1},
		{syscall.SIGTERM, syscall.SIGHUP, true, 0},  // not the reason
		{syscall.SIGSEGV, syscall.SIGTERM, true, 0}, // no stop signal ends like this: nothing to wait for
	} {
		signals := make(chan syscall.Signal, 1)
		signals <- test.late
		p := start(t, child("kill", strconv.Itoa(int(test.end))))
		wait(t, p)
		var counts []int
		app := App{Reaper: reaper, OnStop: func(_ syscall.Signal, n int) { counts = append(counts, n) }}
		r := newSeries(&app).newRun(p, &Spec{Session: true})
		r.signals = signals
		r.end()
		result := r.finish()
		check(t, result.Crashed() == test.crashed && result.Stops == test.stops && len(counts) == test.stops,
			"ended by %s, then %s: %+v, %v", SignalName(test.end), SignalName(test.late), result, counts)
	}
}

// TestSetsidHolder: a descendant that escaped and keeps stdout does not delay
// the report of the app's end.
func TestSetsidHolder(t *testing.T) {
	began := time.Now()
	w := wrap(t, wrapping{Mode: "setsid", Group: true})
	r, _ := w.finish()
	check(t, r.Result.ExitCode() == 0 && time.Since(began) < deadline/2, "%+v after %v", r, time.Since(began))
	fields := strings.Fields(w.out.line())
	holder, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil {
		t.Fatal(err)
	}
	check(t, syscall.Kill(holder, syscall.SIGKILL) == nil, "the descendant was not left alone")
}

func TestCrashed(t *testing.T) {
	term, quit := syscall.SIGTERM, syscall.SIGQUIT
	for _, test := range []struct {
		name   string
		result Result
		want   bool
	}{
		{"exit 0", Result{}, false},
		{"exit 0, asked", Result{asked: []syscall.Signal{term}}, false},
		{"exit 1", Result{Status: Status{Code: 1}}, true},
		{"exit 1, asked", Result{Status: Status{Code: 1}, asked: []syscall.Signal{term}}, true},
		{"exit 143", Result{Status: Status{Code: 143}}, true},
		{"exit 143, asked", Result{Status: Status{Code: 143}, asked: []syscall.Signal{term}}, false},
		{"exit 128, asked", Result{Status: Status{Code: 128}, asked: []syscall.Signal{term}}, true},
		{"TERM", Result{Status: Status{Signal: term}}, true},
		{"TERM, asked", Result{Status: Status{Signal: term}, asked: []syscall.Signal{term}}, false},
		{"QUIT, asked by TERM", Result{Status: Status{Signal: quit}, asked: []syscall.Signal{term}}, true},
		{"QUIT, rewritten", Result{Status: Status{Signal: quit}, asked: []syscall.Signal{term, quit}}, false},
		{"SEGV, asked by TERM", Result{Status: Status{Signal: syscall.SIGSEGV}, asked: []syscall.Signal{term}}, true},
		{"KILL by the ladder", Result{Status: Status{Signal: syscall.SIGKILL}, Killed: true}, false},
		{"KILL by another", Result{Status: Status{Signal: syscall.SIGKILL}, asked: []syscall.Signal{term}}, true},
		{"exit 143, accepted", Result{Status: Status{Code: 143}, OK: true}, false},
		{"TERM, accepted", Result{Status: Status{Signal: term}, OK: true}, false},
		{"exit 0 after the time limit", Result{TimedOut: true, asked: []syscall.Signal{term}}, true},
		{"exit 1, asked by the watchdog", Result{Status: Status{Code: 1}, StopReason: StoppedByWatchdog, asked: []syscall.Signal{term}}, false},
		{"exit 1 before the ladder's KILL", Result{Status: Status{Code: 1}, Killed: true}, true},
	} {
		check(t, test.result.Crashed() == test.want, "%s: Crashed() = %t", test.name, !test.want)
	}
}
