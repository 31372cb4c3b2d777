package sentry

import (
	"strings"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/redact"
)

const sdkName = "logwrap"

// defaultGroup stands in a fingerprint for what Sentry would group by
// (https://docs.sentry.io/concepts/data-management/event-grouping/).
const defaultGroup = "{{ default }}"

// event is what Sentry calls an event payload
// (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/). Lists are
// wrapped in "values": the only form that the schema and every consumer take.
type event struct {
	ID          string            `json:"event_id"`
	Timestamp   string            `json:"timestamp"`
	Platform    string            `json:"platform"`
	Level       string            `json:"level"`
	Logger      string            `json:"logger,omitempty"`
	ServerName  string            `json:"server_name,omitempty"`
	Release     string            `json:"release,omitempty"`
	Dist        string            `json:"dist,omitempty"`
	Environment string            `json:"environment,omitempty"`
	Transaction string            `json:"transaction,omitempty"`
	Request     *request          `json:"request,omitempty"`
	LogEntry    *logEntry         `json:"logentry,omitempty"`
	Exception   *list[exception]  `json:"exception,omitempty"`
	Threads     *list[thread]     `json:"threads,omitempty"`
	Breadcrumbs *list[crumb]      `json:"breadcrumbs,omitempty"`
	Fingerprint []string          `json:"fingerprint,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Contexts    map[string]any    `json:"contexts,omitempty"`
	SDK         sdkInfo           `json:"sdk"`
}

type list[T any] struct {
	Values []T `json:"values"`
}

type logEntry struct {
	Formatted string `json:"formatted"`
}

type crumb struct {
	Timestamp string `json:"timestamp"`
	Type      string `json:"type"`
	Category  string `json:"category"`
	Level     string `json:"level"`
	Message   string `json:"message"`
}

type sdkInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// maker makes events of records.
type maker struct {
	opts  Options
	id    route.Identity
	host  host // facts about this machine, read with the first event
	known bool

	mark func(*event) // adds what the record does not tell; nil: nothing

	processes *processFacts
	redact    *redact.Redactor
}

// envelope returns the event for r, at most maxEvent long, with the attachment
// that goes with it.
func (m *maker) envelope(r *detect.Record, c cut) (*envelope, error) {
	e := m.event(r)
	if m.mark != nil {
		m.mark(e)
	}
	m.scrub(e)
	if run, ok := e.Contexts["logwrap"].(runContext); ok {
		run.Shortened = c.shortened()
		e.Contexts["logwrap"] = run
	}
	if c == barest {
		strip(e)
	}
	payload, err := fit(e)
	if err != nil {
		return nil, err
	}
	out := &envelope{id: e.ID, at: r.Time, items: []item{eventItem(payload)}}
	if tail := outputOf(r); len(tail) > 0 && c == whole {
		out.items = append(out.items, item{
			itemHeader: itemHeader{Type: attachmentType, Filename: "output.log", ContentType: "text/plain"},
			category:   attachmentCategory, optional: true, payload: []byte(m.redacted(clean(string(tail), maxOutput))),
		})
	}
	return out, nil
}

// maxOutput is the most bytes of output that go with an event.
const maxOutput = 128 << 10

// outputOf is what the app had written last, with the record itself.
func outputOf(r *detect.Record) []byte {
	if r.Event == nil || r.Event.Output == nil {
		return nil
	}
	if r.Stream == capture.Lifecycle {
		return r.Event.Output
	}
	return append(append(r.Event.Output[:len(r.Event.Output):len(r.Event.Output)], r.Text...), '\n')
}

// event builds the event for r.
func (m *maker) event(r *detect.Record) *event {
	if !m.known {
		m.host, m.known = readHost(m.opts.Dir), true
	}
	chain, others := splitThreads(r.Exceptions())
	if len(others) == 0 {
		others = r.Threads()
	}
	e := &event{
		ID:          eventID(m.id.Journal, r.ID, "event"),
		Timestamp:   stamp(r.Time),
		Platform:    platform(r, chain),
		Level:       levelName(r.Level),
		Logger:      cleanLine(string(r.Logger), maxLogger),
		ServerName:  m.serverName(),
		Release:     m.release(),
		Dist:        m.opts.Dist,
		Environment: m.environment(),
		Tags:        m.tags(r),
		Contexts:    m.contexts(r, chain),
		Breadcrumbs: m.breadcrumbs(r),
		SDK:         sdkInfo{sdkName, m.opts.Client},
	}
	if crash := crashOf(r); crash != nil && crash.Worker == nil {
		e.Level = "fatal"
	}
	switch {
	case len(chain) > 0:
		e.Exception = &list[exception]{m.exceptions(r, chain)}
		nameHang(r, e.Exception.Values)
		e.Threads = m.threads(r, chain, others)
		if intro := introOf(r, &chain[len(chain)-1]); intro != "" {
			e.LogEntry = &logEntry{intro}
		}
	case isEnd(r):
		x := endOf(r)
		e.Exception = &list[exception]{[]exception{x}}
		e.Fingerprint = m.endPrint(r, x.Type)
	default:
		e.LogEntry = &logEntry{clean(string(r.Message), maxMessage)}
	}
	for _, part := range m.opts.Fingerprint {
		if !isEnd(r) || part != defaultGroup { // an end has a fingerprint of ours
			e.Fingerprint = append(e.Fingerprint, cleanLine(part, maxTagValue))
		}
	}
	m.complete(e, r, chain)
	return e
}

// crashOf returns how the run ended, if r is what ended it.
func crashOf(r *detect.Record) *detect.Exit {
	if r.Event == nil {
		return nil
	}
	return r.Event.Crash
}

// hangOf returns what is known of the hang that r tells of, nil if it tells of none.
func hangOf(r *detect.Record) *detect.Hang {
	if r.Event == nil {
		return nil
	}
	return r.Event.Hang
}

// platform is Sentry's name for the runtime. It decides how the server shows and
// groups frames; what Node's SDK sends is "node", not "javascript".
func platform(r *detect.Record, chain []detect.Exception) string {
	lang := r.Trace
	if lang == detect.NoLanguage && len(chain) > 0 {
		lang = chain[len(chain)-1].Language
	}
	if c := crashOf(r); lang == detect.NoLanguage && c != nil && c.Signal != "" {
		return "native"
	}
	return platformName(lang)
}

// platformName is Sentry's name for a language.
func platformName(lang detect.Language) string {
	switch lang {
	case detect.NoLanguage:
		return "other"
	case detect.JavaScript:
		return "node"
	case detect.Rust:
		return "native" // as sentry-rust says
	case detect.OCaml, detect.Crystal, detect.Nim, detect.Lua, detect.Tcl, detect.R, detect.Scheme, detect.CommonLisp,
		detect.Ada, detect.Fortran, detect.Pascal, detect.Dart, detect.Swift, detect.Julia, detect.Zig, detect.V, detect.D,
		detect.PowerShell, detect.PLSQL, detect.GDScript: // runtimes that Sentry has no name for
		return "other"
	}
	return lang.String()
}

// levelName maps a level to the five that Sentry has.
func levelName(l detect.Level) string {
	switch {
	case l >= detect.Critical:
		return "fatal"
	case l >= detect.Error:
		return "error"
	case l >= detect.Warning:
		return "warning"
	case l >= detect.Info, l == detect.NotSet:
		return "info"
	}
	return "debug"
}

func (m *maker) serverName() string {
	return cleanLine(either(m.opts.ServerName, either(m.id.Pod, m.id.Host)), maxServerName)
}

func (m *maker) environment() string {
	return cleanName(either(m.opts.Environment, m.id.Environment), maxEnvironment)
}

// traceContext ties what is sent of one run together: events, logs and check-ins
// (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/contexts/).
type traceContext struct {
	TraceID string `json:"trace_id"`
	SpanID  string `json:"span_id"`
}

func traceOf(run string) traceContext {
	if len(run) != 32 || strings.Trim(run, "0123456789abcdef") != "" {
		run = makeID(run)
	}
	return traceContext{TraceID: run, SpanID: makeID("span " + run)[:16]}
}

// release is what the user calls it, else NAME@VERSION, the form that Sentry reads
// versions from.
func (m *maker) release() string {
	if m.opts.Release != "" || m.id.Version == "" {
		return cleanName(m.opts.Release, maxRelease)
	}
	if m.id.Name == "" {
		return cleanName(m.id.Version, maxRelease)
	}
	return cleanName(m.id.Name+"@"+m.id.Version, maxRelease)
}

// breadcrumbs returns the records before r, oldest first.
func (m *maker) breadcrumbs(r *detect.Record) *list[crumb] {
	most := m.opts.MaxBreadcrumbs
	if most == 0 {
		most = defaultCrumbs
	}
	if r.Event == nil || most < 0 || len(r.Event.Crumbs) == 0 {
		return nil
	}
	from := r.Event.Crumbs[max(0, len(r.Event.Crumbs)-most):]
	crumbs := make([]crumb, len(from))
	for i, c := range from {
		crumbs[i] = crumb{Timestamp: stamp(c.Time), Type: "default", Level: levelName(c.Level),
			Category: cleanLine(either(c.Logger, c.Stream.String()), maxLogger), Message: clean(c.Message, maxCrumb)}
		if c.Level >= detect.Error {
			crumbs[i].Type = "error"
		}
	}
	return &list[crumb]{crumbs}
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
