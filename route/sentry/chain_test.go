package sentry

import (
	"fmt"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/detect"
)

// chainOf makes a chain of "type relation depth" words.
func chainOf(lang detect.Language, list ...string) []detect.Exception {
	var chain []detect.Exception
	for _, words := range list {
		x := detect.Exception{Language: lang}
		name, rest, _ := strings.Cut(words, " ")
		x.Type = name
		fmt.Sscan(rest, &x.Relation, &x.Depth)
		if typ, count, ok := strings.Cut(name, "*"); ok {
			x.Type, x.Value = typ, "v ("+count+" sub-exceptions)"
		}
		chain = append(chain, x)
	}
	return chain
}

func TestTree(t *testing.T) {
	for name, tt := range map[string]struct {
		chain []detect.Exception
		want  string // child<parent source, in the order of the event
	}{
		"one":          {chainOf(detect.Python, "A"), "A"},
		"causes":       {chainOf(detect.Python, "A cause", "B context", "C"), "A<B __cause__, B<C __context__, C"},
		"group":        {chainOf(detect.Python, "B member", "A member", "G*2"), "B<G exceptions[1], A<G exceptions[0], G"},
		"nested group": {chainOf(detect.Python, "C member", "B member", "A member", "H*2 member", "G*2"), "C<G exceptions[1], B<H exceptions[1], A<H exceptions[0], H<G exceptions[0], G"},
		"cause of a member, and of the group": {chainOf(detect.Python, "X cause", "B member", "A member", "Y context", "G*2"),
			"X<B __cause__, B<G exceptions[1], A<G exceptions[0], Y<G __context__, G"},
		"group of another name": {chainOf(detect.Python, "B member", "A member", "Errors"), "B<Errors exceptions[1], A<Errors exceptions[0], Errors"},
		"JavaScript":            {chainOf(detect.JavaScript, "B member", "A member", "AggregateError"), "B<AggregateError errors[1], A<AggregateError errors[0], AggregateError"},
		"suppressed": {chainOf(detect.Java, "N cause", "C cause", "S2 suppressed 1", "X cause 1", "S1 suppressed 1", "T"),
			"N<C cause, C<T cause, S2<T suppressed[1], X<S1 cause, S1<T suppressed[0], T"},
		"suppressed by a cause": {chainOf(detect.Java, "S suppressed 1", "C cause", "T"), "S<C suppressed[0], C<T cause, T"},
		"depth without reason":  {chainOf(detect.Java, "C cause 7", "T 0 9"), "C<T cause, T"},
		"no relation":           {chainOf(detect.Go, "A", "B"), "A<B , B"},
	} {
		tree := newTree(tt.chain)
		var got []string
		for _, i := range tree.order() {
			text := tt.chain[i].Type
			if p := tree.parent[i]; p >= 0 {
				text += "<" + tt.chain[p].Type + " " + tree.source(i)
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, text, tt.want)
		}
	}
}

// TestTwiceInAGroup: what led to a group and is its member too is shown once.
func TestTwiceInAGroup(t *testing.T) {
	chain := chainOf(detect.Python, "A member", "A context", "G*1")
	for i := range 2 {
		chain[i].Frames = []detect.Frame{{Function: "f", Line: 7}}
	}
	if got := newTree(chain).order(); fmt.Sprint(got) != "[1 2]" {
		t.Errorf("order %v", got)
	}
	chain[0].Frames[0].Line = 8
	if got := newTree(chain).order(); len(got) != 3 {
		t.Errorf("order of two that differ: %v", got)
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte{1, 2, 0, 3}, false)
	f.Fuzz(func(t *testing.T, relations []byte, java bool) {
		lang := detect.Python
		if java {
			lang = detect.Java
		}
		var chain []detect.Exception
		for _, b := range relations[:min(len(relations), 100)] {
			chain = append(chain, detect.Exception{Language: lang, Type: []string{"A", "ExceptionGroup"}[b>>6&1], Depth: int(b >> 3 & 7),
				Relation: []string{"", "cause", "context", "member", "suppressed", "x", "cause", "member"}[b&7]})
		}
		tree := newTree(chain)
		for i, parent := range tree.parent {
			if i < len(chain)-1 && (parent <= i || parent >= len(chain)) && !(java && parent == -1) {
				t.Errorf("the parent of %d is %d", i, parent)
			}
		}
		if order := tree.order(); len(order) > len(chain) || len(chain) > 0 && order[len(order)-1] != len(chain)-1 {
			t.Errorf("order %v", order)
		}
	})
}

func TestElided(t *testing.T) {
	frames := func(names string) (list []detect.Frame) {
		for name := range strings.FieldsSeq(names) {
			list = append(list, detect.Frame{Function: name})
		}
		return list
	}
	for name, tt := range map[string]struct {
		lang           detect.Language
		inner, outer   string
		innerE, outer2 detect.Elided
		wantI, wantO   string
	}{
		"jvm":            {detect.Java, "c", "a b", detect.Elided{At: 0, Count: 1}, detect.Elided{}, "a c", "a b"},
		"jvm, too many":  {detect.Java, "c", "a b", detect.Elided{At: 0, Count: 3}, detect.Elided{}, "c", "a b"},
		"node":           {detect.JavaScript, "a b c d e", "a d x", detect.Elided{}, detect.Elided{At: 1, Count: 2}, "a b c d e", "a b c d x"},
		"node, no match": {detect.JavaScript, "a b c d e", "z d x", detect.Elided{}, detect.Elided{At: 1, Count: 2}, "a b c d e", "z d x"},
		"node, at ends":  {detect.JavaScript, "a b", "b x", detect.Elided{}, detect.Elided{At: 0, Count: 1}, "a b", "a b x"},
		"node, behind":   {detect.JavaScript, "a b", "b x", detect.Elided{}, detect.Elided{At: 2, Count: 1}, "a b", "b x"},
	} {
		chain := []detect.Exception{{Language: tt.lang, Relation: "cause", Frames: frames(tt.inner)}, {Language: tt.lang, Frames: frames(tt.outer)}}
		for i, e := range []detect.Elided{tt.innerE, tt.outer2} {
			if e.Count > 0 {
				chain[i].Elided = []detect.Elided{e}
			}
		}
		fillElided(chain, newTree(chain).parent)
		for i, want := range []string{tt.wantI, tt.wantO} {
			var got []string
			for _, f := range chain[i].Frames {
				got = append(got, f.Function)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: exception %d has %q, want %q", name, i, got, want)
			}
		}
	}
}
