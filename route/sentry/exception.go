package sentry

import (
	"strconv"
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
}

type signalMeta struct {
	Number int    `json:"number,omitempty"`
	Code   int    `json:"code,omitempty"`
	Name   string `json:"name,omitempty"`
}

// exceptions returns the chain of r as Sentry wants it.
func (m *maker) exceptions(r *detect.Record, chain []detect.Exception) []exception {
	in := m.framer(r, chain)
	root := mechanismOf(r, chain)
	list := make([]exception, len(chain))
	last := len(chain) - 1
	for i := range chain {
		x := &chain[i]
		typ, module := typeOf(x)
		list[i] = exception{Type: clean(typ, maxType), Value: clean(x.Value, maxValue), Module: clean(module, maxName)}
		if list[i].Type == "" && list[i].Value == "" {
			list[i].Type = "Error" // Sentry drops what has neither
		}
		mech := root
		mech.ID, mech.Group = last-i, isGroup(chain, i)
		if i < last {
			parent := parentOf(chain, i)
			id := last - parent
			mech.Type, mech.ParentID, mech.Meta, mech.Synthetic = "chained", &id, nil, false
			mech.Source = sourceOf(chain, i, parent)
			mech.Handled = root.Handled || x.Language == detect.JavaScript // as that SDK sends it
		} else if x.Thread != "" {
			list[i].ThreadID = threadID(x.Thread)
		}
		list[i].Mechanism = &mech
		if frames := in.frames(x); len(frames) > 0 {
			list[i].Stacktrace = &stacktrace{frames}
		}
	}
	return list
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
	case !isRuntime:
		return "panic"
	case strings.HasPrefix(rest, "index out of range ["), strings.HasPrefix(rest, "slice bounds out of range ["):
		return "runtime.boundsError"
	}
	return "runtime.errorString"
}

// parentOf returns the index of the exception that the i-th one belongs to: the
// next one, but the group itself for its members, which are listed one after
// another.
func parentOf(chain []detect.Exception, i int) int {
	relation := chain[i].Relation
	parent := i + 1
	if relation != "member" && relation != "suppressed" {
		return parent
	}
	for parent < len(chain)-1 && chain[parent].Relation == relation && !(relation == "member" && isGroupType(chain[parent].Type)) {
		parent++
	}
	return parent
}

// isGroup reports whether the i-th exception has members.
func isGroup(chain []detect.Exception, i int) bool {
	return i > 0 && chain[i-1].Relation == "member" && parentOf(chain, i-1) == i
}

func isGroupType(typ string) bool {
	return strings.HasSuffix(typ, "ExceptionGroup") || strings.HasSuffix(typ, "AggregateError")
}

// sourceOf names the link between the i-th exception and its parent as the
// runtime calls it.
func sourceOf(chain []detect.Exception, i, parent int) string {
	python := chain[i].Language == detect.Python
	switch relation := chain[i].Relation; relation {
	case "cause", "context":
		if python {
			return "__" + relation + "__"
		}
		return relation
	case "member", "suppressed":
		name := relation
		switch {
		case python:
			name = "exceptions"
		case relation == "member":
			name = "errors"
		}
		nth := 0
		for j := i + 1; j < parent; j++ {
			if chain[j].Relation == relation && parentOf(chain, j) == parent {
				nth++
			}
		}
		return name + "[" + strconv.Itoa(nth) + "]"
	default:
		return relation
	}
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
