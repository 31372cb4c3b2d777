package report

import (
	"strings"
	"unicode/utf8"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// SummaryLimit is the most bytes of a summary: what Kubernetes keeps of the
// message that a container leaves in its termination log
// (https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/).
const SummaryLimit = 4096

const (
	summaryOwn   = 12 // frames of the app's own
	summaryOther = 4  // frames of others, where there are
	summaryLines = 50
)

// Reason returns what is known of an end when nothing else is: one line, and one
// with the reasons if there are any. It is the message for a place like a
// container's termination log as long as no router has written a Summary there,
// of which it has the form and limit. name is the app's; empty if it is not known.
func Reason(name string, e *detect.Exit) []byte {
	lived := e.Duration
	if lived == 0 {
		lived = -1
	}
	p := printer{}
	p.line("", endLine(name, e, lived))
	p.why(e, nil)
	s := summary{}
	s.add(p.String())
	return s.text
}

// Summary returns the report of what ended a run for a place that keeps little
// of it: at most SummaryLimit bytes of UTF-8, of whose control characters only
// line feeds are left. The most important comes first: how and why it ended; the
// exception; where, the app's own calls first; what led to the exception; and as
// many as fit of the last lines. Of the options Color and Missing are not used.
func Summary(rec *detect.Record, o Options) []byte {
	s := summary{Options: Options{Command: o.Command, Dir: o.Dir}}
	s.print(func(p *printer) { p.headline(rec) })
	if chain := rec.Exceptions(); len(chain) > 0 {
		last := &chain[len(chain)-1]
		s.print(func(p *printer) { p.text("  ", "", title(last)) })
		s.print(func(p *printer) {
			for _, f := range ownFirst(last.Frames) {
				p.line("", "    at "+p.place(f))
			}
		})
		s.print(func(p *printer) { p.causes(chain[:len(chain)-1]) })
	}
	if rec.Event != nil {
		s.lastLines(rec.Event.Crumbs)
	}
	return s.text
}

// summary is a text that does not grow beyond SummaryLimit.
type summary struct {
	Options
	text []byte
}

func (s *summary) print(part func(*printer)) {
	p := printer{Options: s.Options}
	part(&p)
	s.add(p.String())
}

// add adds the lines of a text that is safe, as long as they fit. The one that
// does not fit is cut if nothing of use would be left otherwise.
func (s *summary) add(text string) {
	for line := range strings.Lines(text) {
		room := SummaryLimit - len(s.text)
		if len(line) > room {
			if room < 80 {
				return
			}
			line = cut(line, room-len("…\n")) + "…\n"
		}
		s.text = append(s.text, line...)
	}
}

// lastLines adds what the app wrote last, in the order it was written in.
func (s *summary) lastLines(crumbs []detect.Crumb) {
	const heading, bullet = "  last lines:\n", "    | "
	room := SummaryLimit - len(s.text) - len(heading)
	var lines []string
	for i := len(crumbs) - 1; i >= 0 && len(lines) < summaryLines; i-- {
		c := &crumbs[i]
		if c.Stream == capture.Lifecycle || strings.TrimSpace(c.Message) == "" {
			continue
		}
		line := bullet + safe(firstLine(c.Message), maxWidth) + "\n"
		if room -= len(line); room < 0 {
			break
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return
	}
	s.add(heading)
	for i := len(lines) - 1; i >= 0; i-- {
		s.add(lines[i])
	}
}

// cut returns the first n bytes of text, less if that splits a character.
func cut(text string, n int) string {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// ownFirst returns the app's own calls, then some of the others, the innermost
// first.
func ownFirst(frames []detect.Frame) []*detect.Frame {
	var own, others []*detect.Frame
	for i := len(frames) - 1; i >= 0; i-- {
		f := &frames[i]
		switch {
		case f.File == "" && f.Function == "":
		case f.InApp && len(own) < summaryOwn:
			own = append(own, f)
		case !f.InApp && len(others) < summaryOther:
			others = append(others, f)
		}
	}
	return append(own, others...)
}
