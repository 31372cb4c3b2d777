//go:build !linux

package supervise

// state would read what the kernel says about a process; here there is no file
// to read it from.
func (p *Process) state() processState { return processState{} }
