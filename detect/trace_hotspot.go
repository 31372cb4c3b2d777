package detect

import (
	"strings"
)

// hotspotGrammar is what HotSpot prints when the virtual machine itself gives up
// (hotspot/share/utilities/vmError.cpp, debug.cpp): a block of lines that begin
// with a hash, or one line for -XX:+ExitOnOutOfMemoryError. V8 has such a block,
// too (v8/src/base/logging.cc).
var hotspotGrammar = grammar{language: Java, why: "java virtual machine error", step: stepHotspot, parse: parseHotspot}

const (
	hotspotFatal    = "# A fatal error has been detected by the Java Runtime Environment:"
	hotspotMemory   = "# There is insufficient memory for the Java Runtime Environment to continue."
	hotspotExit     = "Terminating due to java.lang.OutOfMemoryError: "
	hotspotAbort    = "Aborting due to java.lang.OutOfMemoryError: "
	hotspotFrame    = "# Problematic frame:"
	maxHotspotLines = 100
)

// The states are named after what the line before was.
const (
	hotspotHash  uint8 = iota // the hash that begins the block, or the line that announces it
	hotspotBlock              // a line of the block
)

// openHotspot decides whether a line begins such a report.
func openHotspot(line []byte) opening {
	switch {
	case len(line) == 1 && line[0] == '#':
		return opening{grammar: &hotspotGrammar, state: hotspotHash, verdict: maybe}
	case hasPrefix(line, hotspotFatal), hasPrefix(line, hotspotMemory):
		return opening{grammar: &hotspotGrammar, state: hotspotBlock, verdict: accept}
	case hasPrefix(line, hotspotAbort):
		return opening{grammar: &hotspotGrammar, state: hotspotHash, verdict: accept}
	case hasPrefix(line, hotspotExit):
		return opening{grammar: &hotspotGrammar, verdict: done}
	}
	return opening{}
}

func stepHotspot(g *group, line []byte) verdict {
	hash := len(line) > 0 && line[0] == '#'
	switch {
	case g.state == hotspotHash && (hasPrefix(line, hotspotFatal) || hasPrefix(line, hotspotMemory)):
		if g.state = hotspotBlock; hasPrefix(line, hotspotMemory) {
			g.mark(line, line[len("# "):])
		}
		return accept
	case g.state == hotspotHash && hasPrefix(line, v8Fatal):
		g.grammar, g.state, g.count = &v8FatalGrammar, v8Stack, 0
		g.mark(line, line[len("# "):])
		return accept
	case g.state == hotspotHash && (!hash || len(line) > 1):
		return refuse
	}
	if g.count++; g.count > maxHotspotLines {
		return refuse
	}
	switch {
	case hash && g.state == hotspotHash:
		return maybe
	case hasPrefix(line, "#  ") && g.message.to == 0:
		g.mark(line, line[len("#  "):])
		return accept
	case hash, hasPrefix(line, "[error occurred during error reporting"), hasPrefix(line, "[thread ") && hasSuffix(line, " also had an error]"):
		return accept
	}
	return refuse
}

// isHotspot reports whether a trace is such a report.
func isHotspot(text []byte) bool {
	return hasPrefix(text, "#") || hasPrefix(text, hotspotExit) || hasPrefix(text, hotspotAbort)
}

// parseHotspot reads the signal or the kind of error, and the frame it happened
// in.
func parseHotspot(s *source) []Exception {
	e := Exception{Language: Java}
	lines := strings.Split(s.text, "\n")
	for i, line := range lines {
		switch {
		case i > 0 && e.Module == "" && strings.HasPrefix(lines[i-1], "#  "+e.Type+" (") && strings.HasPrefix(line, "#  "):
			e.Value = line[len("#  "):] // an assertion or a fatal error of the VM's own says what it is
		case i == 0 && hotspotOf(line) != "":
			e.Module, e.Type, e.Value = "java.lang", "OutOfMemoryError", hotspotOf(lines[0])
		case line == hotspotFrame && i+1 < len(lines):
			if f, ok := hotspotFrameOf(lines[i+1]); ok {
				e.Frames = append(e.Frames, f)
			}
		case strings.HasPrefix(line, "#  ") && e.Type == "":
			e.Type, e.Value = hotspotKind(line[len("#  "):])
		case strings.HasPrefix(line, "# Native memory allocation") && e.Type == "":
			e.Type, e.Value = "Out of Memory Error", line[len("# "):]
		}
	}
	if e.Type == "" {
		return nil
	}
	return []Exception{e}
}

// hotspotOf returns the message of the OutOfMemoryError that ended the VM.
func hotspotOf(line string) string {
	for _, p := range [...]string{hotspotExit, hotspotAbort} {
		if rest, ok := strings.CutPrefix(line, p); ok {
			return rest
		}
	}
	return ""
}

// hotspotKind splits "SIGSEGV (0xb) at pc=0x…, pid=1, tid=2" and "Internal Error
// (debug.cpp:362), pid=1, tid=2".
func hotspotKind(line string) (kind, value string) {
	kind, value, _ = strings.Cut(line, " (")
	if value != "" {
		value = "(" + value
	}
	value, _, _ = strings.Cut(value, ", pid=")
	return kind, value
}

// hotspotFrameOf reads the problematic frame: "# C  [libc.so.6+0x1]  memcpy+0x12",
// "# J 7 c2 pkg.Class.method(I)V (9 bytes) @ 0x1 [0x2+0x3]", "# j  pkg.Class.method()V+4"
// and "# v  ~StubRoutines::call_stub".
func hotspotFrameOf(line string) (Frame, bool) {
	if len(line) < 6 || line[:2] != "# " || line[3] != ' ' {
		return Frame{}, false
	}
	body := strings.TrimLeft(line[4:], " ")
	switch line[2] {
	case 'C', 'V':
		module, name, _ := strings.Cut(strings.TrimPrefix(body, "["), "]")
		module, _, _ = strings.Cut(module, "+0x")
		name, _, _ = strings.Cut(strings.TrimSpace(name), "+0x")
		return Frame{Function: name, File: module}, true
	case 'J', 'j', 'A':
		paren := strings.IndexByte(body, '(')
		if paren < 0 {
			return Frame{}, false
		}
		name := body[strings.LastIndexByte(body[:paren], ' ')+1 : paren]
		f := Frame{Function: name}
		if i := strings.LastIndexByte(name, '.'); i > 0 {
			f.Module, f.Function = name[:i], name[i+1:]
		}
		f.InApp = javaInApp(f.Module)
		return f, true
	case 'v':
		return Frame{Function: strings.TrimPrefix(body, "~")}, true
	}
	return Frame{}, false
}
