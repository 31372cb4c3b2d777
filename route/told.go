package route

import (
	"bytes"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// Streams do not see each other before this stage, and a program may write an
// error to both, or log it and then end by it.

// toldAgain reports whether r is the held trace once more: on another stream, or
// on the same one if nothing was written in between and one of the two was
// logged, the other printed by the runtime as the error went on to end the app,
// or if it is the crash report that OTP adds.
func (e *Events) toldAgain(r *detect.Record) bool {
	if len(e.queue) == 0 {
		return false
	}
	t := &e.queue[0].rec
	if r.Trace != t.Trace || e.doubled[r.Stream] || t.Dump() || r.Dump() {
		return false
	}
	report := isCrashReport(r) && !isCrashReport(t)
	if r.Stream == t.Stream && !report && (t.Logged() == r.Logged() || r.ID != t.End) {
		return false
	}
	a, b := t.Exceptions(), r.Exceptions()
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	switch r.Trace {
	case detect.Erlang, detect.Elixir:
		return sameOnBEAM(&a[0], &b[0])
	case detect.Native:
		if saysShell(&b[len(b)-1]) && a[len(a)-1].Type == b[len(b)-1].Type {
			return true
		}
	}
	return sameError(&a[len(a)-1], &b[len(b)-1])
}

func sameError(x, y *detect.Exception) bool {
	return x.Type == y.Type && x.Module == y.Module && x.Value == y.Value
}

// saysShell reports whether an exception is only what a shell says of a child
// that a signal ended: the child may have said more.
func saysShell(e *detect.Exception) bool {
	return len(e.Frames) == 0 && (e.Value == "Segmentation fault" || e.Value == "Aborted")
}

// isCrashReport recognises the report by proc_lib on a process of which the
// behaviour that it ran has told already.
func isCrashReport(r *detect.Record) bool {
	return r.Trace == detect.Erlang && bytes.Contains(r.Text[:min(len(r.Text), 200)], []byte(" crasher:"))
}

// sameOnBEAM compares the root causes of two traces: the process that raised an
// exception tells of it, and so does each that ended with it, in other words.
func sameOnBEAM(x, y *detect.Exception) bool {
	return sameError(x, y) || samePlace(x, y) || x.Value != "" && strings.HasSuffix(y.Value, "** (EXIT) "+x.Value) ||
		y.Value != "" && strings.HasSuffix(x.Value, "** (EXIT) "+y.Value)
}

// samePlace reports whether two exceptions were raised at the same place, which
// is known of both.
func samePlace(x, y *detect.Exception) bool {
	f, g := raisedAt(x), raisedAt(y)
	return f != nil && g != nil && f.File == g.File && f.Line == g.Line && f.Function == g.Function
}

// raisedAt returns the newest frame of which the place is known.
func raisedAt(e *detect.Exception) *detect.Frame {
	for i := len(e.Frames) - 1; i >= 0; i-- {
		if f := &e.Frames[i]; f.Line > 0 {
			return f
		}
	}
	return nil
}
