package config

import (
	"slices"
	"strings"
)

// didYouMean is a hint that names the known name nearest to one that is not
// known, or, if none is near, all of them if they are few.
func didYouMean(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return `did you mean "` + near + `"?`
	}
	if len(known) == 0 || len(known) > 20 {
		return ""
	}
	known = slices.Sorted(slices.Values(known))
	return "known here: " + strings.Join(known, ", ")
}

// nearest returns the known name that is at most a third of name's letters
// away, the first in alphabetical order if several are, "" if none is.
func nearest(name string, known []string) string {
	const longest = 64 // the distance costs the product of the lengths
	if len(name) > longest {
		return ""
	}
	word := plainWord(name)
	best, least := "", len([]rune(word))/3+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if len(k) > longest {
			continue
		}
		if d := distance(word, plainWord(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// plainWord takes away what people mix up most: case, and how words are joined.
func plainWord(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

// distance is how many letters have to be added, taken away, changed or swapped
// with their neighbour to make b of a.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			change := 1
			if s[i-1] == t[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}
