package detect

import (
	"bytes"
)

// What the test runners of JavaScript print of a failed test: jest below a bullet,
// vitest with its own form of a frame, both with some lines of source.

// stepNodeJest waits for the frames of a failed test, which has all set off.
func stepNodeJest(g *group, line []byte) verdict {
	switch g.count++; {
	case g.count > maxNodeValue || hasPrefix(line, jestHead) || len(line) > 0 && indent(line) < 4:
		return refuse
	case isNodeFrame(line):
		g.state, g.count = nodeFrames, 0
		return accept
	case g.message.to == 0 && len(line) > 0:
		g.mark(line, line[indent(line):])
	}
	return maybe
}

// vitestFrame is how vitest begins a frame: " ❯ fn src/a.ts:3:9".
const vitestFrame = " ❯ "

func isVitestPlace(text []byte) bool {
	place := text[bytes.LastIndexByte(text, ' ')+1:]
	column := cutDigits(place)
	return column > 0 && cutDigits(place[:column]) > 0
}

// isCodeFrame recognises a line of source as test runners show it below an error:
// "    > 2 | code", "      2| code" and the caret below it.
func isCodeFrame(line []byte) bool {
	body := line[indent(line):]
	if len(body) == len(line) {
		return false
	}
	body, _ = cutPrefix(body, "> ")
	body = body[digitsEnd(body, 0):]
	return hasPrefix(body, "|") || hasPrefix(body, " |")
}
