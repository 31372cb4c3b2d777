package detect

import (
	"bytes"
)

// pythonType returns the length of the type at the start of a line that is
// "Type: value" or "Type", 0 if it is neither.
func pythonType(line []byte) int {
	n := 0
	for n < len(line) && (isName(line[n]) || line[n] == '.' && n > 0 || line[n] == '<' && n > 0 || line[n] == '>') {
		n++
	}
	switch {
	case n == 0 || isDigit(line[0]) || line[n-1] == '.':
		return 0
	case n == len(line):
		return n
	case line[n] == '(': // Ray: "RayTaskError(ValueError): text"
		end := bytes.IndexByte(line[n:min(len(line), n+maxPyMember)], ')')
		if end > 1 && n+end+1 < len(line) && line[n+end+1] == ':' && isUpper(line[n+1]) && isWord(view(line[n+1:n+end])) {
			return n + end + 1
		}
	case line[n] == ':' && (n+1 == len(line) || line[n+1] == ' '):
		return n
	}
	return 0
}

// isPyClass reports whether a type is called like a class, and not like a level.
func isPyClass(name []byte) bool {
	return isClassName(view(name[bytes.LastIndexByte(name, '.')+1:]))
}
