package detect

import (
	"strings"
)

// phpReader collects the exceptions of a text in the order they are printed.
type phpReader struct {
	list   []Exception
	head   []string // "Type: value in file:1", as long as it is read
	sites  []phpSite
	xdebug []phpSite
	heads  bool
}

// phpSite is a line of a trace: where a function was called.
type phpSite struct {
	function string
	file     string
	line     int
}

// parsePHP reads fatal errors, uncaught and logged exceptions and Monolog's
// context. PHP prints what led to an exception before it, Monolog after it.
func parsePHP(s *source) []Exception {
	text := s.text
	if !strings.Contains(text, "\n") && strings.Contains(text, `\nStack trace:\n`) { // Apache escapes what it logs
		text = strings.ReplaceAll(text, `\n`, "\n")
	}
	first, rest, more := strings.Cut(text, "\n")
	if _, ok := symfonyPlace(first); ok {
		return parseSymfony(text)
	}
	if strings.Contains(first, phpObject) {
		return parseMonolog(text)
	}
	first = string(phpBody([]byte(first)))
	kind, message := phpMessage([]byte(first))
	switch {
	case kind != "" && !strings.HasPrefix(string(message), "Uncaught "):
		return parsePHPError(kind, string(message), rest)
	case kind != "" && isPHPWhole(message) && hasAny(rest, "Call Stack:", "PHP Stack trace:"):
		return parseXdebug(kind, string(message), rest)
	case kind != "":
		first = strings.TrimPrefix(string(message), "Uncaught ")
	default:
		var r Record
		classify([]byte(first), &r)
		first = string(r.Message)
	}
	p := phpReader{head: []string{first}, heads: true}
	if more {
		for line := range strings.SplitSeq(rest, "\n") {
			p.line(string(phpBody([]byte(line))))
		}
	}
	p.finish()
	for i := range len(p.list) - 1 {
		p.list[i].Relation = "cause"
	}
	return p.list
}

func (p *phpReader) line(line string) {
	switch {
	case line == "Stack trace:", line == "[stacktrace]", line == "Call Stack:", line == "PHP Stack trace:":
		p.heads = false
	case !p.heads && isXdebugFrame([]byte(line)):
		p.xdebug = append(p.xdebug, xdebugSite(line))
	case strings.HasPrefix(line, "  thrown in "):
		if len(p.head) > 0 && len(p.sites) == 0 && !strings.Contains(p.head[len(p.head)-1], " in ") {
			p.head = append(p.head, strings.Replace(strings.TrimPrefix(line, "  thrown"), " on line ", ":", 1))
		}
		p.heads = false
	case !p.heads && strings.HasPrefix(line, "Next "):
		p.finish()
		p.head, p.heads = []string{line[len("Next "):]}, true
	case p.heads && isPHPFirst([]byte(line)): // getTraceAsString
		p.heads = false
		p.sites = append(p.sites, phpSiteOf(line))
	case p.heads:
		p.head = append(p.head, line)
	case isPHPFrame([]byte(line)):
		p.sites = append(p.sites, phpSiteOf(line))
	}
}

// finish adds the exception whose trace was read.
func (p *phpReader) finish() {
	if p.head == nil {
		return
	}
	e := Exception{Language: PHP}
	var at phpSite
	head, sites := strings.Join(p.head, "\n"), p.sites
	if len(p.xdebug) > 0 {
		head, sites = xdebugHead(head), reversed(p.xdebug)
	}
	e.Type, e.Value, at = phpHead(head)
	e.Frames = phpCalls(sites, at)
	p.list = append(p.list, e)
	p.head, p.sites, p.xdebug = nil, nil, nil
}

// phpHead reads "Type: value in file:1".
func phpHead(text string) (typ, value string, at phpSite) {
	if i := strings.LastIndex(text, " in "); i >= 0 {
		place := text[i+len(" in "):]
		if c := strings.LastIndexByte(place, ':'); c > 0 && number(place[c+1:]) > 0 && !strings.Contains(place, "\n") {
			text, at.file, at.line = text[:i], place[:c], number(place[c+1:])
		}
	}
	text = strings.TrimRight(text, " \n")
	n := phpType([]byte(text))
	switch {
	case n > 0 && n == len(text):
		return cutNUL(text), "", at
	case n > 0 && text[n] == ':' && (namesFailure([]byte(text[:n])) || strings.Contains(text[:n], `\`) || at.file != "" && isUpper(text[0])):
		typ, value = cutNUL(text[:n]), strings.TrimPrefix(text[n+1:], " ")
	default:
		typ, value = phpInline(text)
	}
	// "…, called in file on line 1 and defined in file:1"
	if strings.Contains(value, ", called in ") {
		value = strings.TrimSuffix(value, " and defined")
	}
	return typ, value, at
}

// cutNUL cuts what PHP puts behind a NUL in the name of an anonymous class.
func cutNUL(name string) string {
	name, _, _ = strings.Cut(name, "\x00")
	return name
}

// phpInline finds the exception that a log message names after words of its own.
func phpInline(text string) (typ, value string) {
	for from := 0; ; {
		i := strings.IndexByte(text[from:], ' ')
		if i < 0 {
			return "Exception", text
		}
		from += i + 1
		n := phpType([]byte(text[from:]))
		if n == 0 || !strings.HasPrefix(text[from+n:], ": ") {
			continue
		}
		if name := text[from : from+n]; namesFailure([]byte(name)) || strings.Contains(name, `\`) {
			return name, text[from+n+2:]
		}
	}
}

// phpSiteOf reads "#3 /srv/app/main.php(7): App\Invoice->total()".
func phpSiteOf(line string) (s phpSite) {
	_, rest, _ := strings.Cut(line, " ")
	if strings.HasPrefix(rest, "{main}") {
		return phpSite{function: "{main}"}
	}
	if call, ok := strings.CutPrefix(rest, "[internal function]: "); ok {
		return phpSite{function: phpFunction(call)}
	}
	i := strings.Index(rest, "): ")
	if i < 0 {
		return s
	}
	open := strings.LastIndexByte(rest[:i], '(')
	if open < 0 {
		return s
	}
	return phpSite{function: phpFunction(rest[i+len("): "):]), file: rest[:open], line: number(rest[open+1:])}
}

// phpFunction cuts the arguments from a call. PHP 8.4 names a closure after the
// function that it is in.
func phpFunction(call string) string {
	from := 0
	if i := strings.Index(call, "{closure:"); i >= 0 {
		if end := strings.LastIndexByte(call, '}'); end > i {
			from = end
		}
	}
	if i := strings.IndexByte(call[from:], '('); i >= 0 {
		call = call[:from+i]
	}
	return call
}

// phpCalls pairs functions with the places in them, oldest call first: a line of
// the trace says where its function was called, and the exception itself where
// the innermost one was.
func phpCalls(sites []phpSite, at phpSite) []Frame {
	var frames []Frame
	for _, s := range sites {
		frames = append(frames, phpFrame(s.function, at))
		at = s
	}
	if n := len(sites); (n == 0 || sites[n-1].function != "{main}") && at.file != "" {
		frames = append(frames, phpFrame("", at))
	}
	return reversed(frames)
}

func phpFrame(function string, at phpSite) Frame {
	return Frame{Function: function, File: at.file, Line: at.line, InApp: phpInApp(at.file)}
}

// parsePHPError reads an error that is no exception, with the stack that Xdebug
// or PHP 8.5 prints after it.
func parsePHPError(kind, message, rest string) []Exception {
	e := Exception{Type: kind, Value: message, Language: PHP}
	message, _, _ = strings.Cut(message, ", referer: ")
	var at phpSite
	if i := strings.LastIndex(message, " on line "); i >= 0 {
		at.line = number(message[i+len(" on line "):])
		if j := strings.LastIndex(message[:i], " in "); j >= 0 {
			e.Value, at.file = message[:j], message[j+len(" in "):i]
		}
	}
	var sites []phpSite
	xdebug := false
	for line := range strings.SplitSeq(rest, "\n") {
		line = string(phpBody([]byte(line)))
		switch {
		case isPHPFrame([]byte(line)):
			sites = append(sites, phpSiteOf(line))
		case isXdebugFrame([]byte(line)):
			sites, xdebug = append(sites, xdebugSite(line)), true
		}
	}
	if xdebug {
		reversed(sites)
	}
	e.Frames = phpCalls(sites, at)
	return []Exception{e}
}

// parseMonolog reads `[object] (Type(code: 0): value at file:1)`, which a trace
// and what led to it may follow, inside a JSON string.
func parseMonolog(text string) []Exception {
	text = phpUnescape(text)
	var list []Exception
	for part := range strings.SplitSeq(text[strings.Index(text, phpObject):], "[previous exception] ") {
		head, trace, _ := strings.Cut(strings.TrimPrefix(part, phpObject), "\n[stacktrace]\n")
		if i := strings.LastIndexByte(head, ')'); i >= 0 {
			head = head[:i]
		}
		name, rest, ok := strings.Cut(head, "(code: ")
		_, rest, found := strings.Cut(rest, "): ")
		if !ok || !found {
			continue
		}
		e := Exception{Type: name, Value: rest, Language: PHP}
		var at phpSite
		if i := strings.LastIndex(rest, " at "); i >= 0 {
			e.Value = rest[:i]
			file, _, _ := strings.Cut(rest[i+len(" at "):], ")")
			if c := strings.LastIndexByte(file, ':'); c > 0 {
				at.file, at.line = file[:c], number(file[c+1:])
			}
		}
		var sites []phpSite
		for line := range strings.SplitSeq(trace, "\n") {
			if isPHPFrame([]byte(line)) {
				sites = append(sites, phpSiteOf(line))
			}
		}
		e.Frames = phpCalls(sites, at)
		list = append(list, e)
	}
	reversed(list)
	for i := range max(0, len(list)-1) {
		list[i].Relation = "cause"
	}
	return list
}

// phpUnescape undoes what json_encode did to the text of an exception.
func phpUnescape(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\/`, `/`, `\n`, "\n").Replace(text)
}

// phpInApp: not what composer installed, nor functions of the runtime, which
// have no file (sentry-php, FrameBuilder, and the default of its integrations).
func phpInApp(file string) bool {
	if file == "" {
		return false
	}
	for _, part := range [...]string{"/vendor/", `\vendor\`, "/usr/share/php/", "phar://"} {
		if strings.Contains(file, part) {
			return false
		}
	}
	return true
}
