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

// containerContext, kubernetesContext and runContext are of logwrap's own making;
// Sentry shows any object as a table.
type containerContext struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type kubernetesContext struct {
	Type      string `json:"type"`
	Pod       string `json:"pod,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Node      string `json:"node,omitempty"`
}

// appContext has Sentry's names.
type appContext struct {
	Type    string `json:"type"`
	Name    string `json:"app_name,omitempty"`
	Version string `json:"app_version,omitempty"`
	Started string `json:"app_start_time,omitempty"`
	Memory  int64  `json:"app_memory,omitempty"`
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

// contexts describes the runtime, machine, container, process and run of r.
func (m *maker) contexts(r *detect.Record, chain []detect.Exception) map[string]any {
	c := map[string]any{"os": m.host.os, "logwrap": m.runOf(r)}
	if r.Run != nil {
		c["trace"] = traceOf(r.Run.ID)
	}
	facts := m.facts(r)
	if p := processOf(r, facts); p != nil {
		c["process"] = p
	}
	if rt := runtimeOf(r, chain, facts.runtime); rt.Name != "" {
		c["runtime"] = rt
	}
	if m.host.device.Type != "" {
		c["device"] = m.host.device
	}
	if app := m.appOf(r, facts); app != (appContext{Type: "app"}) {
		c["app"] = app
	}
	if id := clean(m.id.Container, maxName); id != "" {
		c["container"] = containerContext{"container", id}
	}
	if k := (kubernetesContext{"kubernetes", clean(m.id.Pod, maxName), clean(m.id.Namespace, maxName), clean(m.id.Node, maxName)}); k != (kubernetesContext{Type: "kubernetes"}) {
		c["kubernetes"] = k
	}
	return c
}

// facts are what is known of the process of r's run.
func (m *maker) facts(r *detect.Record) facts { return m.processes.look(r.Run) }

func (m *maker) appOf(r *detect.Record, f facts) appContext {
	app := appContext{Type: "app", Name: clean(m.id.Name, maxName), Version: clean(m.id.Version, maxName)}
	if r.Run != nil {
		app.Name = either(app.Name, clean(r.Run.Command, maxName))
		if r.Run.Started != 0 {
			app.Started = stamp(r.Run.Started)
		}
	}
	if name, version, _ := strings.Cut(f.module, "@"); name != "" && m.id.Version == "" {
		app.Version = version
	}
	if crash := crashOf(r); crash != nil && crash.Worker == nil {
		app.Memory = crash.MaxRSS
	}
	if hang := hangOf(r); hang != nil {
		app.Memory = hang.RSS
	}
	return app
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

// runtimeOf names the runtime that printed the trace, else that of the process.
// The version is what the trace shows, or what the process tells if it is the same
// runtime: a trace may be that of another one.
func runtimeOf(r *detect.Record, chain []detect.Exception, process runtimeContext) runtimeContext {
	printed := printedRuntime(r, chain)
	if printed.Name == "" && r.Trace == detect.NoLanguage || printed.Name == process.Name && len(process.Version) >= len(printed.Version) {
		return process
	}
	return printed
}

func printedRuntime(r *detect.Record, chain []detect.Exception) runtimeContext {
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
	case detect.Ruby:
		return runtimeContext{Name: "ruby"}
	case detect.PHP:
		return runtimeContext{Name: "php"}
	case detect.Perl:
		return runtimeContext{Name: "perl"}
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
