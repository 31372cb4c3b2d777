//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// signal.Notify takes two switches between threads for each signal: for all of
// them some 1.5 ms by which every app would start later. Nor does it hand on who
// sent a signal. The signals that mean nothing to the Go runtime are therefore
// caught by a few instructions of our own, takeEntry, which note the sender from
// the siginfo_t the kernel passes (see sigaction(2)), leave a mark and ring a
// bell.
var (
	// senders holds for each signal what was noted of its last arrival: si_code in
	// the high half, si_pid in the low one. Set by takeEntry.
	senders [signalMax + 1]uint64
	// noSender in senders says that nothing was noted.
	noSender uint64 = 1 << 63
	// arrived has a bit for each signal that has come and was not taken yet, from
	// signal 1 up. Set by takeEntry.
	arrived uint64
	// doorbell is the eventfd that takeEntry adds to. Set before takeEntry is
	// installed, and never closed: a handler can't be told that it was.
	doorbell int32
)

// takeEntry is the handler. It must never be called.
func takeEntry()

// takeAddress returns the address of takeEntry's first instruction.
func takeAddress() uintptr

// taken is the reading side of takeEntry; there is one per program.
type taken struct {
	bell *os.File
	set  uint64 // what is taken, a bit for each signal from signal 1 up
}

func (t *taken) has(sig syscall.Signal) bool { return t.set&(1<<(sig-1)) != 0 }

// newTaken returns nil where there is no eventfd.
func newTaken() *taken {
	for sig := range senders {
		atomic.StoreUint64(&senders[sig], noSender)
	}
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil
	}
	atomic.StoreInt32(&doorbell, int32(fd))
	return &taken{bell: os.NewFile(uintptr(fd), "signals")}
}

// take catches sig. It reports false if that is signal.Notify's business: for
// what the runtime understands by itself, faults above all, and for what the
// runtime has left at its default action.
func (t *taken) take(sig syscall.Signal) bool {
	switch sig {
	case syscall.SIGILL, syscall.SIGTRAP, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGSEGV, syscall.SIGSTKFLT, syscall.SIGSYS:
		return false
	}
	var action kernelAction
	if t == nil || swapAction(sig, nil, &action) != nil || action[0] <= 1 {
		return false
	}
	// The rest of the action stays as the runtime has set it: a stack of its own,
	// everything blocked meanwhile, interrupted calls continued.
	action[0] = uint64(takeAddress())
	if swapAction(sig, &action, nil) != nil {
		return false
	}
	t.set |= 1 << (sig - 1)
	return true
}

// wait returns the signals that have come since it last did, a bit each from
// signal 1 up. It blocks until there is one, or until stop.
func (t *taken) wait() (uint64, error) {
	var count [8]byte
	if _, err := t.bell.Read(count[:]); err != nil {
		return 0, fmt.Errorf("wait for signals: %w", err)
	}
	return atomic.SwapUint64(&arrived, 0), nil
}

// start lets wait block, stop lets it return with an error.
func (t *taken) start() { _ = t.bell.SetReadDeadline(time.Time{}) }
func (t *taken) stop()  { _ = t.bell.SetReadDeadline(time.Unix(1, 0)) }

// The si_code of signals that a process has sent, and of one that none has: a key
// on a terminal, a terminal that went away, an alarm.
const (
	siUser   = 0
	siQueue  = -1
	siTkill  = -6
	siKernel = 0x80
)

// sender returns who sent the last sig that was taken; ok is false where that was
// not noted.
func (t *taken) sender(sig syscall.Signal) (s Sender, ok bool) {
	noted := atomic.LoadUint64(&senders[sig])
	if t == nil || !t.has(sig) || noted == noSender {
		return Sender{}, false
	}
	switch int32(noted >> 32) {
	case siKernel:
		return Sender{Kernel: true}, true
	case siUser, siQueue, siTkill:
		return Sender{PID: int(uint32(noted))}, true
	}
	return Sender{}, false // a timer's, or of input and output: there is no pid
}
