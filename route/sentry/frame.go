package sentry

import (
	"bytes"
	"path"
	"slices"
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
	Platform    string   `json:"platform,omitempty"` // where it is not the event's
	Package     string   `json:"package,omitempty"`  // the library or program of a native frame
	Address     string   `json:"instruction_addr,omitempty"`
	PreContext  []string `json:"pre_context,omitempty"`
	ContextLine *string  `json:"context_line,omitempty"`
	PostContext []string `json:"post_context,omitempty"`
}

// framer names the frames of one event as the SDK of their language does, which
// is what Sentry groups by.
type framer struct {
	files    *files
	root     string // the app's working directory, empty if unknown
	script   string // the file Python was started with, empty if unknown
	aliases  string // the text of a JavaScript trace that has "[as name]" in it
	context  bool   // send source lines
	platform string // of the event
	shown    map[place]string
}

func (m *maker) framer(r *detect.Record, chain []detect.Exception) *framer {
	facts := m.facts(r)
	root := m.host.cwd
	if facts.cwd != "" && facts.cwd != "/" {
		root = facts.cwd
	}
	f := &framer{files: newFiles(m.host.disk), root: root, platform: platform(r, chain)}
	if r.Trace == detect.JavaScript && bytes.Contains(r.Text, []byte(" [as ")) {
		f.aliases = string(r.Text[:min(len(r.Text), maxAliasText)])
	}
	if r.Trace == detect.Python {
		f.script = either(f.absolute(scriptOf(chain)), either(f.startedAs(facts.argv), f.startedAs(m.opts.Args)))
	}
	if f.context = !facts.jailed && (m.opts.SourceContext == nil || *m.opts.SourceContext); f.context {
		f.shown = printedLines(r)
		f.files.roots, f.files.libs = m.sourceRoots(f, facts.argv), m.opts.SourceRoots == nil
		if r.Run != nil {
			f.files.newer = r.Run.Started
		}
	}
	return f
}

// frames returns the frames of x, the last maxFrames of them.
func (f *framer) frames(x *detect.Exception) []frame {
	switch x.Language {
	case detect.Python:
		x.Frames = cutBootstrap(x.Frames)
	case detect.Go:
		x.Frames = cutPanics(x.Frames)
	}
	from := x.Frames[max(0, len(x.Frames)-maxFrames):]
	list := make([]frame, 0, len(from))
	for i := range from {
		out := f.frame(&from[i], x.Language)
		if out.Filename == "" && out.Function == "" && out.Address == "" {
			continue // Sentry has no use for it
		}
		if f.context && (i < contextFrames || i >= len(from)-contextFrames) {
			f.addContext(&out, &from[i], x.Language)
		}
		if n := len(list); n > 0 && x.Language == detect.Python {
			nameGenerated(&list[n-1], &out)
		}
		list = append(list, out)
	}
	return list
}

func (f *framer) frame(in *detect.Frame, lang detect.Language) frame {
	out := frame{Function: in.Function, Module: in.Module, Filename: in.File, Line: max(in.Line, 0), Column: max(in.Column, 0), InApp: in.InApp}
	if p := platformName(lang); p != f.platform && lang != detect.NoLanguage && lang != detect.Other {
		out.Platform = p
	}
	switch lang {
	case detect.Python:
		f.namePython(&out)
	case detect.Go:
		f.nameGo(&out)
	case detect.Java:
		nameJava(&out)
	case detect.JavaScript:
		f.nameJavaScript(&out)
	case detect.Ruby:
		if class, _, ok := strings.Cut(in.Function, "#"); ok && !strings.Contains(class, " ") { // Ruby 3.4: "Shop::Cart#add"
			splitFunction(&out, len(class))
		}
		f.namePath(&out)
	case detect.Native:
		f.nameNative(&out, in)
	default:
		f.namePath(&out)
	}
	for _, s := range []*string{&out.Function, &out.Module, &out.Filename, &out.AbsPath} {
		*s = clean(*s, maxName)
	}
	return out
}

// nameNative tells the program or library of a frame from a source file: what has
// no line is one.
func (f *framer) nameNative(out *frame, in *detect.Frame) {
	if out.Address = in.Address; in.Line == 0 && isPath(in.File) && !slices.Contains(sourceTypes[:], path.Ext(in.File)) {
		out.Package, out.Filename = clean(in.File, maxName), ""
		return
	}
	f.namePath(out)
}

// namePath names a frame by its file below the app's directory.
func (f *framer) namePath(out *frame) {
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

// addContext reads the source lines around the frame's line.
func (f *framer) addContext(out *frame, in *detect.Frame, lang detect.Language) {
	file := out.AbsPath
	if file == "" && lang == detect.JavaScript && isPath(out.Filename) {
		file = f.absolute(out.Filename)
	}
	if file == "" || in.Line < 1 {
		return
	}
	beside := contextLines
	if lang == detect.Ruby {
		beside = rubyContextLines
	}
	before, line, after, ok := f.files.around(file, in.Line, beside)
	if !ok || contradicts(f.shown, in, line) {
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
