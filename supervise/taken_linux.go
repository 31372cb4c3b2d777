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
// them some 1.5 ms by which every app would start later. The signals that mean
// nothing to the Go runtime are therefore caught by a few instructions of our
// own, takeEntry, which leave a mark and ring a bell.
var (
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
type taken struct{ bell *os.File }

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
	return swapAction(sig, &action, nil) == nil
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
