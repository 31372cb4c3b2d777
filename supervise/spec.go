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
	// ControllingTTY starts the child in its own session, like Session, whose
	// controlling terminal is the child's descriptor 0, or the first of 0 to 2
	// that is a terminal: for the slave end of a PTY. Terminal is then left alone.
	ControllingTTY bool

	// Credential, if not nil, is the user the child runs as.
	Credential *Credential
	// Umask, if not nil, is the child's file mode creation mask, 0 to 0777.
	Umask *uint32
	// Limits are the child's resource limits; others are inherited from us.
	Limits []Limit
	// Launcher is the start of the argument vector of a program, named by its
	// path, that passes the rest of its arguments to Launch. The child is started
	// through it if it has Umask or Limits, which cannot be set from outside.
	Launcher []string
	// DeathSignal, if not 0, is sent to the child by the kernel when this process
	// ends, however it ends. It does not reach the child's own children, and a
	// program that changes its user when executed (set-user-ID) loses it. Linux
	// only.
	DeathSignal syscall.Signal
}

// attributes returns what fork and exec need. The descriptors in it are valid
// while s.Files and s.Terminal are reachable: call keep after the fork.
func (s *Spec) attributes() (*syscall.ProcAttr, error) {
	sys := &syscall.SysProcAttr{Setsid: s.Session || s.ControllingTTY}
	sys.Setpgid = s.Group && !sys.Setsid
	if s.Terminal != nil && !sys.Setsid && isForeground(s.Terminal, syscall.Getpgrp()) {
		sys.Setpgid = true
		sys.Foreground = true
		sys.Ctty = int(s.Terminal.Fd())
	}
	if s.ControllingTTY {
		sys.Setctty = true
		if sys.Ctty = firstTerminal(s.Files); sys.Ctty < 0 {
			return nil, fmt.Errorf("controlling terminal: none of the descriptors 0 to 2 is one: %w", syscall.ENOTTY)
		}
	}
	if !s.Credential.isOurs() {
		sys.Credential = s.Credential.attribute()
	}
	if err := setDeathSignal(sys, s.DeathSignal); err != nil {
		return nil, err
	}
	files, err := numbers(s.Files)
	if err != nil {
		return nil, err
	}
	return &syscall.ProcAttr{Dir: s.Dir, Env: s.environment(), Files: files, Sys: sys}, nil
}

// numbers returns the descriptors of files, put into blocking mode.
func numbers(files []*os.File) ([]uintptr, error) {
	fds := make([]uintptr, len(files))
	for i, f := range files {
		fds[i] = ^uintptr(0) // closed in the child
		if f == nil {
			continue
		}
		if fds[i] = f.Fd(); fds[i] == ^uintptr(0) {
			return nil, fmt.Errorf("descriptor %d: %w", i, os.ErrClosed)
		}
	}
	return fds, nil
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
