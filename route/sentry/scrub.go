package sentry

import (
	"reflect"
	"strings"

	"github.com/logwrap/logwrap/route/redact"
)

// scrub takes the secrets out of every text of an event, however it got there: new
// fields need no thought. What names the event, its release and the server stays.
func (m *maker) scrub(e *event) {
	kept := *e
	if e.Breadcrumbs != nil {
		m.scrubCrumbs(e.Breadcrumbs.Values, e.LogEntry)
	}
	eachFrame(e, m.scrubContext)
	scrubber{m.redact}.walk(reflect.ValueOf(e).Elem())
	e.ID, e.Timestamp, e.Platform, e.Level, e.SDK = kept.ID, kept.Timestamp, kept.Platform, kept.Level, kept.SDK
	e.ServerName, e.Release, e.Dist, e.Environment = kept.ServerName, kept.Release, kept.Dist, kept.Environment
}

// redacted returns text without its secrets.
func (m *maker) redacted(text string) string { return m.redact.String(text) }

// redactedField is redacted for the value of a field.
func (m *maker) redactedField(key, value string) string { return m.redact.Value(key, value) }

// scrubLines takes the secrets out of lines that belong together: a private key has
// several.
func (m *maker) scrubLines(lines []string) []string {
	out := make([]string, 0, len(lines))
	text := m.redacted(strings.Join(lines, "\n"))
	for _, line := range lines {
		rest := text
		for range strings.Count(line, "\n") + 1 {
			_, rest, _ = strings.Cut(rest, "\n")
		}
		out = append(out, strings.TrimSuffix(text[:len(text)-len(rest)], "\n"))
		text = rest
	}
	return out
}

// scrubCrumbs takes the lines before an event and what the event says, if that is a
// line as well, for one text: it may be the end of what began in them.
func (m *maker) scrubCrumbs(crumbs []crumb, last *logEntry) {
	lines := make([]string, len(crumbs), len(crumbs)+1)
	for i := range crumbs {
		lines[i] = crumbs[i].Message
	}
	if last != nil {
		lines = append(lines, last.Formatted)
	}
	lines = m.scrubLines(lines)
	for i := range crumbs {
		crumbs[i].Message = lines[i]
	}
	if last != nil {
		last.Formatted = lines[len(crumbs)]
	}
}

func (m *maker) scrubContext(f *frame) {
	if f.ContextLine == nil {
		return
	}
	lines := append(append(append([]string{}, f.PreContext...), *f.ContextLine), f.PostContext...)
	lines = m.scrubLines(lines)
	n := len(f.PreContext)
	f.PreContext, f.ContextLine, f.PostContext = lines[:n:n], &lines[n], lines[n+1:]
}

func eachFrame(e *event, do func(*frame)) {
	each := func(s *stacktrace) {
		for i := range s.Frames {
			do(&s.Frames[i])
		}
	}
	eachStack(e, each)
	if e.Threads == nil {
		return
	}
	for i := range e.Threads.Values {
		if s := e.Threads.Values[i].Stacktrace; s != nil {
			each(s)
		}
	}
}

// scrubber walks over what an event is made of.
type scrubber struct{ *redact.Redactor }

func (x scrubber) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(x.String(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			x.walk(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() && v.CanSet() {
			v.Set(x.copied(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			x.walk(v.Field(i))
		}
	case reflect.Map:
		x.walkMap(v)
	case reflect.Slice, reflect.Array:
		x.walkList(v)
	}
}

// copied returns a copy that was walked over.
func (x scrubber) copied(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	x.walk(c)
	return c
}

// walkMap goes by the keys: they may say that their value is a secret.
func (x scrubber) walkMap(v reflect.Value) {
	for _, key := range v.MapKeys() {
		value := v.MapIndex(key)
		inner := value
		if inner.Kind() == reflect.Interface {
			inner = inner.Elem()
		}
		if inner.Kind() != reflect.String || key.Kind() != reflect.String {
			v.SetMapIndex(key, x.copied(value))
			continue
		}
		v.SetMapIndex(key, reflect.ValueOf(x.Value(key.String(), inner.String())).Convert(inner.Type()))
	}
}

// walkList takes a list of texts for arguments, where one may say what the next is.
func (x scrubber) walkList(v reflect.Value) {
	if texts, ok := v.Interface().([]string); ok {
		copy(texts, x.Args(texts))
		return
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return
	}
	for i := range v.Len() {
		x.walk(v.Index(i))
	}
}
