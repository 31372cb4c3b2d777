package redact

import "strings"

// afterName handles what follows a word without : or =: the value of a flag, a
// password in SQL, the credential after Bearer. i is behind the word. It returns i
// if there is nothing.
func (x *scan) afterName(i int) int {
	s := x.s
	switch word := s[x.word.from:i]; len(word) {
	case 2:
		const before = "identified "
		if from := x.word.from; strings.EqualFold(word, "by") && strings.EqualFold(s[max(0, from-len(before)):from], before) {
			return x.quotedAfter(&pair{name: word, kind: strong}, i)
		}
		return i
	case 6:
		if strings.EqualFold(word, "bearer") {
			return x.bearer(i)
		}
	case 5:
		if strings.EqualFold(word, "basic") {
			return x.basic(i)
		}
	case 3:
		if strings.EqualFold(word, "ssn") {
			return x.socialAfter(i)
		}
	case 8:
		if strings.EqualFold(word, "security") && strings.EqualFold(s[max(0, i-15):i], "social security") {
			return x.socialAfter(i)
		}
	}
	from := x.nameBefore()
	if s[from] == '-' {
		return x.flagValue(from, i)
	}
	name := s[from:i]
	k := kindOf(name)
	if k == notSecret || k == query {
		name = s[x.twoWords(from):i]
		k = min(kindOf(name), weak)
	}
	if k != strong && k != weak {
		return i
	}
	p := pair{name: name, kind: weak}
	if k == strong && s[i-1]|0x20 == 'd' {
		p.kind = strong // secret "x" names one, password "x" is one
	}
	if end := x.inPair(&p, from, i); end > i {
		return end
	}
	if end := x.quotedAfter(&p, i); end > i {
		return end
	}
	if v := skipGap(s, i); v > i && v < len(s) && (endsIn(name, "token") || endsIn(name, "key")) {
		if text := trimBare(s[v:bareEnd(s, v)]); isRandom(text, 20) && strings.Trim(text, url64) == "" && strings.Trim(text, lettersOnly) != "" {
			return x.cut(v, v+len(text))
		}
	}
	return i
}

// inPair handles ["password", "x"]; the name begins at from.
func (x *scan) inPair(p *pair, from, i int) int {
	s := x.s
	slashes := runEnd(s, i, "\\", 32) - i
	quote := s[i:min(len(s), i+slashes+1)] // perhaps \"
	before, same := strings.CutSuffix(s[:from], quote)
	after, listed := strings.CutPrefix(s[i+len(quote):], ",")
	if !same || !listed || !strings.HasSuffix(quote, `"`) && !strings.HasSuffix(quote, "'") || !strings.HasSuffix(before, "[") && !strings.HasSuffix(before, "(") {
		return i
	}
	q, ok := quoteAt(s, skipGap(s, len(s)-len(after)))
	if !ok || q.end >= len(s) || s[q.end] != ']' && s[q.end] != ')' || !p.isLiteral(q.content(s), false) {
		return i
	}
	return x.cut(q.from, q.to)
}

// flagValue handles "--password x", and '--password', 'x' in a list of arguments.
func (x *scan) flagValue(from, i int) int {
	s := x.s
	name := strings.TrimLeft(s[from:i], "-")
	p := pair{name: name, kind: kindOf(name), sep: ':', after: true}
	if name == "p" {
		p.kind, p.after = strong, false
	}
	if p.kind != strong && p.kind != weak {
		return i
	}
	v := i
	for v < len(s) && (s[v] == '\\' || s[v] == '"' || s[v] == '\'') && v-i < 16 {
		v++
	}
	listed := v > i
	if listed {
		if v >= len(s) || s[v] != ',' {
			return i
		}
		v++
	}
	v = skipGap(s, v)
	if v >= len(s) || v == i || s[v] == '-' {
		return i
	}
	if q, ok := quoteAt(s, v); ok {
		if p.isLiteral(q.content(s), false) {
			return x.cut(q.from, q.to)
		}
		return i
	}
	end := bareEnd(s, v)
	if text := s[v:end]; !listed && !strings.EqualFold(text, name) && text[:min(1, len(text))] != "[" && p.isBare(text, s[end:]) {
		return x.cut(v, v+len(trimBare(text)))
	}
	return i
}

// quotedAfter handles PASSWORD '…', IDENTIFIED BY '…', password is "…" and token "…".
func (x *scan) quotedAfter(p *pair, i int) int {
	s := x.s
	v := skipGap(s, i)
	call := v < len(s) && s[v] == '('
	if call {
		v++
	}
	if v == i {
		return i // the quote closes what the name stands in
	}
	for _, verb := range [...]string{"is ", "was "} {
		if strings.HasPrefix(s[v:], verb) {
			v += len(verb)
		}
	}
	q, ok := quoteAt(s, v)
	if !ok || q.to == q.from || call && (q.end >= len(s) || s[q.end] != ')') {
		return i
	}
	if text := q.content(s); strings.Contains(text, " ") || !p.isLiteral(text, false) || kindOf(text) != notSecret {
		return i
	}
	return x.cut(q.from, q.to)
}

func (x *scan) bearer(i int) int {
	s := x.s
	v := skipGap(s, i)
	if v == i || v >= len(s) {
		return i
	}
	text := trimBare(s[v:bareEnd(s, v)])
	if !isRandom(text, 12) || isTemplate(s[v:bareEnd(s, v)]) || strings.Contains(strings.TrimRight(text, "="), "=") {
		return i
	}
	return x.cut(v, v+len(text))
}

func (x *scan) basic(i int) int {
	v := skipGap(x.s, i)
	if v == i || v >= len(x.s) {
		return i
	}
	text := trimBare(x.s[v:bareEnd(x.s, v)])
	if !isBasic(text) {
		return i
	}
	return x.cut(v, v+len(text))
}

// socialAfter handles "SSN 123-45-6789".
func (x *scan) socialAfter(i int) int {
	s := x.s
	v := i
	for v < len(s) && !isDigit(s[v]) && v-i < 12 && s[v] != '\n' {
		v++
	}
	if v+11 <= len(s) && isSocial(s[v:v+11]) && (v+11 == len(s) || !isWord(s[v+11])) {
		return x.cut(v, v+11)
	}
	return i
}

// dash handles a private key, and the short flags of some programs.
func (x *scan) dash(i int) int {
	s := x.s
	if strings.HasPrefix(s[i:], pemBegin) || strings.HasPrefix(s[i:], pemEnd) {
		return x.pem(i)
	}
	if i+3 >= len(s) || i > 0 && isWord(s[i-1]) || s[i+1] != 'p' && s[i+1] != 'u' && s[i+1] != '-' {
		return i + 1
	}
	switch {
	case strings.HasPrefix(s[i:], "-p ") && strings.HasSuffix(s[:i], "sshpass "):
		return x.flagValue(i+1, i+2)
	case s[i+1] == 'p' && isGraphic(s[i+2]) && x.named().mysql:
		return x.attached(i)
	case strings.HasPrefix(s[i:], "-u") && strings.IndexByte(" '\"", s[i+2]) >= 0:
		return x.userFlag(i, i+2)
	case strings.HasPrefix(s[i:], "--user"):
		return x.userFlag(i, i+len("--user"))
	}
	return i + 1
}

func isGraphic(c byte) bool { return c > ' ' && c != '"' && c != '\'' && c != '-' }

// tools are programs whose short flags are known.
type tools struct{ known, mysql, curl bool }

// named finds out which of the tools a text names.
func (x *scan) named() tools {
	if s := x.s; !x.tools.known {
		x.tools = tools{true, strings.Contains(s, "mysql") || strings.Contains(s, "mariadb"), strings.Contains(s, "curl") || strings.Contains(s, "http")}
	}
	return x.tools
}

// attached handles -pPASSWORD of MySQL's programs.
func (x *scan) attached(i int) int {
	end := bareEnd(x.s, i+2)
	text := trimBare(x.s[i+2 : end])
	if text == "" || isPlaceholder(text, "p") || isPlaceholder("p"+text, "") || strings.HasPrefix(text, "assword") || strings.HasPrefix(text, "rotocol") || strings.HasPrefix(text, "ort") {
		return i + 1
	}
	return x.cut(i+2, i+2+len(text))
}

// userFlag handles "-u user:password", as curl has it.
func (x *scan) userFlag(i, v int) int {
	s := x.s
	for v < len(s) && strings.IndexByte(" =\"',\\", s[v]) >= 0 && v-i < 24 {
		v++
	}
	end := bareEnd(s, v)
	colon := strings.IndexByte(s[v:end], ':')
	if colon <= 0 || strings.HasPrefix(s[v+colon:], "://") || !x.named().curl {
		return i + 1
	}
	from := v + colon + 1
	text := trimBare(s[from:end])
	if text == "" || isPlaceholder(text, "") || isNumber(text) && len(text) < 6 {
		return i + 1
	}
	return x.cut(from, from+len(text))
}
