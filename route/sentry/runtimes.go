package sentry

import (
	"io/fs"
	"path"
	"strings"
)

// runtimeOfExe names the runtime that a program is, with the version that its
// installation tells.
func runtimeOfExe(root fs.FS, f *facts) runtimeContext {
	name := path.Base(f.exe)
	prefix := strings.TrimPrefix(path.Dir(path.Dir(f.exe)), "/") // of "/usr/bin/python3.11"
	switch stem := strings.TrimRight(name, "0123456789.-"); {
	case stem == "python":
		return runtimeContext{"CPython", pythonRelease(root, f, prefix, name)}
	case stem == "pypy":
		return runtimeContext{"PyPy", name[len(stem):]}
	case name == "node" || name == "nodejs":
		return runtimeContext{"node", nodeRelease(root, prefix)}
	case name == "java":
		return runtimeContext{"java", javaRelease(root, prefix)}
	case stem == "ruby", stem == "php", stem == "perl":
		return runtimeContext{stem, name[len(stem):]}
	case strings.HasPrefix(name, "php-fpm"):
		return runtimeContext{"php", strings.TrimPrefix(name, "php-fpm")}
	}
	return runtimeContext{}
}

// pythonRelease is "3.11.2" where the headers or a virtual environment say so, else
// what is in the program's name.
func pythonRelease(root fs.FS, f *facts, prefix, name string) string {
	if _, rest, ok := strings.Cut(readSome(root, prefix+"/include/"+name+"/patchlevel.h", 8<<10), `#define PY_VERSION`); ok {
		return cleanLine(strings.Trim(strings.TrimSpace(firstLine(rest)), `"`), maxTagValue)
	}
	if len(f.argv) > 0 && path.IsAbs(f.argv[0]) {
		venv := readSome(root, strings.TrimPrefix(path.Dir(path.Dir(f.argv[0])), "/")+"/pyvenv.cfg", 4<<10)
		for line := range strings.Lines(venv) {
			if key, value, _ := strings.Cut(line, "="); strings.TrimSpace(key) == "version" {
				return cleanLine(value, maxTagValue)
			}
		}
	}
	return strings.TrimPrefix(name, "python")
}

// nodeRelease is "v20.11.1", from the headers or the folder that a version manager
// installed it in.
func nodeRelease(root fs.FS, prefix string) string {
	if folder := path.Base(prefix); len(folder) > 1 && folder[0] == 'v' && folder[1] >= '0' && folder[1] <= '9' {
		return cleanLine(folder, maxTagValue)
	}
	header := readSome(root, prefix+"/include/node/node_version.h", 8<<10)
	var parts []string
	for _, part := range []string{"MAJOR", "MINOR", "PATCH"} {
		_, rest, ok := strings.Cut(header, "#define NODE_"+part+"_VERSION ")
		if !ok {
			return ""
		}
		parts = append(parts, strings.TrimSpace(firstLine(rest)))
	}
	return cleanLine("v"+strings.Join(parts, "."), maxTagValue)
}

// javaRelease reads the file "release" of a JDK.
func javaRelease(root fs.FS, prefix string) string {
	for line := range strings.Lines(readSome(root, prefix+"/release", 8<<10)) {
		if value, ok := strings.CutPrefix(line, "JAVA_VERSION="); ok {
			return cleanLine(strings.Trim(strings.TrimSpace(value), `"`), maxTagValue)
		}
	}
	return ""
}
