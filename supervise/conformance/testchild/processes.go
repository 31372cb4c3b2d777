//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// start starts a testchild with our descriptors and those of our signals that
// are ignored.
func start(args []string, sys *syscall.SysProcAttr) (pid int) {
	self, err := os.Executable()
	if err != nil { // no /proc
		self = os.Args[0]
	}
	var files []uintptr
	for fd := range 3 {
		files = append(files, uintptr(fd))
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
			files[fd] = ^uintptr(0) // closed here, closed there
		}
	}
	pid, err = syscall.ForkExec(self, append([]string{os.Args[0]}, args...), &syscall.ProcAttr{
		Env: os.Environ(), Files: files, Sys: sys,
	})
	must(err, "start a child")
	return pid
}

// cutThen returns what is before the "then" that belongs to the mode before
// args, and what is after it.
func cutThen(args []string) (first, next []string) {
	open := 1
	for i, arg := range args {
		switch arg {
		case "spawn", "daemonise":
			open++
		case "then":
			if open--; open == 0 {
				return args[:i], args[i+1:]
			}
		}
	}
	fail("then is missing in %q", os.Args)
	return nil, nil
}

func spawn(args []string) (next []string) {
	first, next := cutThen(args[1:])
	for range number(args[0]) {
		start(first, nil)
	}
	return next
}

// daemonise starts a testchild as daemons start themselves: the process in
// between leads a new session and ends, so that the daemon is an orphan there
// and can never get a terminal.
func daemonise(args []string) (next []string) {
	first, next := cutThen(args)
	between := append([]string{"spawn", "1"}, first...)
	pid := start(append(between, "then", "exit", "0"), &syscall.SysProcAttr{Setsid: true})
	_, err := syscall.Wait4(pid, nil, 0, nil)
	must(err, "wait for the process in between")
	return next
}

func waitForChildren() {
	for {
		if _, err := syscall.Wait4(-1, nil, 0, nil); err == syscall.ECHILD {
			return
		}
	}
}

// orphans forks n processes and does not wait for them.
//
//go:norace
func orphans(n int, over time.Duration) {
	runtime.LockOSThread()
	for i := range n {
		nap := unix.NsecToTimespec(int64(over) * int64(i) / int64(n))
		// No function may be called in the child: what this thread needs of the
		// runtime is in the parent.
		pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			fail("fork: %v", errno)
		}
		if pid == 0 {
			syscall.RawSyscall(syscall.SYS_SETPGID, 0, 0, 0)
			syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&nap)), 0, 0)
			syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
}

// awaitReaped waits until our parent has buried all orphans.
func awaitReaped(limit time.Duration) {
	waitForChildren()
	var left []string
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if left = siblings(); len(left) == 0 {
			fmt.Println("reaped")
			return
		}
	}
	fmt.Println("left:", strings.Join(left, ", "))
	os.Exit(1)
}

// siblings describes the children of our parent that are dead, or forked from
// a testchild. Others, such as logwrap's router, are its own business.
func siblings() (found []string) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	if len(stats) == 0 {
		return []string{"/proc is not there"}
	}
	parent, self := strconv.Itoa(os.Getppid()), strconv.Itoa(os.Getpid())
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // gone meanwhile
		}
		// pid (command) state parent …, where the command may hold anything
		pid := filepath.Base(filepath.Dir(name))
		command := stat[bytes.IndexByte(stat, '(')+1 : bytes.LastIndexByte(stat, ')')]
		rest := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if rest[1] == parent && pid != self && (rest[0] == "Z" || strings.HasPrefix(string(command), "testchild")) {
			found = append(found, pid+" "+rest[0])
		}
	}
	return found
}

func watchParent() {
	for last := 0; ; time.Sleep(5 * time.Millisecond) {
		if now := os.Getppid(); now != last {
			fmt.Println("parent", now)
			last = now
		}
	}
}
