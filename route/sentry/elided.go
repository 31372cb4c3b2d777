package sentry

import (
	"slices"

	"github.com/logwrap/logwrap/detect"
)

// fillElided puts the frames back that a runtime did not print again, where the
// other exception of the chain shows them. belongs is the exception that each one
// belongs to, negative for the last.
func fillElided(chain []detect.Exception, belongs []int) {
	for i := len(chain) - 1; i >= 0; i-- { // the JVM: from the whole one inwards
		if parent := belongs[i]; parent >= 0 && chain[i].Language == detect.Java {
			fillFromParent(&chain[i], &chain[parent])
		}
	}
	for i := range chain { // Node: from the whole one outwards
		if parent := belongs[i]; parent >= 0 && chain[parent].Language == detect.JavaScript && chain[i].Relation == "cause" {
			fillFromCause(&chain[parent], &chain[i])
		}
	}
}

// fillFromParent adds the calls that led to both exceptions.
func fillFromParent(x, parent *detect.Exception) {
	if len(x.Elided) == 1 && x.Elided[0].At == 0 && x.Elided[0].Count <= len(parent.Frames) {
		x.Frames = slices.Concat(parent.Frames[:x.Elided[0].Count], x.Frames)
		x.Elided = nil
	}
}

// fillFromCause adds the frames that are in the middle of the cause's: Node prints
// the first and last of the common ones.
func fillFromCause(x, cause *detect.Exception) {
	if len(x.Elided) != 1 {
		return
	}
	at, count := x.Elided[0].At, x.Elided[0].Count
	if at >= len(x.Frames) {
		return
	}
	end := slices.Index(cause.Frames, x.Frames[at])
	if begin := end - count; end >= 0 && begin >= 0 && (at == 0 || begin > 0 && cause.Frames[begin-1] == x.Frames[at-1]) {
		x.Frames = slices.Insert(slices.Clone(x.Frames), at, cause.Frames[begin:end]...)
		x.Elided = nil
	}
}
