package detect

import "bytes"

// fenceGrammar is a block of code in a text of Markdown, from one fence to the
// other. A trace in it is shown as an example. The group never becomes an event:
// its lines go out one by one, and are searched for traces only if the fence is
// not closed.
var fenceGrammar = grammar{why: "code block", step: stepFence}

const (
	fenceOpen uint8 = iota
	fenceClosed
)

// fenceMark is how many backquotes or tildes a fence has.
const fenceMark = 3

// maxFence bounds the lines of a block that are held back.
const maxFence = 60

func stepFence(g *group, line []byte) verdict {
	if g.state == fenceClosed {
		return refuse
	}
	switch {
	case len(g.text) >= fenceMark && bytes.HasPrefix(line, g.text[:fenceMark]):
		if len(bytes.TrimRight(line, " ")) > fenceMark {
			return refuse // it opens a block: what was taken for a fence that opens one had closed one
		}
		g.state = fenceClosed
	case g.count == maxFence:
		return refuse
	}
	g.count++
	return maybe
}

// isClosedFence reports whether the group is a whole block of code.
func (g *group) isClosedFence() bool { return g.grammar == &fenceGrammar && g.state == fenceClosed }
