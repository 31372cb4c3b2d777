package supervise

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// Spec says what to start.
type Spec struct {
	// Path is the program. Without a slash it is looked up in the PATH of Env,
	// as a shell does.
	Path string
	// Args is the whole argument vector, the program's own name first. Empty
	// means Path alone.
	Args []string
	// Env is the environment; nil means ours, empty means none.
	Env []string
	// Dir is the working directory; empty means ours.
	Dir string
	// Files become the child's descriptors 0, 1, 2 and so on; it gets no others.
	// A nil entry is a closed descriptor. The caller keeps its files and may
	// close them once Start has returned. Files are put into blocking mode, as
	// the child expects of them.
	Files []*os.File
	// Group starts the child as the leader of its own process group.
	Group bool
	// Session starts the child in its own session, which is a process group
	// too, away from any terminal: no key typed there reaches it, and writing
	// to it cannot stop it.
	Session bool
	// Terminal, if not nil, gives the foreground of this terminal to the child,
	// which then leads a group of its own. It is left alone unless our group
	// has the foreground now: a background job must not take the keyboard.
	Terminal *os.File
}

// attributes returns what fork and exec need. The descriptors in it are valid
// while s.Files and s.Terminal are reachable: call keep after the fork.
func (s *Spec) attributes() (*syscall.ProcAttr, error) {
	sys := &syscall.SysProcAttr{Setsid: s.Session, Setpgid: s.Group && !s.Session}
	if s.Terminal != nil && !s.Session && isForeground(s.Terminal, syscall.Getpgrp()) {
		sys.Setpgid = true
		sys.Foreground = true
		sys.Ctty = int(s.Terminal.Fd())
	}
	files := make([]uintptr, len(s.Files))
	for i, f := range s.Files {
		files[i] = ^uintptr(0) // closed in the child
		if f == nil {
			continue
		}
		if files[i] = f.Fd(); files[i] == ^uintptr(0) {
			return nil, fmt.Errorf("descriptor %d: %w", i, os.ErrClosed)
		}
	}
	return &syscall.ProcAttr{Dir: s.Dir, Env: s.environment(), Files: files, Sys: sys}, nil
}

// keep stops the garbage collector from closing files during the fork.
func (s *Spec) keep() {
	runtime.KeepAlive(s.Files)
	runtime.KeepAlive(s.Terminal)
}

func (s *Spec) environment() []string {
	if s.Env == nil {
		return os.Environ()
	}
	return s.Env
}

func (s *Spec) arguments() []string {
	if len(s.Args) == 0 {
		return []string{s.Path}
	}
	return s.Args
}
