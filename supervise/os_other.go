//go:build !linux

package supervise

import (
	"errors"
	"fmt"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	maxRSSUnit = 1 // getrusage(2) on macOS: bytes

	signalMax   = 31
	realtimeMin = 0
	realtimeMax = 0
)

// BecomeSubreaper makes this process the parent of descendants that lose
// theirs, as PID 1 is by birth, so that they can be reaped and do not outlive
// it unseen. Where there is no such thing it does nothing.
func BecomeSubreaper() error { return nil }

func setDeathSignal(_ *syscall.SysProcAttr, sig syscall.Signal) error {
	if sig == 0 {
		return nil
	}
	return fmt.Errorf("death signal: not on this system: %w", errors.ErrUnsupported)
}

// ParentDeathSignal makes the kernel send sig to this process when its parent
// ends. Here there is no such thing, and it returns an error.
func ParentDeathSignal(sig syscall.Signal) error {
	return fmt.Errorf("ask for %s at the parent's end: %w", SignalName(sig), errors.ErrUnsupported)
}

func armDeathSignal(syscall.Signal, int) error { return nil }

// sealDescriptors marks every descriptor above 2 to be closed on exec, also
// those we inherited without the mark.
func sealDescriptors() { sealOpenDescriptors("/dev/fd") }

// stopSelf stops this process as the terminal's stop key would. It does nothing
// unless our parent leads another job of the same session, as a shell does:
// somebody must be there to continue us.
func stopSelf() {
	parent := syscall.Getppid()
	group, err := syscall.Getpgid(parent)
	if err != nil || group == syscall.Getpgrp() {
		return
	}
	theirs, err := unix.Getsid(parent)
	if ours, ownErr := unix.Getsid(0); err == nil && ownErr == nil && theirs == ours {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
	}
}

// withoutTTOU runs f while TTOU is ignored: a background process may then
// change the terminal's foreground group. TTOU is not forwarded afterwards.
func withoutTTOU(f func() error) error {
	signal.Ignore(syscall.SIGTTOU)
	return f()
}

func ignoredByKernel() uint64 { return 0 }
