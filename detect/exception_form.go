package detect

import (
	"strings"
)

// formReader collects the errors of a form in the order they are printed.
type formReader struct {
	form  *form
	list  []Exception
	value []string
	state uint8
	other bool // the frames are not the error's own
}

// parse reads the errors of a form: the one printed first was raised last.
func (f *form) parse(s *source) []Exception {
	p := formReader{form: f}
	lines := strings.Split(s.text, "\n")
	if e, ok := f.headOf(lines[0]); ok {
		p.push(e)
		lines = lines[1:]
	} else if s.header != "" {
		p.push(Exception{Value: headerMessage(s.header)})
	} else {
		return nil
	}
	for _, line := range lines {
		p.line(line)
	}
	p.flush()
	for i := range p.list {
		e := &p.list[i]
		e.Language = f.language
		if f.complete != nil {
			f.complete(e)
		}
		if !f.oldest {
			reversed(e.Frames)
		}
		if i > 0 && e.Relation == "" {
			e.Relation = "cause"
		}
	}
	return reversed(p.list)
}

// headOf reads the head of a trace, which announces no frames.
func (f *form) headOf(line string) (Exception, bool) {
	if f.intro != nil && f.intro(line) {
		return Exception{}, false
	}
	return f.head(line)
}

func (p *formReader) line(line string) {
	f, e := p.form, &p.list[len(p.list)-1]
	if p.state == formValue && f.intro != nil {
		if f.intro(line) {
			p.state = formStack
		}
	}
	if p.state == formValue && f.intro != nil {
		p.value = append(p.value, line)
		return
	}
	if p.other = p.other || p.state == formStack && len(e.Frames) > 0 && f.other != nil && f.other(line); p.other {
		return
	}
	if frame, ok := f.frame(line); ok {
		p.state = formStack
		e.Frames = append(e.Frames, frame)
		return
	}
	if p.state == formValue {
		if f.last == nil || !f.last(line) {
			p.value = append(p.value, line)
		}
		return
	}
	if f.link != nil {
		if cause, ok := f.link(line); ok {
			p.push(cause)
			return
		}
	}
	if n := len(e.Frames); n > 0 && f.more != nil {
		f.more(line, &e.Frames[n-1])
	}
}

// push begins an error.
func (p *formReader) push(e Exception) {
	p.flush()
	p.list, p.state = append(p.list, e), formValue
	p.value = append(p.value[:0], e.Value)
}

// flush gives the last error its value.
func (p *formReader) flush() {
	if n := len(p.list); n > 0 {
		p.list[n-1].Value = strings.Trim(strings.Join(p.value, "\n"), "\n")
	}
	p.value = p.value[:0]
}

// splitPlace reads "file:12:5" or "file:12".
func splitPlace(s string) (file string, line, column int) {
	rest, n := cutNumber(s)
	if rest == s {
		return s, 0, 0
	}
	if file, line := cutNumber(rest); file != rest {
		return file, line, n
	}
	return rest, n, 0
}

// between returns what stands between two marks, the first of each.
func between(s, start, end string) (string, bool) {
	_, rest, ok := strings.Cut(s, start)
	if !ok {
		return "", false
	}
	if end == "" {
		return rest, true
	}
	return cutText(rest, end)
}

// cutText returns what stands before a mark.
func cutText(s, mark string) (string, bool) {
	before, _, ok := strings.Cut(s, mark)
	return before, ok
}

// hasAny reports whether a text contains one of some others.
func hasAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// splitHead reads "Type: value" where the type is one word.
func splitHead(s string) (typ, value string, ok bool) {
	typ, value, ok = strings.Cut(s, ": ")
	if !ok {
		typ, ok = strings.CutSuffix(s, ":")
	}
	if !ok || typ == "" || !isWord(typ) {
		return "", s, false
	}
	return typ, value, true
}

// isWord reports whether a text is a name, with dots or colons between its parts.
func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isName(c) && c != '.' && c != ':' {
			return false
		}
	}
	return s != "" && !isDigit(s[0])
}
