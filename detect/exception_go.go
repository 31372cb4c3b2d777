package detect

import (
	"strings"
)

// parseGo reads what the runtime prints when a program dies, and the stack that
// follows a panic which somebody recovered and logged.
func parseGo(s *source) []Exception {
	lines := strings.Split(s.text, "\n")
	var list []Exception
	i := 0
	switch {
	case s.header == "" && !isGoStart(lines[0]):
		return parseGin(lines)
	case strings.HasPrefix(lines[0], "goroutine "):
		list = []Exception{{Type: "panic", Value: loggedPanic(s.header), Language: Go}}
		if s.header != "" && !tellsOfPanic([]byte(s.header)) && !strings.Contains(s.text, "\npanic(") { // glog adds the stacks to what it is fatal about
			list[0] = Exception{Type: "error", Value: headerMessage(s.header), Language: Go}
		}
	case s.header != "" && isGoName([]byte(lines[0])):
		return goErrors(headerMessage(s.header), lines)
	case isChiHead([]byte(lines[0])):
		return parseChi(lines)
	default:
		list, i = goHead(lines)
	}
	if len(list) == 0 {
		return nil
	}
	last := &list[len(list)-1]
	last.Thread, last.Frames = goFrames(lines[i:])
	return list
}

func isGoStart(line string) bool {
	_, _, ok := goHeadLine(line)
	return ok || isChiHead([]byte(line)) || strings.HasPrefix(line, "runtime: ") || strings.HasPrefix(line, "unexpected fault address ") || isGoroutine([]byte(line))
}

// goReader collects the panics before the first goroutine, the first one first.
type goReader struct {
	list  []Exception
	value []string // further lines of the last one's value
}

// goHead reads up to the first goroutine and returns how many lines that are.
func goHead(lines []string) ([]Exception, int) {
	var p goReader
	n := 0
	for n < len(lines) && !isGoroutine([]byte(lines[n])) && lines[n] != "runtime stack:" {
		if lines[n] == "\t" && len(p.list) > 0 { // a blank line within a value: the runtime indents them all
			p.value = append(p.value, "")
		} else {
			p.line(strings.TrimPrefix(lines[n], "\t"))
		}
		n++
	}
	p.flush()
	return p.list, n
}

func (p *goReader) line(line string) {
	typ, value, found := goHeadLine(line)
	switch {
	case found && (len(p.list) == 0 || typ == "panic"):
		p.push(typ, value)
	case strings.HasPrefix(line, "[signal ") || line == "" || len(p.list) == 0 || strings.HasPrefix(line, "PC=0x"), isGoRemark([]byte(line)):
	default:
		p.value = append(p.value, line)
	}
}

// push adds a panic; the one before it led to it.
func (p *goReader) push(typ, value string) {
	p.flush()
	if n := len(p.list); n > 0 {
		last := &p.list[n-1]
		last.Relation = "previous"
		if v, ok := strings.CutSuffix(last.Value, " [recovered]"); ok {
			last.Value, last.Relation = v, "recovered"
		}
	}
	p.list = append(p.list, Exception{Type: typ, Value: cutRepanicked(value), Language: Go})
}

// flush completes the value of the last panic.
func (p *goReader) flush() {
	if n := len(p.list); n > 0 && len(p.value) > 0 {
		p.list[n-1].Value += "\n" + strings.Join(p.value, "\n")
	}
	p.value = nil
}

// goHeadLine splits "panic: value" and its kin.
func goHeadLine(line string) (typ, value string, ok bool) {
	for _, t := range [...]string{"panic", "fatal error"} {
		if v, ok := strings.CutPrefix(line, t+": "); ok {
			return t, v, true
		}
	}
	if isGoSignal([]byte(line)) {
		typ, value, ok = strings.Cut(line, ": ")
	}
	return typ, value, ok
}

// cutRepanicked cuts the mark of a panic that was recovered and raised again.
func cutRepanicked(value string) string {
	value = strings.TrimSuffix(value, " [recovered, repanicked]")
	return strings.TrimSuffix(value, " [recovered, reraised]")
}

// loggedPanic returns the value of a panic from the line that logs it.
func loggedPanic(header string) string {
	if _, rest, ok := strings.Cut(header, "panic serving "); ok {
		if _, value, ok := strings.Cut(rest, ": "); ok {
			return value
		}
	}
	for _, mark := range [...]string{"panic", "ecover"} {
		if _, rest, ok := strings.Cut(header, mark); ok {
			if _, value, ok := strings.Cut(rest, ": "); ok {
				return value
			}
		}
	}
	return header
}

// goFrames reads the frames of the goroutine that crashed, the first one, or of
// the runtime's own stack if there is no other.
func goFrames(lines []string) (thread string, frames []Frame) {
	var system []Frame
	own := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case isGoroutine([]byte(line)):
			if own {
				return thread, reversed(frames)
			}
			own = true
			number, _, _ := strings.Cut(line[len("goroutine "):], " ")
			thread = "goroutine " + number
		case line == "" && own && len(frames) > 0:
			return thread, reversed(frames)
		case i+1 < len(lines) && isGoFile([]byte(lines[i+1])):
			if strings.HasPrefix(line, "created by ") {
				i++
				continue
			}
			if f := goFrame(line, lines[i+1]); own {
				frames = append(frames, f)
			} else {
				system = append(system, f)
			}
			i++
		}
	}
	if !own {
		frames = system
	}
	return thread, reversed(frames)
}

// goFrame reads the two lines of a frame.
func goFrame(call, place string) Frame {
	name := call
	if strings.HasSuffix(call, ")") {
		name = call[:goNameEnd(call)]
	}
	f := Frame{}
	f.Module, f.Function = splitGoName(name)
	place = strings.TrimLeft(place, "\t ")
	if i := strings.Index(place, " +0x"); i >= 0 {
		place = place[:i]
	}
	if i := strings.Index(place, " fp=0x"); i >= 0 {
		place = place[:i]
	}
	f.File = place
	if i := strings.LastIndexByte(place, ':'); i >= 0 {
		f.File, f.Line = place[:i], number(place[i+1:])
	}
	f.InApp = goInApp(f.Module, f.File)
	return f
}

// splitGoName splits "example.com/a/b.(*T).M" at the end of the package's path.
func splitGoName(name string) (module, function string) {
	end := len(name)
	if i := strings.IndexByte(name, '['); i >= 0 {
		end = i // type arguments have paths of their own
	}
	slash := strings.LastIndexByte(name[:end], '/')
	dot := strings.IndexByte(name[slash+1:], '.')
	if dot < 0 {
		return "", name
	}
	dot += slash + 1
	return name[:dot], name[dot+1:]
}

// parseGoRace reads a report of the race detector: the access it found last.
func parseGoRace(s *source) []Exception {
	lines := strings.Split(s.text, "\n")
	e := Exception{Type: "DATA RACE", Language: Go}
	for i := 2; i < len(lines) && lines[i] != ""; i++ {
		switch line := lines[i]; {
		case e.Value == "" && indent(line) == 0:
			e.Value = strings.TrimSuffix(line, ":")
		case indent(line) == 2 && i+1 < len(lines) && indent(lines[i+1]) > 2:
			e.Frames = append(e.Frames, goFrame(strings.TrimSpace(line), lines[i+1]))
			i++
		}
	}
	reversed(e.Frames)
	return []Exception{e}
}
