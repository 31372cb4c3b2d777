//go:build !linux

package supervise

import "syscall"

// SignalTree sends sig to the process and its group, as there is no way here to
// find what has left the group. It returns 1, or 0 if the process has been
// reaped.
func (p *Process) SignalTree(sig syscall.Signal) int {
	if p.SignalGroup(sig) != nil {
		return 0
	}
	return 1
}
