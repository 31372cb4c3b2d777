package supervise

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	maxRSSUnit = 1024 // getrusage(2): kilobytes

	signalMax   = 64
	realtimeMin = 34 // 32 and 33 belong to the C library
	realtimeMax = 64
)

// BecomeSubreaper makes this process the parent of descendants that lose
// theirs, as PID 1 is by birth, so that they can be reaped and do not outlive
// it unseen. Where there is no such thing it does nothing.
func BecomeSubreaper() error {
	if os.Getpid() == 1 {
		return nil
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become subreaper: %w", err)
	}
	return nil
}

// setDeathSignal makes the kernel send sig to the child when the thread that
// forks it ends; see forker.
func setDeathSignal(sys *syscall.SysProcAttr, sig syscall.Signal) error {
	if sig < 0 || sig > signalMax {
		return fmt.Errorf("death signal %d: %w", int(sig), syscall.EINVAL)
	}
	sys.Pdeathsig = sig
	return nil
}

// ParentDeathSignal makes the kernel send sig to this process when its parent
// ends; 0 means no longer. If the parent ends during the call, the signal is sent
// too. A thread of the parent counts as the parent if it is the one that
// started us.
//
// The kernel keeps the request with the thread that made it, so one is set aside
// for as long as the process lives.
func ParentDeathSignal(sig syscall.Signal) error {
	parent := os.Getppid()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		done <- armDeathSignal(sig, parent)
		select {}
	}()
	if err := <-done; err != nil {
		return fmt.Errorf("ask for %s at the parent's end: %w", SignalName(sig), err)
	}
	return nil
}

// armDeathSignal asks for sig at the end of parent, for as long as the calling
// thread lives. A parent that is gone already would never be reported.
func armDeathSignal(sig syscall.Signal, parent int) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(sig), 0, 0, 0); err != nil {
		return err
	}
	if sig != 0 && os.Getppid() != parent {
		return syscall.Kill(os.Getpid(), sig)
	}
	return nil
}

// sealDescriptors marks every descriptor above 2 to be closed on exec, also
// those we inherited without the mark. Linux before 5.11 lacks the one call.
func sealDescriptors() {
	if unix.CloseRange(3, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC) != nil {
		sealOpenDescriptors("/proc/self/fd")
	}
}

// stopSelf stops this process as the terminal's stop key would, and returns
// when it is continued: at once if the kernel finds that nobody could do so,
// and discards the signal.
//
// The signal needs its default action meanwhile, which the Go runtime does not
// give back to one it has caught. It goes to the calling thread, not to the
// process: only then can that thread not run on for a moment.
func stopSelf() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var standard, ours kernelAction
	if swapAction(syscall.SIGTSTP, &standard, &ours) != nil {
		return
	}
	_ = unix.Tgkill(os.Getpid(), unix.Gettid(), syscall.SIGTSTP)
	_ = swapAction(syscall.SIGTSTP, &ours, nil)
}

// kernelAction holds a struct sigaction of rt_sigaction(2), which is never
// looked into; its zero value is the default action. It has space to spare.
type kernelAction [8]uint64

func swapAction(sig syscall.Signal, next, before *kernelAction) error {
	const maskSize = 8
	_, _, errno := syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(next)), uintptr(unsafe.Pointer(before)), maskSize, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// withoutTTOU runs f on a thread that has TTOU blocked: a background process
// may then change the terminal's foreground group.
func withoutTTOU(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var block, before unix.Sigset_t
	block.Val[0] = 1 << (unix.SIGTTOU - 1)
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &block, &before); err != nil {
		return err
	}
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	return f()
}

// ignoredByKernel returns which signals are ignored, one bit each from signal
// 1. It sees those for which the Go runtime does not remember it (TSTP, TTIN,
// TTOU, CONT, WINCH); 0 if /proc is not there.
func ignoredByKernel() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("\nSigIgn:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	mask, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 64)
	if err != nil {
		return 0
	}
	return mask
}
