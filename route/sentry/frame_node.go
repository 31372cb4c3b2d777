package sentry

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// nameJavaScript names a frame as Node's SDK does: the file with its whole path,
// the module "dir.dir:file" below the app's directory or a package's.
func (f *framer) nameJavaScript(out *frame) {
	switch {
	case out.Function == "" || out.Function == "<anonymous>":
		out.Function = "?"
	case strings.HasSuffix(out.Function, ".<anonymous>"):
		out.Function = strings.TrimSuffix(out.Function, "<anonymous>") + "?"
	default:
		out.Function += f.alias(out)
	}
	if name, ok := strings.CutPrefix(out.Filename, "file://"); ok {
		out.Filename = name
		if plain, err := url.PathUnescape(name); err == nil {
			out.Filename = plain
		}
	}
	if out.Filename == "" {
		return
	}
	dir, file := path.Split(out.Filename)
	dir = strings.TrimSuffix(dir, "/")
	switch path.Ext(file) {
	case ".js", ".mjs", ".cjs":
		file = strings.TrimSuffix(file, path.Ext(file))
	}
	const packages = "/node_modules"
	if i := strings.LastIndex(dir, packages); i >= 0 {
		out.Module = strings.ReplaceAll(strings.TrimPrefix(dir[i+len(packages):], "/"), "/", ".") + ":" + file
		return
	}
	out.Module = file
	if below, ok := strings.CutPrefix(dir, f.root+"/"); ok && f.root != "" {
		out.Module = strings.ReplaceAll(below, "/", ".") + ":" + file
	}
}

// alias returns " [as name]" if the trace has it behind the frame's function: the
// property that the function was called as is part of its name for the SDK.
func (f *framer) alias(out *frame) string {
	if f.aliases == "" {
		return ""
	}
	place := "] (" + out.Filename + ":" + strconv.Itoa(out.Line) + ":" + strconv.Itoa(out.Column) + ")"
	call := out.Function + " [as "
	for rest := f.aliases; ; {
		_, after, found := strings.Cut(rest, call)
		if !found {
			return ""
		}
		if end := strings.IndexByte(after, ']'); end > 0 && strings.HasPrefix(after[end:], place) {
			return " [as " + after[:end] + "]"
		}
		rest = after
	}
}

// isTopLevel reports whether the outermost call of x is a module that awaits outside
// of any function: such a module fails to load, where a function rejects a promise.
// A trace shows it as one of a function without a name; its source line tells.
func (f *framer) isTopLevel(x *detect.Exception) bool {
	if !isResumed(x.Frames) || x.Frames[0].Function != "" || !strings.HasPrefix(x.Frames[0].File, "file://") {
		return false
	}
	outer := frame{Filename: x.Frames[0].File}
	f.nameJavaScript(&outer)
	_, line, _, ok := f.files.around(outer.Filename, x.Frames[0].Line, 0)
	before := line[:min(len(line), max(0, x.Frames[0].Column-1))]
	return ok && strings.TrimLeft(line, " \t") == line && !strings.Contains(before, "async")
}
