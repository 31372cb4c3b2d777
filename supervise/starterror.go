package supervise

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// Exit codes for a process that could not be started, as shells, env(1) and
// container runtimes use them.
const (
	CodeNotStarted    = 125 // the fault is ours or the machine's: no memory, no processes left, no such directory
	CodeNotExecutable = 126 // the file is there and cannot be executed
	CodeNotFound      = 127 // there is no such file, or its interpreter is missing
)

// StartError says why a process could not be started.
type StartError struct {
	Path string // the command as given
	File string // the file it resolved to, empty if none was found
	Err  error  // what the system said

	preparing bool        // the failure came before the exec
	hint      string      // what may be done about such a failure
	user      *Credential // who was to execute it, nil: we
}

func (e *StartError) Error() string {
	if e.Err == syscall.ENOENT && e.File == "" {
		return fmt.Sprintf("start %q: not found in PATH", e.Path)
	}
	return fmt.Sprintf("start %q: %v", e.Path, e.Err)
}

func (e *StartError) Unwrap() error { return e.Err }

// ExitCode returns 127, 126 or 125; see CodeNotFound and its neighbours.
func (e *StartError) ExitCode() int {
	switch {
	case e.preparing:
		return CodeNotStarted
	case errors.Is(e.Err, syscall.ENOENT):
		return CodeNotFound
	}
	for _, ours := range []error{syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.EBADF} {
		if errors.Is(e.Err, ours) {
			return CodeNotStarted
		}
	}
	return CodeNotExecutable
}

// ExitCodeOf returns the exit code that tells a caller of ours about err: that
// of the *StartError in it, else 125.
func ExitCodeOf(err error) int {
	var start *StartError
	if errors.As(err, &start) {
		return start.ExitCode()
	}
	return CodeNotStarted
}

// Hint returns what the user may do about the error, or "" if there is nothing
// to be guessed. It reads the beginning of the file.
func (e *StartError) Hint() string {
	switch {
	case e.preparing:
		return e.hint
	case errors.Is(e.Err, syscall.EISDIR):
		return "it is a directory"
	case errors.Is(e.Err, syscall.ENOENT) && e.File == "":
		if strings.ContainsAny(e.Path, " \t") {
			return "give the command and its arguments as separate words"
		}
		return ""
	case errors.Is(e.Err, syscall.ENOENT):
		return interpreterHint(e.File)
	case errors.Is(e.Err, syscall.ENOEXEC):
		return formatHint(e.File)
	case errors.Is(e.Err, syscall.EACCES):
		return accessHint(e.File, e.user)
	}
	return ""
}

// interpreterHint is for ENOENT, which exec also returns for a file that is
// there while the program that is to run it is not.
func interpreterHint(file string) string {
	head := readHead(file)
	line, ok := bytes.CutPrefix(head, []byte("#!"))
	if !ok {
		if bytes.HasPrefix(head, []byte("\x7fELF")) {
			return "its dynamic loader is missing: it may have been built for another C library"
		}
		return ""
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	if bytes.HasSuffix(line, []byte("\r")) {
		return "its first line ends in a carriage return: save it with Unix line ends"
	}
	if fields := bytes.Fields(line); len(fields) > 0 {
		return fmt.Sprintf("its interpreter %s does not exist", fields[0])
	}
	return ""
}

func formatHint(file string) string {
	head := readHead(file)
	switch {
	case len(head) == 0:
		return "the file is empty"
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return "it is built for another machine"
	case bytes.HasPrefix(head, []byte("#!")):
		return ""
	case bytes.IndexByte(head, 0) < 0:
		return "a script needs a first line such as #!/bin/sh"
	}
	return ""
}

func accessHint(file string, user *Credential) string {
	info, err := os.Stat(file)
	if err != nil || info.IsDir() {
		return ""
	}
	if info.Mode()&0o111 == 0 {
		return "it is not marked as executable: chmod +x " + file
	}
	if obstacle := user.obstacle(file); obstacle != "" {
		return obstacle
	}
	if user != nil {
		return fmt.Sprintf("%s may not execute it or its interpreter, or its file system is mounted noexec", user)
	}
	return "its interpreter is not executable, its file system is mounted noexec, or it belongs to another user"
}

// readHead returns the first bytes of a regular file, nil if it has none. The
// check keeps a FIFO or device from blocking or being disturbed.
func readHead(file string) []byte {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, 256))
	return head
}
