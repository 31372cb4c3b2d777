package redact

import (
	"encoding/base64"
	"strings"
)

// schemes are what an Authorization header begins with. After those of the second set
// all the rest of the header is the credential, not one word.
var (
	schemes     = set("bearer basic token apikey negotiate ntlm key jwt bot sharedkey aws")
	fullSchemes = set("digest aws4-hmac-sha256 oauth signature hawk sharedaccesssignature")
)

// authorization handles what stands behind Authorization: and keeps the scheme.
func (x *scan) authorization(v, next int) int {
	s := x.s
	for v < len(s) && (s[v] == '[' || s[v] == '(') && !strings.HasPrefix(s[v:], Mark) {
		v++
	}
	limit := lineEnd(s, v)
	if q, ok := quoteAt(s, v); ok {
		v, limit = q.from, q.to
	}
	end := tokenEnd(s, v, limit)
	scheme := s[v:end]
	all, known := isOneOf(scheme, fullSchemes), isOneOf(scheme, schemes)
	if !known && !all {
		p := pair{name: "token", kind: weak, sep: ':', after: true}
		if text := trimBare(scheme); p.isBare(text, s[end:]) {
			return x.cut(v, v+len(text))
		}
		return next
	}
	from := skipGap(s, end)
	if from >= limit {
		return next
	}
	if !all {
		limit = tokenEnd(s, from, limit)
	}
	text := trimBare(strings.TrimRight(s[from:limit], " \t\r"))
	if text == "" || isPlaceholder(text, scheme) || isPlaceholder(s[from:limit], scheme) || isCode(text) || !all && goesOn(s[limit:]) && strings.Trim(text, lettersOnly) == "" {
		return next
	}
	return x.cut(from, from+len(text))
}

// lineEnd returns where the line ends that i is in, or the value is long enough.
func lineEnd(s string, i int) int {
	limit := min(len(s), i+maxValue)
	if end := indexOr(s, i, limit, '\n'); end < limit {
		return end
	}
	for limit < len(s) && s[limit]&0xc0 == 0x80 {
		limit--
	}
	return limit
}

// tokenEnd returns the end of the word of a header at i.
func tokenEnd(s string, i, limit int) int {
	return i + len(s[i:min(limit, bareEnd(s, i))])
}

// attributes are the parts of Set-Cookie that are no cookies.
var attributes = set("path domain expires max-age samesite version comment priority")

// cookies handles "a=b; c=d" behind Cookie: and Set-Cookie:.
func (x *scan) cookies(p *pair, v, next int) int {
	s := x.s
	for v < len(s) && s[v] == '[' && !strings.HasPrefix(s[v:], Mark) {
		v++
	}
	limit := lineEnd(s, v)
	q, inQuotes := quoteAt(s, v)
	if inQuotes {
		v, limit = q.from, q.to
	}
	if eq := strings.IndexByte(s[v:min(limit, bareEnd(s, v))], '='); eq <= 0 || p.before {
		return x.soleCookie(p, v, limit, inQuotes, next)
	}
	for v < limit {
		v += len(s[v:limit]) - len(strings.TrimLeft(s[v:limit], " ;"))
		eq := strings.IndexAny(s[v:limit], "=;\"'")
		if eq <= 0 || strings.ContainsAny(s[v:v+eq], "( \t{") {
			if eq <= 0 || s[v+eq] != ';' {
				break
			}
			v += eq
			continue
		}
		name, from := s[v:v+eq], v+eq+1
		if s[v+eq] == ';' {
			v += eq
			continue
		}
		end := from
		for end < limit && strings.IndexByte(";\"'\\ \r", s[end]) < 0 {
			end++
		}
		if isOneOf(name, attributes) {
			end = indexOr(s, from, limit, ';')
		} else if text := strings.TrimRight(s[from:end], ",)]}"); !strings.HasSuffix(s[from:end], Mark) && !isPlaceholder(text, name) {
			next = x.cut(from, from+len(text))
		}
		v = max(end, next)
		if v < limit && s[v] != ';' {
			break
		}
	}
	return next
}

// soleCookie handles a cookie's value without its name.
func (x *scan) soleCookie(p *pair, v, limit int, inQuotes bool, next int) int {
	s := x.s
	end := limit
	if !inQuotes {
		end = tokenEnd(s, v, limit)
	}
	sole := *p
	sole.kind = weak
	if text := trimBare(s[v:end]); !isCode(s[v:end]) && sole.isBare(text, "") {
		return x.cut(v, v+len(text))
	}
	return next
}

// isBasic reports whether v is what Basic has: base64 of user:password.
func isBasic(v string) bool {
	if len(v) < 6 || len(v) > maxValue {
		return false
	}
	text, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(v, "="))
	if err != nil || strings.IndexByte(string(text), ':') < 0 {
		return false
	}
	for _, c := range text {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}
