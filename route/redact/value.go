package redact

import (
	"strings"
	"unicode/utf8"
)

const (
	maxValue = 4096 // of a value in quotes; a longer one is cut there
	maxProse = 200  // what is longer is no sentence
)

// quotes is a text in quotes.
type quotes struct {
	from, to int  // its content
	end      int  // behind the closing quote
	format   bool // an f-string or the like
}

func (q quotes) content(s string) string { return s[q.from:q.to] }

// quoteAt reads a text in quotes at i: "…", '…', \"…\", b'…', """…""". What is cut off ends
// where its line does.
func quoteAt(s string, i int) (q quotes, ok bool) {
	at := i
	if at+1 < len(s) && strings.IndexByte("brufBRUF@$", s[at]) >= 0 && strings.IndexByte("\"'\\", s[at+1]) >= 0 {
		q.format = s[at]|0x20 == 'f' || s[at] == '$'
		at++
	}
	slashes := at
	for at < len(s) && s[at] == '\\' && at-slashes < 32 {
		at++
	}
	slashes = at - slashes
	if at >= len(s) || s[at] != '"' && s[at] != '\'' && s[at] != '`' {
		return quotes{}, false
	}
	c := s[at]
	q.from = at + 1
	if slashes == 0 && strings.HasPrefix(s[at:], `"""`) {
		q.from += 2
	}
	limit := min(len(s), q.from+maxValue)
	run := 0 // of backslashes
	for at = q.from; at < limit && s[at] != '\n'; at++ {
		if s[at] == '\\' {
			run++
			continue
		}
		if s[at] == c && (slashes == 0 && run%2 == 0 || slashes > 0 && run <= slashes) {
			q.to, q.end = at-slashes, at+1
			if slashes > run {
				q.to = at - run // the text around it ends here
			}
			return q, true
		}
		run = 0
	}
	for at > q.from && at < len(s) && !utf8.RuneStart(s[at]) {
		at--
	}
	q.to, q.end = at, at
	return q, true
}

// bareEnd returns the end of a value without quotes.
func bareEnd(s string, i int) int {
	if strings.HasPrefix(s[i:], Mark) {
		i += len(Mark)
	}
	for ; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ', '\t', '\n', '\r', '"', '\'', '`', 0x1b, 0:
			return i
		case '<':
			if i+1 < len(s) && s[i+1] == '/' {
				return i
			}
		case '\\':
			if i+1 < len(s) && strings.IndexByte("\"'nrtux", s[i+1]) >= 0 {
				return i
			}
		case ',', ';', '&', '|':
			if i+1 == len(s) || endsValue(s[i+1:]) {
				return i
			}
		}
	}
	return i
}

// endsValue reports whether what follows a , or ; or & goes on with something else:
// a blank, the end of what is around it, or another pair.
func endsValue(rest string) bool {
	switch rest[0] {
	case ' ', '\t', '\n', '\r', '"', '\'', '\\', ')', '}', ']', '<', 0x1b:
		return true
	}
	for i := 0; i < len(rest) && i < maxName; i++ {
		if c := rest[i]; !isWord(c) && c != '-' && c != '.' && c != ' ' {
			return i > 0 && (c == '=' || c == ':')
		}
	}
	return false
}

// trimBare leaves out what closes the text around a value.
func trimBare(text string) string {
	trimmed := strings.TrimRight(text, ",.;:)]}>")
	if n := len(trimmed); n < len(text) && text[n] == ']' && strings.HasSuffix(trimmed, Mark[:len(Mark)-1]) {
		return text[:n+1]
	}
	return trimmed
}

// isLiteral reports whether a value in quotes is secret.
func (p *pair) isLiteral(v string, format bool) bool {
	switch {
	case isPlaceholder(v, p.name) || format && strings.HasPrefix(v, "{") && strings.HasSuffix(v, "}"):
		return false
	case p.kind == digits:
		return isShortNumber(v) && len(v) >= 3
	case p.kind == social:
		return isSocial(v)
	case p.kind == weak:
		return isRandom(v, p.least())
	}
	return !isPath(p, v) && !isProse(v)
}

// isBare reports whether a value without quotes is secret; rest is what follows it.
func (p *pair) isBare(text, rest string) bool {
	v := trimBare(text)
	switch {
	case isPlaceholder(v, p.name) || isPlaceholder(text, p.name) || isCode(text) || isCode(v) || strings.HasPrefix(v, "//"):
		return false
	case len(v) < 2 || (p.before || p.after) && isBraced(v):
		return false
	case p.kind == digits:
		return isShortNumber(v) && len(v) >= 3
	case p.kind == social:
		return isSocial(v)
	case p.kind == weak:
		return isRandom(v, p.least()) && !((p.before || p.after) && strings.Trim(v, lettersOnly) == "")
	case isPath(p, v) || isNumber(v) && len(v) < 4: // pass: 12, fail: 3
		return false
	case isVariable(v) && !p.isEnv(): // password=db_password
		return false
	}
	letters := strings.Trim(v, lettersOnly) == ""
	switch {
	case !letters:
		return !(p.sep == '=' && p.before && isNumber(v))
	case p.quoted:
		return p.arrow || p.sep == '='
	case p.sep == ':' && p.after:
		return !strings.ContainsAny(v, "_.") && !goesOn(rest)
	case p.before || p.arrow: // source code
		return false
	}
	return true
}

// isVariable reports whether v is the name of what holds a secret. With a year or the
// like in it it is a password that has the word in it: Summer2024Password.
func isVariable(v string) bool {
	numbers := 0
	for i := 0; i < len(v); i++ {
		if isDigit(v[i]) {
			numbers++
		}
	}
	return numbers < 3 && isName(v) && kindOf(v) >= query
}

// isEnv reports whether p is a variable of the environment, DB_PASSWORD=…: what
// stands behind it is the value itself.
func (p *pair) isEnv() bool {
	return p.sep == '=' && !p.before && !p.after && !p.quoted && isUpperName(p.name)
}

// isBraced reports whether v begins as Point{1 does.
func isBraced(v string) bool {
	v = strings.TrimLeft(v, "&*")
	i := strings.IndexByte(v, '{')
	return i > 0 && isName(v[:i])
}

// isName reports whether v can be the name of a variable or a type.
func isName(v string) bool {
	for i := 0; i < len(v); i++ {
		if !isWord(v[i]) && v[i] != '.' {
			return false
		}
	}
	return v != "" && !isDigit(v[0]) && (!isDigit(v[len(v)-1]) || strings.Contains(v, "."))
}

const lettersOnly = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.'"

// goesOn reports whether a word is followed by another one.
func goesOn(rest string) bool {
	return len(rest) > 1 && rest[0] == ' ' && (isLetter(rest[1]) || strings.IndexByte("|=%", rest[1]) >= 0)
}

// least is how long a value has to be to be taken for random.
func (p *pair) least() int {
	if endsIn(p.name, "token") || endsIn(p.name, "tokens") || endsIn(p.name, "key") {
		return 8
	}
	return 16
}

// endsIn ignores case.
func endsIn(name, end string) bool {
	return len(name) >= len(end) && strings.EqualFold(name[len(name)-len(end):], end)
}

// isRandom reports whether v looks like something that a program made up: letters
// and digits mixed, or very long.
func isRandom(v string, least int) bool {
	if len(v) < least || strings.ContainsAny(v, " \t\n") {
		return false
	}
	letters, numbers, upper, lower := 0, 0, 0, 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case isDigit(c):
			numbers++
		case c-'a' < 26:
			lower++
			letters++
		case c-'A' < 26:
			upper++
			letters++
		}
	}
	switch {
	case letters > 0 && numbers > 0:
		return !strings.Contains(v, "://") && v[0] != '/'
	case len(v) < 20 || strings.ContainsAny(v, "_.-/:()[]{}"):
		return false
	}
	return upper > 2 && lower > 2 || numbers >= 20
}

// isProse reports whether v is a sentence about the value, as in {"password": "must
// be longer"}.
func isProse(v string) bool {
	if len(v) > maxProse || !strings.Contains(v, " ") {
		return false
	}
	if strings.HasSuffix(v, ".") {
		return true
	}
	for word := range strings.FieldsSeq(v) {
		if isOneOf(word, proseWords) {
			return true
		}
	}
	return false
}

// isPath keeps PWD=/home/app.
func isPath(p *pair, v string) bool {
	return endsIn(p.name, "pwd") && len(v) > 0 && (v[0] == '/' || v[0] == '~' || len(v) > 2 && v[1] == ':' && v[2] == '\\')
}

func isShortNumber(v string) bool { return len(v) <= 8 && isNumber(v) }

func isNumber(v string) bool { return v != "" && strings.Trim(v, "0123456789") == "" }

// isSocial reports whether v has the form of a US social security number.
func isSocial(v string) bool {
	if len(v) < 9 || len(v) > 11 {
		return false
	}
	n := strings.NewReplacer("-", "", " ", "").Replace(v)
	return len(n) == 9 && isNumber(n)
}
