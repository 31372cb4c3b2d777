package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/format"
)

// document decodes the sections of one file into a Config.
type document struct {
	*decoder
	config     *Config
	formatters map[string]format.Options
	sources    []handlerSource // of config.Handlers, at the same index
	references []reference
}

// handlerSource is where a handler stands, for what is found out later.
type handlerSource struct {
	key, value *node
	formatter  *node // names its formatter, nil if it has none
	bad        bool  // something is wrong with it already
}

// reference is a name that has to be one of a section's.
type reference struct {
	at      *node
	path    []string
	section string // "handlers", "filters"
	name    string
}

func newDecoder(env Environ) *decoder {
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	return &decoder{env: env, expanded: map[string]string{}}
}

// decode reads everything that can be understood where it stands.
func (f *document) decode(root *node) {
	c := f.config
	top := fields{
		"version": f.version,
		"service": f.section(fields{
			"name":        f.string(&c.Service.Name),
			"version":     f.string(&c.Service.Version),
			"environment": f.string(&c.Service.Environment),
		}),
		"supervise": f.decodeSupervise,
		"journal": f.section(fields{
			"path":      f.string(&c.Journal.Path),
			"size":      parsed(f.decoder, &c.Journal.Size, parseJournalSize),
			"when_full": f.choice(&c.Journal.WhenFull, DropOldest, Block),
		}),
		"console": f.choice(&c.Console, ConsoleRaw, ConsoleOff),
		"levels": f.section(fields{
			"stdout": f.level(&c.Levels.Stdout),
			"stderr": f.level(&c.Levels.Stderr),
		}),
		"formatters": f.decodeFormatters,
		"filters":    f.decodeFilters,
		"handlers":   f.decodeHandlers,
		"loggers":    f.decodeLoggers,
		"root":       f.decodeRoot,
		"classify":   nil,
		"redact":     f.decodeRedact,
	}
	f.mapping(withoutExtensions(root), top)
}

// withoutExtensions leaves out the top-level keys that only hold anchors.
func withoutExtensions(root *node) *node {
	n := *root
	n.pairs = slices.DeleteFunc(slices.Clone(root.pairs), func(p pair) bool { return strings.HasPrefix(p.key.text, "x-") })
	return &n
}

func (f *document) section(fs fields) func(*node) { return func(n *node) { f.mapping(n, fs) } }

func (f *document) version(n *node) {
	version := Version
	f.int(&version, 0, 1<<30)(n)
	if version != Version {
		f.fail(n, "", "%d is not known to this logwrap, only %d is", version, Version)
	}
}

func parseJournalSize(s string) (int64, error) {
	size, err := parseSize(s)
	if err == nil && size < capture.MinSize {
		err = valueError{"is too small", fmt.Sprintf("use at least %dMiB", capture.MinSize>>20)}
	}
	return size, err
}

// builtinFormatters need no entry in the file.
func builtinFormatters() map[string]format.Options {
	return map[string]format.Options{
		format.JSON: {Format: format.JSON}, format.Text: {Format: format.Text}, format.Raw: {Format: format.Raw},
	}
}

func (f *document) decodeFormatters(n *node) {
	f.formatters = builtinFormatters()
	f.each(n, func(key, value *node) {
		f.in(key.text, func() {
			var o format.Options
			before := len(f.errs)
			f.mapping(value, fields{
				"format":   f.string(&o.Format),
				"identity": f.bool(&o.Identity),
				"original": f.bool(&o.Original),
			})
			f.formatters[key.text] = o
			if len(f.errs) > before {
				return
			}
			if _, err := format.New(o, route.Identity{}); err != nil {
				f.failOption(err, key, value)
			}
		})
	})
}

// failOption reports an error that names an option of the mapping value at the
// place of that option, or else at key.
func (f *document) failOption(err error, key, value *node) {
	var option *route.OptionError
	if !errors.As(err, &option) {
		f.fail(key, "", "%s", f.blot(err.Error()))
		return
	}
	at := key
	for n, rest := value, option.Option; rest != "" && n != nil; {
		name, after, _ := strings.Cut(rest, ".")
		found := n.find(name)
		if found == nil {
			found = n.find(name + "s") // url may stand there as a list, urls
		}
		if n, rest = found, after; n != nil {
			at = n
		}
	}
	f.in(option.Option, func() { f.fail(at, f.blot(option.Hint), "%s", f.blot(option.Err.Error())) })
}

func (f *document) decodeFilters(n *node) {
	f.each(n, func(key, value *node) {
		f.in(key.text, func() {
			filter := Filter{Name: key.text}
			f.mapping(value, fields{"match": func(n *node) {
				f.each(n, func(k, v *node) { f.in(k.text, func() { filter.Match = f.condition(filter.Match, k, v) }) })
			}})
			if filter.Match == nil && value.find("match") == nil {
				f.fail(key, "write match: {level: '>=warning'}", "a filter needs match")
			}
			f.config.Filters = append(f.config.Filters, filter)
		})
	})
}

// condition appends one condition, checked.
func (f *document) condition(conditions []route.Condition, key, value *node) []route.Condition {
	text, ok := f.text(value)
	if !ok {
		return conditions
	}
	c := route.Condition{Key: key.text, Value: text}
	if _, err := route.NewFilter([]route.Condition{c}); err != nil {
		var option *route.OptionError
		errors.As(err, &option)
		at, hint := value, ""
		if strings.HasPrefix(option.Err.Error(), "unknown condition") {
			known := []string{"level", "logger", "stream", "format", "message", "json.KEY", "fields.KEY"}
			at, hint = key, didYouMean(key.text, known)
		} else if key.text == "level" {
			hint = "levels look like '>=warning', error, '<info'"
		}
		f.fail(at, hint, "%s", f.blot(option.Err.Error()))
		return conditions
	}
	return append(conditions, c)
}

func (f *document) decodeLoggers(n *node) {
	f.each(n, func(key, value *node) {
		f.in(key.text, func() {
			switch key.text {
			case route.Root:
				f.fail(key, "write it at the top level: root: {…}", "the root logger has a section of its own")
				return
			case "":
				f.fail(key, "", "a logger needs a name")
				return
			}
			l := Logger{Name: key.text, Propagate: true}
			fs := f.loggerFields(&l)
			fs["propagate"] = f.bool(&l.Propagate)
			f.mapping(value, fs)
			f.config.Loggers = append(f.config.Loggers, l)
		})
	})
}

func (f *document) decodeRoot(n *node) { f.mapping(n, f.loggerFields(&f.config.Root)) }

func (f *document) loggerFields(l *Logger) fields {
	return fields{
		"level":    f.level(&l.Level),
		"filters":  f.names("filters", &l.Filters),
		"handlers": f.names("handlers", &l.Handlers),
	}
}

// names is a list of names out of a section.
func (f *document) names(section string, dst *[]string) func(*node) {
	return func(n *node) {
		f.list(n, func(item *node) {
			name, ok := f.text(item)
			if !ok {
				return
			}
			if slices.Contains(*dst, name) {
				f.fail(item, "", "%s stands here twice", quote(item.text))
				return
			}
			*dst = append(*dst, name)
			f.references = append(f.references, reference{item, slices.Clone(f.path), section, name})
		})
	}
}
