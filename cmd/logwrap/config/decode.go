package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logwrap/logwrap/detect"
)

// decoder turns nodes into values and collects what is wrong with them.
type decoder struct {
	env  Environ
	errs Errors
	path []string // keys on the way to the node at hand, for messages

	expanded map[string]string // what references gave, and how they were written
	secrets  []string          // values that must not be shown
	off      string            // why the handler at hand is off, empty if it is not
}

// fields says for each key of a mapping what to do with its value. nil is for
// keys that are part of the format, but not of this version.
type fields map[string]func(*node)

// fail reports a problem at n.
func (d *decoder) fail(n *node, hint, format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	if len(d.path) > 0 {
		msg = strings.Join(d.path, ".") + ": " + msg
	}
	d.errs = append(d.errs, &Error{Line: n.line, Column: n.column, Msg: msg, Hint: hint})
}

// in does what has to be done for one key deeper.
func (d *decoder) in(key string, do func()) {
	d.path = append(d.path, key)
	do()
	d.path = d.path[:len(d.path)-1]
}

// mapping decodes n, which has to be a mapping with no other keys than these.
// Nothing at all is an empty mapping.
func (d *decoder) mapping(n *node, fs fields) {
	d.each(n, func(key, value *node) {
		switch do, known := fs[key.text]; {
		case !known:
			d.fail(key, didYouMean(key.text, keys(fs)), "unknown key %s", quote(key.text))
		case do == nil:
			d.in(key.text, func() { d.fail(key, "remove it", "not available in this version") })
		default:
			d.in(key.text, func() { do(value) })
		}
	})
}

// each calls do for every pair of n, which has to be a mapping.
func (d *decoder) each(n *node, do func(key, value *node)) {
	if n.kind != mapping && n.kind != null {
		d.fail(n, "", "needs a mapping, found %s", n.kind)
		return
	}
	for _, p := range n.pairs {
		do(p.key, p.value)
	}
}

// keys are what may be meant by an unknown key.
func keys(fs fields) []string {
	names := make([]string, 0, len(fs))
	for name, do := range fs {
		if do != nil {
			names = append(names, name)
		}
	}
	return names
}

// find returns the value of a key, nil if it is not there.
func (n *node) find(key string) *node {
	for _, p := range n.pairs {
		if p.key.text == key {
			return p.value
		}
	}
	return nil
}

// text returns the value of a scalar with its references replaced.
func (d *decoder) text(n *node) (string, bool) {
	if n.kind != scalar {
		d.fail(n, "", "needs a single value, found %s", n.kind)
		return "", false
	}
	value, changed, _, err := expand(n.text, d.env)
	if err != nil {
		d.failReference(n, err)
		return "", false
	}
	if changed {
		d.expanded[value] = n.text
	}
	return value, true
}

func (d *decoder) failReference(n *node, err error) {
	hint := ""
	var unset unsetError
	if errors.As(err, &unset) {
		hint = fmt.Sprintf("set it, or give it a default: ${%s:-…}", unset.name)
	}
	d.fail(n, hint, "%v", err)
	d.errs[len(d.errs)-1].unset = hint != ""
}

// quote shows a piece of the file in a message.
func quote(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// parsed makes a field that is parsed from text. Errors quote what stands in
// the file, so nothing that came from elsewhere shows.
func parsed[T any](d *decoder, dst *T, parse func(string) (T, error)) func(*node) {
	return func(n *node) {
		text, ok := d.text(n)
		if !ok {
			return
		}
		v, err := parse(text)
		if err != nil {
			d.fail(n, hintOf(err), "%s %v", quote(n.text), err)
			return
		}
		*dst = v
	}
}

func (d *decoder) string(dst *string) func(*node) {
	return parsed(d, dst, func(s string) (string, error) { return s, nil })
}

// secret is a string that must not be shown.
func (d *decoder) secret(dst *string) func(*node) {
	return func(n *node) {
		d.string(dst)(n)
		d.secrets = append(d.secrets, *dst)
	}
}

// destination is the string without which a handler has nowhere to deliver to.
// If it is one reference that gives nothing, the handler is off.
func (d *decoder) destination(dst *string) func(*node) {
	return func(n *node) {
		value, _, whole, err := expand(n.text, d.env)
		if n.kind == scalar && err == nil && whole && strings.TrimSpace(value) == "" {
			d.off = fmt.Sprintf("%s gives nothing", n.text)
			return
		}
		d.string(dst)(n)
		d.secrets = append(d.secrets, userinfo(*dst))
	}
}

func (d *decoder) bool(dst *bool) func(*node) { return parsed(d, dst, parseBool) }

// optionalBool is for fields where saying nothing is a third value.
func (d *decoder) optionalBool(dst **bool) func(*node) {
	return func(n *node) {
		var v bool
		before := len(d.errs)
		if d.bool(&v)(n); len(d.errs) == before {
			*dst = &v
		}
	}
}

func (d *decoder) int(dst *int, least, most int) func(*node) {
	return parsed(d, dst, func(s string) (int, error) { return parseInt(s, least, most) })
}

func (d *decoder) size(dst *int64) func(*node) { return parsed(d, dst, parseSize) }

func (d *decoder) duration(dst *time.Duration) func(*node) { return parsed(d, dst, parseDuration) }

func (d *decoder) level(dst *detect.Level) func(*node) { return parsed(d, dst, parseLevel) }

func (d *decoder) choice(dst *string, words ...string) func(*node) {
	return parsed(d, dst, func(s string) (string, error) { return choose(s, words) })
}

// strings is a list of texts.
func (d *decoder) strings(dst *[]string) func(*node) {
	return func(n *node) {
		d.list(n, func(item *node) {
			if s, ok := d.text(item); ok {
				*dst = append(*dst, s)
			}
		})
	}
}

// list calls do for every item of n, which has to be a list.
func (d *decoder) list(n *node, do func(*node)) {
	switch n.kind {
	case null:
	case list:
		for _, item := range n.items {
			do(item)
		}
	case scalar:
		d.fail(n, "put it into [ ]", "needs a list, found %s", n.kind)
	default:
		d.fail(n, "", "needs a list, found %s", n.kind)
	}
}

// stringMap is a mapping whose keys are up to the user.
func (d *decoder) stringMap(dst *map[string]string) func(*node) {
	return func(n *node) {
		*dst = map[string]string{}
		d.each(n, func(key, value *node) {
			d.in(key.text, func() {
				if s, ok := d.text(value); ok {
					(*dst)[key.text] = s
				}
			})
		})
	}
}

func parseLevel(s string) (detect.Level, error) {
	if l, ok := detect.ParseLevel(s); ok {
		return l, nil
	}
	names := []string{"trace", "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}
	return 0, valueError{"is no level", didYouMean(s, names)}
}

// blot replaces in a text that others made what must not be shown: secrets by
// stars, and what references gave by the references. Very short values are
// left, for they are in every other word.
func (d *decoder) blot(s string) string {
	values := make([]string, 0, len(d.expanded))
	for value := range d.expanded {
		values = append(values, value)
	}
	// The longest first, for one may be a part of another.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	for _, value := range values {
		if len(value) > 3 {
			s = strings.ReplaceAll(s, value, d.expanded[value])
		}
	}
	return blotSecrets(s, d.secrets)
}
