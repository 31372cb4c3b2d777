package redact

import "strings"

// maxAuthority is how far a URL's user part is looked for.
const maxAuthority = 256

// url handles the user part of a URL; i is behind "://". It returns where to go on.
func (x *scan) url(i int) int {
	s := x.s
	at := userEnd(s, i)
	if at < 0 {
		return i
	}
	if _, to := tokenAt(s, i); to > i {
		return i
	}
	user, password, found := strings.Cut(s[i:at], ":")
	from := at - len(password)
	if !found || password == "" || password == "x-oauth-basic" {
		if !isRandom(user, 16) {
			return at
		}
		return x.cut(i, i+len(user))
	}
	if isPlaceholder(password, "password") || kindOf(password) > query && isVariable(password) { // user:passwd@host
		return at
	}
	return x.cut(from, at)
}

// userEnd returns where the @ behind the user part of a URL stands, -1 if it has none.
func userEnd(s string, i int) int {
	at, path := -1, -1
	for end := i; end < len(s) && (end < i+maxAuthority || at >= 0) && !endsURL(s[end]); end++ {
		switch c := s[end]; {
		case c == '@' && (path < 0 || end-path > 2 && isWeird(s[i:path])):
			at = end
		case c != '/' && c != '?' && c != '#' || path >= 0:
		case at >= 0:
			return at
		default:
			path = end
		}
	}
	return at
}

func endsURL(c byte) bool {
	return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`' || c == '\\'
}

// isWeird reports whether host:x cannot be a host and a port, so that the user part
// has a slash in it.
func isWeird(host string) bool {
	_, port, found := strings.Cut(host, ":")
	return found && !isNumber(port) && port != "" && !strings.ContainsAny(port, ",]:")
}

// at handles @: the end of user:password in Go's MySQL data source names, and
// e-mail addresses.
func (x *scan) at(i int) int {
	s := x.s
	if x.builtin && (strings.HasPrefix(s[i:], "@tcp(") || strings.HasPrefix(s[i:], "@unix(")) {
		from := i
		for from > x.floor && i-from < maxAuthority && !endsURL(s[from-1]) && s[from-1] != ':' {
			from--
		}
		if from > x.floor && s[from-1] == ':' && !isPlaceholder(s[from:i], "password") {
			return x.cut(from, i) + 1
		}
	}
	if x.emails {
		if from, to := emailAround(s, i, x.floor); from < to {
			return x.cut(from, to)
		}
	}
	return i + 1
}

// emailAround returns the address that the @ at i is in.
func emailAround(s string, i, floor int) (from, to int) {
	from = i
	for from > floor && i-from < 64 && (isWord(s[from-1]) || strings.IndexByte(".+-%", s[from-1]) >= 0) {
		from--
	}
	dot := 0
	for to = i + 1; to < len(s) && to-i < 254 && (isWord(s[to]) && s[to] != '_' || s[to] == '-' || s[to] == '.'); to++ {
		if s[to] == '.' {
			dot = to
		}
	}
	if to > 0 && s[to-1] == '.' { // the end of a sentence
		to--
		dot = strings.LastIndexByte(s[:to], '.')
	}
	tld := s[min(dot+1, to):to]
	if from == i || dot <= i+1 || len(tld) < 2 || strings.ContainsAny(tld, "0123456789") {
		return 0, 0
	}
	return from, to
}
