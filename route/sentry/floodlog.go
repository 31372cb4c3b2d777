package sentry

import (
	"slices"

	"github.com/logwrap/logwrap/detect"
)

const (
	minPassed   = 512  // events let pass that are remembered, at least
	maxHeld     = 1024 // events held back that are remembered one by one
	maxJournals = 8    // journals whose decisions are kept
)

// decisionLog is what was decided about the records of one journal. They come
// again after a failed delivery, and when a router is killed before it could
// acknowledge them: in about the order in which they came first, but not all that
// were decided since need be remembered one by one.
type decisionLog struct {
	Passed []pass          `json:"passed,omitempty"`
	Held   []uint64        `json:"held,omitempty"` // the last ones, oldest first
	Before [streams]uint64 `json:"before"`         // of each stream: what begins before is decided, and held back unless it is in Passed
	Next   [streams]uint64 `json:"next"`           // of each stream: what begins here or later is new

	Used    int64 `json:"used"`              // capture time of the last decision
	Lasting bool  `json:"lasting,omitempty"` // the journal is a file: its records may come at the next start
	Closed  bool  `json:"closed,omitempty"`  // by a process that ended as it should

	most int // passed ones to remember
}

// pass is an event that was let pass.
type pass struct {
	ID     uint64 `json:"id"`
	Kind   uint64 `json:"kind"`
	Held   uint64 `json:"held,omitempty"`
	Since  int64  `json:"since,omitempty"`
	Others uint64 `json:"others,omitempty"`
	Sent   bool   `json:"sent,omitempty"`
}

// find returns what was decided about r, if it was.
func (l *decisionLog) find(r *detect.Record) (past ruling, known bool) {
	id, s := uint64(r.ID), int(r.Stream)
	if id >= l.Next[s] {
		return ruling{}, false
	}
	if p := l.passed(r); p != nil {
		return ruling{true, p.Held, p.Since, p.Others}, true
	}
	return ruling{}, id < l.Before[s] || slices.Contains(l.Held, heldKey(r))
}

// passed returns the entry of r, nil if it was not let pass.
func (l *decisionLog) passed(r *detect.Record) *pass {
	for i := len(l.Passed) - 1; i >= 0; i-- {
		if p := &l.Passed[i]; p.ID == uint64(r.ID) {
			return p
		}
	}
	return nil
}

func (l *decisionLog) note(r *detect.Record) {
	l.Next[r.Stream] = max(l.Next[r.Stream], uint64(r.ID)+1)
	l.Used = max(l.Used, r.Time)
}

// heldKey holds what has to be known of a record that was held back.
func heldKey(r *detect.Record) uint64 { return uint64(r.ID)<<streamBits | uint64(r.Stream) }

const streamBits = 2

var _ [1<<streamBits - streams]struct{} // the streams fit

func (l *decisionLog) hold(r *detect.Record) {
	l.note(r)
	l.Held = append(l.Held, heldKey(r))
	if len(l.Held) < 2*maxHeld {
		return
	}
	old := len(l.Held) - maxHeld
	for _, key := range l.Held[:old] {
		s := key & (1<<streamBits - 1)
		l.Before[s] = max(l.Before[s], key>>streamBits+1)
	}
	l.Held = append(l.Held[:0], l.Held[old:]...)
}

func (l *decisionLog) pass(r *detect.Record, p pass) {
	l.note(r)
	p.ID = uint64(r.ID)
	l.Passed = append(l.Passed, p)
	if most := max(minPassed, l.most); len(l.Passed) >= 2*most {
		l.Passed = append(l.Passed[:0], l.Passed[len(l.Passed)-most:]...)
	}
}
