package sentry

import (
	"bytes"
	"maps"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

type runtimeContext struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// containerContext and runContext are of logwrap's own making; Sentry shows any
// object as a table.
type containerContext struct {
	Type      string `json:"type"`
	ID        string `json:"id,omitempty"`
	Pod       string `json:"pod,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Node      string `json:"node,omitempty"`
}

type runContext struct {
	Type     string `json:"type"`
	Record   string `json:"record"`
	Run      string `json:"run,omitempty"`
	Command  string `json:"command,omitempty"`
	PID      int    `json:"pid,omitempty"`
	Started  string `json:"started,omitempty"`
	Stream   string `json:"stream"`
	ExitCode *int   `json:"exit_code,omitempty"`
	Signal   string `json:"signal,omitempty"`
	Core     bool   `json:"core_dumped,omitempty"`
	Partial  bool   `json:"partial,omitempty"`

	Shortened string `json:"shortened,omitempty"` // what the event lacks because the server took no more
}

// contexts describes the runtime, machine, container and run of r.
func (m *maker) contexts(r *detect.Record, chain []detect.Exception) map[string]any {
	c := map[string]any{"os": m.host.os, "logwrap": m.runOf(r)}
	if r.Run != nil {
		c["trace"] = traceOf(r.Run.ID)
	}
	if p := processOf(r); p != nil {
		c["process"] = p
	}
	if rt := runtimeOf(r, chain); rt.Name != "" {
		c["runtime"] = rt
	}
	box := containerContext{"container", clean(m.id.Container, maxName), clean(m.id.Pod, maxName), clean(m.id.Namespace, maxName), clean(m.id.Node, maxName)}
	if box != (containerContext{Type: "container"}) {
		c["container"] = box
	}
	return c
}

func (m *maker) runOf(r *detect.Record) runContext {
	c := runContext{Type: "logwrap", Record: m.id.Journal + "-" + strconv.FormatUint(uint64(r.ID), 10), Stream: r.Stream.String(), Partial: r.Partial}
	if r.Run != nil {
		c.Run, c.Command, c.PID = r.Run.ID, clean(r.Run.Command, maxName), r.Run.PID
		if r.Run.Started != 0 {
			c.Started = stamp(r.Run.Started)
		}
	}
	if crash := crashOf(r); crash != nil {
		code := crash.Code
		c.ExitCode, c.Signal, c.Core = &code, crash.Signal, crash.CoreDumped
	}
	return c
}

// runtimeOf names the runtime that printed the trace, with its version where
// the trace shows it.
func runtimeOf(r *detect.Record, chain []detect.Exception) runtimeContext {
	switch r.Trace {
	case detect.Python:
		return runtimeContext{"CPython", pythonVersion(chain)}
	case detect.JavaScript:
		if _, rest, found := bytes.Cut(r.Text, []byte("\nNode.js v")); found {
			return runtimeContext{"node", "v" + cleanLine(firstLine(string(rest[:min(len(rest), 64)])), 32)}
		}
		return runtimeContext{Name: "node"}
	case detect.Go:
		return runtimeContext{Name: "go"}
	case detect.Java:
		return runtimeContext{Name: "java"}
	}
	return runtimeContext{}
}

// pythonVersion finds "3.11" in the path of a library's frame.
func pythonVersion(chain []detect.Exception) string {
	for i := range chain {
		for j := range chain[i].Frames {
			lib := pythonLib(chain[i].Frames[j].File)
			if _, version, found := strings.Cut(lib, "/lib/python"); found && version != "3" {
				return version
			}
		}
	}
	return ""
}

// tags are what events are searched by. Those of the options win over those of
// the service, and these over the ones made here.
func (m *maker) tags(r *detect.Record) map[string]string {
	own := map[string]string{"stream": r.Stream.String(), "logger": string(r.Logger)}
	if crash := crashOf(r); crash != nil {
		own["exit_code"], own["signal"] = strconv.Itoa(crash.Code), crash.Signal
		if crash.CoreDumped {
			own["core_dumped"] = "true"
		}
		own["crash"] = "trace"
		if r.Stream == capture.Lifecycle {
			own["crash"] = "silent"
		}
		own["stop_reason"], own["restarts"] = crash.Stop.Reason, countTag(crash.Restarts)
		if crash.OOM.Killed {
			own["oom"] = "true"
		}
		if crash.Worker != nil {
			own["worker"] = either(crash.Worker.Command, "true")
		}
	}
	if hangOf(r) != nil {
		own["hang"] = "true"
	}
	if r.Loop != nil {
		own["restarts"], own["exit_code"] = countTag(r.Loop.Restarts), strconv.Itoa(r.Loop.Code)
	}
	own["service"], own["pod"], own["namespace"], own["node"] = m.id.Name, m.id.Pod, m.id.Namespace, m.id.Node
	maps.Copy(own, m.id.Tags)
	maps.Copy(own, m.opts.Tags)
	tags := make(map[string]string, len(own))
	for k, v := range own {
		if k, v = tagKey(k), cleanLine(v, maxTagValue); k != "" && v != "" {
			tags[k] = v
		}
	}
	return tags
}

// countTag is n, empty for none.
func countTag(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
