package detect

import (
	"strings"
)

// javaReader collects the exceptions of a JVM trace in the order they are
// printed, newest first unless they are "Wrapped by".
type javaReader struct {
	list    []Exception
	thread  string
	wrapped bool
	bare    bool     // frames have no "at"
	open    bool     // no frame of the last one was read: lines belong to its value
	value   []string // the lines of its value
}

// parseJava reads what Throwable.printStackTrace, Logback and Log4j print.
func parseJava(s *source) []Exception {
	p := javaReader{}
	for i, line := range strings.Split(cutCaught(s.text), "\n") {
		if i == 0 {
			p.first(line[indent(line):])
			continue
		}
		p.line(line)
	}
	p.flush()
	if p.wrapped {
		for i := range len(p.list) - 1 {
			p.list[i].Relation = "cause"
		}
	} else {
		reversed(p.list)
	}
	for i := range p.list {
		e := &p.list[i]
		e.turn()
		e.Thread = p.thread
		e.Value = strings.TrimRight(e.Value, "\n \t\r")
	}
	return p.list
}

// first reads the head of the trace, which may be a log line that ends in it.
func (p *javaReader) first(line string) {
	line, p.bare = strings.CutPrefix(line, junitArrow)
	if i := javaHead(line); i > 0 {
		p.thread, line = line[len(`Exception in thread "`):i-2], line[i:]
		if throwableType([]byte(line)) == 0 && !isPowerAssertion(line) { // its toString was overridden
			p.list, p.open, p.value = []Exception{{Type: "Exception", Language: Java}}, true, []string{line}
			return
		}
	}
	if isPowerAssertion(line) {
		p.push(line, "")
		return
	}
	if throwableType([]byte(line)) == 0 {
		if i := inlineType([]byte(line)); i >= 0 {
			line = line[i:]
		}
	}
	if throwableType([]byte(line)) > 0 {
		p.push(line, "")
	}
}

func (p *javaReader) line(line string) {
	body := line[indent(line):]
	switch {
	case isJavaFrame([]byte(line)), !p.open && isClojureCall([]byte(line)), p.bare && len(body) < len(line) && isJavaCall([]byte(body)):
		p.open = false
		if n := len(p.list); n > 0 {
			p.list[n-1].Frames = append(p.list[n-1].Frames, javaFrame(body))
		}
	case isJavaMark([]byte(body)) && len(body) < len(line):
		if n := len(p.list); n > 0 && strings.HasPrefix(body, "... ") {
			p.list[n-1].elide(body)
		}
		p.open = p.open && strings.HasPrefix(body, "*__")
	case isJavaLink([]byte(body)):
		p.link(body)
		if n := len(p.list); n > 0 {
			p.list[n-1].Depth = javaDepth(line)
		}
	case len(p.list) == 0:
		p.first(body)
	case p.open && len(p.list) == 1 && p.list[0].Type == "Error" && strings.HasPrefix(line, "\tjava.lang."): // what the launcher could not do
		p.push(body, "cause")
	case p.open:
		p.value = append(p.value, line)
	}
}

// javaDepth is how far the head of an exception is indented: by a tab for each
// suppressed one that it is in.
func javaDepth(line string) int {
	tabs := len(line) - len(strings.TrimLeft(line, "\t"))
	if tabs == 0 && indent(line) > 0 {
		return 1
	}
	return tabs
}

// link reads the head of an exception that belongs to the one before.
func (p *javaReader) link(body string) {
	switch body[0] {
	case 'C':
		p.push(strings.TrimPrefix(body, "Caused by: "), "cause")
	case 'S':
		p.push(strings.TrimPrefix(body, "Suppressed: "), "suppressed")
	case 'W':
		p.wrapped = true
		p.push(strings.TrimPrefix(body, "Wrapped by: "), "")
	default:
		p.open = false
	}
}

// cutCaught cuts what Groovy's launcher prints before the trace: its head and
// value, a first time.
func cutCaught(text string) string {
	rest, ok := strings.CutPrefix(text, "Caught: ")
	if !ok {
		return text
	}
	head, _, _ := strings.Cut(rest, "\n")
	if i := strings.Index(rest, "\n"+head+"\n"); i >= 0 {
		return rest[i+1:]
	}
	return rest
}

// flush gives the last exception its value.
func (p *javaReader) flush() {
	if n := len(p.list); n > 0 {
		e := &p.list[n-1]
		if e.Value = strings.Join(p.value, "\n"); e.Type == "PowerAssertionError" { // a blank line sets it off
			e.Value = strings.TrimLeft(e.Value, "\n")
		}
	}
	p.value = nil
}

func (p *javaReader) push(head, relation string) {
	e := Exception{Language: Java, Relation: relation}
	if strings.HasPrefix(head, "[CIRCULAR REFERENCE") {
		p.open = false
		return
	}
	name, value, _ := strings.Cut(head, ": ")
	if n := throwableType([]byte(head)); n > 0 {
		name, value = head[:n], strings.TrimPrefix(strings.TrimPrefix(head[n:], ":"), " ")
	}
	p.flush()
	if isPowerAssertion(head) {
		name, value = "org.codehaus.groovy.runtime.powerassert.PowerAssertionError", ""
	}
	e.Type, p.value = name, []string{value}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		e.Module, e.Type = name[:i], name[i+1:]
	}
	p.list = append(p.list, e)
	p.open = true
}

// javaFrame reads "at java.base/pkg.Class.method(File.java:12) ~[jar:1.0]".
func javaFrame(body string) Frame {
	body = strings.TrimPrefix(body, "at ")
	name, place, _ := strings.Cut(body, "(")
	name = strings.TrimSuffix(name, " ")
	place, _, _ = strings.Cut(place, ")")
	if i := strings.LastIndexByte(name, '/'); i >= 0 && !strings.Contains(name[i:], "$$Lambda") && isModulePrefix(name[:i]) {
		name = name[i+1:]
	}
	f := Frame{Function: name}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		f.Module, f.Function = name[:i], name[i+1:]
	}
	switch place {
	case "Native Method", "Unknown Source":
	default:
		file, line, _ := strings.Cut(place, ":")
		f.File, f.Line = file, number(line)
	}
	f.InApp = javaInApp(f.Module)
	return f
}

// isModulePrefix reports whether what stands before the last slash of a frame
// names loader and module ("app//", "java.base@17.0.1") and is no part of a
// hidden class ("pkg.Main$$Lambda/0x1f").
func isModulePrefix(s string) bool {
	return !strings.Contains(s, "$$") && !strings.Contains(s, "(")
}
