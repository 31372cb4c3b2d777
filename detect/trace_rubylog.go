package detect

import (
	"bytes"
	"strings"
)

// What Logger, Rails, Rack, Sinatra and Sidekiq print: a head of their own, and
// the backtrace as it is.

// rubyBody returns what a logger was given, if each line of a backtrace was
// logged on its own.
func rubyBody(line []byte) []byte {
	if n := len(line); n == 0 || line[n-1] != '\'' || indent(line) > 0 || isRubyFrame(line) {
		return line
	}
	if p, ok := rubyPlaceOf(line); !ok || p.start == 0 || len(p.rest) > 0 {
		return line
	}
	var r Record
	if classify(line, &r); r.Level != NotSet && r.stampLen > 0 {
		return r.Message
	}
	return line
}

// rubyQualified recognises "Shop::OutOfStock: value", which throwableType does
// not.
func rubyQualified(line []byte) bool {
	n := rubyConst(line)
	return n > 0 && hasPrefix(line[n:], ": ") && bytes.IndexByte(line[:n], ':') > 0
}

// isRubyTitle recognises "NoMethodError (value):" of Rails and "2026-11-23
// 10:00:00 - RuntimeError - value:" of Sinatra.
func isRubyTitle(line []byte) bool {
	if n := rubyConst(line); n > 0 && hasPrefix(line[n:], " (") && hasSuffix(line, "):") {
		return true
	}
	if len(line) < 24 || !isDigit(line[0]) || !hasPrefix(line[19:], " - ") {
		return false
	}
	n := rubyConst(line[22:])
	return n > 0 && hasPrefix(line[22+n:], " - ")
}

// isPumaError recognises `2026-11-23 10:00:00 +0000 Rack app ("GET /" -
// (127.0.0.1)): #<KeyError: value>`, what Puma says of an error it caught, and
// what it says of its threads (Puma::ErrorLogger).
func isPumaError(line []byte) bool {
	if len(line) < 30 || !isDigit(line[0]) || line[10] != ' ' || line[25] != ' ' || line[20] != '+' && line[20] != '-' {
		return false
	}
	_, _, ok := rubyInspected(view(line))
	return ok
}

// rubyInspected reads what Exception#inspect gives at the end of a text:
// "#<KeyError: value>".
func rubyInspected(text string) (typ, value string, ok bool) {
	rest, ok := strings.CutSuffix(text, ">")
	i := strings.Index(rest, ": #<")
	if !ok || i < 0 {
		return "", "", false
	}
	typ, value, ok = strings.Cut(rest[i+len(": #<"):], ": ")
	return typ, value, ok && rubyConst([]byte(typ)) == len(typ) && typ != ""
}

func stepRubyTitle(g *group, line []byte) verdict {
	if isRubyFrame(line) || isRubyFrom(line) {
		g.state = rubyBare
		return accept
	}
	if isJRubyFrame(line) {
		return g.become(&jrubyGrammar, jrubyFrames)
	}
	if g.count++; g.count > maxRubyTitle {
		return refuse
	}
	if blank(line) || isRubyView(line) {
		return maybe
	}
	if hasPrefix(line, "    ") {
		return opaque
	}
	if isRubyTitle(line) {
		return refuse
	}
	return free
}

// isRubyView recognises the frame of a view's own text, which has no method.
func isRubyView(line []byte) bool {
	i := bytes.LastIndexByte(line, ':')
	return i > 0 && i+1 < len(line) && isDigit(line[len(line)-1]) && isDigit(line[i+1]) && bytes.IndexByte(line[indent(line):], ' ') < 0 &&
		(hasSuffix(line[:i], ".erb") || hasSuffix(line[:i], ".haml") || hasSuffix(line[:i], ".slim") || hasSuffix(line[:i], ".rb"))
}

func stepRubyBare(g *group, line []byte) verdict {
	switch {
	case isRubyFrame(line), isRubyFrom(line), isRubyFrame(rubyBody(line)):
		g.count = 0
		return accept
	case isRubyView(line), blank(line), string(line) == "Causes:":
		if g.count++; g.count < 4 {
			return maybe
		}
	case g.count > 1 && rubyConst(line) > 0 && hasSuffix(line, ")"): // of Rails, after "Causes:"
		return maybe
	}
	return refuse
}

// withoutTags cuts the tags of ActiveSupport::TaggedLogging, which stand before
// every line of a message if they stand in the first.
func withoutTags(first, line []byte) []byte {
	n := 0
	for n < len(line) && line[n] == '[' {
		end := bytes.IndexByte(line[n:min(len(line), n+maxRubyType)], ']')
		if end < 0 {
			return line
		}
		if n += end + 1; n < len(line) && line[n] == ' ' {
			n++
		}
	}
	if n > 0 && bytes.Contains(first, bytes.TrimSpace(line[:n])) {
		return line[n:]
	}
	return line
}

// stepRubyHeader handles a backtrace after a log line that has the exception.
func stepRubyHeader(g *group, line []byte) verdict {
	if len(line) == 0 || g.count > 0 && !g.gap {
		return refuse
	}
	switch line[len(line)-1] {
	case '\'', ')', ':':
	default:
		return stepLoggerMessage(g, line)
	}
	tagged := len(line)
	line = withoutTags(g.text[:min(g.first, maxRubyHead)], line)
	switch {
	case len(line) == 0:
		return refuse
	case len(line) < tagged && line[len(line)-1] == ':' && isRubyTitle(line):
		g.grammar, g.state, g.count = &rubyGrammar, rubyTitle, 0
		return maybe
	case isRubyFrom(line):
		return g.become(&rubyGrammar, rubyFrames)
	case isRubyFrame(line), isRubyFrame(rubyBody(line)):
		return g.become(&rubyGrammar, rubyBare)
	case hasSuffix(g.text[:g.first], ":") && g.markRuby(line):
		return g.become(&rubyGrammar, rubyValue)
	}
	return stepLoggerMessage(g, line)
}

// stepLoggerMessage waits for the end of a message of several lines, as Ruby's
// Logger prints the one of an exception before its backtrace.
func stepLoggerMessage(g *group, line []byte) verdict {
	if len(g.text) < 4 || !hasPrefix(g.text[1:], ", [") || g.count > 0 || continues(line) {
		return refuse
	}
	if o := openTrace(line); o.verdict != refuse {
		return refuse
	}
	g.grammar, g.state, g.count = &rubyGrammar, rubyTitle, 0
	return free
}
