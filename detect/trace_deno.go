package detect

import (
	"bytes"
)

// What Deno prints of an error that nothing caught.

// isDenoValue recognises what Deno says that nothing caught: an error, or a value
// as it inspects it.
func isDenoValue(rest []byte) bool {
	return throwableType(rest) > 0 || hasPrefix(rest, "(in promise) ") || len(rest) > 0 && bytes.IndexByte([]byte(`"'{[`), rest[0]) >= 0
}

// stepNodeDeno waits for the frames below a line of source and a caret; an error
// that was no Error has none.
func stepNodeDeno(g *group, line []byte) verdict {
	if isNodeFrame(line) {
		g.state, g.count = nodeAfterFrame(line), 0
		return accept
	}
	if g.count++; g.count > maxNodeValue || blank(line) && g.count == 1 {
		return refuse
	}
	return opaque
}
