package supervise

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// defaultPath is searched when the environment has no PATH, as container
// runtimes do.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// LookPath resolves a command as a shell started with env in dir would: a name
// with a slash stands for itself, any other is searched in env's PATH, where an
// empty element means the working directory. A nil env means ours. The result
// is to be executed in dir; an error is a *StartError.
func LookPath(name string, env []string, dir string) (string, error) {
	return lookPath(name, env, dir, nil)
}

// lookPath is LookPath for a user. It skips what the user may not execute as far
// as file modes tell; where nothing else is found exec has the last word.
func lookPath(name string, env []string, dir string, user *Credential) (string, error) {
	if name == "" {
		return "", &StartError{Path: name, Err: syscall.ENOENT}
	}
	if strings.Contains(name, "/") {
		if err := executable(name, dir); err != nil {
			return "", &StartError{Path: name, Err: err, File: inDir(name, dir)}
		}
		return name, nil
	}
	failure := &StartError{Path: name, Err: syscall.ENOENT}
	doubtful := ""
	for _, element := range filepath.SplitList(searchPath(env)) {
		candidate := element + "/" + name
		if element == "" {
			candidate = "./" + name
		}
		err := executable(candidate, dir)
		if err == nil && user.obstacle(inDir(candidate, dir)) == "" {
			return candidate, nil
		}
		if err == nil && doubtful == "" {
			doubtful = candidate
		}
		// A file we must not execute counts; a directory we must not look
		// into does not, as it may hold no such file.
		file := inDir(candidate, dir)
		if err == syscall.EACCES && failure.File == "" && exists(file) {
			failure.Err, failure.File = err, file
		}
	}
	if doubtful != "" {
		return doubtful, nil
	}
	return "", failure
}

// searchPath returns the PATH of env: the first one, as getenv(3) in the child.
func searchPath(env []string) string {
	if env == nil {
		env = os.Environ()
	}
	for _, entry := range env {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			return path
		}
	}
	return defaultPath
}

// executable returns nil if path, seen from dir, is a file we may execute.
func executable(path, dir string) error {
	path = inDir(path, dir)
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		return err
	}
	if stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		return syscall.EISDIR
	}
	if err := unix.Faccessat(unix.AT_FDCWD, path, unix.X_OK, unix.AT_EACCESS); err != nil {
		return err
	}
	return nil
}

func exists(path string) bool {
	var stat unix.Stat_t
	return unix.Stat(path, &stat) == nil
}

func inDir(path, dir string) string {
	if dir == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
