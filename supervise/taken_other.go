//go:build !linux || !(amd64 || arm64)

package supervise

import (
	"errors"
	"syscall"
)

// taken catches signals without signal.Notify, where there is a way to.
type taken struct{}

func newTaken() *taken { return nil }

func (*taken) take(syscall.Signal) bool { return false }

func (*taken) sender(syscall.Signal) (Sender, bool) { return Sender{}, false }

func (*taken) wait() (uint64, error) { return 0, errors.ErrUnsupported }

func (*taken) start() {}
func (*taken) stop()  {}
