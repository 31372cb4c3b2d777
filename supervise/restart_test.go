package supervise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// logbook keeps the records of a logger. It may be read while it is written.
type logbook struct {
	t    testing.TB
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *logbook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *logbook) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// events returns the records of one kind so far.
func (b *logbook) events(kind string) (found []map[string]any) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range bytes.Lines(b.data.Bytes()) {
		var record map[string]any
		if err := json.Unmarshal(line, &record); err != nil {
			b.t.Errorf("bad log line %q: %v", line, err)
		}
		if record["event"] == kind {
			found = append(found, record)
		}
	}
	return found
}

// event returns the one record of a kind.
func (b *logbook) event(kind string) map[string]any {
	b.t.Helper()
	found := b.events(kind)
	if len(found) != 1 {
		b.t.Fatalf("%d records of %q: %v", len(found), kind, found)
	}
	return found[0]
}

// newApp returns an App that runs in this process and restarts without delay.
func newApp(t testing.TB) (*App, *logbook) {
	book := &logbook{t: t}
	return &App{Reaper: reaper, Log: book.logger(), MinPause: time.Millisecond, MaxPause: time.Millisecond}, book
}

// runSpecs runs an App, run after run with the next spec; the last is repeated.
func runSpecs(t testing.TB, app *App, specs ...Spec) Result {
	t.Helper()
	result, err := app.Run(t.Context(), func(run int) (Spec, error) { return specs[min(run, len(specs))-1], nil })
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestParseRestart(t *testing.T) {
	for _, policy := range []Restart{RestartNever, RestartOnFailure, RestartAlways} {
		got, err := ParseRestart(policy.String())
		check(t, got == policy && err == nil, "%s: %v, %v", policy, got, err)
	}
	for _, bad := range []string{"", "no", "Always", "on-success"} {
		_, err := ParseRestart(bad)
		check(t, err != nil && strings.Contains(err.Error(), "on-failure"), "%q: %v", bad, err)
	}
}

func TestRestartPolicies(t *testing.T) {
	const limit = 2
	for _, test := range []struct {
		policy Restart
		mode   string
		arg    string
		ok     []int
		runs   int
		code   int
	}{
		{RestartNever, "exit", "1", nil, 1, 1},
		{RestartOnFailure, "exit", "0", nil, 1, 0},
		{RestartOnFailure, "exit", "1", nil, 1 + limit, 1},
		{RestartOnFailure, "exit", "3", []int{3}, 1, 0},
		{RestartOnFailure, "kill", "11", nil, 1 + limit, 139},
		{RestartOnFailure, "kill", "9", nil, 1 + limit, 137},
		{RestartOnFailure, "kill", "15", []int{143}, 1, 0},
		{RestartAlways, "exit", "0", nil, 1 + limit, 0},
	} {
		app, book := newApp(t)
		app.Restart, app.MaxRestarts, app.OkCodes = test.policy, limit, test.ok
		var started, ended []int
		app.OnStart = func(pid int) { started = append(started, pid) }
		app.OnEnd = func(r Result) { ended = append(ended, r.Pid) }
		r := runSpecs(t, app, child(test.mode, test.arg))
		name := test.policy.String() + " " + test.mode + " " + test.arg
		check(t, r.ExitCode() == test.code && r.Restarts == test.runs-1, "%s: code %d, %+v", name, r.ExitCode(), r)
		check(t, len(started) == test.runs && len(ended) == test.runs, "%s: OnStart %v, OnEnd %v", name, started, ended)
		check(t, len(book.events("start")) == test.runs && len(book.events("end")) == test.runs, "%s: %v", name, book.events("end"))
		check(t, len(book.events("restart")) == test.runs-1, "%s: %v", name, book.events("restart"))
		for i, end := range book.events("end") {
			restarts, _ := end["restarts"].(float64)
			check(t, end["pid"] == float64(started[i]) && int(restarts) == i, "%s: %v", name, end)
			check(t, end["exit_code"] == float64(test.code), "%s: %v", name, end)
		}
		for i, restart := range book.events("restart") {
			check(t, restart["level"] == "WARN" && restart["restarts"] == float64(i+1) && restart["exit_code"] == float64(test.code), "%s: %v", name, restart)
		}
		if test.runs == 1+limit {
			loop := book.event("crash_loop")
			check(t, loop["level"] == "ERROR+4" && loop["restarts"] == float64(limit) && loop["exit_code"] == float64(test.code), "%s: %v", name, loop)
		} else {
			check(t, len(book.events("crash_loop")) == 0, "%s: %v", name, book.events("crash_loop"))
		}
	}
}

// TestOkCodeRecord: the record keeps what the app said.
func TestOkCodeRecord(t *testing.T) {
	app, book := newApp(t)
	app.OkCodes = []int{7}
	r := runSpecs(t, app, child("exit", "7"))
	check(t, r.ExitCode() == 0 && r.Status.ExitCode() == 7 && !r.Crashed(), "%+v", r)
	end := book.event("end")
	check(t, end["level"] == "INFO" && end["exit_code"] == 0.0 && end["app_exit_code"] == 7.0 && end["crashed"] == false, "%v", end)
}

// TestGoodRunForgets: restarts count in a row only.
func TestGoodRunForgets(t *testing.T) {
	app, book := newApp(t)
	app.Restart, app.MaxRestarts, app.GoodRun = RestartOnFailure, 1, time.Nanosecond
	bad, good := child("exit", "1"), child("exit", "0")
	r := runSpecs(t, app, bad, bad, bad, bad, good)
	check(t, r.ExitCode() == 0 && r.Restarts == 4 && len(book.events("crash_loop")) == 0, "%+v", r)
}

func TestGood(t *testing.T) {
	s := newSeries(&App{})
	now := time.Now()
	lived := func(d time.Duration) Status { return Status{Started: now, Ended: now.Add(d)} }
	for _, test := range []struct {
		name   string
		result Result
		want   bool
	}{
		{"short", Result{Status: lived(DefaultGoodRun - 1)}, false},
		{"long enough", Result{Status: lived(DefaultGoodRun)}, true},
		{"hung from the start", Result{Status: lived(time.Hour), Hung: true}, false},
		{"hung in the end", Result{Status: lived(time.Hour), Hung: true, productive: DefaultGoodRun}, true},
		{"not started", Result{Status: lived(time.Hour), notStarted: true}, false},
	} {
		check(t, s.good(&test.result) == test.want, "%s: good = %t", test.name, !test.want)
	}
}

// TestPauses: from 100 ms, doubled each time, to a minute; a fifth more or less.
func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := 0.5
		book := &logbook{t: t}
		app := &App{Restart: RestartAlways, Random: func() float64 { return random }, Log: book.logger()}
		s := newSeries(app)
		s.runs = 1
		pause := func(lived time.Duration) time.Duration {
			began := time.Now()
			r := Result{Status: Status{Code: 1, Started: began, Ended: began.Add(lived)}}
			check(t, s.again(t.Context(), &r), "not started again")
			return time.Since(began)
		}
		for _, want := range []time.Duration{100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000} {
			want *= time.Millisecond
			got := pause(time.Second)
			check(t, got == want, "paused %v, want %v", got, want)
		}
		random = 0
		check(t, pause(0) == 48*time.Second, "the least is not a fifth less")
		random = 1
		check(t, pause(0) == 72*time.Second, "the most is not a fifth more")
		random = 0.5
		check(t, pause(DefaultGoodRun) == 100*time.Millisecond, "a good run did not count")
		restarts := book.events("restart")
		check(t, restarts[2]["delay_ms"] == 400.0, "%v", restarts[2])
	})
}

// TestStopInPause: a stop signal ends the pause and the series, another is
// dropped.
func TestStopInPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan syscall.Signal)
		book := &logbook{t: t}
		var stops []syscall.Signal
		app := &App{
			Restart: RestartAlways, MinPause: time.Minute, Signals: &Signals{out: signals}, Log: book.logger(),
			OnStop: func(sig syscall.Signal, count int) { stops = append(stops, sig, syscall.Signal(count)) },
		}
		s := newSeries(app)
		s.runs = 1
		go func() {
			for _, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGWINCH, syscall.SIGQUIT} {
				time.Sleep(time.Second)
				signals <- sig
			}
		}()
		began := time.Now()
		r := Result{Status: Status{Code: 3}}
		check(t, !s.again(t.Context(), &r) && time.Since(began) == 3*time.Second, "stopped after %v", time.Since(began))
		check(t, len(stops) == 2 && stops[0] == syscall.SIGQUIT && stops[1] == 1, "OnStop: %v", stops)
		check(t, book.event("stop")["signal"] == "SIGQUIT", "%v", book.event("stop"))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		check(t, !s.again(ctx, &r) && time.Since(began) == time.Second, "stopped by the context after %v", time.Since(began))
	})
}

// TestStoppedIsNotRestarted: whoever asked the app to end does not want it back.
func TestStoppedIsNotRestarted(t *testing.T) {
	for _, mode := range []string{"pause", "term"} {
		app, book := newApp(t)
		app.Restart = RestartAlways
		signals := make(chan syscall.Signal, 1)
		app.Signals = &Signals{out: signals}
		stdin, _ := pipe(t)
		out, stdout := pipe(t)
		spec := child(mode, "1")
		spec.Files = []*os.File{stdin, stdout, os.Stderr}
		app.OnStart = func(int) {
			go func() {
				newOutput(t, out).expect("ready")
				signals <- syscall.SIGTERM
			}()
		}
		r := runSpecs(t, app, spec)
		check(t, r.Restarts == 0 && r.StopReason == StoppedBySignal && r.Stops == 1, "%s: %+v", mode, r)
		end := book.event("end")
		check(t, end["stop_reason"] == "signal" && end["stop_requested"] == true, "%v", end)
		check(t, book.event("stop")["signal"] == "SIGTERM", "%v", book.event("stop"))
	}
}

// TestFailedStarts: a restart that fails counts as a run that failed.
func TestFailedStarts(t *testing.T) {
	trouble := errors.New("no pipes left")
	app, book := newApp(t)
	app.Restart = RestartOnFailure
	var calls, ends int
	app.OnEnd = func(Result) { ends++ }
	r, err := app.Run(t.Context(), func(run int) (Spec, error) {
		calls++
		check(t, run == calls, "run %d in call %d", run, calls)
		switch run {
		case 1:
			return child("exit", "1"), nil
		case 2:
			return Spec{}, trouble
		case 3:
			return Spec{Path: "/no/such/file"}, nil
		}
		return child("exit", "0"), nil
	})
	check(t, err == nil && r.ExitCode() == 0 && r.Restarts == 3 && calls == 4 && ends == 2, "%v, %+v, %d calls, %d ends", err, r, calls, ends)
	starts := book.events("start")
	check(t, len(starts) == 4 && starts[1]["level"] == "ERROR" && starts[1]["error"] == trouble.Error() && starts[1]["exit_code"] == 125.0 &&
		starts[2]["exit_code"] == 127.0, "%v", starts)

	app.MaxRestarts = 2
	r, err = app.Run(t.Context(), func(run int) (Spec, error) {
		if run == 1 {
			return child("exit", "1"), nil
		}
		return Spec{Path: "/no/such/file"}, nil
	})
	check(t, err == nil && r.ExitCode() == 127 && r.Restarts == 2, "%v, %+v", err, r)
	check(t, book.event("crash_loop")["exit_code"] == 127.0, "%v", book.events("crash_loop"))

	_, err = app.Run(t.Context(), func(int) (Spec, error) { return Spec{}, trouble })
	check(t, errors.Is(err, trouble), "the first start: %v", err)
}

// TestRunsHaveFilesOfTheirOwn: what a run writes comes out of its own pipe,
// which ends with it.
func TestRunsHaveFilesOfTheirOwn(t *testing.T) {
	app, _ := newApp(t)
	app.Restart, app.MaxRestarts = RestartAlways, 2
	var out, end *os.File
	app.OnStart = func(int) { end.Close() }
	var said []string
	app.OnEnd = func(Result) {
		data, err := io.ReadAll(out)
		check(t, err == nil, "%v", err)
		said = append(said, string(data))
	}
	_, err := app.Run(t.Context(), func(run int) (Spec, error) {
		out, end = pipe(t)
		spec := child("say", "run", strconv.Itoa(run))
		spec.Files = []*os.File{nil, end, os.Stderr}
		return spec, nil
	})
	check(t, err == nil && strings.Join(said, "") == "run 1\nrun 2\nrun 3\n", "%v: %q", err, said)
}
