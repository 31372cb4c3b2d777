package supervise

import (
	"os"
	"runtime"
	"syscall"
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
