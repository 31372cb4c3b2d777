package sentry

import (
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// thread is one of the app's threads, or goroutines
// (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/threads/).
type thread struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	State   string `json:"state,omitempty"`
	Crashed bool   `json:"crashed"`
	Current bool   `json:"current"`
	Main    bool   `json:"main,omitempty"`

	Stacktrace *stacktrace `json:"stacktrace,omitempty"`
}

func newThread(x *detect.Exception) thread {
	t := thread{ID: threadID(x.Thread), Name: cleanLine(x.Thread, maxTagValue)}
	if x.Type == dumpType {
		t.State = cleanLine(x.Value, maxTagValue)
	}
	switch x.Thread {
	case "main", "MainThread", "goroutine 1":
		t.Main = true
	}
	return t
}

// dumpType is the type that detect gives to the threads of a dump; their value is
// the state.
const dumpType = "ThreadDump"

// maxThreads bounds the threads of a dump that go with an event.
const maxThreads = 100

// splitThreads tells the exceptions of a trace from the other threads of a dump.
func splitThreads(list []detect.Exception) (chain, others []detect.Exception) {
	n := 0
	for n < len(list) && list[n].Relation == "thread" {
		n++
	}
	return list[n:], list[:n]
}

// threads names the thread that printed the trace, if it did, and shows the other
// ones of a dump. As Sentry wants it, the frames of the first stay with the
// exception.
func (m *maker) threads(r *detect.Record, chain, others []detect.Exception) *list[thread] {
	last := &chain[len(chain)-1]
	if last.Thread == "" && len(others) == 0 {
		return nil
	}
	first := newThread(last)
	first.Current, first.Crashed = true, !r.Dump() || crashOf(r) != nil
	if first.State == "" && r.Trace == detect.Go {
		first.State = goState(string(r.Text), last.Thread)
	}
	all := []thread{first}
	in := m.framer(r, chain)
	for i := range others[:min(len(others), maxThreads)] {
		x := &others[i]
		t := newThread(x)
		if t.ID == "0" {
			t.ID = strconv.Itoa(i + 1)
		}
		if frames := in.frames(x); len(frames) > 0 {
			t.Stacktrace = &stacktrace{frames}
		}
		all = append(all, t)
	}
	return &list[thread]{all}
}

// threadID is the number in "goroutine 7", or 0: ids only have to differ within
// one event.
func threadID(name string) string {
	number := strings.TrimPrefix(name, "goroutine ")
	if number == "" || strings.Trim(number, "0123456789") != "" {
		return "0"
	}
	return number
}

// goState reads "running" from "goroutine 7 [running]:".
func goState(text, name string) string {
	_, rest, found := strings.Cut(text, "\n"+name+" [")
	state, _, closed := strings.Cut(firstLine(rest), "]")
	if !found || !closed {
		return ""
	}
	return cleanLine(state, maxTagValue)
}
