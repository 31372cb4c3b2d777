//go:build !linux || !(amd64 || arm64)

package supervise

import "syscall"

func noteSenders(...syscall.Signal) {}

func lastSender(syscall.Signal) (Sender, bool) { return Sender{}, false }
