package sentry

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

const (
	contextLines     = 5 // before and after; those of sentry-ruby are 3
	rubyContextLines = 3
	maxSourceFile    = 2 << 20  // a longer file is not read
	maxSourceSum     = 16 << 20 // bytes of all files read for one event
	maxSourceOpen    = 128      // files opened for one event
)

// sourceTypes are the files that are read for context. What a traceback names is
// only text that the app printed, perhaps text of a stranger, so a file that is
// no source code must not be sent because of it.
var sourceTypes = [...]string{
	".py", ".pyx", ".pyw", ".go", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".coffee",
	".java", ".kt", ".scala", ".groovy", ".clj", ".rb", ".erb", ".php", ".pl", ".pm", ".rs", ".c", ".cc", ".cpp", ".h", ".hpp",
	".cs", ".ex", ".exs", ".erl", ".hs", ".lua", ".swift", ".jinja2",
}

// files reads source files, each once.
type files struct {
	disk  disk
	roots []string // the directories that files may be in, beside those of libraries
	libs  bool     // libraries' files may be read
	newer int64    // Unix nanoseconds: what was changed later is not what ran; 0: any time

	text   map[string][]byte // nil for what can't be read
	there  map[string]bool
	opened int
	sum    int
}

func newFiles(d disk) *files {
	return &files{disk: d, text: make(map[string][]byte), there: make(map[string]bool)}
}

// exists reports whether name is a regular file with source code, wherever it is.
func (f *files) exists(name string) bool {
	if there, known := f.there[name]; known {
		return there
	}
	there := false
	if file, info := f.open(name); file != nil {
		there = info.Mode().IsRegular()
		file.Close()
	}
	f.there[name] = there
	return there
}

// around returns the n-th line of a file, from 1, and so many lines before and after.
func (f *files) around(name string, n, beside int) (before []string, line string, after []string, ok bool) {
	text := f.read(name)
	first := max(1, n-beside)
	for i := 1; len(text) > 0 && i <= n+beside; i++ {
		var this []byte
		this, text = cutLine(text)
		switch {
		case i < first:
		case i < n:
			before = append(before, sourceLine(this))
		case i == n:
			line, ok = sourceLine(this), true
		default:
			after = append(after, sourceLine(this))
		}
	}
	return before, line, after, ok
}

func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte("\n"))
	return line, rest
}

func sourceLine(line []byte) string {
	return clean(strings.TrimRight(string(line[:min(len(line), 2*maxSourceLine)]), "\r"), maxSourceLine)
}

// read returns the text of a source file, nil if there is none to be had. An
// empty file has an empty text that is not nil.
func (f *files) read(name string) []byte {
	if text, known := f.text[name]; known {
		return text
	}
	text := f.load(name)
	f.text[name] = text
	f.sum += len(text)
	return text
}

func (f *files) load(name string) []byte {
	real, err := f.disk.resolve(name)
	if err != nil || f.sum >= maxSourceSum || !f.allowed(real) {
		return nil
	}
	file, info := f.open(real)
	if file == nil {
		return nil
	}
	defer file.Close()
	if !info.Mode().IsRegular() || info.Size() > maxSourceFile || f.newer != 0 && info.ModTime().UnixNano() > f.newer {
		return nil
	}
	text := make([]byte, 0, info.Size()+1)
	for len(text) < cap(text) {
		n, err := file.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil
		}
	}
	return text
}

// open opens what may be a source file; the file is nil if it can't be one.
func (f *files) open(name string) (fs.File, fs.FileInfo) {
	if !slices.Contains(sourceTypes[:], strings.ToLower(path.Ext(name))) || isDevice(name) || f.opened >= maxSourceOpen {
		return nil, nil
	}
	f.opened++
	file, err := f.disk.open(name)
	if err != nil {
		return nil, nil
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, nil
	}
	return file, info
}

// allowed reports whether the file with this name, all links resolved, may be sent.
func (f *files) allowed(name string) bool {
	for _, root := range f.roots {
		if root == "/" || strings.HasPrefix(name, root+"/") {
			return true
		}
	}
	return f.libs && isLibrary(name)
}

// isDevice reports whether name is where only the kernel's files are.
func isDevice(name string) bool {
	for _, dir := range []string{"/dev/", "/proc/", "/sys/"} {
		if strings.HasPrefix(name, dir) {
			return true
		}
	}
	return false
}
