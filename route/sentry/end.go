package sentry

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// The types of the exceptions that stand for what left no trace, beside the
// names of signals. They are the titles of issues.
const (
	outOfMemory = "OutOfMemory"
	timedOut    = "Timeout"
	hung        = "Hang"
	rebooted    = "Reboot"
	lost        = "Killed"
	crashLoop   = "CrashLoop"
	workerDied  = "WorkerDied"
	processDied = "ProcessDied" // a process below the app that is not one of its workers
)

// isEnd reports whether r is an event that is not what its message says but what
// became of the app.
func isEnd(r *detect.Record) bool { return crashOf(r) != nil || hangOf(r) != nil || r.Loop != nil }

// endOf is the exception of an app that ended, or hangs, without a trace.
func endOf(r *detect.Record) exception {
	crash, hang := crashOf(r), hangOf(r)
	mech := mechanism{Type: "auto.process.exit", Meta: signalOf(r)}
	x := exception{Mechanism: &mech}
	switch {
	case r.Loop != nil:
		x.Type, x.Value = crashLoop, appName(r)+" was "+r.Loop.Reason()
		mech.Type = "auto.process.restart"
	case crash == nil:
		x.Type, x.Value = hung, appName(r)+" hangs: "+hang.Reason()
		mech.Type = "auto.process.hang"
	case hang != nil:
		x.Type, x.Value = hung, hangSentence(r, hang, crash)
		mech.Type = "auto.process.hang"
	default:
		x.Type, x.Value = endName(crash), sentence(r, crash)
		if crash.Signal != "" {
			mech.Type = "signalhandler"
		}
	}
	// What was written last says nothing about one of several that write.
	if last := lastLine(r); last != "" && r.Loop == nil && (crash == nil || crash.Worker == nil) {
		x.Value += "; its last line was: " + last
	}
	x.Value = clean(x.Value, maxValue)
	return x
}

// nameHang makes the exception that a dump was printed as, the last one of the
// chain, say that the app hung: what printed the dump is not what is wrong.
func nameHang(r *detect.Record, chain []exception) {
	hang, crash := hangOf(r), crashOf(r)
	var value string
	switch {
	case hang != nil && crash != nil:
		value = hangSentence(r, hang, crash)
	case hang != nil:
		value = appName(r) + " hangs: " + hang.Reason()
	case crash != nil && crash.Hung:
		value = sentence(r, crash)
	default:
		return
	}
	x := &chain[len(chain)-1]
	x.Type, x.Value, x.Module = hung, clean(value, maxValue), ""
	x.Mechanism.Type, x.Mechanism.Handled = "auto.process.hang", false
}

// endName is a short name for an end of the app, the same each time.
func endName(e *detect.Exit) string {
	switch {
	case e.Worker != nil && e.Worker.Same:
		return workerDied
	case e.Worker != nil:
		return processDied
	case e.OOM.Killed:
		return outOfMemory
	case e.TimedOut:
		return timedOut
	case e.Hung, e.Stop.Reason == detect.StoppedByWatchdog:
		return hung
	case e.Lost != nil && e.Lost.Rebooted:
		return rebooted
	case e.Lost != nil:
		return lost
	case e.Signal != "":
		return e.Signal
	}
	return "ExitCode " + strconv.Itoa(e.Code)
}

// sentence says who ended and how.
func sentence(r *detect.Record, e *detect.Exit) string {
	who := appName(r)
	switch {
	case e.Worker != nil:
		what := "process"
		if e.Worker.Same {
			what = "worker"
		}
		who = fmt.Sprintf("%s %s (pid %d) of %s", what, either(e.Worker.Command, "?"), e.Worker.PID, who)
	case e.Command != "":
		who = e.Command
	}
	return who + " " + ended(e)
}

// hangSentence says of an app that is gone how it hung and ended.
func hangSentence(r *detect.Record, h *detect.Hang, e *detect.Exit) string {
	end := *e
	end.Hung, end.Stop = false, detect.Stop{} // that is said
	known := end.How()
	if end.Signal != "" {
		known = "was " + known
	}
	if why := end.Why(); why != "" {
		known += ": " + why
	}
	return appName(r) + " hung: " + h.Reason() + "; it " + known
}

// ended is how a process ended, as the rest of a sentence.
func ended(e *detect.Exit) string {
	reason := e.Reason()
	if e.Signal != "" || e.Lost != nil {
		reason = "was " + reason
	}
	if isUnexplainedKill(e) {
		reason += ", as the kernel does when memory runs out"
	}
	return reason
}

// isUnexplainedKill reports whether nothing is known about a KILL but that it
// was one.
func isUnexplainedKill(e *detect.Exit) bool {
	return e.Signal == "SIGKILL" && e.OOM == (detect.OOM{}) && !e.TimedOut && !e.Hung && e.Lost == nil && !e.Stop.Requested
}

func appName(r *detect.Record) string {
	if r.Run != nil && r.Run.Command != "" {
		return r.Run.Command
	}
	return "the app"
}

// endPrint groups the events that left no trace by what happened: their text,
// which Sentry would group by, holds pids, sizes and whatever was printed last.
func (m *maker) endPrint(r *detect.Record, typ string) []string {
	name := m.id.Name
	if name == "" && r.Run != nil {
		name = r.Run.Command
	}
	parts := []string{"logwrap-crash", cleanLine(name, maxTagValue), typ}
	if crash := crashOf(r); crash != nil && crash.Worker != nil {
		parts = append(parts, cleanLine(crash.Worker.Command, maxTagValue), workerEnd(crash))
	}
	return parts
}

// workerEnd is how a worker ended, the same each time.
func workerEnd(e *detect.Exit) string {
	app := *e
	app.Worker = nil
	return endName(&app)
}

// lastLine returns the last line that the app wrote to stderr, or to stdout if
// it wrote none there.
func lastLine(r *detect.Record) string {
	if r.Event == nil {
		return ""
	}
	for _, stream := range []capture.Stream{capture.Stderr, capture.Stdout} {
		for i := len(r.Event.Crumbs) - 1; i >= 0; i-- {
			c := &r.Event.Crumbs[i]
			if text := strings.TrimSpace(c.Message); c.Stream == stream && text != "" {
				return text
			}
		}
	}
	return ""
}
