package detect

import (
	"encoding/json"
	"strings"
)

// Exceptions that a logger took apart: an object with type, message and frames,
// and the causes inside it or in a list. The names of the members are those of
// Log4j 2, Monolog, structlog, loguru, pino and bunyan, zerolog and AWS Lambda.

const (
	maxObjectDepth  = 20
	maxObjectFrames = 2000
)

var (
	objectTypes  = [...]string{"type", "exc_type", "class", "name", "className", "errorType"}
	objectValues = [...]string{"message", "exc_value", "value", "localizedMessage", "msg", "errorMessage"}
	objectFrames = [...]string{"frames", "extendedStackTrace", "stackTrace", "stacktrace", "stack_trace", "stack", "trace", "backtrace", "traceback"}
	objectCauses = [...]string{"cause", "previous", "innerException", "InnerException"}

	frameFiles     = [...]string{"filename", "file", "fileName", "source", "path"}
	frameLines     = [...]string{"lineno", "line", "lineNumber", "line_number"}
	frameFunctions = [...]string{"function", "func", "method", "methodName", "name"}
	frameModules   = [...]string{"class", "className", "module"}
)

// structuredTrace reads the exceptions in an object or a list. It is nil unless
// one of them has frames: an error alone is no trace.
func structuredTrace(r *Record, value []byte) []Exception {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return nil
	}
	var list []Exception
	switch v := v.(type) {
	case map[string]any:
		list = objectChain(r, v, 0)
	case []any:
		list = listChain(r, v)
	}
	language := NoLanguage
	for i := range list {
		if len(list[i].Frames) > 0 {
			language = list[i].Language
		}
	}
	if language == NoLanguage {
		return nil
	}
	for i := range list {
		if list[i].Language == NoLanguage {
			list[i].Language = language
		}
	}
	return list
}

// listChain reads a list that stands where a trace does: of exceptions, newest
// first (structlog), or of the frames of the one that the record names.
func listChain(r *Record, v []any) []Exception {
	if len(v) == 0 {
		return nil
	}
	if m, ok := v[0].(map[string]any); ok && textOf(m, objectTypes[:2]) != "" {
		return listOfObjects(r, v)
	}
	if text, ok := joinedLines(v); ok {
		if list := textTrace(r, []byte(text)); len(list) > 0 {
			return list
		}
	}
	e := Exception{Type: r.first(typeKeys[:]), Value: r.first(valueKeys[:])}
	e.Frames, e.Language = framesOf(v)
	if e.Language == Go && e.Type == "" {
		e.Type = "error"
	}
	return []Exception{named(e)}
}

func listOfObjects(r *Record, v []any) []Exception {
	var list []Exception
	for i, one := range v[:min(len(v), maxObjectDepth)] {
		m, ok := one.(map[string]any)
		if !ok {
			continue
		}
		chain := objectChain(r, m, 1)
		if n := len(chain); n > 0 && i > 0 { // it led to the one before it in the list
			chain[n-1].Relation = "context"
			if cause, _ := m["is_cause"].(bool); cause {
				chain[n-1].Relation = "cause"
			}
		}
		list = append(chain, list...)
	}
	return list
}

// objectChain reads an exception and those that led to it, the root cause first.
func objectChain(r *Record, m map[string]any, depth int) []Exception {
	if depth > maxObjectDepth {
		return nil
	}
	e := Exception{Type: textOf(m, objectTypes[:]), Value: textOf(m, objectValues[:])}
	var list []Exception
	for _, key := range objectFrames {
		switch v := m[key].(type) {
		case string:
			list = stackOf(r, &e, v)
		case []any:
			if text, ok := joinedLines(v); ok {
				list = stackOf(r, &e, text)
			}
			if len(list) == 0 {
				e.Frames, e.Language = framesOf(v)
			}
		}
		if len(list) > 0 || len(e.Frames) > 0 {
			break
		}
	}
	if len(list) == 0 {
		if e.Type == "" {
			return nil
		}
		if f, ok := frameOfText(textOf(m, frameFiles[1:2])); ok && f.Line > 0 { // Monolog: where it was thrown
			e.Frames = append(e.Frames, f)
			e.Language = languageOf(f.File)
			e.Frames[len(e.Frames)-1].InApp = inApp(e.Language, &f)
		}
		list = []Exception{named(e)}
	}
	if len(list) > 1 {
		return list // the text tells of the causes as well
	}
	for _, key := range objectCauses {
		if inner, ok := m[key].(map[string]any); ok {
			causes := objectChain(r, inner, depth+1)
			if n := len(causes); n > 0 {
				causes[n-1].Relation = "cause"
			}
			return append(causes, list...)
		}
	}
	return list
}

// stackOf reads the text under an object's "stack", which may leave out what the
// object says.
func stackOf(r *Record, e *Exception, text string) []Exception {
	text = cleanText([]byte(text))
	if list := traceWithin(text); len(list) > 0 {
		return list
	}
	if e.Type != "" && throwableType([]byte(e.Type)) == len(e.Type) {
		if list := traceWithin(e.Type + ": " + e.Value + "\n" + text); len(list) > 0 {
			return list
		}
	}
	return textTrace(r, []byte(text))
}

// joinedLines joins a list of texts that are the lines of a trace.
func joinedLines(v []any) (string, bool) {
	lines := make([]string, 0, len(v))
	for _, one := range v {
		line, ok := one.(string)
		if !ok {
			return "", false
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return strings.Join(lines, "\n"), len(lines) > 0
}

// framesOf reads a list of frames. Python lists them oldest first, others newest
// first.
func framesOf(v []any) ([]Frame, Language) {
	var frames []Frame
	language := NoLanguage
	for _, one := range v[:min(len(v), maxObjectFrames)] {
		var f Frame
		ok := false
		switch one := one.(type) {
		case string:
			f, ok = frameOfText(one)
		case map[string]any:
			f, ok = frameOfObject(one)
		}
		if !ok {
			continue
		}
		if language == NoLanguage || language == Other {
			language = languageOf(f.File)
		}
		frames = append(frames, f)
	}
	for i := range frames {
		f := &frames[i]
		f.InApp = inApp(language, f)
	}
	if language != Python {
		reversed(frames)
	}
	return frames, language
}

// frameOfText reads "/srv/a.php:9", "/srv/a.rb:3:in `f'" and
// "com.acme.B.c(B.java:3)".
func frameOfText(s string) (Frame, bool) {
	if isJavaFrame([]byte("\tat " + s)) {
		return javaFrame(s), true
	}
	s, function, _ := strings.Cut(s, ":in ")
	file, line := cutNumber(s)
	if line == 0 || strings.ContainsAny(file, " \n") {
		return Frame{}, false
	}
	return Frame{File: file, Line: line, Function: strings.Trim(function, "`'")}, true
}

func frameOfObject(m map[string]any) (Frame, bool) {
	f := Frame{File: textOf(m, frameFiles[:]), Function: textOf(m, frameFunctions[:]), Module: textOf(m, frameModules[:])}
	for _, key := range frameLines {
		switch v := m[key].(type) {
		case float64:
			f.Line = int(min(max(v, 0), 1e9))
		case string:
			f.Line = number(v)
		}
		if f.Line > 0 {
			break
		}
	}
	if f.File != "" && f.Line == 0 { // Monolog writes both as one
		f.File, f.Line = cutNumber(f.File)
	}
	return f, f.File != "" || f.Function != "" && f.Module != ""
}

// languageOf tells by a file's name whose frames these are.
func languageOf(file string) Language {
	dot := strings.LastIndexByte(file, '.')
	if dot < 0 {
		return Other
	}
	name := ""
	switch file[dot:] {
	case ".py", ".pyx":
		return Python
	case ".java", ".kt", ".scala", ".groovy", ".clj":
		return Java
	case ".go":
		return Go
	case ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx":
		return JavaScript
	case ".rb":
		name = "ruby"
	case ".php":
		name = "php"
	case ".cs", ".fs", ".vb":
		name = "csharp"
	}
	for l := Language(1); l.String() != ""; l++ {
		if l.String() == name {
			return l
		}
	}
	return Other
}

func inApp(language Language, f *Frame) bool {
	switch language {
	case Python:
		return pythonInApp(f.File)
	case Java:
		return javaInApp(f.Module)
	case JavaScript:
		return nodeInApp(f.File)
	case Go:
		if f.Module != "" {
			return goInApp(f.Module, f.File)
		}
	}
	return !strings.Contains(f.File, "/vendor/") && !strings.Contains(f.File, "/gems/")
}

// named splits the module off an exception's type as its language writes it.
func named(e Exception) Exception {
	switch e.Language {
	case Python:
		e.Module, e.Type = splitPyType(e.Type)
	case Java:
		if i := strings.LastIndexByte(e.Type, '.'); i > 0 {
			e.Module, e.Type = e.Type[:i], e.Type[i+1:]
		}
	}
	if e.Type == "" {
		e.Type = "Error"
	}
	return e
}

// textOf returns the first of some members that is a text.
func textOf(m map[string]any, keys []string) string {
	for _, key := range keys {
		if s, ok := m[key].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// eachTrace gives yield the traces that the grammars find in a text, until it
// returns true: the record, valid during the call, and where it begins.
func eachTrace(text string, yield func(r *Record, from int) bool) {
	found, from := false, 0
	d := New(Options{}, func(r *Record) {
		if !found && r.Trace != NoLanguage && !r.Dump() {
			found = yield(r, from)
		}
		from += len(r.Text) + 1
	})
	d.inner = true
	feedText(d, text)
}
