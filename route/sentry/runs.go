package sentry

import (
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// runs tells a server of the runs of the app: of each one as a session, if there
// is a release, and as a check-in, if there is a monitor. A run is told of once
// when it begins and once when it ends, and its session with each error as well.
// Every telling has the whole state, so it may come twice.
type runs struct {
	maker    *maker
	sessions bool
	monitor  *Monitor
	errors   map[string]errorCount // by the id of the run
	order    []string              // those ids, oldest first
}

// errorCount is how many events of trouble a run has had. One that is delivered
// again is not counted again.
type errorCount struct {
	n    int
	last capture.Offset // the record that was counted last
}

// maxRuns is how many runs' errors are remembered: they come one after another.
const maxRuns = 8

func newRuns(m *maker) runs {
	s := runs{
		maker:    m,
		sessions: (m.opts.Sessions == nil || *m.opts.Sessions) && m.release() != "",
		errors:   make(map[string]errorCount),
	}
	if mon := m.opts.Monitor; mon != nil && mon.Slug != "" {
		s.monitor = mon
	}
	return s
}

// step is what a record tells of a run.
type step struct {
	run      string // its id
	began    bool
	ended    *detect.Exit // nil: it goes on
	started  int64        // Unix nanoseconds, 0 if unknown
	at       int64
	duration time.Duration // so far
}

// stepOf is what r tells of a run, false if nothing. Giving up on restarts comes
// after the end of the last run, and no session goes on after its end.
func stepOf(r *detect.Record) (step, bool) {
	if r.Event == nil || r.Run == nil || r.Loop != nil {
		return step{}, false
	}
	s := step{run: r.Run.ID, began: r.Event.Kind == detect.RunBegan, started: r.Run.Started, at: r.Time, ended: endingOf(r)}
	if s.started != 0 {
		s.duration = max(time.Duration(s.at-s.started), 0)
	}
	if s.ended != nil {
		s.duration = s.ended.Duration
		if lost := s.ended.Lost; lost != nil {
			s.run, s.started, s.at = lost.Run, lost.LastSeen.Add(-s.duration).UnixNano(), lost.LastSeen.UnixNano()
		}
	}
	return s, s.run != ""
}

// endingOf returns how a run ended, if r is what tells so.
func endingOf(r *detect.Record) *detect.Exit {
	if c := crashOf(r); c != nil && c.Worker == nil {
		return c
	}
	if r.Exit != nil && r.Exit.Worker == nil {
		return r.Exit
	}
	return nil
}

// items is what a record tells of its run, beside the event that it may be.
func (s *runs) items(r *detect.Record) (list []item) {
	st, ok := stepOf(r)
	if !ok || !s.sessions && s.monitor == nil {
		return nil
	}
	failed := s.count(r, st.run)
	if s.sessions {
		list = append(list, s.maker.session(&st, failed))
	}
	if s.monitor != nil && (st.began || st.ended != nil) {
		list = append(list, s.maker.checkIn(s.monitor, &st))
	}
	return list
}

// count adds r to the errors of its run, if it is one, and returns how many there
// are: none when the run begins, also if that is told late.
func (s *runs) count(r *detect.Record, run string) int {
	c, known := s.errors[run]
	if !known {
		if s.order = append(s.order, run); len(s.order) > maxRuns {
			delete(s.errors, s.order[0])
			s.order = s.order[1:]
		}
	}
	if r.Event.Kind == detect.Trouble && (c.n == 0 || r.ID > c.last) {
		c.n, c.last = c.n+1, r.ID
	}
	s.errors[run] = c
	if r.Event.Kind == detect.RunBegan {
		return 0
	}
	return c.n
}

// unwanted stops sending what a server has refused: not every one that takes
// Sentry's events knows sessions and check-ins.
func (s *runs) unwanted(items []item) {
	for i := range items {
		switch items[i].Type {
		case sessionType:
			s.sessions = false
		case checkInType:
			s.monitor = nil
		}
	}
}
