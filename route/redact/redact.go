package redact

import (
	"strings"
)

// Mark is what stands where a secret was.
const Mark = "[Filtered]"

// Options says what is secret.
type Options struct {
	Builtin  bool     // the rules of this package
	Emails   bool     // e-mail addresses too
	Patterns []string // regular expressions; with groups, only what these match is secret
}

// Redactor replaces secrets. The zero value replaces nothing.
type Redactor struct {
	builtin bool
	emails  bool
	own     []pattern
}

// New returns a Redactor; an error is a *PatternError.
func New(o Options) (*Redactor, error) {
	r := &Redactor{builtin: o.Builtin, emails: o.Emails}
	for i, text := range o.Patterns {
		p, err := compile(text)
		if err != nil {
			return nil, &PatternError{Index: i, Pattern: text, Err: err}
		}
		r.own = append(r.own, p)
	}
	return r, nil
}

// maxPasses bounds how often a text is gone through again: what one pass has
// replaced can lay bare a form that was hidden before.
const maxPasses = 4

// String returns s without its secrets.
func (r *Redactor) String(s string) string {
	for range maxPasses {
		next := r.pass(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

// Value returns s, the value of a field called key, without its secrets: all of
// it is one if the name says so.
func (r *Redactor) Value(key, s string) string {
	if r.builtin && s != "" {
		if kind := kindOf(key); kind > notSecret && kind != query && !isPlaceholder(s, key) && !(kind == weak && isShortNumber(s)) {
			return filled(s)
		}
	}
	return r.String(s)
}

// filled is a Mark with as many lines as s has.
func filled(s string) string {
	return Mark + strings.Repeat("\n", strings.Count(s, "\n"))
}

func (r *Redactor) pass(s string) string {
	for i := range r.own {
		s = replace(s, r.own[i].spans(s))
	}
	if r.builtin || r.emails {
		x := scan{s: s, lex: lex(), builtin: r.builtin, emails: r.emails}
		x.run()
		s = replace(s, x.spans)
	}
	return s
}

// span is a secret in a text: the bytes from one index up to another.
type span struct{ from, to int }

// replace puts a Mark in the place of each span; they are in order and do not
// overlap. Lines stay lines.
func replace(s string, spans []span) string {
	if len(spans) == 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	at := 0
	for _, p := range spans {
		b.WriteString(s[at:p.from])
		b.WriteString(filled(s[p.from:p.to]))
		at = p.to
	}
	b.WriteString(s[at:])
	return b.String()
}
