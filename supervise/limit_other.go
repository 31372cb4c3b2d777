//go:build !linux

package supervise

import "syscall"

// apply is for Linux: elsewhere limits are others, and of other types.
func (l Limit) apply() error { return syscall.ENOTSUP }
