//go:build linux

package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

type resource struct {
	name   string
	number int
}

// resources are the limits of prlimit(1), by its names.
var resources = []resource{
	{"as", unix.RLIMIT_AS}, {"core", unix.RLIMIT_CORE}, {"cpu", unix.RLIMIT_CPU}, {"data", unix.RLIMIT_DATA},
	{"fsize", unix.RLIMIT_FSIZE}, {"locks", unix.RLIMIT_LOCKS}, {"memlock", unix.RLIMIT_MEMLOCK},
	{"msgqueue", unix.RLIMIT_MSGQUEUE}, {"nice", unix.RLIMIT_NICE}, {"nofile", unix.RLIMIT_NOFILE},
	{"nproc", unix.RLIMIT_NPROC}, {"rss", unix.RLIMIT_RSS}, {"rtprio", unix.RLIMIT_RTPRIO},
	{"rttime", unix.RLIMIT_RTTIME}, {"sigpending", unix.RLIMIT_SIGPENDING}, {"stack", unix.RLIMIT_STACK},
}

// printFacts prints facts of these kinds, or all.
func printFacts(kinds []string) {
	wanted := func(kind string) bool { return len(kinds) == 0 || slices.Contains(kinds, kind) }
	for _, fact := range facts() {
		if kind, _, _ := strings.Cut(fact, " "); wanted(kind) {
			fmt.Println(fact)
		}
	}
}

func facts() (list []string) {
	add := func(kind string, values ...any) {
		list = append(list, kind+" "+strings.TrimSpace(fmt.Sprintln(values...)))
	}
	// First of all, before anything here opens a file.
	for fd := range 1024 {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			add("descriptor", fd)
		}
	}
	dir, err := os.Getwd()
	must(err, "get the working directory")
	add("directory", dir)
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	add("umask", fmt.Sprintf("%03o", mask))
	groups, err := os.Getgroups()
	must(err, "get the groups")
	slices.Sort(groups)
	add("id", os.Geteuid(), os.Getegid(), strings.Trim(strings.ReplaceAll(fmt.Sprint(groups), " ", ","), "[]"))
	add("process", os.Getpid(), os.Getppid(), syscall.Getpgrp(), session())
	for _, r := range resources {
		soft, hard := limit(r)
		add("limit", r.name, soft, hard)
	}
	add("ignored", statusField("SigIgn"))
	add("blocked", statusField("SigBlk"))
	add("deathsignal", deathSignal())
	for _, arg := range os.Args {
		add("argument", arg)
	}
	for _, entry := range slices.Sorted(slices.Values(os.Environ())) {
		add("environment", entry)
	}
	return list
}

// limit returns a limit as it was when this program was started.
func limit(r resource) (soft, hard string) {
	var l unix.Rlimit
	must(unix.Getrlimit(r.number, &l), "get a limit")
	if r.number == unix.RLIMIT_NOFILE {
		inheritedOpenFiles(&l)
	}
	text := func(n uint64) string {
		if n == unix.RLIM_INFINITY {
			return "unlimited"
		}
		return strconv.FormatUint(n, 10)
	}
	return text(l.Cur), text(l.Max)
}

// inheritedOpenFiles gets the limit of open files from before Go raised it for
// this process. Go gives it back to what it starts: to a process that is
// stopped before it runs at all.
func inheritedOpenFiles(l *unix.Rlimit) {
	runtime.LockOSThread() // it is the tracer
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"testchild"}, &syscall.ProcAttr{
		Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Ptrace: true},
	})
	must(err, "start a process to get the limit of open files from")
	var status syscall.WaitStatus
	_, err = syscall.Wait4(pid, &status, 0, nil)
	must(err, "wait for it to stop")
	must(unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, l), "get the limit of open files")
	must(syscall.Kill(pid, syscall.SIGKILL), "kill it")
	_, err = syscall.Wait4(pid, &status, 0, nil)
	must(err, "wait for its end")
}

func session() int {
	sid, err := unix.Getsid(0)
	must(err, "get the session")
	return sid
}

// deathSignal is asked of the main thread: signals of this kind belong to
// threads, and what is started by exec is the main thread. It is 0 on others.
func deathSignal() int32 {
	var sig int32
	must(unix.Prctl(unix.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&sig)), 0, 0, 0), "get the death signal")
	return sig
}

// statusField returns a field of /proc/self/status, "?" without a /proc.
func statusField(name string) string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "?"
	}
	_, rest, _ := strings.Cut(string(status), "\n"+name+":")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// printTerminal says what of a terminal there is.
func printTerminal() {
	for fd := range 3 {
		size, err := unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ)
		if err != nil {
			fmt.Println(fd, "no terminal")
			continue
		}
		fmt.Printf("%d terminal %dx%d\n", fd, size.Row, size.Col)
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		fmt.Println("controlling no\nforeground no")
		return
	}
	fmt.Println("controlling yes")
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	if err == nil && group == syscall.Getpgrp() {
		fmt.Println("foreground yes")
	} else {
		fmt.Println("foreground no")
	}
}
