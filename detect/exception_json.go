package detect

import (
	"bytes"
	"strings"
)

// traceKeys are where loggers put a trace, in JSON lines: python-json-logger and
// structlog, ECS, logstash-logback-encoder and Google Cloud, zap and slog, pino
// and bunyan, winston, Log4j 2, loguru; last the message itself.
var traceKeys = [...]string{
	"exc_info", "exception", "error.stack_trace", "stack_trace", "stacktrace", "err.stack", "error.stack", "stack",
	"traceback", "stackTrace", "thrown.extendedStackTrace", "exc_text", "exception.stacktrace", "errorVerbose",
	"@x", "Exception", "text", "message", "msg", "event",
}

// typeKeys and valueKeys name the exception where the trace does not.
var (
	typeKeys  = [...]string{"error.type", "err.type", "exception.type", "exc_type", "errorType", "error_type"}
	valueKeys = [...]string{"error.message", "err.message", "exception.message", "exc_value", "errorMessage", "error", "err", "panic", "message", "msg"}
)

// embedded returns the language of the trace in one of a JSON record's keys.
func embedded(r *Record) Language {
	if !mayEmbed(r.Text) {
		return NoLanguage
	}
	_, language := embeddedTrace(r)
	return language
}

// mayEmbed looks for what every trace has, as it is written inside a JSON string.
func mayEmbed(text []byte) bool {
	for _, mark := range [...]string{`Traceback (most`, `  File \"`, `\tat `, `\u0009at `, `\n    at `, `\n   at `, `.go:`} {
		if bytes.Contains(text, []byte(mark)) {
			return true
		}
	}
	return false
}

// embeddedTrace finds the trace and its language.
func embeddedTrace(r *Record) ([]byte, Language) {
	for _, key := range traceKeys {
		if value, ok := r.Lookup(key); ok {
			if language := traceLanguage(value); language != NoLanguage {
				return value, language
			}
		}
	}
	return nil, NoLanguage
}

// traceLanguage recognises a trace by its first frame.
func traceLanguage(text []byte) Language {
	if len(text) == 0 || text[0] == '{' || text[0] == '[' {
		return NoLanguage
	}
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

// parseEmbedded parses the trace in one of a JSON record's keys.
func parseEmbedded(r *Record) []Exception {
	value, language := embeddedTrace(r)
	text := cleanText(value)
	switch language {
	case Python:
		return parseEmbeddedPython(r, text)
	case Java:
		return parseJava(&source{text: text})
	case JavaScript:
		return parseNode(&source{text: text})
	case Go:
		return parseEmbeddedGo(r, text)
	case CSharp:
		return parseDotnet(&source{text: text})
	}
	return nil
}

// parseEmbeddedPython takes type and value from the record where the trace is
// only the frames, as in ecs-logging.
func parseEmbeddedPython(r *Record, text string) []Exception {
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

// parseEmbeddedGo reads the stack that a logger took of itself: zap's, or that
// of debug.Stack.
func parseEmbeddedGo(r *Record, text string) []Exception {
	if strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ") {
		return parseGo(&source{text: text})
	}
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
