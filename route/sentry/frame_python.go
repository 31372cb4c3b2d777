package sentry

import (
	"path"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// scriptOf returns the file that Python was started with, if a trace goes back
// to its first line: that of the outermost "<module>".
func scriptOf(chain []detect.Exception) string {
	for i := len(chain) - 1; i >= 0; i-- {
		frames := chain[i].Frames
		for len(frames) > 1 && isRunpy(frames[0].File) { // python -m
			frames = frames[1:]
		}
		if len(frames) > 0 && frames[0].Function == "<module>" && isPath(frames[0].File) {
			return frames[0].File
		}
	}
	return ""
}

func isRunpy(file string) bool { return file == "<frozen runpy>" || path.Base(file) == "runpy.py" }

// startedAs returns the file that a Python process was started with: the script, or
// that of the module below the working directory.
func (f *framer) startedAs(argv []string) string {
	script, module := scriptArg(argv)
	if module == "" {
		return f.absolute(script)
	}
	file := f.absolute(strings.ReplaceAll(module, ".", "/"))
	for _, name := range []string{file + "/__main__.py", file + ".py"} {
		if file != "" && f.files.exists(name) {
			return name
		}
	}
	return ""
}

// namePython finds the module that a file was imported as, by the packages it is
// in, and the file's name below the directory it was imported from.
func (f *framer) namePython(out *frame) {
	if !isPath(out.Filename) { // "<string>", "<frozen runpy>": for the SDK files of the working directory
		if f.root != "" && strings.HasPrefix(out.Filename, "<") {
			out.AbsPath, out.InApp = path.Join(f.root, out.Filename), true
		}
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
	switch top, _, _ := strings.Cut(inside, "/"); {
	case !strings.Contains(out.Module, "."): // as the SDK does for what is in no package
		out.Filename = path.Base(out.AbsPath)
	case !isLibrary(out.AbsPath) && f.files.exists(out.AbsPath) && !f.files.exists(path.Join(strings.TrimSuffix(out.AbsPath, inside), top, "__init__.py")):
		out.Filename = out.AbsPath // and for what is in a package without a file of its own
	}
}

// importRoot returns the directory below which file is a module: that above its
// outermost package, else the nearest one that Python searches.
func (f *framer) importRoot(file string) string {
	dir := path.Dir(file)
	for range 32 {
		if dir == f.root || dir == f.scriptDir() || !f.files.exists(path.Join(dir, "__init__.py")) {
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
	for _, search := range []string{f.scriptDir(), f.root} {
		if search != "" && search != "/" && strings.HasPrefix(file, search+"/") {
			return search
		}
	}
	return dir
}

// scriptDir is where the script's imports come from, "" if not from beside it: what
// was started as a package is no script.
func (f *framer) scriptDir() string {
	dir := path.Dir(f.script)
	if f.script == "" || path.Base(f.script) == "__main__.py" && f.files.exists(path.Join(dir, "__init__.py")) {
		return ""
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

// nameGenerated names the module of the constructors that dataclasses generate: it is
// that of the method which they call.
func nameGenerated(out *frame, next *frame) {
	if out.Filename == "<string>" && out.Function == "__init__" && next.Function == "__post_init__" && out.Module == "" {
		out.Module = next.Module
	}
}

// cutBootstrap drops the frames that start a thread, which the SDK does not show:
// for it a thread begins with its run method.
func cutBootstrap(frames []detect.Frame) []detect.Frame {
	for len(frames) > 1 && strings.HasPrefix(frames[0].Function, "_bootstrap") && path.Base(frames[0].File) == "threading.py" {
		frames = frames[1:]
	}
	return frames
}
