package sentry

import (
	"bytes"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// maxFrames is how many frames of one trace Sentry keeps; it keeps the last
// (relay-event-normalization, trimming.rs). Only contextFrames at either end keep
// their source lines there, so only theirs are read.
const (
	maxFrames     = 250
	contextFrames = 25
	maxAliasText  = 64 << 10
)

// frame is one call
// (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/stacktrace/).
type frame struct {
	Function    string   `json:"function,omitempty"`
	Module      string   `json:"module,omitempty"`
	Filename    string   `json:"filename,omitempty"`
	AbsPath     string   `json:"abs_path,omitempty"`
	Line        int      `json:"lineno,omitempty"`
	Column      int      `json:"colno,omitempty"`
	InApp       bool     `json:"in_app"`
	PreContext  []string `json:"pre_context,omitempty"`
	ContextLine *string  `json:"context_line,omitempty"`
	PostContext []string `json:"post_context,omitempty"`
}

// framer names the frames of one event as the SDK of their language does, which
// is what Sentry groups by.
type framer struct {
	files   *files
	root    string // the app's working directory, empty if unknown
	script  string // the file Python was started with, empty if unknown
	aliases string // the text of a JavaScript trace that has "[as name]" in it
	context bool   // send source lines
}

func (m *maker) framer(r *detect.Record, chain []detect.Exception) *framer {
	f := &framer{files: newFiles(m.host.open), root: m.host.cwd, context: m.opts.SourceContext == nil || *m.opts.SourceContext}
	if r.Trace == detect.JavaScript && bytes.Contains(r.Text, []byte(" [as ")) {
		f.aliases = string(r.Text[:min(len(r.Text), maxAliasText)])
	}
	if r.Trace == detect.Python {
		f.script = f.absolute(scriptOf(chain))
		if f.script == "" && r.Run != nil {
			f.script = f.absolute(m.host.script(r.Run))
		}
	}
	return f
}

// scriptOf returns the file that Python was started with, if a trace goes back
// to its first line: that of the outermost "<module>".
func scriptOf(chain []detect.Exception) string {
	for i := len(chain) - 1; i >= 0; i-- {
		if frames := chain[i].Frames; len(frames) > 0 && frames[0].Function == "<module>" && isPath(frames[0].File) {
			return frames[0].File
		}
	}
	return ""
}

// frames returns the frames of x, the last maxFrames of them.
func (f *framer) frames(x *detect.Exception) []frame {
	from := x.Frames[max(0, len(x.Frames)-maxFrames):]
	list := make([]frame, 0, len(from))
	for i := range from {
		out := f.frame(&from[i], x.Language)
		if out.Filename == "" && out.Function == "" {
			continue // Sentry has no use for it
		}
		if f.context && (i < contextFrames || i >= len(from)-contextFrames) {
			f.addContext(&out, &from[i], x.Language)
		}
		list = append(list, out)
	}
	return list
}

func (f *framer) frame(in *detect.Frame, lang detect.Language) frame {
	out := frame{Function: in.Function, Module: in.Module, Filename: in.File, Line: max(in.Line, 0), Column: max(in.Column, 0), InApp: in.InApp}
	switch lang {
	case detect.Python:
		f.namePython(&out)
	case detect.Go:
		f.nameGo(&out)
	case detect.Java:
		splitFunction(&out, strings.LastIndexByte(in.Function, '.'))
	case detect.JavaScript:
		f.nameJavaScript(&out)
	case detect.Ruby:
		if class, _, ok := strings.Cut(in.Function, "#"); ok && !strings.Contains(class, " ") { // Ruby 3.4: "Shop::Cart#add"
			splitFunction(&out, len(class))
		}
		f.namePath(&out)
	default:
		f.namePath(&out)
	}
	for _, s := range []*string{&out.Function, &out.Module, &out.Filename, &out.AbsPath} {
		*s = clean(*s, maxName)
	}
	return out
}

// namePath names a frame by its file below the app's directory.
func (f *framer) namePath(out *frame) {
	if isPath(out.Filename) {
		out.AbsPath = f.absolute(out.Filename)
		out.Filename = f.relative(out.AbsPath)
	}
}

// namePython finds the module that a file was imported as, by the packages it is
// in, and the file's name below the directory it was imported from.
func (f *framer) namePython(out *frame) {
	if !isPath(out.Filename) { // "<string>", "<frozen importlib._bootstrap>"
		if name, ok := strings.CutPrefix(out.Filename, "<frozen "); ok && out.Module == "" {
			out.Module = strings.TrimSuffix(name, ">")
		}
		return
	}
	out.AbsPath = f.absolute(out.Filename)
	if out.AbsPath == f.script {
		out.Module, out.Filename = "__main__", path.Base(out.AbsPath)
		return
	}
	inside := strings.TrimPrefix(out.AbsPath, f.importRoot(out.AbsPath)+"/")
	module := strings.TrimSuffix(strings.TrimSuffix(inside, path.Ext(inside)), "/__init__")
	out.Module = strings.ReplaceAll(module, "/", ".")
	out.Filename = inside
	if !strings.Contains(out.Module, ".") { // as the SDK does for what is in no package
		out.Filename = path.Base(out.AbsPath)
	}
}

// importRoot returns the directory below which file is a module: that above its
// outermost package, else the nearest one that Python searches.
func (f *framer) importRoot(file string) string {
	dir := path.Dir(file)
	for range 32 {
		if dir == f.root || dir == path.Dir(f.script) || !f.files.exists(path.Join(dir, "__init__.py")) {
			break
		}
		dir = path.Dir(dir)
	}
	if dir != path.Dir(file) {
		return dir
	}
	for _, mark := range []string{"/site-packages/", "/dist-packages/"} {
		if i := strings.LastIndex(file, mark); i >= 0 {
			return file[:i+len(mark)-1]
		}
	}
	if lib := pythonLib(file); lib != "" {
		return lib
	}
	for _, search := range []string{path.Dir(f.script), f.root} {
		if search != "." && search != "/" && strings.HasPrefix(file, search+"/") {
			return search
		}
	}
	return dir
}

// pythonLib returns the directory of the standard library that file is in.
func pythonLib(file string) string {
	_, rest, found := strings.Cut(file, "/lib/python")
	if !found {
		return ""
	}
	version, _, found := strings.Cut(rest, "/")
	if !found || strings.Trim(version, "0123456789.") != "" {
		return ""
	}
	return file[:len(file)-len(rest)+len(version)]
}

// nameGo splits "example.com/shop/cart.(*Cart).Add" behind the package's path.
func (f *framer) nameGo(out *frame) {
	slash := strings.LastIndexByte(out.Function, '/')
	dot := strings.IndexByte(out.Function[slash+1:], '.')
	if dot >= 0 {
		dot += slash + 1
	}
	splitFunction(out, dot)
	if isPath(out.Filename) {
		out.AbsPath = f.absolute(out.Filename)
		out.Filename = f.relative(out.AbsPath)
	}
}

// splitFunction moves what stands before the dot to the module, unless the
// module is known already.
func splitFunction(out *frame, dot int) {
	if out.Module != "" {
		out.Function = strings.TrimPrefix(out.Function, out.Module+".")
		return
	}
	if dot > 0 && dot < len(out.Function)-1 {
		out.Module, out.Function = out.Function[:dot], out.Function[dot+1:]
	}
}

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

// addContext reads the source lines around the frame's line.
func (f *framer) addContext(out *frame, in *detect.Frame, lang detect.Language) {
	file := out.AbsPath
	if file == "" && lang == detect.JavaScript && isPath(out.Filename) {
		file = f.absolute(out.Filename)
	}
	if file == "" || in.Line < 1 {
		return
	}
	before, line, after, ok := f.files.around(file, in.Line)
	if !ok {
		return
	}
	out.PreContext, out.ContextLine, out.PostContext = before, &line, after
}

// isPath reports whether file can be one: runtimes print "<string>",
// "node:internal/timers" and "native" in its place.
func isPath(file string) bool {
	if file == "" || file[0] == '<' || strings.ContainsAny(file, "\x00\n") {
		return false
	}
	scheme, _, found := strings.Cut(file, ":")
	return !found || strings.Contains(scheme, "/")
}

// absolute returns file with its whole path, empty if that is not known.
func (f *framer) absolute(file string) string {
	switch {
	case path.IsAbs(file):
		return path.Clean(file)
	case f.root == "" || !isPath(file):
		return ""
	}
	return path.Join(f.root, file)
}

// relative returns file as seen from the app's directory, or without what only
// says where the toolchain put it.
func (f *framer) relative(file string) string {
	if below, ok := strings.CutPrefix(file, f.root+"/"); ok && f.root != "" {
		return below
	}
	for _, mark := range []string{"/pkg/mod/", "/src/"} {
		if i := strings.LastIndex(file, mark); i >= 0 {
			return file[i+len(mark):]
		}
	}
	return file
}
