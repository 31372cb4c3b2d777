package detect

import (
	"strings"
)

// What Xdebug adds to PHP's errors, and prints in place of its traces.

// stepXdebug takes the stack that Xdebug prints, and the exception it repeats.
func stepXdebug(line []byte) verdict {
	if isXdebugFrame(line) {
		return accept
	}
	return refuse
}

// isXdebugFrame recognises "PHP   1. {main}() /srv/app/main.php:0" and
// "    0.0002     400936   1. {main}() /srv/app/main.php:0".
func isXdebugFrame(line []byte) bool {
	rest, ok := cutPrefix(line, "PHP ")
	if !ok && indent(line) < 4 {
		return false
	}
	for n := 0; n < 3; n++ {
		rest = rest[indent(rest):]
		i := 0
		for i < len(rest) && isDigit(rest[i]) {
			i++
		}
		if i == 0 {
			return false
		}
		if hasPrefix(rest[i:], ". ") {
			return true
		}
		for i < len(rest) && rest[i] != ' ' {
			i++
		}
		rest = rest[i:]
	}
	return false
}

// parseXdebug reads an exception that nothing caught where Xdebug is loaded: it
// prints its own stack, and the place as that of any error.
func parseXdebug(kind, message, rest string) []Exception {
	list := parsePHPError(kind, strings.TrimPrefix(message, "Uncaught "), rest)
	list[0].Type, list[0].Value, _ = phpHead(list[0].Value)
	return list
}

// xdebugHead cuts what Xdebug says a second time behind a blank line, and writes
// the place as PHP does.
func xdebugHead(text string) string {
	text = strings.TrimSpace(text)
	if n := (len(text) - len("\n\n")) / 2; n > 0 && text[:n] == text[len(text)-n:] && strings.TrimSpace(text[n:len(text)-n]) == "" {
		text = text[:n]
	}
	if i := strings.LastIndex(text, " on line "); i > 0 && number(text[i+len(" on line "):]) > 0 {
		text = text[:i] + ":" + text[i+len(" on line "):]
	}
	return text
}

// xdebugSite reads "    0.0002     400936   2. run($n = 3) /srv/app/main.php:7".
func xdebugSite(line string) phpSite {
	_, call, _ := strings.Cut(line, ". ")
	i := strings.LastIndexByte(call, ' ')
	c := strings.LastIndexByte(call, ':')
	s := phpSite{function: phpFunction(call)}
	if i > 0 && c > i {
		s.file, s.line = call[i+1:c], number(call[c+1:])
	}
	if s.function == "{main}" {
		return phpSite{function: s.function}
	}
	return s
}
