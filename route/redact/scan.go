package redact

import "strings"

// What a byte means for the scan.
const (
	plain   = iota
	inWord  // a letter, digit or _
	between // : or =
	special // may begin or end something
)

// class is the meaning of each byte.
var class = func() (c [256]uint8) {
	for _, r := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_" {
		c[r] = inWord
	}
	c[':'], c['='] = between, between
	for _, r := range "\x1b\\-$@>%" {
		c[r] = special
	}
	return c
}()

// scan goes once over a text and notes the secrets in it.
type scan struct {
	s       string
	lex     *lexicon
	builtin bool
	emails  bool
	spans   []span

	floor int  // no name begins before it: the end of an escape sequence or secret
	word  span // the last word that was passed
	least int  // the floor when it was
	done  int  // the end of the last secret
	endAt int  // where a private key ends, if that was looked for
	tools tools
}

func (x *scan) run() {
	s := x.s
	for i := 0; i < len(s); {
		switch class[s[i]] {
		case inWord:
			i = x.passWord(i)
		case between:
			i = x.separator(i)
		case special:
			i = x.special(i)
		default:
			i++
		}
	}
}

// cut notes a secret and returns where to go on.
func (x *scan) cut(from, to int) int {
	if from < to && x.s[from:to] != Mark {
		x.spans = append(x.spans, span{from, to})
	}
	x.floor, x.least, x.done, x.word = to, to, to, span{to, to}
	return to
}

// passWord goes over one word, which may be a token or be followed by a secret.
func (x *scan) passWord(i int) int {
	s, start := x.s, i
	if x.builtin && i+2 < len(s) {
		if isDigit(s[i]) {
			if end := x.number(i); end > i {
				return end
			}
		} else if x.lex.tokenStart.has(s[i], s[i+1]) && x.lex.tokenNext.has(s[i+1], s[i+2]) || s[i]-'M' < 3 {
			if from, end := tokenAt(s, i); end > i {
				return x.cutToken(from, end)
			}
		}
	}
	for i < len(s) && class[s[i]] == inWord {
		i++
	}
	if isDigit(s[start]) && start > 0 && s[start-1] == '[' && i < len(s) && s[i] == ']' {
		return i // the index in password[0]
	}
	x.word, x.least = span{start, i}, min(x.floor, start)
	if x.builtin && i < len(s) && i-start > 1 && x.lex.nameEnds.has(s[i-2]|0x20, s[i-1]|0x20) && isGap(s[i]) {
		if end := x.afterName(i); end > i {
			return end
		}
	}
	return i
}

// special goes over a byte that may begin or end something.
func (x *scan) special(i int) int {
	s := x.s
	switch s[i] {
	case 0x1b, '\\':
		if end := skipEscape(s, i); end > i {
			if x.builtin && strings.HasPrefix(s[i:], jsonGreater) {
				end = x.element(i, end)
			}
			x.floor = max(x.floor, end)
			return end
		}
	case '-':
		if x.builtin {
			return x.dash(i)
		}
	case '$':
		if from, end := hashAt(s, i); x.builtin && end > i {
			return x.cut(from, end)
		}
	case '>':
		if x.builtin {
			return x.element(i, i+1)
		}
	case '@':
		return x.at(i)
	case '%': // as in a form: user%5Bpassword%5D=
		if i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			end := i + 3
			if x.builtin && s[i+1] == '3' && s[i+2]|0x20 == 'd' {
				end = x.encoded(i)
			}
			x.floor = max(x.floor, i+3)
			return end
		}
	}
	return i + 1
}

// skipEscape returns the end of a terminal's control sequence at i, written raw or
// as \x1b, \u001b or \033, or of an escaped character; i if there is neither.
func skipEscape(s string, i int) int {
	at := i
	if s[i] == 0x1b {
		at++
	} else {
		for _, form := range [...]string{`\u001b`, `\x1b`, `\033`, `\u001B`, `\x1B`, `\e`} {
			if strings.HasPrefix(s[i:], form) {
				at += len(form)
				break
			}
		}
	}
	if at > i && at < len(s) && s[at] == '[' {
		for at++; at < len(s) && at-i < 40 && (isDigit(s[at]) || s[at] == ';' || s[at] == ':'); at++ {
		}
		return min(at+1, len(s))
	}
	switch {
	case s[i] != '\\' || i+1 == len(s):
	case strings.IndexByte("nrt", s[i+1]) >= 0:
		return i + 2
	case s[i+1] == 'u' && i+6 <= len(s) && isHex(s[i+2]) && isHex(s[i+3]) && isHex(s[i+4]) && isHex(s[i+5]):
		return i + 6
	}
	return i
}

// What JSON that may stand in HTML has for > and &.
const (
	jsonGreater = `\u003e`
	jsonAnd     = `\u0026`
)

// skipGap goes over blanks and control sequences, not over line ends.
func skipGap(s string, i int) int {
	for i < len(s) {
		switch {
		case s[i] == ' ' || s[i] == '\t':
			i++
		case strings.HasPrefix(s[i:], `\t`):
			i += 2
		case s[i] == 0x1b || s[i] == '\\' && i+1 < len(s) && (s[i+1] == 'u' || s[i+1] == 'x' || s[i+1] == '0'):
			end := skipEscape(s, i)
			if end < i+3 || !isLetter(s[end-1]) || strings.IndexByte(s[i:end], '[') < 0 {
				return i // no control sequence
			}
			i = end
		default:
			return i
		}
	}
	return i
}

func isDigit(c byte) bool  { return c-'0' < 10 }
func isHex(c byte) bool    { return isDigit(c) || c|0x20-'a' < 6 }
func isLetter(c byte) bool { return c|0x20-'a' < 26 }
func isWord(c byte) bool   { return class[c] == inWord }

// indexOr returns where c is between two indices, the second if it is not there.
func indexOr(s string, from, to int, c byte) int {
	if n := strings.IndexByte(s[from:to], c); n >= 0 {
		return from + n
	}
	return to
}

// isGap reports whether what follows a name may be what separates it from a value.
func isGap(c byte) bool {
	return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '\\' || c == '('
}
