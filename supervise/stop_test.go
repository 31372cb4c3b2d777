package supervise

import (
	"syscall"
	"testing"
	"time"
)

func TestTimeout(t *testing.T) {
	for _, test := range []struct {
		mode   string
		arg    string
		signal syscall.Signal
		killed bool
	}{
		{"pause", "", syscall.SIGTERM, false},
		{"term", "0", 0, false}, // it says that all is well
		{"stubborn", "", syscall.SIGKILL, true},
	} {
		const timeout = 200 * time.Millisecond // time enough to be ready for TERM
		app, book := newApp(t)
		app.Timeout, app.StopTimeout = timeout, 100*time.Millisecond
		if !test.killed {
			app.StopTimeout = deadline
		}
		spec := child(test.mode, test.arg)
		spec.Files = nil
		r := runSpecs(t, app, spec)
		check(t, r.ExitCode() == CodeTimedOut && r.TimedOut && r.Crashed() && r.Killed == test.killed, "%s: %+v", test.mode, r)
		check(t, r.StopReason == StoppedByTimeout && !r.StopRequested() && r.Duration() >= timeout, "%s: %+v", test.mode, r)
		end := book.event("end")
		check(t, end["level"] == "ERROR+4" && end["exit_code"] == 124.0 && end["timed_out"] == true && end["timeout_ms"] == 200.0 &&
			end["stop_reason"] == "timeout" && end["crashed"] == true && end["app_exit_code"] == float64(r.Status.ExitCode()), "%s: %v", test.mode, end)
		check(t, book.event("stop")["stop_reason"] == "timeout", "%v", book.events("stop"))
		if len(book.events("kill")) != 0 != test.killed {
			t.Errorf("%s: %v", test.mode, book.events("kill"))
		}
		if test.mode != "term" { // whose runtime a loaded machine may not have ready in time
			check(t, r.Signal == test.signal, "%s: %+v", test.mode, r)
		}
	}
}

// TestTimeoutIsAFailure: it is no stop that somebody requested.
func TestTimeoutIsAFailure(t *testing.T) {
	app, _ := newApp(t)
	app.Timeout, app.Restart, app.MaxRestarts = 20*time.Millisecond, RestartOnFailure, 1
	r := runSpecs(t, app, child("pause"))
	check(t, r.Restarts == 1 && r.ExitCode() == CodeTimedOut, "%+v", r)
}

func TestNoTimeout(t *testing.T) {
	app, _ := newApp(t)
	app.Timeout = time.Hour
	r := runSpecs(t, app, child("exit", "5"))
	check(t, r.ExitCode() == 5 && !r.TimedOut && r.StopReason == "", "%+v", r)
}

// TestStopBeatsTimeout: once an app is stopping, the time limit is void.
func TestStopBeatsTimeout(t *testing.T) {
	w := wrap(t, wrapping{Mode: "signals", Group: true, StopTimeout: -1, RunTimeout: 500 * time.Millisecond})
	w.out.expect("ready")
	w.Signal(syscall.SIGTERM)
	w.expectSignal("SIGTERM")
	time.Sleep(600 * time.Millisecond) // until the limit would have passed
	w.stdin.Close()
	check(t, w.out.rest() == "", "a second signal came")
	r, _ := w.finish()
	check(t, !r.Result.TimedOut && r.Result.StopReason == StoppedBySignal && w.Status().ExitCode() == 0, "%+v", r)
}

// TestTermStorm: ten thousand requests a second are one stop sequence, which
// takes no longer for it.
func TestTermStorm(t *testing.T) {
	storm := 5 * time.Second
	if testing.Short() {
		storm = time.Second
	}
	stopTimeout := storm * 4 / 5
	w := wrap(t, wrapping{Mode: "stubborn", Group: true, StopTimeout: stopTimeout})
	w.out.line()
	const perMillisecond = 10
	began := time.Now()
	for time.Since(began) < storm && w.Signal(syscall.SIGTERM) == nil {
		for range perMillisecond - 1 {
			w.Signal(syscall.SIGTERM)
		}
		time.Sleep(time.Millisecond)
	}
	r, log := w.finish()
	took := r.Result.Ended.Sub(began)
	check(t, took >= stopTimeout && took < stopTimeout+deadline/4, "took %v, stop timeout %v", took, stopTimeout)
	check(t, r.Result.Killed && r.Result.Stops > loggedStops && len(r.Counts) == r.Result.Stops && !r.Crashed, "%+v", r.Result)
	events := map[any]int{}
	for _, record := range log {
		events[record["event"]]++
	}
	check(t, events["kill"] == 1 && events["end"] == 1 && events["stop"] <= loggedStops, "records: %v", events)
	t.Logf("%d stop signals forwarded in %v", r.Result.Stops, took)
}

// TestLadderKeepsItsTime: only an earlier end moves the time of KILL.
func TestLadderKeepsItsTime(t *testing.T) {
	var l ladder
	l.start(time.Minute)
	first, timer := l.deadline, l.timeout
	l.start(time.Hour)
	check(t, l.deadline.Equal(first) && l.timeout == timer, "a later request moved it to %v", l.deadline)
	l.start(time.Second)
	check(t, l.deadline.Before(first) && l.timeout != timer, "an earlier end did not count")
}
