package supervise

import (
	"context"
	"fmt"
	"syscall"
)

// printSenders is a testchild that says who sent what, until USR1 comes.
func printSenders() {
	s := NewSignals()
	go s.Run(context.Background())
	fmt.Println("ready")
	for sig := range s.C() {
		sender, ok := s.Sender(sig)
		if !ok {
			fmt.Println(SignalName(sig), "from somebody")
		} else {
			fmt.Println(SignalName(sig), "from", sender.PID, sender.Kernel, sender.Command() != "")
		}
		if sig == syscall.SIGUSR1 {
			return
		}
	}
}
