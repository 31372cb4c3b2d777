package sentry

import (
	"bytes"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

const (
	maxPrinted = 1 << 10 // bytes of a message that tell its kind
	maxQuoted  = 200     // bytes between quotes
)

// printer tells which events are of the same kind, from what the record says
// alone and so before an event is made. Its buffer is used again.
type printer struct {
	buf   []byte
	group []string // what the user groups events by; empty: nothing
}

// kindOf returns the kind of the event of r, and how to call it. Events are of
// one kind if they have the same exceptions and went the same way through the
// app; if there is no trace, if the same became of the app; else if they say the
// same but for numbers, names of objects and what is quoted. What ended the app
// is never of the same kind as what it survived.
func (p *printer) kindOf(r *detect.Record, chain []detect.Exception) (id uint64, title func() string) {
	p.buf = p.buf[:0]
	switch {
	case len(p.group) > 0 && !slices.Contains(p.group, defaultGroup):
		p.add("group", strings.Join(p.group, "\x00"))
		typ := "event"
		if isEnd(r) {
			typ = endType(r)
		}
		p.add(typ)
		title = func() string { return cleanLine(strings.Join(p.group, " ")+" "+typ, maxTitle) }
	case len(chain) > 0:
		p.trace(r, chain)
		last := &chain[len(chain)-1]
		title = func() string { return cleanLine(either(last.Type, firstLine(last.Value)), maxTitle) }
	case isEnd(r):
		typ := endType(r)
		p.end(r, typ)
		title = func() string { return typ }
	default:
		p.add("message", levelName(r.Level))
		p.add(string(r.Logger))
		p.plain(r.Message)
		title = func() string { return cleanLine(firstLine(string(r.Message)), maxTitle) }
	}
	h := fnv.New64a()
	h.Write(p.buf)
	return h.Sum64(), title
}

const maxTitle = 80

func (p *printer) add(parts ...string) {
	for _, s := range parts {
		p.buf = append(append(p.buf, s...), 0)
	}
}

// trace adds what the exceptions are and the way through the app to the last
// one, without the numbers of lines: these change with every release.
func (p *printer) trace(r *detect.Record, chain []detect.Exception) {
	p.add("trace")
	if isEnd(r) {
		p.add(endType(r))
	}
	for i := range chain {
		p.add(chain[i].Module, chain[i].Type)
	}
	last := &chain[len(chain)-1]
	if len(last.Frames) == 0 {
		p.plain([]byte(last.Value))
		return
	}
	inApp := false
	for i := range last.Frames {
		inApp = inApp || last.Frames[i].InApp
	}
	for i := range last.Frames {
		if f := &last.Frames[i]; f.InApp || !inApp {
			p.frame(f)
		}
	}
}

// frame adds a call. Java numbers the classes it makes of lambdas anew each time.
func (p *printer) frame(f *detect.Frame) {
	place := either(f.Module, f.File)
	place, _, _ = strings.Cut(place, "$$Lambda")
	function, _, _ := strings.Cut(f.Function, "$$Lambda")
	p.add(function, place)
	if function == "" && place == "" {
		p.add("?")
	}
}

// end adds what endPrint groups such events by.
func (p *printer) end(r *detect.Record, typ string) {
	p.add("end", typ)
	if crash := crashOf(r); crash != nil && crash.Worker != nil {
		p.add(crash.Worker.Command, workerEnd(crash))
	}
	if r.Run != nil {
		p.add(r.Run.Command)
	}
}

// endType is the type of the exception that endOf makes.
func endType(r *detect.Record) string {
	crash := crashOf(r)
	switch {
	case r.Loop != nil:
		return crashLoop
	case crash == nil, hangOf(r) != nil:
		return hung
	}
	return endName(crash)
}

// plain adds a text in which what differs each time is replaced: words with
// digits, and what follows them as a part of the same number, date, address or
// id; what is quoted; and addresses of mail.
func (p *printer) plain(text []byte) {
	text = text[:min(len(text), maxPrinted)]
	start := len(p.buf) // of the word at hand, in buf
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case isWord(c):
			end := i
			for end < len(text) && isWord(text[end]) {
				end++
			}
			p.word(text[i:end])
			i = end
			continue
		case c == '@' && i > 0 && isWord(text[i-1]) && i+1 < len(text) && isWord(text[i+1]):
			p.buf = append(p.buf[:start], '#')
			for i < len(text) && c != ' ' {
				if i++; i < len(text) {
					c = text[i]
				}
			}
			continue
		case (c == '"' || c == '\'' || c == '`') && (i == 0 || !isWord(text[i-1])):
			if n := quoted(text[i:]); n > 0 {
				p.buf = append(p.buf, '"')
				i += n
				continue
			}
		}
		p.buf = append(p.buf, c)
		if i++; c <= ' ' || c == '<' || c == '=' || c == '(' {
			start = len(p.buf)
		}
	}
	p.buf = append(p.buf, 0)
}

// quoted returns how long what is quoted at the start of text is, with its
// quotes; 0 if nothing is.
func quoted(text []byte) int {
	in := text[1:min(len(text), maxQuoted)]
	end := bytes.IndexByte(in, text[0])
	if end < 0 || bytes.IndexByte(in[:end], '\n') >= 0 || end+2 < len(text) && isWord(text[end+2]) {
		return 0
	}
	return end + 2
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// longID is from where on a word with digits is taken for an id.
const longID = 16

// word adds a word. Of a name with a number only the number is replaced.
func (p *printer) word(w []byte) {
	digits, hex := 0, true
	for _, c := range w {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
		default:
			hex = false
		}
	}
	n := len(p.buf)
	follows := n > 1 && p.buf[n-2] == '#' && strings.IndexByte("-:.,/+_", p.buf[n-1]) >= 0
	switch {
	case follows && (digits > 0 || hex):
		p.buf = p.buf[:n-1]
	case digits == 0:
		p.buf = append(p.buf, w...)
	case w[0] >= '0' && w[0] <= '9', hex && len(w) >= 6, len(w) >= longID:
		p.buf = append(p.buf, '#')
	default:
		for _, c := range w {
			switch digit := c >= '0' && c <= '9'; {
			case !digit:
				p.buf = append(p.buf, c)
			case p.buf[len(p.buf)-1] != '#':
				p.buf = append(p.buf, '#')
			}
		}
	}
}
