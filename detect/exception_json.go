package detect

import (
	"bytes"
	"strings"
)

// traceKeys are where loggers put a trace, as text or taken apart:
// python-json-logger, structlog and loguru, ECS, logstash-logback-encoder and
// Google Cloud, zap, zerolog and slog, pino and bunyan, winston, Log4j 2,
// Monolog, Serilog and .NET, OpenTelemetry, AWS Lambda. Keys inside anything else
// are what a user sent, and never looked at.
var traceKeys = [...]string{
	"exc_info", "exception", "err", "error", "thrown", "error.stack_trace", "stack_trace", "stacktrace", "err.stack", "error.stack", "stack",
	"traceback", "stackTrace", "exc_text", "exception.stacktrace", "errorVerbose",
	"@x", "Exception", "context.exception", "record.exception", "trace", "backtrace",
	"attributes.exception.stacktrace", "Attributes.exception.stacktrace", "error_stack", "errorStack",
}

// certainKeys are those that nothing but a trace is written to, so that it tells
// the level where the record does not. AWS Lambda's runtimes name the error too.
var certainKeys = [...]string{"exc_info", "exception", "error.stack_trace", "exc_text", "@x", "context.exception", "record.exception"}

// messageTraceKeys are where a trace stands if a program logged it as text.
var messageTraceKeys = [...]string{"text", "message", "msg", "event"}

// typeKeys and valueKeys name the exception where the trace does not.
var (
	typeKeys  = [...]string{"error.type", "err.type", "err.name", "error.name", "exception.type", "exc_type", "errorType", "error_type", "thrown.name", "Attributes.exception.type", "attributes.exception.type"}
	valueKeys = [...]string{"error.message", "err.message", "exception.message", "exc_value", "errorMessage", "thrown.message", "Attributes.exception.message", "attributes.exception.message", "error", "err", "panic", "message", "msg"}
)

// embedTrace looks for a trace in the values of a structured record, and gives a
// record that states no level the one that a trace has.
func (d *Detector) embedTrace(r *Record) {
	if d.inner || r.Trace != NoLanguage || r.Level != NotSet && r.Level < Warning || !holdsFields(r) || !mayEmbed(r.Text) {
		return
	}
	list := parseEmbedded(r)
	if len(list) == 0 {
		return
	}
	r.Trace = list[len(list)-1].Language
	r.shape |= fieldTrace
	if r.Level == NotSet {
		r.Level, r.Why = Error, "trace in a json key"
	}
}

// holdsFields reports whether a record has values that a trace may stand in.
func holdsFields(r *Record) bool {
	switch r.Format {
	case JSON, Logfmt:
		return true
	case Text:
		return r.tail > 0 && r.Lines == 1
	}
	return false
}

// mayEmbed looks for what a trace inside a line needs: a line's end in a string,
// or the names that its parts have in an object or list.
func mayEmbed(text []byte) bool {
	if at := bytes.IndexByte(text, '\\'); at >= 0 && containsAny(text[at:], `\n`, `\u000`) {
		return true
	}
	at := 0
	if text[0] == '{' {
		at = 1
	}
	return (bytes.IndexByte(text[at:], '{') >= 0 || bytes.IndexByte(text[at:], '[') >= 0) && containsAny(text, `"frames"`, `tack`, `trace`)
}

func containsAny(text []byte, marks ...string) bool {
	for _, mark := range marks {
		if bytes.Contains(text, []byte(mark)) {
			return true
		}
	}
	return false
}

// parseEmbedded parses the trace in one of a structured record's values.
func parseEmbedded(r *Record) []Exception {
	list, _ := findEmbedded(r)
	return list
}

// findEmbedded also returns the key of that value.
func findEmbedded(r *Record) ([]Exception, string) {
	var found candidates
	found.collect(r)
	keys := traceKeys[:]
	if r.Level == NotSet && !found.isAWS() {
		keys = certainKeys[:]
	}
	for _, key := range keys {
		if found.leadTo(key) {
			if value, ok := r.Lookup(key); ok {
				if list := embeddedIn(r, value); len(list) > 0 {
					return list, key
				}
			}
		}
	}
	if r.Level < Error {
		return nil, ""
	}
	for _, key := range messageTraceKeys {
		if !found.leadTo(key) {
			continue
		}
		if value, ok := r.Lookup(key); ok && bytes.IndexByte(value, '\n') >= 0 && value[0] != '{' && value[0] != '[' {
			if list := textTrace(r, value); len(list) > 0 {
				return list, key
			}
		}
	}
	return nil, ""
}

// candidates are the names in a record whose values may hold a trace: those of
// several lines, and those with parts. They spare most records a search for
// each of the keys.
type candidates struct {
	names [24][]byte
	n     int
	aws   uint8
}

func (c *candidates) collect(r *Record) {
	if r.Format == JSON {
		text := r.body()
		m := members{text: text, at: max(bytes.IndexByte(text, '{'), 0), depth: 1}
		var one member
		for m.next(&one) {
			v := text[one.value:one.valueEnd]
			c.add(text[one.key:one.keyEnd], v[0] == '{' || v[0] == '[' || one.valueEscaped && bytes.Contains(v, []byte(`\n`)))
		}
		return
	}
	var buf [24]Field
	for _, f := range r.AppendFields(buf[:0]) {
		v := f.Value
		c.add(f.Key, len(v) > 0 && (v[0] == '{' || v[0] == '[' || bytes.IndexByte(v, '\n') >= 0 || f.Raw && bytes.Contains(v, []byte(`\n`))))
	}
}

func (c *candidates) add(name []byte, fits bool) {
	switch string(name) {
	case "errorType":
		c.aws |= 1
	case "errorMessage":
		c.aws |= 2
	}
	if fits && c.n < len(c.names) {
		c.names[c.n] = name
		c.n++
	}
}

// isAWS reports whether the record names its error as AWS Lambda's runtimes do.
func (c *candidates) isAWS() bool { return c.aws == 3 }

// leadTo reports whether one of the names is key, or what key begins with.
func (c *candidates) leadTo(key string) bool {
	for _, name := range c.names[:c.n] {
		if n := len(name); n <= len(key) && string(name) == key[:n] && (n == len(key) || key[n] == '.') {
			return true
		}
	}
	return false
}

func embeddedIn(r *Record, value []byte) []Exception {
	if len(value) == 0 {
		return nil
	}
	if value[0] == '{' || value[0] == '[' {
		return structuredTrace(r, value)
	}
	if bytes.IndexByte(value, '\n') < 0 {
		return nil
	}
	return textTrace(r, value)
}

// textTrace parses a trace that a value holds as text. The grammars find it as
// they do in the output of a program; what they need a head for gets one from
// the record; and what has only frames is known by them.
func textTrace(r *Record, value []byte) []Exception {
	text := cleanText(value)
	if list := traceWithin(text); len(list) > 0 {
		if last := &list[len(list)-1]; last.Language == Go && last.Value == "" { // debug.Stack says only where
			last.Value = r.first(valueKeys[:])
		}
		return list
	}
	typ := r.first(typeKeys[:])
	if throwableType([]byte(typ)) == len(typ) && typ != "" {
		if list := traceWithin(typ + ": " + r.first(valueKeys[:]) + "\n" + text); len(list) > 0 {
			return list
		}
	}
	switch frameLanguage(value) {
	case Python:
		return framesOfPython(r, text)
	case Java:
		return parseJava(&source{text: text})
	case JavaScript:
		return parseNode(&source{text: text})
	case Go:
		return framesOfGo(r, text)
	}
	return nil
}

// traceWithin parses the first trace in a text, all that follows being part of
// it.
func traceWithin(text string) (list []Exception) {
	eachTrace(text, func(r *Record, from int) bool {
		g := grammarOf(r)
		head := from + int(r.head)
		if g == nil || g.parse == nil || head > len(text) {
			return false
		}
		list = g.parse(&source{header: strings.TrimSuffix(text[from:head], "\n"), text: text[head:]})
		return len(list) > 0
	})
	return list
}

// frameLanguage recognises a trace by its first frame.
func frameLanguage(text []byte) Language {
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		switch line = plain(line, new([]byte)); {
		case hasPrefix(line, `  File "`) && bytes.Contains(line, []byte(`", line `)):
			return Python
		case isJavaFrame(line):
			return Java
		case isNodeFrame(line):
			return JavaScript
		case isDotnetFrame(line):
			return CSharp
		case isGoFile(line) && bytes.Contains(line, []byte(".go:")):
			return Go
		}
	}
	return NoLanguage
}

// framesOfPython takes type and value from the record where the trace is only
// the frames, as in ecs-logging.
func framesOfPython(r *Record, text string) []Exception {
	if list := parsePython(&source{text: text}); len(list) > 0 {
		return list
	}
	e := Exception{Language: Python, Value: r.first(valueKeys[:])}
	e.Module, e.Type = splitPyType(r.first(typeKeys[:]))
	for line := range strings.SplitSeq(text, "\n") {
		if f, ok := pyFrame(line); ok {
			e.Frames = append(e.Frames, f)
		}
	}
	if e.Type == "" {
		e.Type = "Exception"
	}
	return []Exception{e}
}

// framesOfGo reads the stack that a logger took of itself: zap's, or that of
// debug.Stack.
func framesOfGo(r *Record, text string) []Exception {
	e := Exception{Type: r.first(typeKeys[:]), Value: r.first(valueKeys[:]), Language: Go}
	if e.Type == "" {
		e.Type = "error"
		if strings.Contains(text, "\npanic(") {
			e.Type = "panic"
		}
	}
	e.Thread, e.Frames = goFrames(strings.Split(text, "\n"))
	return []Exception{e}
}

// first returns the first of some keys that holds a text.
func (r *Record) first(keys []string) string {
	for _, key := range keys {
		if v, ok := r.Lookup(key); ok && len(v) > 0 && v[0] != '{' && v[0] != '[' {
			return string(v)
		}
	}
	return ""
}
