package config

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// FuzzParse checks that no file panics, that what is wrong has a place, that a
// secret from outside never shows, and that what is accepted can be used.
func FuzzParse(f *testing.F) {
	const secret = "hunter22hunter22"
	data, err := os.ReadFile("testdata/bad.golden")
	if err != nil {
		f.Fatal(err)
	}
	for c := range strings.SplitSeq(string(data), "\n=== ") {
		_, rest, _ := strings.Cut(c, "\n")
		source, _, _ := strings.Cut(rest, "\n-----\n")
		f.Add(unescape(source))
	}
	f.Add(secretsExample)
	f.Add("&a [*a, &b {<<: *b}, ? x : y, !!str 1, 0x1F, .inf, ~]")
	f.Add("handlers: {a: &a {<<: *a, sink: file, path: '${SECRET}'}}")
	env := environ("SECRET="+secret, "WORD="+secret, "NOWHERE="+secret, "FROM="+secret, "SENTRY_DSN=https://"+secret+"@h.example/1")
	f.Fuzz(func(t *testing.T, source string) {
		if strings.Contains(source, "file") || strings.Contains(source, "ca") {
			return // no file but the one at hand is read
		}
		c, err := Parse("x", []byte(source), env)
		if err != nil {
			var all Errors
			if !errors.As(err, &all) || len(all) == 0 {
				t.Fatalf("%T is no Errors", err)
			}
			for _, e := range all {
				if e.Line < 1 || e.Column < 1 {
					t.Errorf("%+v has no place", e)
				}
			}
			if strings.Contains(err.Error(), secret) && !strings.Contains(source, secret) {
				t.Errorf("a secret shows in %v", err)
			}
			return
		}
		if _, _, err := c.Tree(); err != nil {
			t.Errorf("the tree of a good configuration: %v", err)
		}
		if _, err := json.Marshal(c.Redacted()); err != nil {
			t.Error(err)
		}
	})
}

// FuzzExpand checks that what comes out of a reference is not expanded again.
func FuzzExpand(f *testing.F) {
	for _, s := range []string{"${A}", "$${A}", "${A:-b}", "${", "$", "a${A}b", "${:-}", "$$$"} {
		f.Add(s, "${B}")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		if strings.Contains(text, "file:") {
			return
		}
		asked := map[string]bool{}
		got, changed, whole, err := expand(text, func(name string) (string, bool) { asked[name] = true; return value, true })
		if err != nil {
			return
		}
		if asked["B"] && !strings.Contains(text, "B") {
			t.Errorf("%q: the value %q was expanded again", text, value)
		}
		if whole && value != "" && got != value {
			t.Errorf("%q is one reference, but gives %q", text, got)
		}
		if !changed && len(asked) > 0 || !strings.Contains(text, "$") && got != text {
			t.Errorf("%q gives %q, changed %v", text, got, changed)
		}
	})
}
