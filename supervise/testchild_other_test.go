//go:build !linux

package supervise

import (
	"os"
	"syscall"
)

func killSelf(sig syscall.Signal) {
	syscall.Kill(os.Getpid(), sig)
	select {}
}

func orphans(n int) {
	for range n {
		if _, err := syscall.ForkExec(self(), []string{"testchild", "0"}, &syscall.ProcAttr{Env: childEnv("exit")}); err != nil {
			panic(err)
		}
	}
}

func startBrood([]string) { panic("needs /proc and a subreaper") }
