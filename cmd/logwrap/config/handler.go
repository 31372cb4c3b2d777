package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/console"
	"github.com/logwrap/logwrap/route/elasticsearch"
	"github.com/logwrap/logwrap/route/file"
	"github.com/logwrap/logwrap/route/format"
	"github.com/logwrap/logwrap/route/sentry"
	"github.com/logwrap/logwrap/route/syslog"
)

// Handler is a configured handler: what it takes, and the sink it delivers to.
type Handler struct {
	Name    string       `json:"name"`
	Sink    string       `json:"sink"`
	Level   detect.Level `json:"level,omitempty"`
	Filters []string     `json:"filters,omitempty"`
	Off     string       `json:"off,omitempty"` // why it is switched off; empty: it is on

	// Options of the sink: the one that fits Sink is set, the others are nil.
	Console       *console.Options       `json:"console,omitempty"`
	File          *file.Options          `json:"file,omitempty"`
	Syslog        *syslog.Options        `json:"syslog,omitempty"`
	Elasticsearch *elasticsearch.Options `json:"elasticsearch,omitempty"`
	Sentry        *sentry.Options        `json:"sentry,omitempty"`
}

// sinkKind is what the configuration knows about one kind of sink.
type sinkKind struct {
	// place is the option that says where to deliver to; empty: there is none.
	place string
	// deliverTo sets that option.
	deliverTo func(h *Handler, to string)
	// options makes the handler's options and says how its own keys are read.
	options func(d *decoder, h *Handler) fields
	// fill completes what the file left out from the environment; nil: nothing to fill.
	fill func(h *Handler, env Environ)
	// warnings name what is unsafe in the options; nil: nothing can be.
	warnings func(h *Handler) []string
	// formatter is where the handler's formatter goes; nil: the sink has a format of its own.
	formatter func(h *Handler) *format.Options
	// secrets are the options that must not be shown; nil: there are none.
	secrets func(h *Handler) []secret
	open    func(h *Handler, id route.Identity) (route.Sink, error)
	limits  func() route.Limits
	events  bool // it takes events only
	console bool // it writes to logwrap's own output
}

// sinkKinds returns all kinds of sinks by the name that a handler's sink key gives.
func sinkKinds() map[string]sinkKind {
	return map[string]sinkKind{
		console.Stdout:  consoleKind(console.Stdout),
		console.Stderr:  consoleKind(console.Stderr),
		"file":          fileKind(),
		"syslog":        syslogKind(),
		"elasticsearch": elasticsearchKind(),
		"sentry":        sentryKind(),
	}
}

// SinkReport is the sink of a handler that no file can name: the program's own
// report of a crash on its standard error. It takes events; Open refuses it.
const SinkReport = "report"

func (h *Handler) kind() sinkKind {
	if h.Sink == SinkReport {
		return sinkKind{events: true, limits: func() route.Limits { return route.Limits{} }}
	}
	if h.Sink == SinkLogs {
		return sentryLogsKind()
	}
	return sinkKinds()[h.Sink]
}

// Open makes the handler's sink, which connects and opens files only when it is
// first delivered to. A *route.OptionError names the option that is wrong.
func (h *Handler) Open(id route.Identity) (route.Sink, error) {
	kind := h.kind()
	if kind.open == nil {
		return nil, fmt.Errorf("handler %q: there is no sink called %q", h.Name, h.Sink)
	}
	return kind.open(h, id)
}

// Limits says how the handler's sink wants its records batched.
func (h *Handler) Limits() route.Limits { return h.kind().limits() }

// Events reports whether the handler takes events only.
func (h *Handler) Events() bool { return h.kind().events }

// EventOptions says what goes with an event, nil for a handler that takes records.
func (h *Handler) EventOptions() *route.EventOptions {
	switch {
	case !h.Events():
		return nil
	case h.Sentry != nil:
		return h.Sentry.EventOptions()
	}
	return &route.EventOptions{}
}

// Traces reports whether a stack trace at error or above is an event for the
// handler, whatever its level.
func (h *Handler) Traces() bool {
	return h.Events() && (h.Sentry == nil || h.Sentry.Traces == nil || *h.Sentry.Traces)
}

func (h *Handler) secrets() []secret {
	if of := h.kind().secrets; of != nil {
		return of(h)
	}
	return nil
}

// maxName is the longest name of a handler; the journal keeps a cursor by it.
const maxName = 63 - len(" logs")

func (f *document) decodeHandlers(n *node) {
	f.each(n, func(key, value *node) {
		f.in(key.text, func() { f.decodeHandler(key, value) })
	})
}

func (f *document) decodeHandler(key, value *node) {
	h := Handler{Name: key.text}
	source := handlerSource{key: key, value: value}
	before := len(f.errs)
	f.off = ""
	if h.Name == "" || len(h.Name) > maxName || strings.ContainsFunc(h.Name, unicode.IsControl) {
		f.fail(key, "", "a handler's name has 1 to %d bytes, none of them a control character", maxName)
	}
	if own, ok := f.sinkFields(key, value, &h); ok {
		own["sink"] = func(*node) {}
		own["level"] = f.level(&h.Level)
		own["filters"] = f.names("filters", &h.Filters)
		if _, taken := own["formatter"]; !taken {
			own["formatter"] = func(n *node) { f.decodeFormatter(n, &h, &source) }
		}
		f.mapping(value, own)
	}
	if h.Off = f.off; h.Off != "" { // what it lacks does not matter then
		f.errs = append(f.errs[:before], slices.DeleteFunc(slices.Clone(f.errs[before:]), func(e *Error) bool { return e.unset })...)
	}
	source.bad = len(f.errs) > before
	f.config.Handlers = append(f.config.Handlers, h)
	f.sources = append(f.sources, source)
}

// sinkFields finds out what kind of sink a handler has, and so what keys.
func (f *document) sinkFields(key, value *node, h *Handler) (fields, bool) {
	kinds := sinkKinds()
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	if value.kind != mapping {
		f.fail(value, "", "needs a mapping, found %s", value.kind)
		return nil, false
	}
	sink := value.find("sink")
	if sink == nil {
		f.fail(key, "sinks are "+strings.Join(names, ", "), "a handler needs a sink")
		return nil, false
	}
	ok := false
	f.in("sink", func() {
		if h.Sink, ok = f.text(sink); !ok {
			return
		}
		if _, ok = kinds[h.Sink]; !ok {
			f.fail(sink, didYouMean(h.Sink, names), "there is no sink called %s", quote(sink.text))
		}
	})
	if !ok {
		return nil, false
	}
	return kinds[h.Sink].options(f.decoder, h), true
}

func (f *document) decodeFormatter(n *node, h *Handler, source *handlerSource) {
	if h.kind().formatter == nil {
		f.fail(n, "remove it", "%s has a format of its own", h.Sink)
		return
	}
	if n.kind == mapping {
		f.fail(n, "define it under formatters, and write its name here", "needs a single value, found %s", n.kind)
		return
	}
	source.formatter = n
}
