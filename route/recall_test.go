package route

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// eventSink keeps what it is told of each event.
type eventSink struct {
	mu     sync.Mutex
	events []string
	crumbs [][]detect.Crumb
	output []string
}

func (s *eventSink) Deliver(_ context.Context, batch []detect.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch {
		s.events = append(s.events, string(batch[i].Message))
		s.crumbs = append(s.crumbs, batch[i].Event.Crumbs)
		s.output = append(s.output, string(batch[i].Event.Output))
	}
	return nil
}

func (s *eventSink) Close() error { return nil }

func (s *eventSink) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.events...)
}

func (s *eventSink) await(t *testing.T, event string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		for _, e := range s.seen() {
			if e == event {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("event %q did not come, only %q", event, s.seen())
		}
	}
}

// runUntil runs a router of its own until an event has arrived and its cursor is
// stored, and stops it as a kill would: without the journal's end.
func (r *rig) runUntil(sink *eventSink, event string) {
	r.t.Helper()
	router := r.router(true, sink)
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	go func() { done <- router.Run(ctx) }()
	sink.await(r.t, event)
	for deadline := time.Now().Add(20 * time.Second); r.journal.Backlogs()[0].Lines > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("backlog %v", r.journal.Backlogs())
		}
	}
	cancel()
	if err := <-done; err != nil {
		r.t.Fatal(err)
	}
}

// TestBackgroundOutlivesTheRouter checks that an event has the same records and
// lines behind it, whether its router has seen them or one before it, and that
// nothing comes twice.
func TestBackgroundOutlivesTheRouter(t *testing.T) {
	before := func(restart bool) (*eventSink, []detect.Crumb, string) {
		r := newRig(t, 1<<20, false, "events")
		sink := &eventSink{}
		for i := range 150 {
			r.append(capture.Stream(i%2), fmt.Sprintf("INFO:app:line %d\n", i))
		}
		r.append(capture.Stdout, "CRITICAL:app:first\nINFO:app:between\n")
		if restart {
			r.runUntil(sink, "first")
		}
		r.append(capture.Stdout, "CRITICAL:app:second\nINFO:app:after\n")
		r.runUntil(sink, "second")
		if got := fmt.Sprint(sink.seen()); got != "[first second]" {
			t.Fatalf("events %s", got)
		}
		return sink, sink.crumbs[1], sink.output[1]
	}
	_, want, wantOutput := before(false)
	_, got, gotOutput := before(true)
	if len(want) != 100 || len(got) != len(want) {
		t.Fatalf("%d crumbs after a restart, %d without, want 100", len(got), len(want))
	}
	for i := range want {
		if got[i].Message != want[i].Message || got[i].Stream != want[i].Stream || got[i].Level != want[i].Level {
			t.Errorf("crumb %d is %v, want %v", i, got[i], want[i])
		}
	}
	if gotOutput != wantOutput || strings.Count(wantOutput, "\n") != 20 || !strings.HasSuffix(wantOutput, "CRITICAL:app:first\nINFO:app:between\n") {
		t.Errorf("output after a restart %q, without %q", gotOutput, wantOutput)
	}
}

// TestReachIsBounded checks that what an event has behind it does not pin more of
// the journal than it may.
func TestReachIsBounded(t *testing.T) {
	r := newRig(t, 4<<20, false, "events")
	sink := &eventSink{}
	long := strings.Repeat("x", 8<<10)
	for i := range 200 {
		r.append(capture.Stdout, fmt.Sprintf("INFO:app:%d %s\n", i, long))
	}
	r.append(capture.Stdout, "CRITICAL:app:first\nINFO:app:after\n")
	r.runUntil(sink, "first")
	view := r.router(true, sink).view
	h, err := view.Handle("events")
	if err != nil {
		t.Fatal(err)
	}
	cursor, _ := h.Cursor()
	if behind := view.Head() - cursor.Frame; behind < 16<<10 || behind > recallMost+markEvery+capture.MaxPayload {
		t.Errorf("the cursor keeps %d bytes", behind)
	}
}

// TestRunsAreTold checks that a handler that wants to know hears of each run once
// when it begins and once when it ends, whatever else is an event.
func TestRunsAreTold(t *testing.T) {
	var got []string
	e := NewEvents(EventOptions{Runs: true, Crumbs: -1}, func(r *detect.Record) {
		got = append(got, fmt.Sprintf("%d %t %s", r.Event.Kind, r.Event.Crash != nil, r.Message))
	})
	at := capture.Offset(0)
	add := func(text string, event bool) {
		r := detect.Record{ID: at, End: at + 1, Stream: capture.Lifecycle, Level: detect.Info, Text: []byte(text), Message: []byte(text), Lines: 1}
		at++
		readLifecycle(&r)
		r.Message = r.Message[:min(len(r.Message), 20)]
		e.Add(&r, event)
	}
	add(`{"event":"start","pid":7}`, false)
	add(`{"event":"end","pid":7,"exit_code":0}`, false)
	add(`{"event":"start","pid":8}`, false)
	add(`{"event":"end","pid":8,"exit_code":3,"crashed":true}`, false)
	want := []string{`1 false {"event":"start","pi`, `2 false {"event":"end","pid"`, `1 false {"event":"start","pi`, `0 true {"event":"end","pid"`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// TestBackgroundIsOfOneRun checks that what the run before wrote is not behind the
// events of the next.
func TestBackgroundIsOfOneRun(t *testing.T) {
	var crumbs []detect.Crumb
	e := NewEvents(EventOptions{}, func(r *detect.Record) { crumbs = r.Event.Crumbs })
	for i, text := range []string{"of the first", "of the second, early", "app started", "of the second", "wrong"} {
		r := detect.Record{ID: capture.Offset(i), End: capture.Offset(i + 1), Level: detect.Info, Text: []byte(text), Message: []byte(text), Lines: 1,
			Run: &detect.Run{ID: fmt.Sprint(i > 0)}, Began: text == "app started"}
		e.Add(&r, text == "wrong")
	}
	if len(crumbs) != 3 || crumbs[0].Message != "of the second, early" {
		t.Errorf("crumbs %v", crumbs)
	}
}
