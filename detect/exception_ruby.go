package detect

import (
	"slices"
	"strings"
)

// rubyUnknown is the type of an exception whose class has no name, or is not told.
const rubyUnknown = "Exception"

// rubyReader collects the exceptions of a text in the order they are printed.
type rubyReader struct {
	list    []Exception // the last one is being read
	value   []string    // the lines of its value
	open    bool        // lines belong to it
	frames  []Frame     // of a backtrace in reverse order, before its exception
	reverse bool
	causes  bool // Rails' "Causes:" was read
	thread  string
	intro   bool // the first exception is a log line that only introduces one
	suggest bool // what comes before the syntax error is read
}

// parseRuby reads what MRI prints in both orders, and the backtraces that Logger
// and Rails print.
func parseRuby(s *source) []Exception {
	p := rubyReader{}
	lines := strings.Split(s.text, "\n")
	if isRubySpec([]byte(lines[0])) {
		for i := range lines {
			lines[i] = cutSpec(lines[i])
		}
		if len(lines) > 1 {
			lines = slices.Concat([]string{lines[0] + " " + lines[1]}, lines[2:])
		}
	}
	head := []byte(lines[0][:min(len(lines[0]), maxRubyHead)])
	for i, line := range lines {
		if i == 0 && p.first(line) {
			continue
		}
		p.line(string(withoutTags(head, []byte(line))))
	}
	p.flush()
	if len(p.list) == 0 {
		return nil
	}
	if !p.reverse {
		reversed(p.list)
		for i := range p.list {
			reversed(p.list[i].Frames)
		}
	}
	for i := range p.list {
		if p.list[i].Thread = p.thread; i < len(p.list)-1 {
			p.list[i].Relation = "cause"
		}
	}
	return p.list
}

// first reads the head of the trace where that is none that follows frames, and
// reports whether it was one.
func (p *rubyReader) first(line string) bool {
	if rest, ok := strings.CutPrefix(line, "#<Thread:"); ok {
		p.thread, _, _ = strings.Cut(rest, " ")
		if _, name, ok := strings.Cut(p.thread, "@"); ok {
			p.thread = name
		}
		return true
	}
	if line == pyTraceback {
		p.reverse = true
		return true
	}
	if isRubySuggestion([]byte(line)) {
		p.suggest = true
		return true
	}
	if isRubySyntaxError([]byte(line)) {
		p.syntax(line)
		return true
	}
	if place, ok := rubyPlaceOf([]byte(line)); ok && strings.HasPrefix(string(place.rest), ": ") {
		p.push(place)
		return true
	}
	var r Record
	classify([]byte(line), &r)
	message := string(r.Message)
	if place, ok := rubyPlaceOf(r.Message); ok && len(place.rest) == 0 { // a line of the backtrace, logged on its own
		p.start(rubyUnknown, "")
		p.frame(place)
		return true
	}
	if len(withoutTags(r.Message, r.Message)) == 0 {
		return true
	}
	p.start(rubyTitleOf(message))
	p.intro = strings.HasSuffix(message, ":")
	if isRubyTitle([]byte(strings.TrimSpace(line))) { // it is complete, source may follow
		p.open = false
	}
	return true
}

// rubyTitleOf reads type and value of a log line that a backtrace follows.
func rubyTitleOf(text string) (typ, value string) {
	if typ, value, ok := rubyInspected(text); ok {
		return typ, value
	}
	if i := rubyTypeAt([]byte(text)); i >= 0 {
		return text[i : len(text)-1], strings.TrimSuffix(text[:i-1], " ")
	}
	if n := rubyConst([]byte(text)); n > 0 {
		rest := text[n:]
		switch {
		case strings.HasPrefix(rest, " (") && strings.HasSuffix(rest, "):"):
			return text[:n], rest[2 : len(rest)-2]
		case strings.HasPrefix(rest, " (") && strings.HasSuffix(rest, ")"):
			return text[:n], rest[2 : len(rest)-1]
		case strings.HasPrefix(rest, ": "):
			return text[:n], rest[2:]
		case strings.HasPrefix(rest, " - "):
			return text[:n], strings.TrimSuffix(rest[3:], ":")
		case rest == "":
			return text, ""
		}
	}
	for _, sep := range [...]string{" ", ": ", " - "} {
		if before, rest, ok := strings.Cut(text, sep); ok && rubyConst([]byte(rest)) > 0 && !strings.HasPrefix(text, before+": "+sep) {
			if n := rubyConst([]byte(rest)); namesFailure([]byte(rest[:n])) && strings.HasPrefix(rest[n:], ": ") {
				return rest[:n], rest[n+2:]
			}
		}
	}
	if i := inlineType([]byte(text)); i >= 0 {
		for i > 1 && (isName(text[i-1]) || text[i-1] == ':') { // "Shop::Error: " as a whole
			i--
		}
		if n := rubyConst([]byte(text[i:])); n > 0 {
			return text[i : i+n], strings.TrimPrefix(strings.TrimPrefix(text[i+n:], ":"), " ")
		}
	}
	return rubyUnknown, text
}

func (p *rubyReader) start(typ, value string) {
	p.flush()
	p.list = append(p.list, Exception{Type: typ, Language: Ruby})
	p.value, p.open = append(p.value[:0], value), true
}

// push begins the exception that "file:1:in `m': value (Type)" names.
func (p *rubyReader) push(place rubyPlace) {
	if p.intro { // what was said before it is none
		p.list, p.value, p.intro = p.list[:0], nil, false
	}
	value := strings.TrimPrefix(string(place.rest), ": ")
	typ := rubyUnknown // of a class without a name
	switch i := rubyTypeAt([]byte(value)); {
	case i >= 0:
		typ, value = value[i:len(value)-1], strings.TrimSuffix(value[:i-1], " ")
	case value == "unhandled exception":
		typ = "RuntimeError"
	case value != "" && rubyConst([]byte(value)) == len(value): // its message is empty
		typ, value = value, ""
	}
	p.start(typ, value)
	if p.reverse {
		p.list[len(p.list)-1].Frames, p.frames = p.frames, nil
	}
	p.frame(place)
}

// syntax begins the error that has no trace.
func (p *rubyReader) syntax(line string) {
	file, rest, _ := strings.Cut(line, ": ")
	i := strings.LastIndexByte(file, ':')
	p.start("SyntaxError", strings.TrimSuffix(rest, " (SyntaxError)"))
	p.list[0].Frames = []Frame{{File: file[:i], Line: number(file[i+1:]), InApp: rubyInApp(file[:i])}}
}

func (p *rubyReader) frame(place rubyPlace) {
	if n := len(p.list); n > 0 {
		f := &p.list[n-1].Frames
		*f = append(*f, rubyFrame(place))
	}
}

func rubyFrame(place rubyPlace) Frame {
	file := string(place.file)
	return Frame{Function: string(place.name), File: file, Line: number(string(place.line)), InApp: rubyInApp(file)}
}

func (p *rubyReader) line(line string) {
	if p.suggest && len(p.list) == 0 && !isRubySyntaxError([]byte(line)) {
		return
	}
	body := line[indent(line):]
	if isRubyReversed([]byte(line)) || strings.HasPrefix(line, "\tfrom ") {
		_, body, _ = strings.Cut(body, "from ")
		place, ok := rubyPlaceOf([]byte(body))
		f := rubyFrame(place)
		if !ok {
			f = rubyNoMethod(body)
		}
		p.add(f, isRubyReversed([]byte(line)))
		return
	}
	place, ok := rubyPlaceOf(rubyBody([]byte(line)))
	switch {
	case ok && place.start <= indent(line) && strings.HasPrefix(string(place.rest), ": ") && indent(line) == 0:
		p.push(place)
	case ok && len(place.rest) == 0 && len(p.list) > 0 && !p.reverse:
		p.open = false
		p.frame(place)
	case strings.HasPrefix(line, "\t ... "):
		p.open = false
	case line == "Causes:":
		p.causes = true
	case p.causes && rubyConst([]byte(line)) > 0 && strings.HasSuffix(line, ")"):
		p.start(rubyTitleOf(line))
	case isRubyView([]byte(line)) && len(p.list) > 0:
		p.open = false
		p.add(rubyNoMethod(body), false)
	case p.open:
		p.value = append(p.value, line)
	case len(p.list) == 0:
		p.first(line)
	}
}

// add adds a frame: in reverse order they come before their exception.
func (p *rubyReader) add(f Frame, reverse bool) {
	if p.open = false; reverse {
		p.reverse = true
		p.frames = append(p.frames, f)
	} else if n := len(p.list); n > 0 {
		p.list[n-1].Frames = append(p.list[n-1].Frames, f)
	}
}

// rubyNoMethod reads a frame "file:1".
func rubyNoMethod(body string) Frame {
	i := strings.LastIndexByte(body, ':')
	if i < 0 || number(body[i+1:]) == 0 {
		return Frame{File: body}
	}
	return Frame{File: body[:i], Line: number(body[i+1:]), InApp: rubyInApp(body[:i])}
}

// flush gives the last exception its value.
func (p *rubyReader) flush() {
	if n := len(p.list); n > 0 && p.value != nil {
		e := &p.list[n-1]
		e.Value = strings.Join(trimBlankLines(slices.Clone(p.value)), "\n")
		if i := rubyTypeAt([]byte(e.Value)); e.Type == rubyUnknown && i > 0 { // Logger puts it behind the last line
			e.Type, e.Value = e.Value[i:len(e.Value)-1], strings.TrimSuffix(e.Value[:i-1], " ")
		}
	}
	p.value, p.open = nil, false
}

// rubyInApp: not what gem or bundler installed, nor the standard library, nor
// code of the runtime (sentry-ruby, backtrace.rb: below the app's directory, and
// not vendored there).
func rubyInApp(file string) bool {
	if file == "" || file[0] == '<' {
		return false
	}
	for _, part := range [...]string{"/gems/", "/lib/ruby/", "vendor/bundle/", "/rubygems/", "/vendor_ruby/", ".bundle/", "/rubylibdir/"} {
		if strings.Contains(file, part) {
			return false
		}
	}
	return true
}
