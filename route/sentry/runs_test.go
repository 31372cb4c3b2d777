package sentry

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// testRun is a run that began two seconds after testStart.
var testRun = &detect.Run{ID: "00112233445566778899aabbccddeeff", PID: 7, Command: "job", Started: testStart}

func began() detect.Record {
	return detect.Record{ID: 1, Time: testStart, Stream: capture.Lifecycle, Level: detect.Info, Lines: 1, Run: testRun,
		Text: []byte("app started"), Message: []byte("app started"), Began: true, Event: &detect.Event{Kind: detect.RunBegan}}
}

func endedWith(e detect.Exit) detect.Record {
	e.Duration = 90 * time.Second
	r := detect.Record{ID: 900, Time: testStart + int64(90*time.Second), Stream: capture.Lifecycle, Level: detect.Info, Lines: 1, Run: testRun,
		Text: []byte("app ended"), Message: []byte("app ended"), Exit: &e, Event: &detect.Event{Kind: detect.RunEnded}}
	if e.Crashed {
		r.Level, r.Event = detect.Critical, &detect.Event{Crash: &e}
	}
	return r
}

// TestSessions checks what Sentry's release health is told of runs that end in
// different ways.
func TestSessions(t *testing.T) {
	for name, tt := range map[string]struct {
		exit     detect.Exit
		critical int // lines before it
		status   string
		errors   float64
		event    bool // in the same envelope
	}{
		"good":          {detect.Exit{}, 0, "exited", 0, false},
		"with errors":   {detect.Exit{}, 2, "exited", 2, false},
		"stopped":       {detect.Exit{Code: 143, Signal: "SIGTERM", Stop: detect.Stop{Requested: true}}, 0, "exited", 0, false},
		"failed":        {detect.Exit{Code: 1, Crashed: true}, 0, "crashed", 1, true},
		"signal":        {detect.Exit{Code: 139, Signal: "SIGSEGV", Crashed: true}, 1, "crashed", 2, true},
		"killed":        {detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true}, 0, "abnormal", 1, true},
		"out of memory": {detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, OOM: detect.OOM{Killed: true}}, 0, "abnormal", 1, true},
		"hung":          {detect.Exit{Code: 134, Signal: "SIGABRT", Stop: detect.Stop{Requested: true, Reason: detect.StoppedByWatchdog}}, 0, "abnormal", 0, false},
		"too long":      {detect.Exit{Code: 124, Crashed: true, TimedOut: true}, 0, "abnormal", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t)
			batch := []detect.Record{began()}
			for i := range tt.critical {
				r := criticalLine("no")
				r.ID, r.Run = capture.Offset(10+i), testRun
				batch = append(batch, r)
			}
			batch = append(batch, endedWith(tt.exit))
			if err := newSink(t, Options{DSN: srv.dsn()}).Deliver(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
			got := srv.envelopes()
			if len(got) != len(batch) {
				t.Fatalf("%d envelopes, want %d", len(got), len(batch))
			}
			first, last := got[0].only(sessionType), got[len(got)-1].only(sessionType)
			if len(first) != 1 || len(last) != 1 {
				t.Fatalf("%d sessions at the begin, %d at the end", len(first), len(last))
			}
			a, z := first[0].payload, last[0].payload
			if a["sid"] != "00112233-4455-6677-8899-aabbccddeeff" || a["init"] != true || a["status"] != "ok" || a["sid"] != z["sid"] || a["started"] != z["started"] {
				t.Errorf("session begins %v, ends %v", a, z)
			}
			if z["init"] != nil || z["status"] != tt.status || z["errors"] != tt.errors || z["duration"] != 90.0 {
				t.Errorf("session ends %v, want %s with %v errors", z, tt.status, tt.errors)
			}
			if at(z, "attrs.release") != "shop@1.4.2" || at(z, "attrs.environment") != "prod" {
				t.Errorf("attributes %v", z["attrs"])
			}
			if has := len(got[len(got)-1].only(eventType)) == 1; has != tt.event {
				t.Errorf("an event with the end: %v", has)
			}
		})
	}
}

// TestCrashLoopLeavesSessionEnded: giving up on restarts is an event, and opens no
// session again that has ended.
func TestCrashLoopLeavesSessionEnded(t *testing.T) {
	srv := newServer(t)
	end := endedWith(detect.Exit{Code: 1, Crashed: true})
	loop := detect.Record{ID: end.ID + 100, Time: end.Time, Stream: capture.Lifecycle, Level: detect.Critical, Lines: 1, Run: testRun,
		Text: []byte("given up"), Message: []byte("given up"), Loop: &detect.Loop{Restarts: 2, Code: 1}, Event: &detect.Event{}}
	if err := newSink(t, Options{DSN: srv.dsn()}).Deliver(t.Context(), []detect.Record{began(), end, loop}); err != nil {
		t.Fatal(err)
	}
	got := srv.envelopes()
	if last := got[len(got)-1]; len(got) != 3 || len(last.only(eventType)) != 1 || len(last.only(sessionType)) != 0 {
		t.Errorf("%d envelopes, in the last one %d events, %d sessions", len(got), len(last.only(eventType)), len(last.only(sessionType)))
	}
}

// TestLostSession checks that a run which logwrap did not survive is told of
// under its own id.
func TestLostSession(t *testing.T) {
	srv := newServer(t)
	lost := &detect.Lost{Run: "ffeeddccbbaa99887766554433221100", LastSeen: time.Unix(0, testStart).Add(-time.Hour)}
	r := endedWith(detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, Lost: lost})
	sink := newSink(t, Options{DSN: srv.dsn(), Monitor: &Monitor{Slug: "job"}})
	if err := sink.Deliver(t.Context(), []detect.Record{r}); err != nil {
		t.Fatal(err)
	}
	got := srv.envelopes()[0]
	s := got.only(sessionType)[0].payload
	if s["sid"] != "ffeeddcc-bbaa-9988-7766-554433221100" || s["status"] != "abnormal" || s["timestamp"] != stamp(lost.LastSeen.UnixNano()) ||
		s["started"] != stamp(lost.LastSeen.Add(-90*time.Second).UnixNano()) {
		t.Errorf("session %v", s)
	}
	if c := got.only(checkInType)[0].payload; c["status"] != "error" {
		t.Errorf("check-in %v", c)
	}
}

func TestNoSessions(t *testing.T) {
	no := false
	for name, o := range map[string]Options{"switched off": {Sessions: &no}, "no release": {}} {
		srv := newServer(t)
		o.DSN = srv.dsn()
		id := testIdentity
		if name == "no release" {
			id.Version = ""
		}
		sink, err := New(o, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := sink.Deliver(t.Context(), []detect.Record{began(), endedWith(detect.Exit{})}); err != nil {
			t.Fatal(err)
		}
		if n := len(srv.envelopes()); n != 0 {
			t.Errorf("%s: %d envelopes", name, n)
		}
	}
}

// TestSessionsUnknown checks that a server which refuses sessions is not told of
// them again, and gets its events.
func TestSessionsUnknown(t *testing.T) {
	srv := newServer(t, reply(http.StatusBadRequest, "no event in it"))
	sink := newSink(t, Options{DSN: srv.dsn()})
	if err := sink.Deliver(t.Context(), []detect.Record{began()}); err == nil {
		t.Error("a refusal is not told")
	}
	if err := sink.Deliver(t.Context(), []detect.Record{endedWith(detect.Exit{Code: 1, Crashed: true})}); err != nil {
		t.Error(err)
	}
	if got := srv.envelopes(); len(got) != 2 || len(got[1].only(sessionType)) != 0 || len(got[1].only(eventType)) != 1 {
		t.Errorf("%d envelopes", len(got))
	}
}

// TestCheckIns checks what a cron monitor is told.
func TestCheckIns(t *testing.T) {
	no := false
	m := &Monitor{Slug: "nightly-report", Schedule: "0 3 * * *", CheckinMargin: 5 * time.Minute, MaxRuntime: 90 * time.Second, Timezone: "Europe/Vienna", FailureThreshold: 2}
	for status, exit := range map[string]detect.Exit{"ok": {}, "error": {Code: 3, Crashed: true}} {
		srv := newServer(t)
		sink := newSink(t, Options{DSN: srv.dsn(), Monitor: m, Sessions: &no})
		if err := sink.Deliver(t.Context(), []detect.Record{began(), endedWith(exit)}); err != nil {
			t.Fatal(err)
		}
		got := srv.envelopes()
		a, z := got[0].only(checkInType)[0].payload, got[1].only(checkInType)[0].payload
		if a["status"] != "in_progress" || z["status"] != status || a["check_in_id"] != z["check_in_id"] || z["duration"] != 90.0 || a["monitor_slug"] != "nightly-report" {
			t.Errorf("begins %v, ends %v", a, z)
		}
		want := "map[checkin_margin:5 failure_issue_threshold:2 max_runtime:2 schedule:map[type:crontab value:0 3 * * *] timezone:Europe/Vienna]"
		if c := fmt.Sprint(a["monitor_config"]); c != want {
			t.Errorf("config %s, want %s", c, want)
		}
		if at(a, "contexts.trace.trace_id") != testRun.ID {
			t.Errorf("contexts %v", a["contexts"])
		}
	}
}

func TestMonitorCheck(t *testing.T) {
	for _, ok := range []string{"", "0 3 * * *", "*/15 8-18 * * mon-fri", "0 0 1 jan,jul *", "@daily", "10 minutes", "1 hour", "  5  4 *  * 7 "} {
		if err := (&Monitor{Slug: "a", Schedule: ok}).Check(); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{"60 3 * * *", "0 3 * *", "0 3 * * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a b c d e", "*/0 * * * *", "10 parsecs", "0 minutes", "1- * * * *", "@never"} {
		if err := (&Monitor{Slug: "a", Schedule: bad}).Check(); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	for name, m := range map[string]Monitor{
		"no slug": {Schedule: "@daily"}, "bad slug": {Slug: "Nightly Report"}, "zone": {Slug: "a", Schedule: "@daily", Timezone: "Vienna time"},
		"negative": {Slug: "a", Schedule: "@daily", MaxRuntime: -1}, "no schedule": {Slug: "a", MaxRuntime: time.Minute},
	} {
		if err := m.Check(); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, s := range []string{"0 3 * * *", "@daily", "10 minutes", "*/5,7 1-2 * * *", "-1 - / , *"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSchedule(text)
		if err == nil && s.Type != "" && s.Value == nil {
			t.Errorf("%q: %v", text, s)
		}
	})
}
