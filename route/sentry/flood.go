package sentry

import (
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// Flood says how many events are sent of what happens again and again. Zero
// fields stand for the defaults.
type Flood struct {
	Off     bool          `json:"off,omitempty"`
	Burst   int           `json:"burst,omitempty"`    // of one kind at once; 0: 3
	Every   time.Duration `json:"every,omitempty"`    // one more of the kind after each; 0: 10 min
	PerHour int           `json:"per_hour,omitempty"` // of all kinds together; 0: 300
}

const (
	defaultBurst   = 3
	defaultEvery   = 10 * time.Minute
	defaultPerHour = 300

	maxEvery = 30 * 24 * time.Hour

	reserved = 10          // one in so many of an hour's events is kept for the ends of the app
	maxKinds = 1000        // that are remembered
	astray   = time.Hour   // that records may be older than others that came before them
	lazily   = time.Second // how often the state is written in which only counts have changed
)

func (f Flood) orDefault() Flood {
	if f.Burst == 0 {
		f.Burst = defaultBurst
	}
	if f.Every == 0 {
		f.Every = defaultEvery
	}
	if f.PerHour == 0 {
		f.PerHour = defaultPerHour
	}
	return f
}

// ruling is what was decided about an event: whether it is sent, and how many
// it then tells of that were not.
type ruling struct {
	send   bool
	held   uint64 // events of its kind
	since  int64  // when the first of them was captured
	others uint64 // events of kinds that are forgotten
}

// limiter decides which events are sent. Its clock is the capture time of the
// records, so a replay decides alike; and what it has decided about a record it
// decides again, however often the record comes.
//
// What it knows lies in a file, which it shares with other processes of the same
// service: each event that passes is decided while the file is locked, and is
// written there before it is sent. Without a file, or while it cannot be had, it
// goes by its memory.
type limiter struct {
	rule  Flood
	state *floodState
	log   *decisionLog // of our journal, also in state
	file  *stateFile   // nil: memory only
	saved time.Time    // when the state was last written, or could not be
	dirty bool         // it has changed since

	printer printer
	untold  uint64 // events held back since takeHeld was last called
}

func newLimiter(rule Flood, journal string, lasting bool, file *stateFile) *limiter {
	l := &limiter{rule: rule.orDefault(), file: file, state: newFloodState()}
	if !rule.Off && file != nil {
		if old := file.load(); old != nil {
			l.state = old
		}
	}
	l.log = l.state.begin(journal, lasting, l.rule)
	return l
}

// decide says whether the event of r is sent.
func (l *limiter) decide(r *detect.Record, chain []detect.Exception) ruling {
	if l.rule.Off {
		return ruling{send: true}
	}
	if past, known := l.log.find(r); known {
		return past
	}
	id, title := l.printer.kindOf(r, chain)
	k := l.state.kind(id, r.Time)
	if k.title == "" {
		k.title = title()
	}
	if l.isFull(k, r) {
		return l.hold(k, r)
	}
	var now ruling
	l.update(func() { // others may have sent some
		if l.isFull(k, r) {
			now = l.hold(k, r)
		} else {
			now = l.pass(id, k, r)
		}
	})
	return now
}

// isFull reports whether no event like r may be sent now.
func (l *limiter) isFull(k *kind, r *detect.Record) bool {
	if l.next(k, r)-r.Time > int64(l.rule.Burst-1)*int64(l.rule.Every) {
		return true
	}
	most := l.rule.PerHour
	if !isEnd(r) {
		most -= most / reserved
	}
	return l.state.Hour.holds(r.Time) && l.state.Hour.Sent >= most
}

// next returns when the next event of a kind would come if they came as slowly as
// is wished, not before r. A time further in the future than any rule puts one is
// that of a clock that was wrong, and does not count.
func (l *limiter) next(k *kind, r *detect.Record) int64 {
	if k.Next < r.Time || k.Next-r.Time > int64(l.rule.Burst)*int64(l.rule.Every)+int64(astray) {
		return r.Time
	}
	return k.Next
}

func (l *limiter) hold(k *kind, r *detect.Record) ruling {
	if k.Held == 0 {
		k.Since = r.Time
	}
	k.Held, k.news, k.here = k.Held+1, k.news+1, k.here+1
	k.Seen = max(k.Seen, r.Time)
	l.untold++
	l.log.hold(r)
	l.dirty = true
	return ruling{}
}

func (l *limiter) pass(id uint64, k *kind, r *detect.Record) ruling {
	now := ruling{true, k.Held, k.Since, l.state.Rest}
	k.Next = l.next(k, r) + int64(l.rule.Every)
	k.Seen = max(k.Seen, r.Time)
	k.Held, k.Since, k.news, k.here = 0, 0, 0, 0
	l.state.Rest, l.state.restNews = 0, 0
	l.state.Hour.count(r.Time)
	l.log.pass(r, pass{Kind: id, Held: now.held, Since: now.since, Others: now.others})
	l.dirty = true
	return now
}

// sent notes that the event of r has arrived.
func (l *limiter) sent(r *detect.Record) {
	if p := l.log.passed(r); p != nil && !p.Sent {
		p.Sent, l.dirty = true, true
	}
}

// settle is called before records are acknowledged. What a kill can lose is only
// how many were held back within the last second.
func (l *limiter) settle(now time.Time) {
	if l.dirty && now.Sub(l.saved) >= lazily {
		l.update(func() {})
	}
}

// update changes the state, in step with others who use its file.
func (l *limiter) update(change func()) {
	if l.file == nil {
		change()
		return
	}
	changed := false
	err := l.file.update(func(theirs *floodState) *floodState {
		if theirs != nil {
			l.state.merge(theirs)
		}
		change()
		changed = true
		l.state.evict(maxKinds)
		return l.state
	})
	if !changed {
		change()
	}
	l.saved = time.Now()
	if err == nil {
		l.state.written()
		l.dirty = false
	}
}

// close writes what is known for whoever comes next. Events that were let pass
// and have not arrived are given back then, if the journal goes with this process.
func (l *limiter) close() {
	if l.rule.Off {
		return
	}
	l.log.Closed = true
	l.update(func() {})
}

// takeHeld returns how many events were held back since it was last called.
func (l *limiter) takeHeld() uint64 {
	n := l.untold
	l.untold = 0
	return n
}

// hour counts the events of an hour that begins with the first of them.
type hour struct {
	Start int64 `json:"start,omitempty"`
	Sent  int   `json:"sent,omitempty"`
}

// holds reports whether a time belongs to the hour. A clock that was put back a
// little does not begin a new one.
func (h *hour) holds(at int64) bool {
	return h.Sent > 0 && at-h.Start < int64(time.Hour) && h.Start-at < int64(time.Hour)
}

func (h *hour) count(at int64) {
	if !h.holds(at) {
		*h = hour{Start: at}
	}
	h.Sent++
}

// streams is how many a record can come from.
const streams = int(capture.Streams)
