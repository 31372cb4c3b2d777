package redact

import (
	"bytes"
	"strings"
	"sync"
)

// words is a set that is made when it is first asked: a program that redacts
// nothing must not start later for it.
type words func() map[string]bool

func set(list string) words {
	return sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for w := range strings.FieldsSeq(list) {
			m[w] = true
		}
		return m
	})
}

var (
	// stateWords are said of a secret instead of it.
	stateWords = set(`none null nil undefined nan true false yes no on off ok required missing invalid expired incorrect wrong empty unset set
		unknown default failed failure failing denied changed reset updated rejected accepted valid verified hidden masked redacted filtered
		removed omitted basic bearer digest oauth oauth2 ldap saml kerberos ntlm disabled enabled not must should cannot can is was are too has
		have for from in to and or with without by length mismatch mismatched provided supplied given found needed protected encrypted
		n/a optional any await new function lambda return scram-sha-256 scram-sha-1 include same-origin omit changeme_placeholder accepted closed
		opened open done success succeeded complete completed started running active inactive pending ready waiting refreshed rotated created
		deleted generated loaded saved sent skipped error errors warning mounted available unavailable exists present absent blocked locked unexpected unauthorized forbidden the a an this that it at of`)

	typeWords = set(`str string text bytes byte int bool boolean object number varchar char type any bytea char secretstr uuid []byte &str
		string? str? string! option<string> optional[str] option<&str> secretstr secret<string> nsstring std::string std::optional<std::string>
		&string *string string[] list[str] vec<u8> sequence[str] optional<string> str|none buffer`)

	// blankWords stand in brackets where a secret was.
	blankWords = set(`filtered redacted hidden masked scrubbed null nil sensitive removed omitted`)

	proseWords = set(`must should is are was be been required invalid cannot can't the not for with at least too missing expired field
		does doesn't did has have may will please enter your`)
)

// isOneOf ignores case, quotes and what ends a sentence.
func isOneOf(v string, of words) bool {
	var lower [longestWord]byte
	if len(v) > len(lower) {
		return false
	}
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c-'A' < 26 {
			c |= 0x20
		}
		lower[i] = c
	}
	w := lower[:len(v)]
	m := of()
	return m[string(w)] || m[string(bytes.Trim(w, ".,;:!?'\"`)"))]
}

const longestWord = 32

func isType(v string) bool {
	return isOneOf(v, typeWords) || isOneOf(strings.TrimRight(v, ";,)"), typeWords)
}

// isPlaceholder reports whether v, the value of name, is not a secret but stands for
// one or says that there is none.
func isPlaceholder(v, name string) bool {
	switch {
	case v == "" || v == Mark || strings.EqualFold(v, name):
		return true
	case isOneOf(v, stateWords) || isType(v):
		return true
	case strings.Trim(v, "*•.xX-?#_:\\") == "" && (len(v) < 4 || v[0] != 'x' && v[0] != 'X' || strings.Trim(v, "xX") == ""):
		return true
	}
	return isTemplate(v) || isBlanked(v)
}

// isTemplate reports whether v is replaced by something else later: $X, ${X}, {x}, %s,
// %(x)s, <x>, :x, {{ x }}.
func isTemplate(v string) bool {
	if len(v) < 2 {
		return false
	}
	inner := v[1:]
	switch last := v[len(v)-1]; v[0] {
	case '$':
		return strings.Trim(inner, lettersOnly) == "" || inner[0] == '{' || inner[0] == '(' || isNumber(inner) && len(inner) < 3 || isUpperName(inner) || strings.HasPrefix(inner, "_")
	case '{':
		return last == '}' || inner[0] == '{'
	case '<':
		return last == '>' || strings.HasPrefix(v, "<%")
	case '%':
		verb := strings.TrimLeft(inner, "#+")
		return verb != "" && strings.IndexByte("sdvqrx@", verb[0]) >= 0 && (len(verb) == 1 || !isWord(verb[1])) || inner[0] == '(' || last == '%' && isUpperName(inner[:len(inner)-1])
	case ':', '&', '*', '@':
		return strings.Trim(inner, lettersOnly) == ""
	}
	return false
}

func isUpperName(v string) bool {
	return v != "" && strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && !isDigit(v[0])
}

// isBlanked reports whether others have replaced the secret already.
func isBlanked(v string) bool {
	return isOneOf(strings.Trim(v, "[]<>(){}*"), blankWords)
}

// isCode reports whether a value without quotes is an expression: a call, an
// index, a field.
func isCode(v string) bool {
	if v == "" || isDigit(v[0]) {
		return false
	}
	i, dots := 0, 0
	for i < len(v) && (isWord(v[i]) || v[i] == '.' || v[i] == ':' && i+1 < len(v) && v[i+1] == ':' || v[i] == ':' && i > 0 && v[i-1] == ':' || v[i] == '-' && i+1 < len(v) && v[i+1] == '>' || v[i] == '>' && i > 0 && v[i-1] == '-') {
		if v[i] == '.' || v[i] == '>' {
			dots++
		}
		i++
	}
	if i < len(v) && i > 0 {
		return v[i] == '(' || v[i] == '['
	}
	v = strings.TrimRight(v, ".,;")
	return dots > 0 && strings.Contains(v, ".") && strings.Trim(v, lettersOnly) == ""
}
