package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	maxFrames = 5 // of the exception that was raised last
	maxCauses = 5
	maxLines  = 5   // of a value, or of the last lines of an app that left no trace
	maxWidth  = 200 // characters of a line
)

// Options says how to print and what is missing.
type Options struct {
	Command string   // as the user typed it: "./app"; empty: the name of the record's run
	Dir     string   // file names below it are printed without it; empty: as they are
	Missing []string // destinations that would have got the event but are not configured: "sentry"; empty: no hint
	Color   bool     // use ANSI colours
}

// Print writes the report of an event to w. rec is what a handler of events is
// given; its Event may be nil.
func Print(w io.Writer, rec *detect.Record, o Options) error {
	p := printer{Options: o}
	p.headline(rec)
	chain := rec.Exceptions()
	switch {
	case len(chain) > 0:
		p.exception(&chain[len(chain)-1])
		p.causes(chain[:len(chain)-1])
	case rec.Loop != nil: // each crash has been reported
	case rec.Exit == nil && rec.Hang == nil:
		p.text("  ", bold, string(rec.Message))
	default:
		p.lastLines(rec)
	}
	p.missing()
	_, err := io.WriteString(w, p.String())
	return err
}

// The ANSI sequences used.
const (
	bold  = "\x1b[1m"
	red   = "\x1b[1;31m"
	faint = "\x1b[2m"
	reset = "\x1b[0m"
)

type printer struct {
	Options
	strings.Builder
}

// line prints one line in a style; the text must be safe.
func (p *printer) line(style, text string) {
	if p.Color && style != "" {
		text = style + text + reset
	}
	p.WriteString(text + "\n")
}

// text prints the lines of what the app wrote, indented, and no more than
// maxLines of them.
func (p *printer) text(indent, style, text string) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	more := len(lines) - maxLines
	for i, line := range lines[:min(len(lines), maxLines)] {
		if i > 0 {
			line = "  " + line
		}
		p.line(style, indent+safe(line, maxWidth))
	}
	if more > 0 {
		p.line(faint, fmt.Sprintf("%s  … %d more lines", indent, more))
	}
}

// exception prints what was raised last and where, the innermost call first.
func (p *printer) exception(x *detect.Exception) {
	p.text("  ", bold, title(x))
	for _, f := range pick(x.Frames) {
		p.line("", "    at "+p.place(f))
	}
}

// causes prints one line for each exception that led to the last one, the nearest
// first.
func (p *printer) causes(chain []detect.Exception) {
	for i := len(chain) - 1; i >= 0; i-- {
		if n := len(chain) - 1 - i; n == maxCauses {
			p.line(faint, fmt.Sprintf("  … %d more", i+1))
			return
		}
		x := &chain[i]
		line := "  " + linkWord(x.Relation) + " " + safe(firstLine(title(x)), maxWidth)
		if f := nearest(x.Frames); f != nil {
			line += " at " + p.place(f)
		}
		p.line("", line)
	}
}

func linkWord(relation string) string {
	switch relation {
	case "context":
		return "while handling"
	case "member":
		return "one of which is"
	case "suppressed":
		return "suppressed"
	case "previous", "recovered":
		return "after"
	}
	return "caused by"
}

// title is the exception as the runtime would print it.
func title(x *detect.Exception) string {
	name := x.Type
	if x.Module != "" && !strings.HasPrefix(name, x.Module+".") {
		name = x.Module + "." + name
	}
	switch {
	case name == "":
		return x.Value
	case x.Value == "":
		return name
	}
	return name + ": " + x.Value
}

// lastLines prints what the app wrote last, for one that ended without a trace:
// on stderr, or on stdout if stderr was silent.
func (p *printer) lastLines(r *detect.Record) {
	if r.Event == nil {
		return
	}
	for _, stream := range []capture.Stream{capture.Stderr, capture.Stdout} {
		var lines []string
		for i := len(r.Event.Crumbs) - 1; i >= 0 && len(lines) < maxLines; i-- {
			c := &r.Event.Crumbs[i]
			if c.Stream == stream && strings.TrimSpace(c.Message) != "" {
				lines = append(lines, firstLine(c.Message))
			}
		}
		if len(lines) == 0 {
			continue
		}
		p.line("", "  last lines on "+stream.String()+":")
		for i := len(lines) - 1; i >= 0; i-- {
			p.line("", "    | "+safe(lines[i], maxWidth))
		}
		return
	}
	if c := crashOf(r); c != nil && c.Worker == nil {
		p.line("", "  it left no trace and printed nothing")
	}
}

// missing names the destinations that are not configured, and how to change that.
func (p *printer) missing() {
	if len(p.Missing) == 0 {
		return
	}
	p.line(faint, "  would have gone to: "+safe(strings.Join(p.Missing, ", "), maxWidth)+" (not configured)")
	for _, m := range p.Missing {
		if m == "sentry" {
			p.line(faint, "logwrap: hint: set SENTRY_DSN or --sentry-dsn to get this as an event")
		}
	}
}
