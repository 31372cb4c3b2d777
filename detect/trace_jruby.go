package detect

import (
	"bytes"
	"strings"
)

// jrubyGrammar is how JRuby prints an exception that nothing caught, its own or
// Java's (org/jruby/runtime/backtrace/TraceType.java): "Type: value", the calls
// newest first with their names right-aligned, then the cause in the same way.
// What a program asks for, as full_message, has the form of MRI.
var jrubyGrammar = grammar{language: Ruby, why: "jruby backtrace", step: stepJRuby, parse: parseJRuby}

// The states are named after what the line before was.
const (
	jrubyFrames uint8 = iota // a frame
	jrubyCause               // the head of the cause, or more of its value
)

func stepJRuby(g *group, line []byte) verdict {
	switch {
	case isJRubyFrame(line):
		g.state, g.count = jrubyFrames, 0
		return accept
	case g.state == jrubyFrames && jrubyType(view(line)) > 0:
		g.state = jrubyCause
		return maybe
	case g.state == jrubyCause:
		if g.count++; g.count <= maxRubyValue {
			return free
		}
	}
	return refuse
}

// isJRubyFrame recognises "  <main> at main.rb:7", and a place in Java, whose line
// may be -1.
func isJRubyFrame(line []byte) bool {
	if len(line) < 8 || line[0] != ' ' || line[1] != ' ' || !isDigit(line[len(line)-1]) {
		return false
	}
	body := line[indent(line):]
	at := bytes.LastIndex(body, []byte(" at "))
	if at <= 0 || hasPrefix(body, "at ") {
		return false
	}
	place := body[at+len(" at "):]
	i := bytes.LastIndexByte(place, ':')
	if i <= 0 {
		return false
	}
	line = place[i+1:]
	if line[0] == '-' {
		line = line[1:]
	}
	if len(line) == 0 || digitsEnd(line, 0) != len(line) {
		return false
	}
	file := place[:i]
	if bytes.IndexByte(file, ' ') >= 0 {
		return false
	}
	return string(file) == "-e" || hasSuffix(file, ".rb") || hasSuffix(file, ".java") || hasSuffix(file, ".gen") || hasSuffix(file, ".ru")
}

// jrubyType returns the length of the type in "Shop::Broken: value" or
// "java.lang.IllegalStateException: value", 0 if the line names none.
func jrubyType(line string) int {
	n := rubyConst([]byte(line))
	if n == 0 || n < len(line) && !strings.HasPrefix(line[n:], ": ") {
		n = throwableType([]byte(line))
	}
	return n
}

// isJRuby reports whether a trace has frames of JRuby.
func isJRuby(text []byte) bool {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		if isJRubyFrame(line) {
			return true
		}
		text = rest
	}
	return false
}

func parseJRuby(s *source) []Exception {
	var list []Exception
	var value []string
	for _, line := range strings.Split(s.text, "\n") {
		last := len(list) - 1
		switch {
		case isJRubyFrame([]byte(line)):
			if last >= 0 {
				list[last].Value = strings.TrimRight(strings.Join(value, "\n"), "\n")
				list[last].Frames = append(list[last].Frames, jrubyFrame(line))
			}
		case last < 0 || len(list[last].Frames) > 0 && jrubyType(line) > 0:
			if last < 0 && jrubyType(line) == 0 {
				line = line[max(inlineType([]byte(line)), 0):]
			}
			n := jrubyType(line)
			list = append(list, Exception{Type: line[:n], Language: Ruby, Relation: "cause"})
			value = append(value[:0], strings.TrimPrefix(strings.TrimPrefix(line[n:], ":"), " "))
		default:
			value = append(value, line)
		}
	}
	if len(list) > 0 {
		list[0].Relation = ""
	}
	for i := range list {
		reversed(list[i].Frames)
	}
	return reversed(list)
}

func jrubyFrame(line string) Frame {
	name, place := cutLast(strings.TrimSpace(line), " at ")
	file, at := cutLast(place, ":")
	return Frame{Function: name, File: file, Line: number(at), InApp: rubyInApp(file) && strings.HasSuffix(file, ".rb")}
}
