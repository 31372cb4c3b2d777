package redact

import (
	"fmt"
	"strings"
)

// The words that a list of rules may hold beside patterns.
const (
	Default = "default" // the rules of this package
	Emails  = "emails"
	Off     = "off" // nothing at all; it stands alone
)

// Words returns them all.
func Words() []string { return []string{Default, Emails, Off} }

// ListError says which entry of a list is wrong.
type ListError struct {
	Index int
	Word  bool // it is a word that is not known, not a pattern
	Err   error
}

func (e *ListError) Error() string { return e.Err.Error() }
func (e *ListError) Unwrap() error { return e.Err }

// Parse returns the Redactor that a list of rules describes: words and regular
// expressions. nil means the default, an empty list nothing. An error is a
// *ListError.
func Parse(list []string) (*Redactor, error) {
	if list == nil {
		list = []string{Default}
	}
	var o Options
	var at []int // of the patterns
	for i, entry := range list {
		switch {
		case entry == Default:
			o.Builtin = true
		case entry == Emails:
			o.Emails = true
		case entry == Off && len(list) > 1:
			return nil, &ListError{Index: i, Err: fmt.Errorf("%q stands alone, without other rules", entry)}
		case entry == Off:
		case isRuleWord(entry):
			return nil, &ListError{Index: i, Word: true, Err: fmt.Errorf("there are no rules called %q", entry)}
		default:
			o.Patterns, at = append(o.Patterns, entry), append(at, i)
		}
	}
	r, err := New(o)
	if err != nil {
		bad := err.(*PatternError)
		return nil, &ListError{Index: at[bad.Index], Err: bad.Err}
	}
	return r, nil
}

// isRuleWord reports whether an entry is meant as a word: letters alone are no
// pattern worth having.
func isRuleWord(entry string) bool {
	return strings.Trim(entry, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == ""
}
