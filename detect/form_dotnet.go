package detect

import (
	"bytes"
)

// isDotnetLink recognises "---> Ns.Type: value", also with a member's number.
func isDotnetLink(body []byte) bool {
	rest, ok := cutPrefix(body, "---> ")
	return ok && (hasPrefix(rest, dotnetMember) || dotnetType(rest) > 0)
}

// isDotnetFrame recognises "   at Ns.Type.Method[T](Args) in /src/File.cs:line 12".
func isDotnetFrame(line []byte) bool {
	n := indent(line)
	rest, ok := cutPrefix(line[n:], "at ")
	if !ok || n < 2 || n > 12 || line[0] != ' ' {
		return false
	}
	_, _, ok = cutDotnetFrame(rest)
	return ok
}

// cutDotnetFrame cuts the text of a frame after "at " into the method's name and
// what stands behind its parameters.
func cutDotnetFrame[T string | []byte](rest T) (name, tail T, ok bool) {
	if len(rest) > 9 && string(rest[:9]) == "(wrapper " { // Mono
		for i := 0; i < len(rest); i++ {
			if rest[i] == ')' {
				if i+2 > len(rest) {
					return name, tail, false
				}
				rest = rest[i+2:]
				break
			}
		}
	}
	open, end := dotnetParams(rest)
	if open <= 0 || end < 0 {
		return name, tail, false
	}
	name, tail = rest[:open], trimRight(rest[end+1:])
	for len(tail) >= 4 && string(tail[len(tail)-4:]) == "<---" {
		tail = trimRight(tail[:len(tail)-4])
	}
	mono := name[open-1] == ' '
	if mono {
		name = name[:open-1]
	}
	return name, tail, isDotnetName(name, len(tail) > 0) && isDotnetTail(tail, mono)
}

// dotnetParams returns where the parameters' parentheses are. There is none in
// the brackets of a generic type, and no colon in .NET's names of types.
func dotnetParams[T string | []byte](rest T) (open, end int) {
	open = -1
	brackets, parens := 0, 0
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '[':
			brackets++
		case c == ']':
			brackets--
		case c == ':' && parens > 0:
			return -1, -1
		case c == '(' && brackets == 0:
			if parens++; open < 0 {
				open = i
			}
		case c == ')' && brackets == 0 && parens > 0:
			if parens--; parens == 0 {
				return open, i
			}
		}
	}
	return -1, -1
}

// isDotnetName recognises the name of a method with its type. F# allows blanks,
// which count only where a place follows.
func isDotnetName[T string | []byte](name T, placed bool) bool {
	dot, depth := false, 0
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			dot = true
		case ' ':
			if depth == 0 && !placed {
				return false
			}
		}
	}
	if len(name) == 0 || !isName(name[0]) && name[0] != '<' && name[0] != '$' {
		return false
	}
	return dot || placed || len(name) > 13 && string(name[:13]) == "lambda_method"
}

// isDotnetTail recognises " in /src/File.cs:line 12", Mono's " [0x00021] in
// f.cs:7" and the offset of native code, " + 0x12c7".
func isDotnetTail[T string | []byte](tail T, mono bool) bool {
	switch {
	case mono:
		return len(tail) > 4 && (string(tail[:4]) == " [0x" || string(tail[:4]) == " <0x")
	case len(tail) == 0:
		return true
	case len(tail) > 5 && string(tail[:5]) == " + 0x":
		return true
	}
	if len(tail) < 6 || string(tail[:4]) != " in " {
		return false
	}
	n := len(tail)
	for n > 0 && isDigit(tail[n-1]) {
		n--
	}
	return n < len(tail) && n > 5 && (string(tail[n-5:n]) == "line " || tail[n-1] == ':')
}

// dotnetType returns the length of the type in a line "Ns.Type", "Ns.Type: value"
// or "Ns.Type (98): value", 0 if the line is none of these.
func dotnetType[T string | []byte](line T) int {
	n := 0
	for n < len(line) && (isName(line[n]) || n > 0 && (line[n] == '.' || line[n] == '+' || line[n] == '$' || line[n] == '`')) {
		n++
	}
	if n == 0 || isDigit(line[0]) || line[n-1] == '.' || line[n-1] == '+' {
		return 0
	}
	end := n
	if end < len(line) && line[end] == '[' { // the arguments of a generic type
		for end < min(len(line), n+maxDotnetArgs) && line[end] != ':' {
			end++
		}
		if line[end-1] != ']' {
			return 0
		}
		n = end
	}
	if end+2 < len(line) && line[end] == ' ' && line[end+1] == '(' && (isDigit(line[end+2]) || line[end+2] == '-') {
		for end += 2; end < len(line) && line[end] != ')'; end++ {
			if line[end] == ' ' {
				return 0
			}
		}
		end = min(end+1, len(line))
	}
	if end == len(line) || line[end] == ':' && (end+1 == len(line) || line[end+1] == ' ') {
		return n
	}
	return 0
}

// dotnetOwnType is dotnetType for types that a Throwable cannot have.
func dotnetOwnType(line []byte) int {
	n := 0
	for n < len(line) && (isName(line[n]) || line[n] == '.') {
		n++
	}
	if n == 0 || n+2 >= len(line) || line[n] != '+' && line[n] != '`' && (line[n] != ' ' || line[n+1] != '(') {
		return 0
	}
	if n = dotnetType(line); n == 0 || bytes.IndexByte(line[:n], '.') < 0 && bytes.IndexByte(line[:n], '+') < 0 {
		return 0
	}
	return n
}

// isDotnetDetail recognises the second line of the values of ArgumentException
// and other common exceptions.
func isDotnetDetail(line []byte) bool {
	switch {
	case len(line) == 0:
	case line[0] == 'P':
		return hasPrefix(line, "Parameter name: ")
	case line[0] == 'A':
		return hasPrefix(line, "Actual value was ")
	case line[0] == 'F':
		return hasPrefix(line, "File name: '")
	case line[0] == 'O':
		return hasPrefix(line, "Object name: '")
	}
	return false
}

func trimRight[T string | []byte](s T) T {
	n := len(s)
	for n > 0 && (s[n-1] == ' ' || s[n-1] == '\t') {
		n--
	}
	return s[:n]
}
