package supervise

import (
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// clock is what an app's pump knows: when something was last written.
type clock struct{ last atomic.Int64 }

func (c *clock) write()                 { c.last.Store(time.Now().UnixNano()) }
func (c *clock) silence() time.Duration { return time.Since(time.Unix(0, c.last.Load())) }

// watched starts an App with a watchdog, and returns what its Run returns.
func watched(t *testing.T, app *App, spec Spec) <-chan Result {
	t.Helper()
	results := make(chan Result, 1)
	go func() {
		r, err := app.Run(t.Context(), func(int) (Spec, error) { return spec, nil })
		check(t, err == nil, "%v", err)
		results <- r
	}()
	return results
}

func result(t *testing.T, results <-chan Result) Result {
	t.Helper()
	select {
	case r := <-results:
		return r
	case <-time.After(deadline):
		t.Fatal("the app did not end")
		return Result{}
	}
}

// TestHangIsReportedOnce: one report for each silence.
func TestHangIsReportedOnce(t *testing.T) {
	const after = 30 * time.Millisecond
	app, book := newApp(t)
	var c clock
	app.Watchdog = Watchdog{After: after, Silence: c.silence}
	stdin, end := pipe(t)
	spec := child("eof")
	spec.Files[0] = stdin
	results := watched(t, app, spec)
	for reports := 1; reports <= 3; reports++ {
		eventually(t, "the hang is reported", func() bool { return len(book.events("hang")) >= reports })
		time.Sleep(5 * after) // another report would have come by now
		hangs := book.events("hang")
		check(t, len(hangs) == reports, "%d reports of silence %d", len(hangs), reports)
		hang := hangs[reports-1]
		check(t, hang["level"] == "ERROR" && hang["silent_ms"].(float64) >= float64(after.Milliseconds()) && hang["dump_signal"] == nil, "%v", hang)
		c.write()
	}
	end.Close()
	r := result(t, results)
	check(t, !r.Hung && r.StopReason == "" && r.ExitCode() == 0, "%+v", r)
	check(t, book.event("end")["hung"] == nil, "%v", book.event("end"))
}

// TestTalkingAppDoesNotHang: what writes now and then is left alone.
func TestTalkingAppDoesNotHang(t *testing.T) {
	const after = time.Second
	app, book := newApp(t)
	began := time.Now()
	app.Watchdog = Watchdog{After: after, Silence: func() time.Duration { return after / 2 }}
	stdin, end := pipe(t)
	spec := child("eof")
	spec.Files[0] = stdin
	results := watched(t, app, spec)
	eventually(t, "time passes", func() bool { return time.Since(began) > after*3/2 })
	end.Close()
	result(t, results)
	check(t, len(book.events("hang")) == 0, "%v", book.events("hang"))
}

// TestDump: the app is asked where it is, and its answer comes before the
// report, which says how the app was before it was asked.
func TestDump(t *testing.T) {
	app, book := newApp(t)
	var c clock
	c.write()
	app.Watchdog = Watchdog{After: 300 * time.Millisecond, Dump: syscall.SIGUSR1, Silence: c.silence}
	stdin, end := pipe(t)
	r, stdout := pipe(t)
	out := newOutput(t, r)
	spec := child("signals")
	spec.Files = []*os.File{stdin, stdout, os.Stderr}
	results := watched(t, app, spec)
	out.expect("ready")
	out.expect("SIGUSR1")
	c.write()
	dumped := time.Now()
	check(t, len(book.events("hang")) == 0, "reported before the dump")
	eventually(t, "the hang is reported", func() bool { return len(book.events("hang")) > 0 })
	check(t, time.Since(dumped) > dumpSilence*9/10, "reported %v after the dump", time.Since(dumped))
	end.Close()
	check(t, out.file != nil && result(t, results).ExitCode() == 0, "failed")
	hang := book.event("hang")
	check(t, hang["dump_signal"] == "SIGUSR1" && hang["silent_ms"].(float64) < 1300, "%v", hang)
}

// TestDumpWithoutEnd: one that goes on writing is waited for, but not for ever.
func TestDumpWithoutEnd(t *testing.T) {
	began := time.Now()
	r := &run{process: &Process{reaper: &Reaper{}}, log: (&logbook{t: t}).logger(), app: &App{Watchdog: Watchdog{After: time.Hour}}}
	r.watch.hang = &hang{dumped: began}
	for at := time.Duration(0); at < dumpTimeout; at += dumpSilence / 2 {
		r.awaitDump(began.Add(at), dumpSilence/2)
		check(t, r.watch.hang != nil && r.watch.timer != nil, "reported after %v", at)
	}
	r.awaitDump(began.Add(dumpTimeout), dumpSilence/2)
	check(t, r.watch.hang == nil, "not reported")
}

// TestDumpThatEnds: an app that dies of the dump is one event, the end.
func TestDumpThatEnds(t *testing.T) {
	app, book := newApp(t)
	app.Watchdog = Watchdog{After: 50 * time.Millisecond, Dump: syscall.SIGKILL, Silence: func() time.Duration { return time.Hour }}
	r := runSpecs(t, app, child("pause"))
	check(t, r.Hung && r.Crashed() && r.StopReason == "" && r.ExitCode() == 137, "%+v", r)
	end := book.event("end")
	check(t, end["hung"] == true && end["silent_ms"].(float64) >= 50 && end["level"] == "ERROR+4", "%v", end)
	check(t, len(book.events("hang")) == 0, "%v", book.events("hang"))
}

// TestHangRestarts: also without a restart policy, as often as is allowed.
func TestHangRestarts(t *testing.T) {
	for _, dump := range []syscall.Signal{0, syscall.SIGKILL} {
		app, book := newApp(t)
		app.Watchdog = Watchdog{After: 50 * time.Millisecond, Dump: dump, Restart: true, Silence: func() time.Duration { return time.Hour }}
		app.MaxRestarts, app.GoodRun = 2, 10*time.Second
		r := runSpecs(t, app, child("pause"))
		check(t, r.Hung && r.Restarts == 2, "%+v", r)
		check(t, len(book.events("restart")) == 2 && len(book.events("crash_loop")) == 1, "%v", book.events("restart"))
		if dump == 0 {
			check(t, r.StopReason == StoppedByWatchdog && !r.Crashed() && r.Signal == syscall.SIGTERM, "%+v", r)
			check(t, len(book.events("hang")) == 3, "%v", book.events("hang"))
			for _, end := range book.events("end") {
				check(t, end["stop_reason"] == "watchdog" && end["hung"] == nil && end["level"] == "INFO", "%v", end)
			}
		}
	}
}

// TestHangThatIgnoresTerm: the watchdog's stop has all steps of the ladder.
func TestHangThatIgnoresTerm(t *testing.T) {
	w := Watchdog{After: 300 * time.Millisecond, Restart: true, Silence: func() time.Duration { return time.Hour }}
	app, book := newApp(t)
	app.Watchdog, app.StopTimeout, app.MaxRestarts = w, 100*time.Millisecond, 1
	r := runSpecs(t, app, child("stubborn"), child("exit", "0"))
	check(t, r.ExitCode() == 0 && r.Restarts == 1 && len(book.events("kill")) == 1, "%+v, %v", r, book.events("kill"))
}

// TestStoppingIsNotHanging: an app that was asked to stop may be silent.
func TestStoppingIsNotHanging(t *testing.T) {
	app, book := newApp(t)
	app.Watchdog = Watchdog{After: 400 * time.Millisecond, Silence: func() time.Duration { return time.Hour }}
	app.StopTimeout = 800 * time.Millisecond
	signals := make(chan syscall.Signal, 1)
	app.Signals = &Signals{out: signals}
	app.OnStart = func(int) { signals <- syscall.SIGTERM }
	out, stdout := pipe(t)
	spec := child("stubborn")
	spec.Files = []*os.File{nil, stdout, os.Stderr}
	app.StopSignals = []syscall.Signal{syscall.SIGTERM}
	app.Rewrite = map[syscall.Signal]syscall.Signal{syscall.SIGTERM: 0} // it never hears of it
	r := runSpecs(t, app, spec)
	newOutput(t, out).line()
	check(t, r.Killed && !r.Hung && len(book.events("hang")) == 0, "%+v, %v", r, book.events("hang"))
}

// TestSuspendedIsNotHanging: job control stopped it, and the time that we were
// stopped too was not its own.
func TestSuspendedIsNotHanging(t *testing.T) {
	const after = time.Minute
	book := &logbook{t: t}
	app := &App{Reaper: reaper, Log: book.logger(), Watchdog: Watchdog{After: after, Silence: func() time.Duration { return time.Hour }}}
	p := &Process{reaper: reaper, started: time.Now().Add(-time.Hour)}
	r := newSeries(app).newRun(p, &Spec{Session: true})
	r.suspended = true
	r.lookAfter()
	check(t, len(book.events("hang")) == 0 && r.watch.timer != nil, "suspended: %v", book.events("hang"))
	r.suspended, r.resumed = false, time.Now().Add(-after/2)
	r.lookAfter()
	check(t, len(book.events("hang")) == 0 && r.watch.timer != nil, "just resumed: %v", book.events("hang"))
	r.resumed, p.started = time.Time{}, time.Now().Add(-after/2)
	r.lookAfter()
	check(t, len(book.events("hang")) == 0, "just started: %v", book.events("hang"))
	p.started = time.Now().Add(-time.Hour)
	r.lookAfter()
	check(t, len(book.events("hang")) == 1, "not reported")
}
