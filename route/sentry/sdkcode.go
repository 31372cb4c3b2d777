package sentry

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

const (
	maxCodeFiles = 400       // of an app that are read
	maxCodeNames = 4000      // that are looked at
	maxCodeFile  = 256 << 10 // bytes of a file that are read
	maxCodeDepth = 4
)

// codeMentions reports whether the code of a process mentions the SDK of its
// language: a library that is installed but never asked to start reports nothing.
func (p prober) codeMentions(proc *process, lang detect.Language) bool {
	script, word, suffixes := pythonScript(proc), "sentry_sdk", []string{".py"}
	switch lang {
	case detect.JavaScript:
		if opts := strings.Join(proc.args, " ") + proc.env["NODE_OPTIONS"]; strings.Contains(opts, "sentry") || strings.Contains(opts, "instrument") {
			return true
		}
		script, word, suffixes = nodeScript(proc), "@sentry/", []string{".js", ".mjs", ".cjs", ".ts"}
	case detect.Ruby:
		word, suffixes = "Sentry.init", []string{".rb", ".ru"}
	case detect.PHP:
		word, suffixes = "Sentry", []string{".php"}
	}
	s := codeSearch{prober: p, word: []byte(word), suffixes: suffixes, files: maxCodeFiles, names: maxCodeNames}
	if script != "" && s.in(path.Dir(proc.absolute(script))) {
		return true
	}
	return s.in(proc.cwd)
}

// codeSearch looks for a word in files, up to a bound.
type codeSearch struct {
	prober
	word     []byte
	suffixes []string
	files    int // that may still be read
	names    int // that may still be looked at
}

func (s *codeSearch) in(dir string) (found bool) {
	depth := maxCodeDepth
	if dir == "/" || dir == "" { // of a machine only what lies on top can be an app
		dir, depth = "/", 0
	}
	top := either(strings.TrimPrefix(dir, "/"), ".")
	fs.WalkDir(s.root, top, func(name string, d fs.DirEntry, err error) error {
		if s.names--; s.names < 0 || s.files < 0 {
			return fs.SkipAll
		}
		if err != nil {
			return nil
		}
		if d.IsDir() {
			if name != top && (strings.Count(strings.TrimPrefix(name, top), "/") > depth || depth == 0 || s.isLibrary(name)) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !slices.Contains(s.suffixes, path.Ext(name)) {
			return nil
		}
		s.files--
		if text, _ := s.file(name, maxCodeFile); bytes.Contains(text, s.word) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// isLibrary reports whether a folder holds code that is not the app's own.
func (s *codeSearch) isLibrary(dir string) bool {
	switch name := path.Base(dir); name {
	case "node_modules", "site-packages", "dist-packages", "vendor", "__pycache__":
		return true
	default:
		return strings.HasPrefix(name, ".") || s.exists(dir+"/pyvenv.cfg")
	}
}
