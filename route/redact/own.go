package redact

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// PatternError says which pattern of the options is wrong.
type PatternError struct {
	Index   int
	Pattern string
	Err     error
}

func (e *PatternError) Error() string { return fmt.Sprintf("pattern %q: %v", e.Pattern, e.Err) }
func (e *PatternError) Unwrap() error { return e.Err }

// ErrEmpty is the error of a pattern that matches where nothing is.
var ErrEmpty = errors.New("matches the empty text, and so everywhere")

// ErrReference is the error of a pattern with ${NAME} in it. Nothing is put there, and
// behind the end of a text it never matches: the secret that was meant would go out.
var ErrReference = errors.New("has a ${…}, which is not replaced in patterns and never matches")

var reference = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\$\{[A-Za-z_][A-Za-z0-9_]*(?:\}|:-)`)

// pattern is one of the user's own.
type pattern struct{ re *regexp.Regexp }

func compile(text string) (pattern, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return pattern{}, err
	}
	if re.MatchString("") {
		return pattern{}, ErrEmpty
	}
	if reference.MatchString(text) {
		return pattern{}, ErrReference
	}
	return pattern{re}, nil
}

// spans returns what the pattern finds in s: its groups, or all of a match if it
// has none. What is part of a Mark is left alone.
func (p pattern) spans(s string) (spans []span) {
	if !p.re.MatchString(s) {
		return nil
	}
	marks := marksIn(s)
	for _, m := range p.re.FindAllStringSubmatchIndex(s, -1) {
		if len(m) > 2 {
			m = m[2:]
		}
		at := 0
		for i := 0; i < len(m); i += 2 {
			from, to := max(m[i], at), m[i+1]
			if m[i] < 0 || from >= to {
				continue // a group that took no part, or one within another
			}
			for len(marks) > 0 && marks[0].to <= from {
				marks = marks[1:]
			}
			if len(marks) > 0 && marks[0].from <= from && to <= marks[0].to {
				continue
			}
			spans = append(spans, span{from, to})
			at = to
		}
	}
	return spans
}

func marksIn(s string) (marks []span) {
	for at := 0; ; {
		i := strings.Index(s[at:], Mark)
		if i < 0 {
			return marks
		}
		marks = append(marks, span{at + i, at + i + len(Mark)})
		at += i + len(Mark)
	}
}
