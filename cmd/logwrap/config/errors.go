package config

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Error is one problem, and where it is.
type Error struct {
	File   string // the file's name; the flag ("--syslog") or variable ("LOGWRAP_SYSLOG") if it came from there
	Line   int    // from 1; 0 if the problem has no place in the file
	Column int    // from 1, in characters; 0 if only the line is known
	Msg    string
	Hint   string // what to do about it, empty if nothing can be guessed

	unset bool // of a variable that is not set, which a handler that is off may leave so
}

// Error returns the problem in one line, without the hint.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			b.WriteString(":" + strconv.Itoa(e.Line))
		}
		if e.Line > 0 && e.Column > 0 {
			b.WriteString(":" + strconv.Itoa(e.Column))
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	return b.String()
}

// Errors are all problems of one source, sorted by position; never empty where
// it is returned as an error.
type Errors []*Error

// Error returns one line for each problem and one for each hint.
func (es Errors) Error() string {
	var b strings.Builder
	for i, e := range es {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.Error())
		if e.Hint != "" {
			b.WriteString("\n\thint: " + e.Hint)
		}
	}
	return b.String()
}

// Unwrap gives errors.As the single problems.
func (es Errors) Unwrap() []error {
	all := make([]error, len(es))
	for i, e := range es {
		all[i] = e
	}
	return all
}

// orNil returns the problems sorted as an error, nil if there are none.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return es
}
