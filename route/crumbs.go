package route

import (
	"slices"
	"unicode/utf8"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	crumbBytes  = 2 << 10 // of a crumb's message
	loggerBytes = 256     // of a crumb's logger
)

// crumbRing holds the last records, in slots whose buffers are used again.
type crumbRing struct {
	slots []crumbSlot
	next  int // the slot to fill
	used  int

	made  []detect.Crumb // what crumbs returned last
	fresh int            // slots filled since
}

type crumbSlot struct {
	id     capture.Offset
	time   int64
	stream capture.Stream
	level  detect.Level
	logger int    // its length
	text   []byte // logger and message
}

func (c *crumbRing) push(r *detect.Record) {
	if len(c.slots) == 0 {
		return
	}
	s := &c.slots[c.next]
	s.id, s.time, s.stream, s.level = r.ID, r.Time, r.Stream, r.Level
	s.text = append(s.text[:0], cutText(r.Logger, loggerBytes)...)
	s.logger = len(s.text)
	s.text = append(s.text, cutText(r.Message, crumbBytes)...)
	c.next = (c.next + 1) % len(c.slots)
	c.used = min(c.used+1, len(c.slots))
	c.fresh++
}

// oldest returns the first record in the ring, false if it is empty.
func (c *crumbRing) oldest() (id capture.Offset, ok bool) {
	if c.used == 0 {
		return 0, false
	}
	return c.at(0).id, true
}

// crumbs returns a copy, oldest first. What events have in common that come one
// after the other they share: in a flood, copies for each would be all that is done.
func (c *crumbRing) crumbs() []detect.Crumb {
	if c.used == 0 {
		return nil
	}
	kept := c.used - min(c.fresh, c.used)
	// Behind the end of what was returned nobody reads.
	list := c.appendCopies(c.made[len(c.made)-kept:], kept)
	c.made, c.fresh = list, 0
	return list[:len(list):len(list)]
}

// appendCopies appends copies of what is in the ring from the i-th oldest slot on.
// All their strings share one allocation.
func (c *crumbRing) appendCopies(list []detect.Crumb, from int) []detect.Crumb {
	size := 0
	for i := from; i < c.used; i++ {
		size += len(c.at(i).text)
	}
	text := make([]byte, 0, size)
	for i := from; i < c.used; i++ {
		text = append(text, c.at(i).text...)
	}
	all := string(text)
	list = slices.Grow(list, c.used-from)
	for i := from; i < c.used; i++ {
		s := c.at(i)
		list = append(list, detect.Crumb{Time: s.time, Stream: s.stream, Level: s.level,
			Logger: all[:s.logger], Message: all[s.logger:len(s.text)]})
		all = all[len(s.text):]
	}
	return list
}

// at returns the i-th oldest slot in use.
func (c *crumbRing) at(i int) *crumbSlot {
	return &c.slots[(c.next-c.used+i+len(c.slots))%len(c.slots)]
}

// cutText returns the first n bytes of text, less if that splits a character.
func cutText(text []byte, n int) []byte {
	if len(text) <= n {
		return text
	}
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(text[i]) {
			return text[:i]
		}
	}
	return text[:n]
}
