//go:build linux && (amd64 || arm64)

package supervise

import (
	"sync/atomic"
	"syscall"
)

// The Go runtime does not hand on who sent a signal. Its handler is therefore
// preceded by signalEntry, a few instructions that note the sender from the
// siginfo_t the kernel passes (see sigaction(2)) and go on to the runtime's.
var (
	// senders holds for each signal what was noted of its last arrival: si_code in
	// the high half, si_pid in the low one. Written by signalEntry.
	senders [signalMax + 1]uint64
	// runtimeHandler is where signalEntry goes on: the runtime's handler, which is
	// the same one for all signals. Set before signalEntry is installed.
	runtimeHandler uintptr
	// noSender in senders says that nothing was noted.
	noSender uint64 = 1 << 63
)

// signalEntry is the handler. It must never be called.
func signalEntry()

// entryAddress returns the address of signalEntry's first instruction.
func entryAddress() uintptr

// The si_code of signals that a process has sent, and of one that none has: a key
// on a terminal, a terminal that went away, an alarm.
const (
	siUser   = 0
	siQueue  = -1
	siTkill  = -6
	siKernel = 0x80
)

// noteSenders makes the senders of these signals known from now on. They must
// have been caught by signal.Notify before; one that is caught anew later loses
// it, no more.
func noteSenders(signals ...syscall.Signal) {
	for _, sig := range signals {
		var action kernelAction
		if swapAction(sig, nil, &action) != nil {
			continue
		}
		handler := uintptr(action[0])
		if handler <= 1 || handler == entryAddress() || handler == takeAddress() {
			continue // default or ignored; or noted already
		}
		if runtimeHandler == 0 {
			runtimeHandler = handler
		}
		if handler != runtimeHandler {
			continue // somebody else's
		}
		action[0] = uint64(entryAddress())
		_ = swapAction(sig, &action, nil)
	}
}

// lastSender returns who sent the last sig that arrived; ok is false where that
// was not noted.
func lastSender(sig syscall.Signal) (s Sender, ok bool) {
	noted := atomic.LoadUint64(&senders[sig])
	if noted == noSender {
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
