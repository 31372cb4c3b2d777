//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelAction holds a struct sigaction of rt_sigaction(2): the handler first.
// It has space to spare.
type kernelAction [8]uint64

const ignoreHandler = 1 // SIG_IGN; SIG_DFL is 0

func setAction(sig syscall.Signal, action *kernelAction) error {
	return swapAction(sig, action, nil)
}

func swapAction(sig syscall.Signal, next, before *kernelAction) error {
	const maskSize = 8
	_, _, errno := syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(next)), uintptr(unsafe.Pointer(before)), maskSize, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// killSelf ends this process by sig's default action, past the Go runtime's
// handlers. A signal that ends no process makes it exit with code 0.
func killSelf(sig syscall.Signal) {
	runtime.LockOSThread()
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	_ = setAction(sig, &kernelAction{}) // KILL and STOP refuse, and need it not
	var set unix.Sigset_t
	set.Val[0] = 1 << (sig - 1)
	must(unix.PthreadSigmask(unix.SIG_UNBLOCK, &set, nil), "unblock a signal")
	must(unix.Tgkill(os.Getpid(), unix.Gettid(), sig), "signal itself")
}

// pause gives every signal that is not ignored its default action, which Go's
// runtime has replaced, and waits to be ended by one.
func pause() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	for sig := syscall.Signal(1); sig <= 64; sig++ {
		var before kernelAction
		if swapAction(sig, nil, &before) == nil && before[0] != ignoreHandler {
			_ = setAction(sig, &kernelAction{}) // KILL and STOP have no other
		}
	}
	fmt.Println("ready")
	select {}
}

// printSignals prints the numbers of the signals received.
func printSignals(untilEOF bool) {
	received := make(chan os.Signal, 1024)
	signal.Notify(received)
	fmt.Println("ready")
	eof := make(chan struct{})
	if untilEOF {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			close(eof)
		}()
	}
	for {
		select {
		case sig := <-received:
			if sig != syscall.SIGURG {
				fmt.Printf("signal %d\n", sig)
			}
		case <-eof:
			return
		}
	}
}

func printUrgent() {
	received := make(chan os.Signal, 1024)
	signal.Notify(received, syscall.SIGURG)
	fmt.Println("ready")
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		signal.Stop(received)
		close(received)
	}()
	for sig := range received {
		fmt.Printf("signal %d\n", sig)
	}
}

func exitOn(sig syscall.Signal, code int) {
	awaitSignal(sig)
	os.Exit(code)
}

func awaitSignal(sig syscall.Signal) {
	received := make(chan os.Signal, 1)
	signal.Notify(received, sig)
	fmt.Println("ready")
	<-received
}
