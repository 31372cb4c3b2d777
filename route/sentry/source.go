package sentry

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
)

const (
	contextLines  = 5
	maxSourceFile = 2 << 20  // a longer file is not read
	maxSourceSum  = 16 << 20 // bytes of all files read for one event
	maxSourceOpen = 64       // files opened for one event
)

// sourceTypes are the files that are read for context. What a traceback names is
// only text that the app printed, perhaps text of a stranger, so a file that is
// no source code must not be sent because of it.
var sourceTypes = [...]string{
	".py", ".pyx", ".pyw", ".go", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".coffee",
	".java", ".kt", ".scala", ".groovy", ".clj", ".rb", ".erb", ".php", ".pl", ".pm", ".rs", ".c", ".cc", ".cpp", ".h", ".hpp",
	".cs", ".ex", ".exs", ".erl", ".hs", ".lua", ".swift", ".jinja2",
}

// opener opens a file for reading.
type opener func(name string) (fs.File, error)

// openFile opens without waiting: a FIFO with the name of a source file must not
// hold the sink.
func openFile(name string) (fs.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
}

// files reads source files, each once.
type files struct {
	open   opener
	text   map[string][]byte // nil for what can't be read
	opened int
	sum    int
}

func newFiles(open opener) *files {
	return &files{open: open, text: make(map[string][]byte)}
}

// exists reports whether name is a regular file.
func (f *files) exists(name string) bool { return f.read(name) != nil }

// around returns the n-th line of a file, from 1, and the lines next to it.
func (f *files) around(name string, n int) (before []string, line string, after []string, ok bool) {
	text := f.read(name)
	first := max(1, n-contextLines)
	for i := 1; len(text) > 0 && i <= n+contextLines; i++ {
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
	if !slices.Contains(sourceTypes[:], strings.ToLower(path.Ext(name))) || isDevice(name) || f.opened >= maxSourceOpen || f.sum >= maxSourceSum {
		return nil
	}
	f.opened++
	file, err := f.open(name)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSourceFile {
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

// isDevice reports whether name is where only the kernel's files are.
func isDevice(name string) bool {
	for _, dir := range []string{"/dev/", "/proc/", "/sys/"} {
		if strings.HasPrefix(name, dir) {
			return true
		}
	}
	return false
}
