//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// prepare does a mode that is followed by another and returns that.
func prepare(mode string, args []string) (next []string) {
	switch mode {
	case "setsid":
		_, err := syscall.Setsid()
		must(err, mode)
		return args
	case "setpgid":
		must(syscall.Setpgid(0, 0), mode)
		return args
	case "foreground":
		takeForeground()
		return args
	case "subreaper":
		must(unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), mode)
		return args
	case "mountproc":
		mountProc()
		return args
	case "send":
		send(argument(args, 0), signalNumber(argument(args, 1)))
		return args[2:]
	case "eof":
		_, err := io.Copy(io.Discard, os.Stdin)
		must(err, "read stdin")
		return args
	case "write":
		write(argument(args, 0), argument(args, 1))
		return args[2:]
	case "spawn":
		return spawn(args)
	case "daemonise":
		return daemonise(args)
	}
	prepareWith(mode, argument(args, 0))
	return args[1:]
}

// prepareWith does a mode that has one argument.
func prepareWith(mode, value string) {
	switch mode {
	case "ignore":
		for _, sig := range signalNumbers(value) {
			must(setAction(sig, &kernelAction{ignoreHandler}), mode)
		}
	case "block":
		block(signalNumbers(value))
	case "close":
		for _, fd := range signalNumbers(value) {
			must(syscall.Close(int(fd)), mode)
		}
	case "limit":
		setLimit(value)
	case "deathsignal":
		runtime.LockOSThread() // it is the thread's
		must(unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(number(value)), 0, 0, 0), mode)
	case "say":
		fmt.Println(value)
	case "delay":
		time.Sleep(duration(value))
	case "upon":
		awaitSignal(signalNumber(value))
	}
}

// mountProc replaces /proc by one of our own PID namespace; the mount is ours
// alone.
func mountProc() {
	must(syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""), "keep mounts to ourselves")
	must(syscall.Mount("proc", "/proc", "proc", syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC, ""), "mount /proc")
}

// takeForeground does what shells do in a child that is to be the foreground
// job.
func takeForeground() {
	must(syscall.Setpgid(0, 0), "lead a process group")
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	must(err, "open the terminal")
	var ignore, before kernelAction
	ignore[0] = ignoreHandler
	must(swapAction(syscall.SIGTTOU, &ignore, &before), "ignore TTOU")
	must(unix.IoctlSetPointerInt(int(tty.Fd()), unix.TIOCSPGRP, os.Getpid()), "take the foreground")
	must(setAction(syscall.SIGTTOU, &before), "restore TTOU")
	must(tty.Close(), "close the terminal")
}

func write(path, text string) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	must(err, "open")
	_, err = f.WriteString(text + "\n")
	must(err, "write")
	must(f.Close(), "close")
}

func send(to string, sig syscall.Signal) {
	pid := os.Getppid()
	if to != "parent" {
		pid = number(to)
	}
	must(syscall.Kill(pid, sig), "send a signal")
}

// block blocks signals in this thread, which becomes the next program's only one.
func block(signals []syscall.Signal) {
	runtime.LockOSThread()
	var set unix.Sigset_t
	for _, sig := range signals {
		set.Val[0] |= 1 << (sig - 1)
	}
	must(unix.PthreadSigmask(unix.SIG_BLOCK, &set, nil), "block signals")
}

func setLimit(value string) {
	name, limits, _ := strings.Cut(value, "=")
	var limit unix.Rlimit
	if _, err := fmt.Sscanf(limits, "%d:%d", &limit.Cur, &limit.Max); err != nil {
		fail("read the limit %q: %v", value, err)
	}
	i := slices.IndexFunc(resources, func(r resource) bool { return r.name == name })
	if i < 0 {
		fail("no limit is called %q", name)
	}
	if name == "nofile" { // syscall's keeps Go from undoing it at the next exec
		must(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: limit.Cur, Max: limit.Max}), "set a limit")
		return
	}
	must(unix.Setrlimit(resources[i].number, &limit), "set a limit")
}

// become replaces this program by another, which inherits what is ignored and
// blocked.
func become(args []string) {
	path := argument(args, 0)
	if !strings.Contains(path, "/") {
		for dir := range strings.SplitSeq(os.Getenv("PATH"), ":") {
			if info, err := os.Stat(dir + "/" + path); err == nil && info.Mode()&0o111 != 0 {
				path = dir + "/" + path
				break
			}
		}
	}
	must(syscall.Exec(path, args, os.Environ()), "become "+path)
}
