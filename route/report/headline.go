package report

import (
	"fmt"
	"time"

	"github.com/logwrap/logwrap/detect"
)

// headline says who ended, how, and after what time, and in a second line why if
// that is known.
func (p *printer) headline(r *detect.Record) {
	name := p.Command
	if name == "" && r.Run != nil {
		name = r.Run.Command
	}
	crash, hang := crashOf(r), hangOf(r)
	switch {
	case crash != nil:
		p.line(red, endLine(name, crash, lifetime(r, crash)))
		p.why(crash, hang)
	case hang != nil:
		p.line(red, "logwrap: "+shown(name)+" hangs: "+safe(hang.Reason(), maxWidth))
	case r.Loop != nil:
		p.line(red, "logwrap: "+shown(name)+" keeps crashing: "+r.Loop.Reason())
	case r.Trace != detect.NoLanguage:
		p.line(red, "logwrap: "+shown(name)+" reported an exception"+after(lifetime(r, nil)))
	default:
		p.line(red, "logwrap: "+shown(name)+" reported trouble at level "+r.Level.String()+after(lifetime(r, nil)))
	}
}

// why is one line with what is known of the reasons.
func (p *printer) why(e *detect.Exit, h *detect.Hang) {
	known := *e
	if h != nil { // it says more than the end does
		known.Hung, known.Stop = false, detect.Stop{}
	}
	why := known.Why()
	if h != nil {
		why = join(why, "it hung, "+h.Reason())
	}
	switch {
	case e.Restarts == 1:
		why = join(why, "it had been restarted once")
	case e.Restarts > 1:
		why = join(why, fmt.Sprintf("it had been restarted %d times", e.Restarts))
	}
	if why != "" {
		p.line(bold, "  "+safe(why, 2*maxWidth))
	}
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// endLine is the sentence about an end, without its reasons. after is how long the
// process lived, less than zero if that is not known.
func endLine(name string, e *detect.Exit, lived time.Duration) string {
	how := safe(e.How(), maxWidth)
	was := how
	if e.Signal != "" || e.Lost != nil {
		was = "was " + how
	}
	switch {
	case e.Worker != nil:
		what := "process"
		if e.Worker.Same {
			what = "worker"
		}
		command := ""
		if e.Worker.Command != "" {
			command = " " + safe(e.Worker.Command, maxWidth)
		}
		return fmt.Sprintf("logwrap: %s%s (pid %d) of %s %s", what, command, e.Worker.PID, shown(name), was) + after(lived)
	case e.Lost != nil:
		if e.Command != "" {
			name = e.Command
		}
		return "logwrap: " + shown(name) + " " + was + after(lived)
	case e.Crashed:
		return "logwrap: " + shown(name) + " crashed: " + how + after(lived)
	}
	return "logwrap: " + shown(name) + " " + was + after(lived)
}

// shown is a name that can be printed.
func shown(name string) string {
	if name == "" {
		return "the app"
	}
	return safe(name, maxWidth)
}

func crashOf(r *detect.Record) *detect.Exit {
	if r.Event != nil && r.Event.Crash != nil {
		return r.Event.Crash
	}
	return r.Exit
}

func hangOf(r *detect.Record) *detect.Hang {
	if r.Event != nil && r.Event.Hang != nil {
		return r.Event.Hang
	}
	return r.Hang
}

// lifetime returns how long the process of r had lived, -1 if that is not known.
func lifetime(r *detect.Record, e *detect.Exit) time.Duration {
	switch {
	case e != nil && (e.Worker != nil || e.Lost != nil) && e.Duration <= 0:
		return -1
	case e != nil && (e.Worker != nil || e.Lost != nil):
		return e.Duration
	case r.Run == nil || r.Run.Started == 0 || r.Time < r.Run.Started:
		return -1
	}
	return time.Duration(r.Time - r.Run.Started)
}

func after(d time.Duration) string {
	switch {
	case d < 0:
		return ""
	case d < time.Second:
		return fmt.Sprintf(" after %dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf(" after %.1fs", d.Truncate(100*time.Millisecond).Seconds())
	}
	return " after " + d.Truncate(time.Second).String()
}
