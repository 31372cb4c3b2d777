package detect

import (
	"bytes"
)

// The forms of PHP 5 to 8.5: php_error_cb in main/main.c, to a log ("PHP Fatal
// error:  …") and to the screen ("Fatal error: …"); zend_exceptions.c for what
// an exception looks like as a string; FPM's and Apache's prefixes of them; the
// stack that Xdebug adds; and Monolog's LineFormatter, which Laravel and Symfony
// log exceptions with.

// The states are named after what the line before was.
const (
	phpValue   uint8 = iota // "… Uncaught Type: value in file:1" or more of the value
	phpFrames               // "Stack trace:" or a frame
	phpNext                 // the blank line before "Next Type: value in file:1"
	phpSingle               // a complete message, which a stack may follow
	phpPlace                // a line that ends in a place, which a stack has to follow
	phpXdebug               // Xdebug's "Call Stack:" or a line of it
	phpMonolog              // a line with an exception in its context
)

const (
	maxPHPValue = 64  // lines of a value before its frames
	maxPHPHead  = 400 // bytes of what servers print before a message
)

const phpObject = `[object] (`

var phpGrammar = grammar{language: PHP, why: "php error", step: stepPHP, parse: parsePHP, compose: composePHP}

// openPHP decides whether a line begins a PHP error or trace.
func openPHP(line []byte) opening {
	o := opening{grammar: &phpGrammar, verdict: maybe}
	if kind, rest := phpMessage(line); kind != "" {
		whole := isPHPWhole(rest)
		switch {
		case !isPHPFatal(kind):
			if o.state = phpSingle; !whole {
				return opening{}
			}
		case hasPrefix(rest, "Uncaught "):
			o.state, o.verdict = phpValue, accept
		case whole:
			o.state, o.verdict = phpSingle, accept
		default: // a message of several lines, or anything that begins alike
			return opening{}
		}
		return o
	}
	switch {
	case line[0] == 'I' && line[len(line)-1] == ':':
		return openSymfony(line)
	case isDigit(line[len(line)-1]) && isPHPPlace(line):
		o.state = phpPlace
	case phpQualified(line):
		o.state = phpValue
	case line[0] == '[' && bytes.Contains(line, []byte(phpObject)) && bytes.Contains(line, []byte("(code: ")):
		o.state, o.verdict, o.headed = phpMonolog, accept, true
	default:
		return opening{}
	}
	return o
}

// phpKinds are the names of PHP's error levels, the ones that end the script
// first.
var phpKinds = [...]string{"Fatal error", "Parse error", "Recoverable fatal error", "Catchable fatal error",
	"Warning", "Notice", "Deprecated", "Strict Standards"}

func isPHPFatal(kind string) bool {
	for _, k := range phpKinds[:4] {
		if k == kind {
			return true
		}
	}
	return false
}

// phpMessage returns the error level that a line is of, and its message. Only a
// log's "PHP " may have something before it: a time, what FPM and nginx say, or
// Apache's fields.
func phpMessage(line []byte) (kind string, rest []byte) {
	if len(line) == 0 {
		return "", nil
	}
	mark := false
	switch c := line[0]; {
	case c == '[' || isDigit(c) || c == 'N' && hasPrefix(line, "NOTICE: PHP message: "):
		i := bytes.Index(line[:min(len(line), maxPHPHead)], []byte("PHP "))
		if i <= 0 || line[i-1] != ' ' && line[i-1] != '"' {
			return "", nil
		}
		line = line[i:]
		mark = true
	case c != 'P' && c != 'F' && c != 'R' && c != 'C' && c != 'W' && c != 'N' && c != 'D' && c != 'S':
		return "", nil
	}
	for hasPrefix(line, "PHP ") {
		mark = true
		line = bytes.TrimPrefix(line[4:], []byte("message: "))
	}
	for _, k := range phpKinds {
		if hasPrefix(line, k) && hasPrefix(line[len(k):], ": ") {
			if rest = line[len(k)+2:]; mark != hasPrefix(rest, " ") { // a log has two blanks
				return "", nil
			}
			return k, bytes.TrimPrefix(rest, []byte(" "))
		}
	}
	return "", nil
}

// isPHPWhole reports whether a message ends in "in /srv/app/main.php on line 7".
func isPHPWhole(rest []byte) bool {
	n := len(rest)
	for n > 0 && (rest[n-1] == '"' || isDigit(rest[n-1])) {
		n--
	}
	return n < len(rest) && hasSuffix(rest[:n], " on line ") && bytes.Contains(rest[:n], []byte(" in ")) ||
		bytes.Contains(rest, []byte(" on line ")) && bytes.Contains(rest, []byte(", referer: "))
}

// isPHPPlace reports whether a line ends in " in /srv/app/main.php:7".
func isPHPPlace(line []byte) bool {
	n := len(line)
	for n > 0 && isDigit(line[n-1]) {
		n--
	}
	if n == len(line) || n == 0 || line[n-1] != ':' {
		return false
	}
	file := line[:n-1]
	return (hasSuffix(file, ".php") || hasSuffix(file, " : eval()'d code") || hasSuffix(file, ".phtml") || hasSuffix(file, ".inc")) &&
		bytes.Contains(file, []byte(" in "))
}

// phpType returns the length of the class name that a text begins with, 0 if it
// begins with none.
func phpType(text []byte) int {
	n := 0
	for n < len(text) && (isName(text[n]) || text[n] == '\\' && n > 0) {
		n++
	}
	if hasPrefix(text[n:], "@anonymous") { // and a NUL with its place
		n += len("@anonymous")
		for n < len(text) && text[n] != ':' && text[n] != ' ' {
			n++
		}
	}
	if n == 0 || isDigit(text[0]) || text[n-1] == '\\' {
		return 0
	}
	return n
}

// phpQualified recognises `App\NotFound: value`, also after a word of the app's
// own, as in "caught: ".
func phpQualified(line []byte) bool {
	slash := bytes.IndexByte(line, '\\')
	if slash <= 0 {
		return false
	}
	from := bytes.LastIndexByte(line[:slash], ' ') + 1
	if from == 1 || from > 1 && line[from-2] != ':' || !isUpper(line[from]) {
		return false
	}
	n := phpType(line[from:])
	return n > slash-from && hasPrefix(line[from+n:], ": ")
}

// phpBody returns what a worker of FPM wrote: FPM may put each line in quotes.
func phpBody(line []byte) []byte {
	if len(line) > 0 && line[0] == '[' {
		const mark = ` said into stderr: "`
		if i := bytes.Index(line[:min(len(line), maxPHPHead)], []byte(mark)); i > 0 {
			line = bytes.TrimSuffix(line[i+len(mark):], []byte(", pipe is closed"))
			return bytes.TrimSuffix(line, []byte(`"`))
		}
	}
	return line
}

func isPHPStack(line []byte) bool {
	return string(line) == "Stack trace:"
}

// isPHPFirst recognises the first line of what getTraceAsString returns.
func isPHPFirst(line []byte) bool { return hasPrefix(line, "#0 ") && isPHPFrame(line) }

// isPHPFrame recognises "#3 /srv/app/main.php(7): run()", "#2 [internal
// function]: f()" and "#4 {main}".
func isPHPFrame(line []byte) bool {
	if len(line) < 4 || line[0] != '#' || !isDigit(line[1]) {
		return false
	}
	n := 1
	for n < len(line) && isDigit(line[n]) {
		n++
	}
	rest := line[n:]
	return string(rest) == " {main}" || hasPrefix(rest, " {main} [") || hasPrefix(rest, " [internal function]: ") || hasPrefix(rest, " ") && bytes.Contains(rest, []byte("): "))
}

func stepPHP(g *group, line []byte) verdict {
	line = phpBody(line)
	switch g.state {
	case phpValue:
		return stepPHPValue(g, line)
	case phpFrames, phpNext:
		return stepPHPFrames(g, line)
	case phpXdebug:
		return stepXdebug(line)
	case phpMonolog:
		if string(line) == "[stacktrace]" {
			g.state = phpFrames
			return accept
		}
		return refuse
	}
	switch { // phpSingle, phpPlace
	case isPHPStack(line):
		g.state = phpFrames
		return maybe
	case g.state == phpSingle && string(line) == "PHP Stack trace:", g.state == phpSingle && string(line) == "Call Stack:":
		g.state = phpXdebug
		return accept
	case g.state == phpSingle && len(line) == 0 && g.count == 0:
		g.count++
		return maybe
	}
	return refuse
}

func stepPHPValue(g *group, line []byte) verdict {
	switch {
	case isPHPStack(line):
		g.state, g.count = phpFrames, 0
		return accept
	case hasPrefix(line, "  thrown in "):
		return done
	case string(line) == "Call Stack:", string(line) == "PHP Stack trace:":
		g.state = phpXdebug
		return accept
	}
	if g.count++; g.count > maxPHPValue {
		return refuse
	}
	if blank(line) || isPHPPlace(line) || hasSuffix(g.text[:g.first], view(line)) || hasSuffix(bytes.TrimRight(g.text, "\n"), "Next "+view(line)) { // Xdebug says it again
		return maybe
	}
	return free
}

func stepPHPFrames(g *group, line []byte) verdict {
	next := g.state == phpNext
	g.state = phpFrames
	switch {
	case string(line) == "[stacktrace]", isPHPFrame(line) && !next && !hasSuffix(g.text, " {main}"):
		g.count = 0
		return accept
	case hasPrefix(line, "  thrown in "):
		return done
	case next && hasPrefix(line, "Next ") && phpType(line[5:]) > 0:
		g.state, g.count = phpValue, 0
		return accept
	case next && hasPrefix(line, "[previous exception] "+phpObject):
		return accept
	case hasPrefix(line, `"}`), hasPrefix(line, `","`) && hasSuffix(bytes.TrimRight(line, " []"), "}"): // the end of Monolog's context, or the rest of it
		return done
	case len(line) == 0 && !next:
		g.state = phpNext
		return maybe
	}
	// A string among the arguments of a call is printed as it is.
	if n := len(g.text); !next && n > 0 && g.text[n-1] != ')' && g.text[n-1] != '}' && g.text[n-1] != '"' {
		if g.count++; g.count <= maxPHPValue {
			return free
		}
	}
	return refuse
}

// stepPHPHeader handles a stack after a log line that has the exception.
func stepPHPHeader(g *group, line []byte) verdict {
	if g.count == 0 && (isPHPStack(line) || isPHPFirst(line) && (g.state == headerStrong || inlineType(g.text[:g.first]) >= 0) || string(line) == "[stacktrace]") {
		return g.become(&phpGrammar, phpFrames)
	}
	return refuse
}

// composePHP leaves time, level and logger as the first line has them, but a
// fatal error is an error, whatever a server calls it.
func composePHP(g *group, r *Record) {
	first := g.text[:min(g.first, g.kept)]
	kind, _ := phpMessage(plain(first, new([]byte)))
	warning := kind != "" && !isPHPFatal(kind)
	if warning || r.Lines == 1 && kind == "" && r.Level != NotSet && r.Level < Error {
		return
	}
	r.Trace, r.head = PHP, int32(g.trace)
	if r.Level == NotSet || isPHPFatal(kind) {
		r.Level, r.Why = Error, g.grammar.why
	}
}
