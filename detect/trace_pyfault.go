package detect

import (
	"bytes"
)

// stepPyFault takes the lines of a report of faulthandler, which the interpreter
// makes when it has to end.
func stepPyFault(line []byte) verdict {
	switch {
	case blank(line):
		return maybe
	case hasPrefix(line, `  File "`), hasPrefix(line, "  <"), hasPrefix(line, "  Binary file "), hasPrefix(line, "  ..."):
		return accept
	case hasPrefix(line, "Thread 0x"), hasPrefix(line, "Current thread"):
		return accept
	case hasPrefix(line, "Python runtime state: "), hasPrefix(line, "Extension modules: "), hasPrefix(line, "Enable faulthandler"):
		return accept
	}
	if n := pythonType(line); n > 0 && n < len(line) && isUpper(line[bytes.LastIndexByte(line[:n], '.')+1]) {
		return accept
	}
	return refuse
}
