package redact

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// lexicon is what the scan looks words up in. It is made when it is first asked.
type lexicon struct {
	// namesBy holds the names by their last three letters, the longest first: where
	// in lists, 0 if there are none.
	namesBy [1 << 15]uint8
	lists   [][]name

	nameEnds   pairs // the last two letters of names, and those that other rules wait for
	tokenStart pairs // the first two letters of what tokenAt knows
	tokenNext  pairs // the second and third
	formsBy    [256][]tokenForm
}

var lex = sync.OnceValue(func() *lexicon {
	l := &lexicon{lists: make([][]name, 1)}
	for text, k := range names() {
		l.addName(text, k)
	}
	for i := range l.lists {
		slices.SortFunc(l.lists[i], func(a, b name) int { return cmp.Or(len(b.text)-len(a.text), strings.Compare(a.text, b.text)) })
	}
	for _, end := range []string{"pw", "ue", "by", "er", "ic", "ty"} { // value, IDENTIFIED BY, Bearer, Basic, social security
		l.nameEnds.add(end[0], end[1])
	}
	for _, f := range forms {
		l.addForm(f)
	}
	for _, prefix := range []string{"eyJ", "bot", "webhooks"} {
		l.addToken(prefix)
	}
	return l
})

func (l *lexicon) addName(text string, k kind) {
	n := name{strings.TrimPrefix(text, "."), text[0] == '.', k}
	at := &l.namesBy[triple(n.text[len(n.text)-3:])]
	if *at == 0 {
		*at = uint8(len(l.lists))
		l.lists = append(l.lists, nil)
	}
	l.lists[*at] = append(l.lists[*at], n)
	l.nameEnds.add(text[len(text)-2], text[len(text)-1])
}

func (l *lexicon) addForm(f tokenForm) {
	l.formsBy[f.prefix[0]] = append(l.formsBy[f.prefix[0]], f)
	if len(f.prefix) > 2 {
		l.addToken(f.prefix)
		return
	}
	for _, c := range f.chars {
		l.addToken(f.prefix + string(c))
	}
}

func (l *lexicon) addToken(prefix string) {
	l.tokenStart.add(prefix[0], prefix[1])
	l.tokenNext.add(prefix[1], prefix[2])
}

// named returns the names that end in three letters.
func (l *lexicon) named(last uint16) []name { return l.lists[l.namesBy[last]] }

// pairs is a set of two bytes.
type pairs [1 << 16 / 64]uint64

func (p *pairs) add(a, b byte) { n := uint(a)<<8 | uint(b); p[n/64] |= 1 << (n % 64) }

func (p *pairs) has(a, b byte) bool {
	n := uint(a)<<8 | uint(b)
	return p[n/64]&(1<<(n%64)) != 0
}
