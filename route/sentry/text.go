package sentry

import (
	"strings"
	"unicode/utf8"
)

// The longest strings sent, in bytes. Sentry's own bounds are for the first
// group (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/);
// it counts characters, so these never exceed them.
const (
	maxLogger      = 64
	maxServerName  = 256
	maxRelease     = 200
	maxEnvironment = 64
	maxTagKey      = 32
	maxTagValue    = 199
	maxMessage     = 8 << 10 // of logentry.formatted

	maxValue      = 8 << 10 // of an exception's value
	maxType       = 256
	maxCrumb      = 2 << 10 // of a breadcrumb's message
	maxName       = 512     // of a function, module or file name
	maxSourceLine = 512
)

// clean makes s fit to be sent: valid UTF-8 without NUL, at most limit bytes. What
// is cut ends in an ellipsis.
func clean(s string, limit int) string {
	cut := len(s) > limit
	if cut {
		s = s[:limit]
		for i := 0; i < utf8.UTFMax-1 && len(s) > 0 && !utf8.RuneStart(s[len(s)-1]); i++ {
			s = s[:len(s)-1]
		}
		if r, _ := utf8.DecodeLastRuneInString(s); r == utf8.RuneError && len(s) > 0 {
			s = s[:len(s)-1]
		}
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	const dots = "…"
	if !cut && len(s) <= limit {
		return s
	}
	for len(s)+len(dots) > limit {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s + dots
}

// cleanLine is clean for what must be one line: line ends become spaces.
func cleanLine(s string, limit int) string {
	return clean(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, strings.TrimSpace(s)), limit)
}

// cleanName is cleanLine for a release or environment: Sentry refuses a release
// with slashes (https://docs.sentry.io/product/releases/naming-releases/).
func cleanName(s string, limit int) string {
	s = cleanLine(s, limit)
	if s == "." || s == ".." {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' {
			return '-'
		}
		return r
	}, s)
}

// tagKey makes s the key of a tag: Sentry takes letters, digits and _.:-.
func tagKey(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("_.:-", r):
			return r
		}
		return '_'
	}, s)
	return s[:min(len(s), maxTagKey)]
}

// firstLine returns s up to its first line end.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimRight(line, "\r")
}
