package sentry

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// A disk is where source files are.
type disk struct {
	open    func(name string) (fs.File, error)
	resolve func(name string) (string, error) // follows all links
}

func localDisk() disk { return disk{open: openFile, resolve: filepath.EvalSymlinks} }

var errMoved = errors.New("is not the file that was resolved")

// openFile opens a file without waiting: a FIFO with the name of a source file must
// not hold the sink. What became a link since its name was resolved is not opened.
func openFile(name string) (fs.File, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	is, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(file.Fd())))
	if err == nil && is != name { // a directory was replaced; without /proc that can't be told
		file.Close()
		return nil, errMoved
	}
	return file, nil
}

// libraryMarks are in the paths of files that runtimes, package managers and
// distributions install: these are public.
var libraryMarks = [...]string{
	"/site-packages/", "/dist-packages/", "/lib/python", "/node_modules/", // Python, Node
	"/go/src/", "/lib/go-", "/pkg/mod/", // Go
	"/gems/", "/lib/ruby/", "/usr/share/php/", "/usr/share/perl", "/usr/lib/perl", "/.cargo/registry/src/", "/rustlib/src/",
}

func isLibrary(name string) bool {
	for _, mark := range libraryMarks {
		if strings.Contains(name, mark) {
			return true
		}
	}
	return false
}

// sourceRoots are the directories whose files may be sent: those of the options,
// else the app's working directory and that of the script it was started with.
func (m *maker) sourceRoots(f *framer, argv []string) []string {
	dirs := m.opts.SourceRoots
	if dirs == nil {
		dirs = []string{f.root, f.scriptFolder(argv), f.scriptFolder(m.opts.Args)}
	}
	return resolveAll(m.host.disk, dirs)
}

func resolveAll(d disk, dirs []string) (roots []string) {
	for _, dir := range dirs {
		if real, err := d.resolve(dir); dir != "" && err == nil {
			roots = append(roots, real)
		}
	}
	return roots
}

// scriptFolder is where the first argument lies that is a file with source code; ""
// if there is none.
func (f *framer) scriptFolder(argv []string) string {
	for _, arg := range argv {
		if slices.Contains(sourceTypes[:], strings.ToLower(path.Ext(arg))) && !strings.HasPrefix(arg, "-") {
			if file := f.absolute(arg); file != "" {
				return path.Dir(file)
			}
		}
	}
	return ""
}
