package supervise

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// file writes a file with the given mode and returns its path.
func file(t *testing.T, dir, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStartErrors(t *testing.T) {
	dir := t.TempDir()
	noLoader := "\x7fELF" + strings.Repeat("\x00", 60)
	for _, test := range []struct {
		name string
		spec Spec
		code int
		err  error
		hint string
	}{
		{"not in PATH", Spec{Path: "no-such-command"}, 127, syscall.ENOENT, ""},
		{"empty", Spec{Path: ""}, 127, syscall.ENOENT, ""},
		{"one word", Spec{Path: "sleep 5"}, 127, syscall.ENOENT, "separate words"},
		{"no such file", Spec{Path: dir + "/missing"}, 127, syscall.ENOENT, ""},
		{"a file as directory", Spec{Path: file(t, dir, "plain", "x", 0o644) + "/x"}, 126, syscall.ENOTDIR, ""},
		{"not executable", Spec{Path: file(t, dir, "data", "#!/bin/sh\n", 0o644)}, 126, syscall.EACCES, "chmod +x"},
		{"directory", Spec{Path: dir}, 126, syscall.EISDIR, "directory"},
		{"no shebang", Spec{Path: file(t, dir, "script", "echo hello\n", 0o755)}, 126, syscall.ENOEXEC, "#!/bin/sh"},
		{"empty file", Spec{Path: file(t, dir, "empty", "", 0o755)}, 126, syscall.ENOEXEC, "empty"},
		{"foreign machine", Spec{Path: file(t, dir, "elf", noLoader, 0o755)}, 126, syscall.ENOEXEC, "another machine"},
		{"no interpreter", Spec{Path: file(t, dir, "python", "#!/no/python3 -u\n", 0o755)}, 127, syscall.ENOENT, "/no/python3 does not exist"},
		{"Windows line ends", Spec{Path: file(t, dir, "crlf", "#!/bin/sh\r\necho\r\n", 0o755)}, 127, syscall.ENOENT, "carriage return"},
		{"interpreter not executable", Spec{Path: file(t, dir, "odd", "#!"+dir+"/plain\n", 0o755)}, 126, syscall.EACCES, "interpreter is not executable"},
		{"no working directory", Spec{Path: self(), Dir: dir + "/missing"}, 125, os.ErrNotExist, ""},
		{"a file as working directory", Spec{Path: self(), Dir: dir + "/plain"}, 125, syscall.ENOTDIR, ""},
		{"closed file", Spec{Path: self(), Files: []*os.File{closedFile(t)}}, 125, os.ErrClosed, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := reaper.Start(test.spec)
			if err == nil {
				t.Fatalf("process %d started", p.Pid())
			}
			var start *StartError
			if !errors.As(err, &start) || !errors.Is(err, test.err) {
				t.Fatalf("error %#v, want %v", err, test.err)
			}
			check(t, ExitCodeOf(err) == test.code, "exit code %d, want %d (%v)", ExitCodeOf(err), test.code, err)
			check(t, start.Hint() == "" == (test.hint == "") && strings.Contains(start.Hint(), test.hint),
				"hint %q, want %q", start.Hint(), test.hint)
			check(t, strings.HasPrefix(err.Error(), "start "), "message %q", err)
		})
	}
	check(t, ExitCodeOf(errors.New("other")) == 125, "the code of another error")
}

func closedFile(t *testing.T) *os.File {
	r, _ := pipe(t)
	r.Close()
	return r
}

func TestMachineFaultsAreNotTheCommands(t *testing.T) {
	for _, err := range []error{syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE} {
		check(t, ExitCodeOf(&StartError{Path: "x", Err: err}) == CodeNotStarted, "%v", err)
	}
	check(t, ExitCodeOf(&StartError{Path: "x", Err: syscall.E2BIG}) == CodeNotExecutable, "E2BIG")
}

// TestHintDoesNotBlock: opening a FIFO for reading would.
func TestHintDoesNotBlock(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := reaper.Start(Spec{Path: fifo})
	var start *StartError
	if !errors.As(err, &start) {
		t.Fatalf("error %v", err)
	}
	start.Hint()
	check(t, start.ExitCode() == 126, "exit code %d (%v)", start.ExitCode(), err)
}

func TestLookPath(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"a", "b", "c", "c/tool", "locked"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file(t, dir+"/a", "tool", "", 0o644)
	file(t, dir+"/b", "tool", "", 0o755)
	file(t, dir+"/a", "data", "", 0o644)
	file(t, dir, "here", "", 0o755)
	if err := os.Chmod(dir+"/locked", 0); err != nil { // root may look in all the same
		t.Fatal(err)
	}
	path := func(elements ...string) []string {
		return []string{"X=y", "PATH=" + strings.Join(elements, ":"), "PATH=/ignored"}
	}
	a, b, c := dir+"/a", dir+"/b", dir+"/c"
	for _, test := range []struct {
		name string
		env  []string
		dir  string
		want string // or the exit code of the error
		code int
	}{
		{"tool", path(b), "", b + "/tool", 0},
		{"tool", path(a, b), "", b + "/tool", 0},
		{"tool", path(c, b), "", b + "/tool", 0},
		{"tool", path(c), "", "", 127},
		{"data", path(a, b), "", "", 126},
		{"none", path(a, b), "", "", 127},
		{"none", path(dir+"/locked", b), "", "", 127},
		{"tool", path(dir+"/locked", b), "", b + "/tool", 0},
		{"tool", path("b"), dir, "b/tool", 0},
		{"here", path(a, ""), dir, "./here", 0},
		{"here", path(a), dir, "", 127},
		{"./here", path(a), dir, "./here", 0},
		{"./here", path(a), c, "", 127},
		{"b/tool", path(a), dir, "b/tool", 0},
		{"sh", []string{}, "", "/bin/sh|/usr/bin/sh", 0},
		{"sh", nil, "", "/bin/sh|/usr/bin/sh", 0},
		{"sh", []string{"PATH="}, "/bin", "", 127}, // an empty PATH has no elements
	} {
		got, err := LookPath(test.name, test.env, test.dir)
		if test.code != 0 {
			check(t, err != nil && ExitCodeOf(err) == test.code, "%q in %q, %q: error %v, want code %d", test.name, test.env, test.dir, err, test.code)
			continue
		}
		if strings.HasSuffix(test.name, "sh") && err != nil {
			t.Logf("not run: %v: this machine has no shell", err)
			continue
		}
		check(t, err == nil && strings.Contains("|"+test.want+"|", "|"+got+"|"), "%q in %q, %q: %q, %v, want %q", test.name, test.env, test.dir, got, err, test.want)
	}
}

// TestLookPathIsExecuted: what LookPath finds relative to Dir is what is run there.
func TestLookPathIsExecuted(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(self(), filepath.Join(dir, "app")); err != nil {
		t.Fatal(err)
	}
	spec := child("exit", "7")
	spec.Path, spec.Dir = "app", dir
	spec.Env = append([]string{"PATH=."}, spec.Env...)
	check(t, wait(t, start(t, spec)).ExitCode() == 7, "wrong program")
}
