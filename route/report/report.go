package report

import (
	"fmt"
	"io"
	"strings"
	"time"

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
	case rec.Exit == nil:
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

// headline says who ended, how, and after what time.
func (p *printer) headline(r *detect.Record) {
	name := p.Command
	if name == "" && r.Run != nil {
		name = r.Run.Command
	}
	if name == "" {
		name = "the app"
	}
	text := "logwrap: " + safe(name, maxWidth)
	switch crash := crashOf(r); {
	case crash != nil:
		text += " crashed: " + howItEnded(crash) + after(r)
	case r.Trace != detect.NoLanguage:
		text += " reported an exception" + after(r)
	default:
		text += " reported trouble at level " + r.Level.String() + after(r)
	}
	p.line(red, text)
}

func crashOf(r *detect.Record) *detect.Exit {
	if r.Event != nil && r.Event.Crash != nil {
		return r.Event.Crash
	}
	return r.Exit
}

func howItEnded(e *detect.Exit) string {
	switch {
	case e.Signal == "":
		return fmt.Sprintf("exited with code %d", e.Code)
	case e.CoreDumped:
		return "killed by " + e.Signal + " (core dumped)"
	}
	return "killed by " + e.Signal
}

// after says how long the run had lasted, if that is known.
func after(r *detect.Record) string {
	if r.Run == nil || r.Run.Started == 0 || r.Time < r.Run.Started {
		return ""
	}
	d := time.Duration(r.Time - r.Run.Started)
	switch {
	case d < time.Second:
		return fmt.Sprintf(" after %dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf(" after %.1fs", d.Truncate(100*time.Millisecond).Seconds())
	}
	return " after " + d.Truncate(time.Second).String()
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

// pick returns the frames worth showing, innermost first: where it went wrong,
// and the app's own calls that led there; the innermost ones if none is the app's.
func pick(frames []detect.Frame) []*detect.Frame {
	var own, any []*detect.Frame
	for i := len(frames) - 1; i >= 0; i-- {
		f := &frames[i]
		if f.File == "" && f.Function == "" {
			continue
		}
		if any = append(any, f); f.InApp || len(any) == 1 {
			own = append(own, f)
		}
	}
	if len(own) < 2 && (len(own) == 0 || !own[0].InApp) {
		own = any
	}
	return own[:min(len(own), maxFrames)]
}

// nearest returns the app's innermost frame, or the innermost of all.
func nearest(frames []detect.Frame) *detect.Frame {
	shown := pick(frames)
	for _, f := range shown {
		if f.InApp {
			return f
		}
	}
	if len(shown) == 0 {
		return nil
	}
	return shown[0]
}

// place is "file:line in func", without the parts that are unknown.
func (p *printer) place(f *detect.Frame) string {
	file := f.File
	if dir := strings.TrimSuffix(p.Dir, "/"); dir != "" {
		file = strings.TrimPrefix(file, dir+"/")
	}
	if file != "" && f.Line > 0 {
		file = fmt.Sprintf("%s:%d", file, f.Line)
	}
	switch {
	case file == "":
		return safe(f.Function, maxWidth)
	case f.Function == "":
		return safe(file, maxWidth)
	}
	return safe(file, maxWidth) + " in " + safe(f.Function, maxWidth)
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
	p.line("", "  it left no trace and printed nothing")
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
