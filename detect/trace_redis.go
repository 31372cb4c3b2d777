package detect

import (
	"bytes"
	"strings"
)

// redisGrammar is the report of Redis and Valkey on their own crash (debug.c:
// bugReportStart to bugReportEnd), whatever stands in it.
var redisGrammar = grammar{language: Native, why: "redis crash report", step: stepRedis}

// The states are named after what the line before was.
const (
	redisReport uint8 = iota // a line of the report
	redisAdvice              // its end, or what it asks the reader to do
)

const redisStart = " BUG REPORT START: "

func isRedisReport(line []byte) bool {
	return hasPrefix(line, "=== ") && bytes.Contains(line[:min(len(line), 40)], []byte(redisStart))
}

func stepRedis(g *group, line []byte) verdict {
	switch {
	case g.state == redisReport:
		if hasPrefix(line, "=== ") && bytes.Contains(line, []byte(" BUG REPORT END. ")) {
			g.state = redisAdvice
		}
		return accept
	case blank(line):
		return maybe
	case indent(line) > 1:
		return accept
	}
	return refuse
}

func parseRedis(lines []string) []Exception {
	e := Exception{Type: "crash", Value: "crashed", Language: Native}
	stack := false
	for _, line := range lines {
		if _, value, ok := strings.Cut(line, " crashed by signal: "); ok {
			e.Value = "crashed by signal: " + value
			if name := signalName(e.Value); name != "" {
				e.Type = name
			}
		} else if place, value, ok := strings.Cut(line, " '"); ok && strings.HasSuffix(line, "' is not true") { // "==> t_list.c:12 'x' is not true"
			e.Type, e.Value = "Assertion", strings.TrimSuffix(value, "' is not true")
			f := Frame{InApp: true}
			f.File, f.Line, _ = cutPlace(place[strings.LastIndexByte(place, ' ')+1:])
			e.Frames = []Frame{f}
		}
		if line == "Backtrace:" || strings.HasSuffix(line, "--- STACK TRACE ---") {
			stack, e.Frames = line == "Backtrace:", nil
		} else if i := strings.LastIndex(line, ")[0x"); stack && i > 0 {
			module, call, _ := strings.Cut(line[:i], "(")
			name, _, _ := strings.Cut(call, "+0x")
			module, _, _ = strings.Cut(module, " ") // the process has a title
			e.Frames = append(e.Frames, nativeFrame(name, module))
		} else if stack && line == "" {
			stack = false
		}
	}
	reversed(e.Frames)
	return []Exception{e}
}
