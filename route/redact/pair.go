package redact

import "strings"

// pair is a name with what separates it from its value.
type pair struct {
	name   string
	kind   kind
	sep    byte // ':' or '='
	arrow  bool // => or :=
	equal  bool // ==, a comparison
	quoted bool // the name stands in quotes or brackets
	before bool // a blank stands before the separator
	after  bool // a blank stands after it
}

// separator handles : and =, the ends of names, and returns where to go on.
func (x *scan) separator(i int) int {
	s := x.s
	if !x.builtin {
		return i + 1
	}
	if strings.HasPrefix(s[i:], "://") {
		return x.url(i + len("://"))
	}
	var p pair
	if !x.nameOf(&p, i) {
		return i + 1
	}
	j := i + 1
	switch {
	case s[i] == ':' && j < len(s) && s[j] == ':':
		return j + 1
	case strings.HasPrefix(s[i:], "=>") || strings.HasPrefix(s[i:], ":="):
		p.arrow, j = true, j+1
	case strings.HasPrefix(s[j:], jsonGreater):
		p.arrow, j = true, j+len(jsonGreater)
	case strings.HasPrefix(s[i:], "=="):
		p.equal, j = true, j+1
		if j < len(s) && s[j] == '=' {
			j++
		}
	}
	v := skipGap(s, j)
	p.sep, p.after = s[i], v > j
	if p.arrow {
		v = skipDumped(s, v)
	}
	return x.valueOf(&p, v, i+1)
}

// skipDumped skips what PHP's var_dump writes before the quotes of a text, on a line of
// its own or not: string(8) "…".
func skipDumped(s string, at int) int {
	v := at
	for v < len(s) && v-at < maxName && strings.IndexByte(" \t\r\n", s[v]) >= 0 {
		v++
	}
	if !strings.HasPrefix(s[v:], "string(") {
		return at
	}
	for v += len("string("); v < len(s) && isDigit(s[v]); v++ {
	}
	if !strings.HasPrefix(s[v:], `) "`) {
		return at
	}
	return v + len(`) `)
}

// nameOf reads the name before the separator at i.
func (x *scan) nameOf(p *pair, i int) bool {
	s, w := x.s, x.word
	if w.to-w.from < 2 || i-w.to > maxName {
		return false
	}
	last := s[w.to-1]
	if isDigit(last) && isDigit(s[w.from]) || !isDigit(last) && !x.lex.nameEnds.has(s[w.to-2]|0x20, last|0x20) {
		return false
	}
	if !readGap(p, s[w.to:i]) || s[i-1] == '[' { // pw[:8] is code
		return false
	}
	from := x.nameBefore()
	p.name = s[from:w.to]
	if strings.EqualFold(p.name, "value") {
		p.name = nameBeside(s[:from])
	}
	p.kind = kindOf(p.name)
	if p.kind == notSecret || p.kind == query {
		if k := kindOf(s[x.twoWords(from):w.to]); k == strong || k == weak { // api key: …
			p.kind = weak
		}
	}
	inQuery := from > 0 && (s[from-1] == '?' || s[from-1] == '&' || s[from-1] == ';' || strings.HasSuffix(s[:from], jsonAnd))
	if p.kind == query && inQuery || p.kind == notSecret && inQuery && endsIn(p.name, "signature") {
		p.kind = weak
	}
	if p.kind == notSecret || p.kind == query {
		return false
	}
	// "arn:aws:secretsmanager:…:secret:prod", "a/secret:tag"
	return !(s[i] == ':' && from > 0 && (s[from-1] == ':' && from > 1 && isWord(s[from-2]) || s[from-1] == '/') && w.to == i)
}

// encoded handles token%3Dx%26, a pair within the query of a URL; i is at the %.
func (x *scan) encoded(i int) int {
	s, v := x.s, i+len("%3D")
	p := pair{sep: '='}
	if !x.nameOf(&p, i) || p.kind != strong && p.kind != weak {
		return v
	}
	end := bareEnd(s, v)
	for _, stop := range [...]string{"%26", "%22", "%2C", "%3B", "%7D", "%0A"} {
		if n := strings.Index(s[v:end], stop); n >= 0 {
			end = v + n
		}
	}
	if text := trimBare(s[v:end]); p.isBare(text, "") {
		return x.cut(v, v+len(text))
	}
	return v
}

// readGap reads what stands between a name and its separator.
func readGap(p *pair, gap string) bool {
	for i := 0; i < len(gap); i++ {
		switch c := gap[i]; c {
		case ' ', '\t':
			p.before = true
		case '"', '\'', ']', '[', ')', '`':
			p.quoted = true
		case '?': // token?: string
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9': // password[0]
			if i == 0 || gap[i-1] != '[' && !isDigit(gap[i-1]) {
				return false
			}
		case '%':
			if i+2 >= len(gap) || gap[i+1] != '5' {
				return false
			}
			i += 2
		case 0x1b, '\\':
			if end := skipEscape(gap, i); end > i {
				i = end - 1
			}
		default:
			return false
		}
	}
	return true
}

// nameBeside returns the name in {"name": "password", "value": …}, given what stands
// before the word value.
func nameBeside(before string) string {
	before = before[max(0, len(before)-2*maxName):]
	before = strings.TrimRight(before, " \t\\\"',")
	from := len(before)
	for from > 0 && (isWord(before[from-1]) || before[from-1] == '-' || before[from-1] == '.') {
		from--
	}
	return before[from:]
}

// valueOf handles what stands at v behind a name, and returns where to go on:
// next, if nothing there is secret.
func (x *scan) valueOf(p *pair, v, next int) int {
	s := x.s
	if v >= len(s) {
		return next
	}
	switch p.kind {
	case auth:
		return x.authorization(v, next)
	case cookie:
		return x.cookies(p, v, next)
	}
	if strings.HasPrefix(s[v:], "[]byte(") {
		v += len("[]byte(")
	}
	if v >= len(s) {
		return next
	}
	if c := s[v]; c == '[' && !strings.HasPrefix(s[v:], Mark) || c == '(' {
		return x.listOf(p, v, next)
	}
	if q, ok := quoteAt(s, v); ok {
		if text := q.content(s); (p.quoted || !isOutside(text)) && p.isLiteral(text, q.format) {
			return x.cut(q.from, q.to)
		}
		return next
	}
	if p.equal {
		return next
	}
	end := bareEnd(s, v)
	text := s[v:end]
	switch {
	case p.isBare(text, s[end:]):
		return x.cut(v, v+len(trimBare(text)))
	case isType(text):
		return x.defaultOf(p, end, next)
	}
	return next
}

// isOutside reports whether what seems to stand in quotes stands behind them:
// getpass("Password: ", stream).
func isOutside(text string) bool {
	return text != "" && strings.IndexByte(" ,;)]}", text[0]) >= 0
}

// defaultOf handles the value in "password: str = 'x'".
func (x *scan) defaultOf(p *pair, at, next int) int {
	eq := skipGap(x.s, at)
	if eq >= len(x.s) || x.s[eq] != '=' {
		return next
	}
	q, ok := quoteAt(x.s, skipGap(x.s, eq+1))
	if !ok || !p.isLiteral(q.content(x.s), q.format) {
		return next
	}
	return x.cut(q.from, q.to)
}

// maxList is how many values of a list are looked at.
const maxList = 100

// listOf handles the values of a list: each in quotes, or the first without.
func (x *scan) listOf(p *pair, v, next int) int {
	s := x.s
	for v < len(s) && (s[v] == '[' || s[v] == '(' || s[v] == ' ') && v-next < maxName {
		v++
	}
	for range maxList {
		q, ok := quoteAt(s, v)
		if !ok {
			break
		}
		if !p.isLiteral(q.content(s), q.format) {
			return next
		}
		x.cut(q.from, q.to)
		next = q.end
		v = skipGap(s, q.end)
		if v >= len(s) || s[v] != ',' {
			return next
		}
		v = skipGap(s, v+1)
	}
	if end := bareEnd(s, v); v > 0 && (s[v-1] == '[' || s[v-1] == '(') && end > v {
		one := *p
		one.after, one.before = false, false
		if text := trimBare(s[v:end]); s[v] != ']' && one.isBare(text, s[end:]) {
			return x.cut(v, v+len(text))
		}
	}
	return next
}

// element handles "<password>…</password>"; the > is between i and next. It returns
// where to go on.
func (x *scan) element(i, next int) int {
	s := x.s
	if x.word.to != i || i == 0 {
		return next
	}
	from := x.nameBefore()
	if from == 0 || s[from-1] != '<' && s[from-1] != ':' && !strings.HasSuffix(s[:from], `\u003c`) {
		return next
	}
	p := pair{name: s[from:i], sep: '=', quoted: true}
	if p.kind = kindOf(p.name); p.kind != strong && p.kind != weak {
		return next
	}
	rest := s[next:min(len(s), next+maxValue)]
	end := strings.IndexAny(rest, "<\n")
	if escaped := strings.Index(rest, `\u003c`); end < 0 || escaped >= 0 && escaped < end {
		end = escaped
	}
	if end <= 0 || !strings.HasPrefix(rest[end:], "</") && !strings.HasPrefix(rest[end:], `\u003c/`) || !p.isLiteral(rest[:end], false) {
		return next
	}
	return x.cut(next, next+end)
}
