package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/logwrap/logwrap/supervise"
)

func (f *document) decodeSupervise(n *node) {
	fs := f.superviseFields()
	for key, do := range fs {
		fs[key] = func(n *node) {
			f.config.setAt(key, place{line: n.line, column: n.column})
			do(n)
		}
	}
	f.mapping(n, fs)
	f.checkRemovals(n.find("env_remove"))
}

func (f *document) superviseFields() fields {
	s, d := &f.config.Supervise, f.decoder
	return fields{
		"restart":             f.choice(&s.Restart, RestartNever, RestartOnFailure, RestartAlways),
		"max_restarts":        f.int(&s.MaxRestarts, 0, maxRestarts),
		"timeout":             f.duration(&s.Timeout),
		"ok_exit":             f.entries(true, func(items []item) { s.OKExit = parseAll(items, parseOKExit) }),
		"stop_timeout":        parsed(d, &s.StopTimeout, parsePositive),
		"flush_timeout":       f.duration(&s.FlushTimeout),
		"stop_signal":         parsed(d, &s.StopSignal, parseSignal),
		"rewrite_signal":      f.mappingOrEntries(":", func(items []item) { s.Rewrite = parseRewrites(items) }),
		"signal_to":           f.choice(&s.SignalTo, SignalApp, SignalGroup),
		"parent_death_signal": parsed(d, &s.ParentDeathSignal, parseSignal),
		"pty":                 f.bool(&s.PTY),
		"merge":               f.bool(&s.Merge),
		"user":                parsed(d, &s.User, systemAccounts().checkUser),
		"group":               parsed(d, &s.Group, systemAccounts().checkGroup),
		"chdir":               parsed(d, &s.Chdir, parseDirectory),
		"umask":               parsed(d, &s.Umask, parseUmask),
		"rlimits":             f.mappingOrEntries("=", func(items []item) { s.Limits = parseLimits(items) }),
		"env":                 f.decodeEnv,
		"env_remove":          f.entries(false, func(items []item) { s.EnvRemove = parseRemovals(items) }),
		"env_file":            f.entries(false, s.readEnvFiles),
		"env_hints":           f.bool(&s.EnvHints),
		"termination_log":     parsed(d, &s.TerminationLog, parseTerminationLog),
		"watchdog":            f.duration(&s.Watchdog),
		"watchdog_dump":       parsed(d, &s.WatchdogDump, parseSignal),
		"watchdog_restart":    f.bool(&s.WatchdogRestart),
	}
}

// item is one entry of a setting that has several, from a file or a flag.
type item struct {
	text  string
	shown string // what messages may quote of it
	fail  func(hint, msg string)
}

// reject reports what is wrong with the entry as a whole.
func (i item) reject(err error) {
	i.fail(hintOf(err), quote(i.shown)+" "+err.Error())
}

// parseAll parses every entry. One that says the same as another is an error.
func parseAll[T comparable](items []item, parse func(string) (T, error)) (values []T) {
	for _, i := range items {
		v, err := parse(i.text)
		if err == nil && slices.Contains(values, v) {
			err = valueError{"stands here twice", ""}
		}
		if err != nil {
			i.reject(err)
			continue
		}
		values = append(values, v)
	}
	return values
}

// entries makes a field that is a list of texts, or a single one. With commas,
// each text may hold several.
func (d *decoder) entries(commas bool, use func([]item)) func(*node) {
	return func(n *node) {
		var items []item
		add := func(n *node) {
			if text, ok := d.text(n); ok {
				items = append(items, d.split(n, text, commas)...)
			}
		}
		if n.kind == scalar {
			add(n)
		} else {
			d.list(n, add)
		}
		use(items)
	}
}

func (d *decoder) split(n *node, text string, commas bool) (items []item) {
	texts, shown := []string{text}, []string{n.text}
	if commas {
		texts, shown = strings.Split(text, ","), strings.Split(n.text, ",")
	}
	for i, t := range texts {
		one := item{text: strings.TrimSpace(t), shown: n.text, fail: d.failAt(n)}
		if len(shown) == len(texts) { // a reference may have brought commas along
			one.shown = strings.TrimSpace(shown[i])
		}
		items = append(items, one)
	}
	return items
}

// failAt makes a function that reports problems at n.
func (d *decoder) failAt(n *node) func(hint, msg string) {
	return func(hint, msg string) { d.fail(n, hint, "%s", msg) }
}

// mappingOrEntries makes a field that is a mapping, or what entries takes: texts
// with a separator between key and value.
func (d *decoder) mappingOrEntries(separator string, use func([]item)) func(*node) {
	return func(n *node) {
		if n.kind != mapping {
			d.entries(separator == ":", use)(n)
			return
		}
		var items []item
		d.each(n, func(key, value *node) {
			d.in(key.text, func() {
				if text, ok := d.text(value); ok {
					items = append(items, item{
						text: key.text + separator + text, shown: key.text + separator + value.text, fail: d.failAt(value),
					})
				}
			})
		})
		use(items)
	}
}

// decodeEnv reads the variables of the app. What they hold is not for messages.
func (f *document) decodeEnv(n *node) {
	env := map[string]string{}
	if n.kind == list {
		f.fail(n, "write NAME: value, without -", "needs a mapping, found %s", n.kind)
		return
	}
	f.each(n, func(key, value *node) {
		if _, err := parseName(key.text); err != nil {
			f.fail(key, hintOf(err), "%s %v", quote(key.text), err)
			return
		}
		f.in(key.text, func() {
			text, ok := f.text(value)
			if !ok {
				return
			}
			f.secrets = append(f.secrets, text)
			if strings.Contains(text, "\x00") {
				f.fail(value, "", "a NUL byte cannot be in a variable")
				return
			}
			env[key.text] = text
		})
	})
	f.config.Supervise.Env = env
}

// checkRemovals reports what the file both sets and removes.
func (f *document) checkRemovals(n *node) {
	if n == nil {
		return
	}
	s := &f.config.Supervise
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if slices.Contains(s.EnvRemove, name) {
			f.fail(n, "keep one of them", "%s is set by env and removed by env_remove", quote(name))
		}
	}
}

// parseLimits reads the limits of resources, each once.
func parseLimits(items []item) (limits []supervise.Limit) {
	for _, i := range items {
		l, err := parseLimit(i.text)
		if err == nil && slices.ContainsFunc(limits, func(o supervise.Limit) bool { return o.Name == l.Name }) {
			err = valueError{"is a limit that stands here twice", ""}
		}
		if err != nil && i.text != i.shown { // its details would show what a reference gave
			err = valueError{"is no limit", limitHint}
		}
		if err != nil {
			i.reject(err)
			continue
		}
		limits = append(limits, l)
	}
	return limits
}
