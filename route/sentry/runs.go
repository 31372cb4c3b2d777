package sentry

import (
	"time"

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
	errors   map[string]int // events of trouble by the id of their run
	order    []string       // those ids, oldest first
}

// maxRuns is how many runs' errors are remembered: they come one after another.
const maxRuns = 8

func newRuns(m *maker) runs {
	s := runs{
		maker:    m,
		sessions: (m.opts.Sessions == nil || *m.opts.Sessions) && m.release() != "",
		errors:   make(map[string]int),
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

// stepOf is what r tells of a run, false if nothing.
func stepOf(r *detect.Record) (step, bool) {
	if r.Event == nil || r.Run == nil {
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
	failed := 0
	if r.Event.Kind == detect.Trouble {
		failed = 1
	}
	if s.sessions {
		list = append(list, s.maker.session(&st, s.count(st.run, failed)))
	}
	if s.monitor != nil && (st.began || st.ended != nil) {
		list = append(list, s.maker.checkIn(s.monitor, &st))
	}
	return list
}

// count adds to the errors of a run and returns how many there are.
func (s *runs) count(run string, n int) int {
	if _, known := s.errors[run]; !known {
		if s.order = append(s.order, run); len(s.order) > maxRuns {
			delete(s.errors, s.order[0])
			s.order = s.order[1:]
		}
	}
	s.errors[run] += n
	return s.errors[run]
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
