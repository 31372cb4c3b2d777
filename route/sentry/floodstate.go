package sentry

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// floodState is what a limiter remembers, as it lies in the file.
type floodState struct {
	Format string                  `json:"format"`
	Kinds  map[uint64]*kind        `json:"kinds"`
	Rest   uint64                  `json:"rest,omitempty"` // events held back of kinds that are forgotten, and not yet told of
	Hour   hour                    `json:"hour"`
	Logs   map[string]*decisionLog `json:"journals"`

	journal  string // ours
	restNews uint64 // of Rest: not yet in the file
}

// kind is what is known of the events of one kind.
type kind struct {
	Next  int64  `json:"next"`            // when the next one would come if they came as slowly as is wished
	Held  uint64 `json:"held,omitempty"`  // held back since one was let pass
	Since int64  `json:"since,omitempty"` // when the first of these was captured
	Seen  int64  `json:"seen"`            // when the last event was captured

	news  uint64 // of Held: not yet in the file
	here  uint64 // of Held: by this process
	title string // for people
}

const floodFormat = "logwrap flood 1"

// maxState is larger than any state that is written.
const maxState = 4 << 20

func newFloodState() *floodState {
	return &floodState{Format: floodFormat, Kinds: map[uint64]*kind{}, Logs: map[string]*decisionLog{}}
}

// parseState reads what encode wrote, and fails for anything else.
func parseState(data []byte) (*floodState, error) {
	s := newFloodState()
	s.Format = ""
	if err := json.Unmarshal(data, s); err != nil {
		return nil, err
	}
	if s.Format != floodFormat {
		return nil, errors.New("is no state of floods")
	}
	if s.Kinds == nil {
		s.Kinds = map[uint64]*kind{}
	}
	if s.Logs == nil {
		s.Logs = map[string]*decisionLog{}
	}
	maps.DeleteFunc(s.Kinds, func(_ uint64, k *kind) bool { return k == nil })
	maps.DeleteFunc(s.Logs, func(_ string, l *decisionLog) bool { return l == nil })
	return s, nil
}

func (s *floodState) encode() ([]byte, error) { return json.Marshal(s) }

// begin returns the log of a journal. What other processes let pass and could not
// deliver before they ended, and with them their journals, is given back.
func (s *floodState) begin(journal string, lasting bool, rule Flood) *decisionLog {
	for name, l := range s.Logs {
		if name != journal && l.Closed && !l.Lasting {
			s.giveBack(l, rule)
			delete(s.Logs, name)
		}
	}
	l := s.Logs[journal]
	if l == nil {
		l = &decisionLog{}
		s.Logs[journal] = l
	}
	l.Lasting, l.Closed, l.most = lasting, false, rule.PerHour
	s.journal = journal
	return l
}

// giveBack makes room for events that were let pass and have not arrived. They
// count as held back, with those that they would have told of.
func (s *floodState) giveBack(l *decisionLog, rule Flood) {
	for _, p := range l.Passed {
		if p.Sent {
			continue
		}
		s.Rest += p.Others
		s.Hour.Sent = max(s.Hour.Sent-1, 0)
		k := s.Kinds[p.Kind]
		if k == nil {
			s.Rest += p.Held + 1
			continue
		}
		k.Next -= int64(rule.Every)
		k.Held += p.Held + 1
		if p.Since == 0 {
			p.Since = l.Used
		}
		k.Since = earliest(k.Since, p.Since)
	}
}

// earliest returns the earlier one of two times of which either may be unknown.
func earliest(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// kind returns what is known of a kind; it may be nothing.
func (s *floodState) kind(id uint64, at int64) *kind {
	k := s.Kinds[id]
	if k == nil {
		if len(s.Kinds) >= maxKinds+maxKinds/10 {
			s.evict(maxKinds)
		}
		k = &kind{Seen: at}
		s.Kinds[id] = k
	}
	return k
}

// merge takes over what others have written. What is known here alone is added:
// counts that are not written yet, and the log of our journal.
func (s *floodState) merge(theirs *floodState) {
	for id, k := range theirs.Kinds {
		own := s.Kinds[id]
		if own == nil {
			s.Kinds[id] = k
			continue
		}
		if own.news == 0 {
			own.Since = k.Since
		} else {
			own.Since = earliest(own.Since, k.Since)
		}
		own.Held = k.Held + own.news
		own.here = min(own.here, own.Held)
		own.Next, own.Seen = max(own.Next, k.Next), max(own.Seen, k.Seen)
	}
	s.Rest, s.Hour = theirs.Rest+s.restNews, theirs.Hour
	own := s.Logs[s.journal]
	s.Logs = theirs.Logs
	s.Logs[s.journal] = own
}

// written notes that the file holds all that is known.
func (s *floodState) written() {
	for _, k := range s.Kinds {
		k.news = 0
	}
	s.restNews = 0
}

// evict forgets the kinds that were not seen for longest and the journals that
// were not used for longest.
func (s *floodState) evict(most int) {
	if over := len(s.Kinds) - most; over > 0 {
		ids := slices.SortedFunc(maps.Keys(s.Kinds), func(a, b uint64) int {
			return cmp.Or(cmp.Compare(s.Kinds[a].Seen, s.Kinds[b].Seen), cmp.Compare(a, b))
		})
		for _, id := range ids[:over] {
			s.Rest += s.Kinds[id].Held
			s.restNews += s.Kinds[id].news
			delete(s.Kinds, id)
		}
	}
	for len(s.Logs) > maxJournals {
		oldest := ""
		for name, l := range s.Logs {
			if name != s.journal && (oldest == "" || l.Used < s.Logs[oldest].Used) {
				oldest = name
			}
		}
		delete(s.Logs, oldest)
	}
}

// untold is how many events of one kind were held back by this process without
// that any event has told of them.
type untold struct {
	title string
	count uint64
	since time.Time
}

// untold returns what is untold, the largest numbers first.
func (s *floodState) untold() []untold {
	var list []untold
	for _, k := range s.Kinds {
		if k.here > 0 {
			list = append(list, untold{k.title, k.here, time.Unix(0, k.Since)})
		}
	}
	slices.SortFunc(list, func(a, b untold) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.title, b.title))
	})
	return list
}
