package detect

import (
	"bytes"
)

// The forms of Elixir 1.6 to 1.19: Exception.format and format_stacktrace, what
// the script runner prints, and Logger.Translator's reports of processes.

// The states are named after what the line before was.
const (
	elixirValue  uint8 = iota // "** (Type) value" or more of the value
	elixirFrames              // a frame
	elixirTail                // "Last message: …" and what else is told about the process
)

const (
	elixirStars    = "** ("
	elixirRaised   = "an exception was raised:"
	maxElixirValue = 64
)

var elixirGrammar = grammar{language: Elixir, why: "elixir stack trace", step: stepElixir, parse: parseElixir}

// openElixir recognises "** (RuntimeError) value". A type that is not called
// like an exception needs a frame.
func openElixir(line []byte) opening {
	if line[0] != '*' {
		return opening{}
	}
	n := elixirHead(line)
	if n == 0 {
		return opening{}
	}
	o := opening{grammar: &elixirGrammar, state: elixirValue, verdict: maybe, bare: true}
	switch name := line[len(elixirStars):n]; {
	case hasSuffix(name, "Error"), hasSuffix(name, "Exception"):
		o.verdict = accept
	case n+2 < len(line) && (string(name) == "exit" || string(name) == "throw" || string(name) == "stop"): // a process may end without frames
		o.verdict = accept
	}
	return o
}

// elixirHead returns where the type ends in a line that begins "** (Type) ", 0
// if it does not.
func elixirHead[T string | []byte](line T) int {
	const start = len(elixirStars)
	if len(line) <= start || string(line[:start]) != elixirStars {
		return 0
	}
	n := start
	for n < len(line) && (isName(line[n]) || line[n] == '.' || line[n] == ':' || line[n] == '?' || line[n] == '!') {
		n++
	}
	end := n
	if name := line[start:n]; string(name) == "EXIT" && n+6 < len(line) && string(line[n:n+6]) == " from " {
		for end < len(line) && line[end] != ')' {
			end++
		}
	} else if n == start || !isUpper(line[start]) && string(name) != "exit" && string(name) != "throw" && string(name) != "stop" && line[start] != ':' {
		return 0
	}
	if end >= len(line) || line[end] != ')' || end+1 < len(line) && line[end+1] != ' ' {
		return 0
	}
	return n
}

func stepElixir(g *group, line []byte) verdict {
	n := indent(line)
	switch {
	case isElixirFrame(line, g.depth > 1):
		g.headElixir()
		if g.state != elixirTail {
			g.state = elixirFrames
		}
		g.count = 0
		return accept
	case n > 0 && g.state != elixirTail && elixirHead(line[n:]) > 0:
		g.headElixir()
		g.state, g.count, g.depth = elixirValue, 0, 2
		return accept
	case isElixirTail(line):
		g.headElixir()
		g.state, g.count = elixirTail, 0
		return accept
	}
	switch {
	case blank(line):
		if g.count++; g.count > maxElixirValue || g.count > 1 && g.state != elixirValue {
			return refuse
		}
		return maybe
	case g.state == elixirValue:
		if g.count++; g.count > maxElixirValue {
			return refuse
		}
		if n == 0 {
			return free
		}
		if g.keptLines == 0 {
			return maybe
		}
		return likely
	case g.state == elixirTail && (n > 0 || bytes.IndexByte([]byte("}])>"), line[0]) >= 0):
		return accept
	}
	return refuse
}

// headElixir makes what the group holds its message, at the first line that
// belongs to it for another reason.
func (g *group) headElixir() {
	if g.depth == 0 {
		if !g.headed && g.trace < len(g.text) {
			g.message = span{g.trace, len(g.text)}
		}
		g.depth = 1
	}
}

// isElixirTail recognises what the reports of processes say after the frames.
func isElixirTail[T string | []byte](line T) bool {
	for _, p := range [...]string{"Last message", "State: ", "Function: ", "    Args: ", "Initial Call: ", "Ancestors: ", "Client #PID<",
		"Process Label: ", "Message Queue Length: ", "Queue: ", "Postponed: ", "Start Call: ", "Pid: "} {
		if len(line) >= len(p) && string(line[:len(p)]) == p {
			return true
		}
	}
	return false
}

// isElixirFrame recognises "    (app 1.0.0) lib/a.ex:12: Mod.fun/2". A frame
// that has neither app nor place may be the value of an argument, which is
// indented by more; nested exceptions are as well.
func isElixirFrame[T string | []byte](line T, nested bool) bool {
	n := indent(line)
	if n < 4 || n%4 != 0 || n == len(line) || line[0] != ' ' {
		return false
	}
	app, rest := cutElixirApp(line[n:])
	place, call := cutElixirPlace(rest)
	switch {
	case len(place) > 0:
		return len(call) > 0
	case app > 0:
		return isElixirCall(rest)
	}
	return (n == 4 || nested && n <= 40) && isElixirCall(rest)
}

// cutElixirApp cuts "(app 1.0.0) " from a frame and returns the length of the
// app's name.
func cutElixirApp[T string | []byte](body T) (int, T) {
	if len(body) < 4 || body[0] != '(' || !isLower(body[1]) {
		return 0, body
	}
	n := 1
	for n < len(body) && isName(body[n]) {
		n++
	}
	end := n
	for end < len(body) && end < 80 && body[end] != ')' {
		end++
	}
	if end+2 >= len(body) || body[end] != ')' || body[end+1] != ' ' || body[n] != ' ' && body[n] != ')' {
		return 0, body
	}
	return n - 1, body[end+2:]
}

// cutElixirPlace cuts "lib/a.ex:12: " from a frame; the place is empty if there
// is none.
func cutElixirPlace[T string | []byte](body T) (place, call T) {
	for i := 0; i+2 < len(body); i++ {
		switch c := body[i]; {
		case c == ' ' && (i == 0 || body[i-1] != ':'), c == '(', c == '"':
			return body[:0], body
		case c == ':' && body[i+1] == ' ':
			k := i
			for k > 0 && isDigit(body[k-1]) {
				k--
			}
			if k == i || k < 2 || body[k-1] != ':' {
				return body[:0], body
			}
			return body[:i], body[i+2:]
		}
	}
	return body[:0], body
}

// isElixirCall recognises "Mod.fun/2", ":mod.fun(1, 2)" and "anonymous fn/1 in
// Mod.fun/2".
func isElixirCall[T string | []byte](call T) bool {
	n := len(call)
	if n < 4 || string(call) == "(file)" {
		return n >= 4
	}
	anonymous := n > 13 && string(call[:13]) == "anonymous fn/"
	if !anonymous && call[0] != ':' && call[0] != '#' && !isUpper(call[0]) && !(call[0] == '(' && n > 8 && string(call[:8]) == "(module ") {
		return false
	}
	dot := false
	for i := 0; i < n && call[i] != '('; i++ {
		dot = dot || call[i] == '.'
		if call[i] == ' ' && !anonymous && call[0] != '#' && !hasQuote(call[:i]) {
			return false
		}
	}
	k := n
	for k > 0 && isDigit(call[k-1]) {
		k--
	}
	return k < n && k > 1 && call[k-1] == '/' && (dot || anonymous) || call[n-1] == ')' && (dot || call[0] == '(')
}

func hasQuote[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			return true
		}
	}
	return false
}

// stepInlineElixir handles what comes after a log line that holds "** (Type)
// value": more of the value, which is set in, and the first frame.
func stepInlineElixir(g *group, line []byte) verdict {
	switch {
	case inlineElixir(g.text[:g.first]) < 0:
	case isElixirFrame(line, false):
		return g.become(&elixirGrammar, elixirFrames)
	case blank(line) || hasPrefix(line, "  "):
		if g.count++; g.count <= maxElixirValue {
			return maybe
		}
	}
	return refuse
}

// inlineElixir returns where in a log line an exception begins, -1 if nowhere.
func inlineElixir(line []byte) int {
	if i := bytes.Index(line, []byte(elixirStars)); i >= 0 && elixirHead(line[i:]) > 0 {
		return i
	}
	return -1
}
