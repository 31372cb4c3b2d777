package detect

import (
	"strings"
)

// nodeReader collects the errors of a JavaScript trace in the order they are
// printed, outermost first.
type nodeReader struct {
	list   []Exception
	open   bool     // no frame of the last one was read: lines belong to its value
	value  []string // the lines of its value
	bun    bool     // Bun printed it, and properties above the frames
	emit   bool     // in the stack of an 'error' event, which is nobody's
	margin int      // indentation of the last error's head
	errors []int
	place  Frame // where it was thrown, from the line above the source
}

// parseNode reads V8 stack traces and what util.inspect makes of causes and
// aggregated errors.
func parseNode(s *source) []Exception {
	p := nodeReader{}
	all := strings.Split(s.text, "\n")
	lines := cutBunSource(all)
	p.bun = len(lines) < len(all)
	i := p.head(lines)
	for _, line := range lines[min(i, len(lines)):] {
		p.line(line)
	}
	p.flush()
	if len(p.list) == 1 && len(p.list[0].Frames) == 0 && p.place.File != "" {
		p.list[0].Frames = []Frame{p.place}
	}
	for i := range p.list {
		e := &p.list[i]
		e.turn()
		e.Value = strings.TrimRight(e.Value, "\n \t\r")
	}
	return reversed(p.list)
}

// head reads up to the line that names the error and returns how many lines that
// are.
func (p *nodeReader) head(lines []string) int {
	i := p.source(lines, 0)
	if n := p.source(lines, i); i > 0 && n > 0 { // the error of a worker was thrown again
		i = n
	}
	for i < len(lines) && (blank(lines[i]) || isCaret([]byte(lines[i]))) {
		i++
	}
	if i < len(lines) && strings.HasPrefix(lines[i], jestHead) {
		for i++; i < len(lines) && blank(lines[i]); {
			i++
		}
	}
	if i == len(lines) {
		return i
	}
	p.margin = indent(lines[i])
	line := cutUncaught(lines[i][p.margin:])
	if throwableType([]byte(line)) == 0 && (line == "" || line[0] != '[' || throwableType([]byte(line[1:])) == 0) {
		if j := inlineType([]byte(line)); j >= 0 && (i == 0 || strings.HasPrefix(line, "Uncaught ")) {
			line = line[j:]
		} else if i == 0 {
			line = headerMessage(line)
		}
	}
	p.push(line, "")
	return i + 1
}

// source reads the place, the source and the caret from line at on, and returns
// how many lines they end at; 0 if there are none.
func (p *nodeReader) source(lines []string, at int) int {
	if len(lines) <= at+2 || !isNodePlace([]byte(lines[at])) {
		return 0
	}
	for j := at + 1; j < min(len(lines), at+maxNodeSource+2); j++ {
		if isCaret([]byte(lines[j])) {
			p.place.File, p.place.Line = cutNumber(lines[at])
			p.place.InApp = nodeInApp(p.place.File)
			return j + 1
		}
	}
	return 0
}

func (p *nodeReader) line(line string) {
	n := indent(line)
	body := line[n:]
	switch {
	case len(p.list) == 0:
		return
	case isNodeFrame([]byte(line)):
		p.frame(body)
	case strings.HasPrefix(body, "[cause]: ") || strings.HasPrefix(body, "Caused by: ") || strings.HasPrefix(body, "caused by: "):
		_, head, _ := strings.Cut(body, ": ")
		if p.open = false; throwableType([]byte(head)) == 0 && (head == "" || head[0] != '[') {
			return // a cause that is no error
		}
		p.push(head, "cause")
		p.margin = n
	case strings.HasPrefix(body, "[errors]: ["):
		p.errors = append(p.errors, n)
		p.open = false
	case p.member(n, body):
		p.push(body, "member")
		p.margin = n
	case strings.HasPrefix(body, "]") && len(p.errors) > 0 && n == p.errors[len(p.errors)-1]:
		p.errors = p.errors[:len(p.errors)-1]
		p.open = false
	case n == 0 && strings.HasPrefix(body, "Emitted '"):
		p.open, p.emit = false, true
	case n > 0 && strings.HasPrefix(body, "... ") && strings.HasSuffix(body, " lines matching cause stack trace ..."):
		if p.open = false; !p.emit {
			p.list[len(p.list)-1].elide(body)
		}
	case n == 0 && strings.HasPrefix(body, "(Use `node "), isGoodbye([]byte(line)), n > 0 && (strings.HasPrefix(body, "... ") || strings.HasPrefix(body, "[... ")):
		p.open = false
	case n > 0 && !p.open && isErrorProp(body):
		p.emit = true // the frames that follow are that error's, and it is no cause
	case isCodeFrame([]byte(line)):
	case p.bun && n == 1 && isBunProp(body):
		p.open = false
	case p.open && len(p.value) > 1 && n > 0 && isCaret([]byte(line)): // below the source, which Deno prints behind the value
		p.value, p.open = p.value[:len(p.value)-1], false
	case p.open:
		p.value = append(p.value, cutIndent(line, p.margin))
	}
}

// member recognises the head of an error in a list of errors.
func (p *nodeReader) member(n int, body string) bool {
	if len(p.errors) == 0 || n != p.errors[len(p.errors)-1]+2 {
		return false
	}
	return throwableType([]byte(body)) > 0 || strings.HasPrefix(body, "[") && strings.HasSuffix(trimNodeFrame(body), "]")
}

// isErrorProp recognises a property that holds an error: "parent: Error: text".
func isErrorProp(body string) bool {
	name, value, ok := strings.Cut(body, ": ")
	if !ok || strings.ContainsAny(name, " {[") {
		return false
	}
	n := throwableType([]byte(value))
	return n > 0 && namesFailure([]byte(value[:n]))
}

func (p *nodeReader) frame(body string) {
	p.open = false
	if !p.emit {
		e := &p.list[len(p.list)-1]
		e.Frames = append(e.Frames, nodeFrame(body))
	}
}

// push begins an error by the line that names it: "Type [CODE]: value", or the
// same in brackets if it has no stack.
func (p *nodeReader) push(head, relation string) {
	p.flush()
	e := Exception{Language: JavaScript, Relation: relation, Type: "Error"}
	p.open, p.emit = true, false
	if strings.HasPrefix(head, "[") && throwableType([]byte(head[1:])) > 0 {
		if inner := strings.TrimSuffix(strings.TrimRight(head, " ,"), " {"); strings.HasSuffix(inner, "]") {
			head, p.open = inner[1:len(inner)-1], false
		} else {
			head = head[1:]
		}
	}
	head = strings.TrimPrefix(head, "Uncaught ")
	if n := throwableType([]byte(head)); n > 0 {
		e.Type = head[:n]
		_, value, _ := strings.Cut(head, ":")
		head = strings.TrimPrefix(value, " ")
	}
	p.list, p.value = append(p.list, e), []string{head}
}

// flush gives the last error its value.
func (p *nodeReader) flush() {
	if n := len(p.list); n > 0 {
		p.list[n-1].Value = strings.Join(p.value, "\n")
	}
	p.value = nil
}

// nodeFrame reads "at async fn [as alias] (file:1:2)".
func nodeFrame(body string) Frame {
	if rest, ok := strings.CutPrefix(body, vitestFrame[1:]); ok {
		name, place := cutLast(rest, " ")
		if place == "" {
			return nodeFrame("at " + name)
		}
		return nodeFrame("at " + name + " (" + place + ")")
	}
	body = trimNodeFrame(strings.TrimPrefix(body, "at "))
	body = strings.TrimPrefix(body, "async ")
	f, place := Frame{}, body
	if i := strings.Index(body, " ("); i > 0 && strings.HasSuffix(body, ")") {
		f.Function, place = body[:i], body[i+2:len(body)-1]
		if j := strings.Index(f.Function, " [as "); j > 0 {
			f.Function = f.Function[:j]
		}
	}
	if strings.HasPrefix(place, "eval at ") {
		if i := strings.LastIndex(place, "), "); i >= 0 {
			place = place[i+3:]
		}
	}
	f.File = place
	if file, column := cutNumber(place); column > 0 {
		if file, line := cutNumber(file); line > 0 {
			f.File, f.Line, f.Column = file, line, column
		}
	}
	f.InApp = nodeInApp(f.File)
	return f
}

// cutNumber cuts ":12" from the end of a place; the number is 0 if there is none.
func cutNumber(s string) (string, int) {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 || i+1 == len(s) {
		return s, 0
	}
	for _, c := range []byte(s[i+1:]) {
		if !isDigit(c) {
			return s, 0
		}
	}
	return s[:i], number(s[i+1:])
}

// cutIndent cuts at most n blanks from the start of a line.
func cutIndent(line string, n int) string { return line[min(n, indent(line)):] }
