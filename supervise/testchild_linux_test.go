package supervise

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// killSelf ends this process by sig's default action, past the Go runtime's
// handlers.
func killSelf(sig syscall.Signal) {
	runtime.LockOSThread()
	if err := swapAction(sig, &kernelAction{}, nil); err != nil && sig != syscall.SIGKILL {
		panic(err)
	}
	var unblock unix.Sigset_t
	unblock.Val[0] = 1 << (sig - 1)
	unix.PthreadSigmask(unix.SIG_UNBLOCK, &unblock, nil)
	unix.Tgkill(os.Getpid(), unix.Gettid(), sig)
	select {} // unreachable unless the signal does not end a process
}

// orphans forks n processes and ends without waiting for them; every second
// one lives on for a while.
//
//go:norace
func orphans(n int) {
	runtime.LockOSThread()
	pause := unix.Timespec{Nsec: 50e6}
	for i := range n {
		if pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0); pid == 0 && errno == 0 {
			if i%2 == 0 {
				syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&pause)), 0, 0)
			}
			syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
		} else if errno != 0 {
			panic(errno)
		}
	}
}

// broodSize is how many descendants a "brood" has that escaped it.
const broodSize = 3

// startBrood leaves grandchildren without parents in sessions of their own,
// which hold our output and are deaf to TERM unless the second argument is
// another mode. It prints their numbers, then "brood" when they are ready, and
// acts as the first argument says.
func startBrood(args []string) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	mode := "deaf"
	if len(args) > 1 {
		mode = args[1]
	}
	for range broodSize {
		startChild("setsid", nil, mode)
		syscall.Wait4(-1, nil, 0, nil)
	}
	for mode == "deaf" && countDeaf() < broodSize {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("brood")
	switch args[0] {
	case "exit":
	case "term":
		<-c
	case "stubborn":
		<-c
		fmt.Println("last line")
		select {}
	}
}

// countDeaf returns how many processes ignore TERM and have our output.
func countDeaf() (n int) {
	ours, _ := os.Readlink("/proc/self/fd/1")
	dirs, _ := os.ReadDir("/proc")
	for _, dir := range dirs {
		if _, err := strconv.Atoi(dir.Name()); err != nil {
			continue
		}
		theirs, _ := os.Readlink("/proc/" + dir.Name() + "/fd/1")
		status, _ := os.ReadFile("/proc/" + dir.Name() + "/status")
		_, rest, _ := bytes.Cut(status, []byte("\nSigIgn:"))
		line, _, _ := bytes.Cut(rest, []byte("\n"))
		mask, _ := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 64)
		if theirs == ours && mask&(1<<(syscall.SIGTERM-1)) != 0 {
			n++
		}
	}
	return n
}
