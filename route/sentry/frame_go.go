package sentry

import (
	"slices"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// nameGo splits "example.com/shop/cart.(*Cart).Add" behind the package's path.
func (f *framer) nameGo(out *frame) {
	if out.Module == "" {
		slash := strings.LastIndexByte(out.Function, '/')
		if dot := strings.IndexByte(out.Function[slash+1:], '.'); dot >= 0 {
			splitFunction(out, dot+slash+1)
		}
	}
	if isPath(out.Filename) {
		out.AbsPath = f.absolute(out.Filename)
		out.Filename = f.relative(out.AbsPath)
	}
}

// cutPanics drops the calls of panic, which the SDK does not show: they stand between
// what panicked and the deferred function that did so again.
func cutPanics(frames []detect.Frame) []detect.Frame {
	isPanic := func(f detect.Frame) bool {
		return f.Function == "panic" && strings.HasSuffix(f.File, "/runtime/panic.go")
	}
	if !slices.ContainsFunc(frames, isPanic) {
		return frames
	}
	return slices.DeleteFunc(slices.Clone(frames), isPanic)
}

// isWrapped reports whether the text of a panic ends with that of the one recovered
// before it, as that of an error that wraps another one does.
func isWrapped(inner, outer *detect.Exception) bool {
	return inner.Language == detect.Go && inner.Relation == "recovered" && inner.Value != "" && strings.HasSuffix(outer.Value, ": "+inner.Value)
}
