package config

import (
	"fmt"
	"slices"

	"github.com/logwrap/logwrap/route"
)

// finish does what needs the whole file: names that refer to other sections,
// what the environment fills in, and the sinks' own checks.
func (f *document) finish() {
	if f.formatters == nil {
		f.formatters = builtinFormatters()
	}
	f.resolveReferences()
	f.config.shareRedact()
	for i := range f.config.Handlers {
		f.finishHandler(i)
	}
	if n := len(f.config.Handlers); n > route.MaxHandlers {
		f.fail(f.sources[route.MaxHandlers].key, "", "handlers: %d handlers, at most %d are possible", n, route.MaxHandlers)
	}
	f.config.Notes = append(f.config.Notes, f.config.unused()...)
}

func (f *document) resolveReferences() {
	known := map[string][]string{}
	for _, h := range f.config.Handlers {
		known["handlers"] = append(known["handlers"], h.Name)
	}
	for _, filter := range f.config.Filters {
		known["filters"] = append(known["filters"], filter.Name)
	}
	for _, r := range f.references {
		if !slices.Contains(known[r.section], r.name) {
			f.path = r.path
			f.fail(r.at, didYouMean(r.name, known[r.section]), "there is no %s called %s", singular(r.section), quote(r.at.text))
		}
	}
	f.path = nil
}

// singular is what one thing of a section is called.
func singular(section string) string { return section[:len(section)-1] }

func (f *document) finishHandler(index int) {
	h, source := &f.config.Handlers[index], &f.sources[index]
	if h.Off != "" {
		f.config.Notes = append(f.config.Notes, fmt.Sprintf("handler %q is off: %s", h.Name, h.Off))
		return
	}
	f.path = []string{"handlers", h.Name}
	defer func() { f.path = nil }()
	if source.formatter != nil {
		f.in("formatter", func() { f.resolveFormatter(h, source) })
	}
	if source.bad {
		return
	}
	kind := h.kind()
	if kind.fill != nil {
		kind.fill(h, f.env)
	}
	for _, s := range h.secrets() {
		f.secrets = append(f.secrets, s.parts()...)
	}
	if _, err := h.Open(f.config.Identity()); err != nil {
		f.failOption(err, source.key, source.value)
		return
	}
	f.config.warn(h)
	if other := sameFile(h, f.config.Handlers[:index]); other != nil {
		f.in("path", func() { f.fail(source.value.find("path"), "", "handler %q writes this file already", other.Name) })
	}
}

// warn notes what is unsafe in a handler.
func (c *Config) warn(h *Handler) {
	of := h.kind().warnings
	if of == nil {
		return
	}
	var secrets []string
	for _, s := range h.secrets() {
		secrets = append(secrets, s.parts()...)
	}
	for _, w := range of(h) {
		c.Notes = append(c.Notes, fmt.Sprintf("handler %q: %s", h.Name, blotSecrets(w, secrets)))
	}
}

func (f *document) resolveFormatter(h *Handler, source *handlerSource) {
	name, ok := f.text(source.formatter)
	if !ok {
		source.bad = true
		return
	}
	o, ok := f.formatters[name]
	if !ok {
		names := make([]string, 0, len(f.formatters))
		for n := range f.formatters {
			names = append(names, n)
		}
		f.fail(source.formatter, didYouMean(name, names), "there is no formatter called %s", quote(source.formatter.text))
		return
	}
	*h.kind().formatter(h) = o
}

// unused names the handlers and filters that nothing refers to.
func (c *Config) unused() (notes []string) {
	handlers, filters := slices.Clone(c.Root.Handlers), slices.Clone(c.Root.Filters)
	for _, l := range c.Loggers {
		handlers, filters = append(handlers, l.Handlers...), append(filters, l.Filters...)
	}
	for _, h := range c.Handlers {
		filters = append(filters, h.Filters...)
		if h.Off != "" || slices.Contains(handlers, h.Name) {
			continue
		}
		note := fmt.Sprintf("handler %q is on no logger", h.Name)
		if h.Events() {
			note += ", so it gets crashes only"
		}
		notes = append(notes, note)
	}
	for _, f := range c.Filters {
		if !slices.Contains(filters, f.Name) {
			notes = append(notes, fmt.Sprintf("filter %q is used nowhere", f.Name))
		}
	}
	return notes
}
