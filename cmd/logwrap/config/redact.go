package config

import (
	"errors"
	"slices"

	"github.com/logwrap/logwrap/route/redact"
)

// decodeRedact reads what is secret: a word, or a list of words and patterns.
// Patterns stand as they are written: $ is no reference in them, and what looks like
// one is refused.
func (f *document) decodeRedact(n *node) {
	items := n.items
	switch n.kind {
	case scalar:
		if !slices.Contains(redact.Words(), n.text) {
			f.fail(n, "put it into [ ], beside default", "needs a list, found %s", n.kind)
			return
		}
		items = []*node{n}
	case list:
	default:
		f.list(n, nil)
		return
	}
	rules := make([]string, 0, len(items))
	for _, item := range items {
		if item.kind != scalar {
			f.fail(item, "", "needs a single value, found %s", item.kind)
			return
		}
		rules = append(rules, item.text)
	}
	if slices.Equal(rules, []string{redact.Off}) {
		rules = []string{}
	}
	_, err := redact.Parse(rules)
	var bad *redact.ListError
	if errors.As(err, &bad) {
		f.fail(items[bad.Index], redactHint(rules[bad.Index], bad), "%v", err)
		return
	}
	f.config.Redact = rules
}

func redactHint(rule string, bad *redact.ListError) string {
	switch {
	case bad.Word && nearest(rule, redact.Words()) != "":
		return didYouMean(rule, redact.Words())
	case bad.Word:
		return "the words are default, emails and off; to look for this text, write (" + rule + ")"
	case rule == redact.Off:
		return "write redact: off"
	case errors.Is(bad.Err, redact.ErrEmpty):
		return "use + instead of *"
	case errors.Is(bad.Err, redact.ErrReference):
		return "write what the secret looks like; to look for the text itself, write \\$\\{"
	}
	return "patterns are Go's regular expressions: https://pkg.go.dev/regexp/syntax"
}

// shareRedact tells the handlers that redact what is secret.
func (c *Config) shareRedact() {
	for i := range c.Handlers {
		if s := c.Handlers[i].Sentry; s != nil {
			s.Redact = c.Redact
		}
	}
}
