package sentry

import (
	"bytes"
	"strings"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// exception is one link of a chain
// (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/exception/).
type exception struct {
	Type       string      `json:"type,omitempty"`
	Value      string      `json:"value,omitempty"`
	Module     string      `json:"module,omitempty"`
	ThreadID   string      `json:"thread_id,omitempty"`
	Mechanism  *mechanism  `json:"mechanism,omitempty"`
	Stacktrace *stacktrace `json:"stacktrace,omitempty"`
}

type stacktrace struct {
	Frames []frame `json:"frames"`
}

type mechanism struct {
	Type      string         `json:"type"`
	Handled   bool           `json:"handled"`
	Source    string         `json:"source,omitempty"`
	Synthetic bool           `json:"synthetic,omitempty"`
	Group     bool           `json:"is_exception_group,omitempty"`
	ID        int            `json:"exception_id"`
	ParentID  *int           `json:"parent_id,omitempty"`
	Meta      *mechanismMeta `json:"meta,omitempty"`
}

type mechanismMeta struct {
	Signal *signalMeta `json:"signal,omitempty"`
	Errno  *errnoMeta  `json:"errno,omitempty"`
}

type errnoMeta struct {
	Number int `json:"number"`
}

type signalMeta struct {
	Number int    `json:"number,omitempty"`
	Code   int    `json:"code,omitempty"`
	Name   string `json:"name,omitempty"`
}

// exceptions returns the chain of r as Sentry wants it.
func (m *maker) exceptions(r *detect.Record, chain []detect.Exception) []exception {
	t := newTree(chain)
	fillElided(chain, t.parent)
	in := m.framer(r, chain)
	root := in.mechanismOf(r, chain)
	order := t.order()
	last := len(order) - 1
	place := make([]int, len(chain)) // where each exception of the chain comes to stand
	for at, i := range order {
		place[i] = at
	}
	list := make([]exception, len(order))
	for at, i := range order {
		x := &chain[i]
		list[at] = newException(r, t, i)
		mech := root
		mech.ID, mech.Group = last-at, t.isGroup(i)
		if parent := t.parent[i]; parent >= 0 {
			id := last - place[parent]
			mech.Type, mech.ParentID, mech.Meta, mech.Synthetic = "chained", &id, nil, false
			if x.Relation == "suppressed" {
				mech.Type = "suppressed"
			}
			mech.Source = t.source(i)
			mech.Handled = root.Handled || x.Language == detect.JavaScript // as that SDK sends it
		} else if x.Thread != "" {
			list[at].ThreadID = threadID(x.Thread)
		}
		mech.addErrno(x)
		list[at].Mechanism = &mech
		if frames := in.frames(x); len(frames) > 0 {
			list[at].Stacktrace = &stacktrace{frames}
		}
	}
	return list
}

// newException names the i-th exception of a chain.
func newException(r *detect.Record, t *tree, i int) exception {
	x := &t.chain[i]
	typ, module := typeOf(x)
	value := x.Value
	if x.Language == detect.Python {
		if typ, module = pythonType(x); module == "" && !isPythonBuiltin(typ) && bytes.Contains(r.Text, []byte("Traceback (most recent call last):")) {
			module = "__main__" // of which alone Python prints no name
		}
		if t.isGroup(i) {
			value, _ = cutMembers(value)
		}
	}
	out := exception{Type: clean(typ, maxType), Value: clean(value, maxValue), Module: clean(module, maxName)}
	if out.Type == "" && out.Value == "" {
		out.Type = "Error" // Sentry drops what has neither
	}
	return out
}

// typeOf splits the module from a type, and names the type that a Go panic had
// where its text tells: what Go prints is the message alone.
func typeOf(x *detect.Exception) (typ, module string) {
	if x.Module != "" {
		return strings.TrimPrefix(x.Type, x.Module+"."), x.Module
	}
	switch x.Language {
	case detect.Java:
		if i := strings.LastIndexByte(x.Type, '.'); i > 0 && i < len(x.Type)-1 {
			return x.Type[i+1:], x.Type[:i]
		}
	case detect.Ruby: // that SDK leaves the module in the type
		if i := strings.LastIndex(x.Type, "::"); i > 0 {
			return x.Type, x.Type[:i]
		}
	case detect.Go:
		return goType(x), ""
	}
	return x.Type, ""
}

// goType returns the type of the runtime's own panics
// (https://pkg.go.dev/runtime#Error, src/runtime/error.go).
func goType(x *detect.Exception) string {
	value := x.Value
	switch rest, isRuntime := strings.CutPrefix(value, "runtime error: "); {
	case x.Type != "panic" && x.Type != "":
		return x.Type
	case strings.HasPrefix(value, "interface conversion: "):
		return "*runtime.TypeAssertionError"
	case value == "assignment to entry in nil map", value == "close of nil channel", value == "close of closed channel", value == "send on closed channel":
		return "runtime.plainError"
	case !isRuntime:
		return "panic"
	case strings.HasPrefix(rest, "index out of range ["), strings.HasPrefix(rest, "slice bounds out of range ["):
		return "runtime.boundsError"
	}
	return "runtime.errorString"
}

// introOf returns the log message that introduces the trace of r, empty if there
// is none or it only says what the exception says.
func introOf(r *detect.Record, last *detect.Exception) string {
	if isUncaught(r) || r.Stream == capture.Lifecycle {
		return ""
	}
	var intro []string
	for line := range strings.Lines(string(r.Message)) {
		line = strings.TrimRight(line, "\r\n")
		if startsTrace(line) {
			break
		}
		intro = append(intro, line)
	}
	text := strings.TrimSpace(strings.Join(intro, "\n"))
	if strings.HasSuffix(last.Type+": "+last.Value, text) || strings.HasSuffix(text, "."+last.Type+": "+last.Value) {
		return ""
	}
	return clean(text, maxMessage)
}

// startsTrace reports whether a line belongs to a trace, not to what introduces it.
func startsTrace(line string) bool {
	text := strings.TrimLeft(line, " \t|+")
	for _, start := range []string{"Traceback (most recent call last)", "Exception Group Traceback", "goroutine ", "panic: ", "Stack (most recent call last)"} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return strings.HasPrefix(text, "at ") && text != line
}
