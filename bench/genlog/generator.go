package genlog

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// Kind is a form in which services write.
type Kind int

// The kinds of events.
const (
	Python Kind = iota
	Gunicorn
	Access
	Zap
	Pino
	Logfmt
	Plain
	PythonTrace
	JavaTrace
	Kinds int = iota
)

// forms says how often each kind comes, in events of a million, and how it is
// written. A trace is one event of many lines: hence the small shares.
var forms = [Kinds]struct {
	share  int
	lines  int
	append func(*Generator, []byte) []byte
}{
	Python:      {share: 270_000, lines: 1, append: (*Generator).appendPython},
	Gunicorn:    {share: 190_500, lines: 1, append: (*Generator).appendGunicorn},
	Access:      {share: 119_700, lines: 1, append: (*Generator).appendAccess},
	Zap:         {share: 119_700, lines: 1, append: (*Generator).appendZap},
	Pino:        {share: 119_700, lines: 1, append: (*Generator).appendPino},
	Logfmt:      {share: 150_000, lines: 1, append: (*Generator).appendLogfmt},
	Plain:       {share: 29_550, lines: 1, append: (*Generator).appendPlain},
	PythonTrace: {share: 510, lines: pythonTraceLines, append: (*Generator).appendPythonTrace},
	JavaTrace:   {share: 340, lines: javaTraceLines, append: (*Generator).appendJavaTrace},
}

// Generator makes one event after another.
type Generator struct {
	rand   *rand.Rand
	clock  time.Time
	events int
}

// New returns a generator whose output depends on seed alone.
func New(seed uint64) *Generator {
	return &Generator{
		rand:  rand.New(rand.NewPCG(seed, 0x6c6f67)),
		clock: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC),
	}
}

// Append appends the next event, of at most room lines (at least 1), with its
// last newline, and says what it is.
func (g *Generator) Append(dst []byte, room int) ([]byte, Kind) {
	kind := g.pick()
	if forms[kind].lines > room {
		kind = Plain
	}
	g.clock = g.clock.Add(time.Duration(g.rand.IntN(2000)) * time.Microsecond)
	dst = forms[kind].append(g, dst)
	g.events++
	return dst, kind
}

func (g *Generator) pick() Kind {
	n := g.rand.IntN(1_000_000)
	for k := range forms {
		if n -= forms[k].share; n < 0 {
			return Kind(k)
		}
	}
	return Plain
}

// Census says what was written.
type Census struct {
	Events, Lines int
	Bytes         int64
	LinesOf       [Kinds]int
}

// Write writes exactly the given number of lines to w.
func Write(w io.Writer, lines int, seed uint64) (Census, error) {
	const chunk = 1 << 20
	var c Census
	g, buf := New(seed), make([]byte, 0, chunk+1<<14)
	for c.Lines < lines {
		var kind Kind
		buf, kind = g.Append(buf, lines-c.Lines)
		c.Events++
		c.Lines += forms[kind].lines
		c.LinesOf[kind] += forms[kind].lines
		if len(buf) < chunk && c.Lines < lines {
			continue
		}
		n, err := w.Write(buf)
		c.Bytes += int64(n)
		if err != nil {
			return c, fmt.Errorf("write the generated log: %w", err)
		}
		buf = buf[:0]
	}
	return c, nil
}

const (
	markStart  = "#e"
	markDigits = 9
)

// appendMark appends the mark of the event being made.
func (g *Generator) appendMark(dst []byte) []byte {
	dst = append(dst, markStart...)
	unit := 100_000_000
	for n := g.events; unit > 0; unit /= 10 {
		dst = append(dst, byte('0'+n/unit%10))
	}
	return dst
}

// Mark finds the first mark in p: the number of the event, counted from 0, and
// what follows it. It returns -1 if there is none.
func Mark(p []byte) (event int, rest []byte) {
	for {
		i := bytes.Index(p, []byte(markStart))
		if i < 0 || len(p) < i+len(markStart)+markDigits {
			return -1, nil
		}
		p = p[i+len(markStart):]
		if n, ok := number(p[:markDigits]); ok {
			return n, p[markDigits:]
		}
	}
}

func number(digits []byte) (n int, ok bool) {
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
