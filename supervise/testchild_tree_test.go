package supervise

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// treechild is a testchild with processes below it; false if mode is none of
// these.
func treechild(mode string, args []string) bool {
	switch mode {
	case "forest":
		forest(args)
	case "leaf":
		leaf(args)
	case "leave": // its child loses it
		startChild(args[0], &syscall.SysProcAttr{Setsid: args[1] == "setsid"}, args[2:]...)
	case "hopper":
		hop(number(args[0]))
	case "master":
		master(args)
	case "keeper": // waits for its child again and again
		fmt.Println(startChild(args[0], nil, args[1:]...))
		for {
			syscall.Wait4(-1, nil, 0, nil)
			time.Sleep(time.Millisecond)
		}
	case "turncoat": // stays what its parent is for a while, and then another program
		onSignal(syscall.SIGUSR1, args[0], func() { execOther(args[1]) })
	case "eat":
		eat(number(args[0]))
	default:
		return false
	}
	return true
}

// forest starts four processes: a child, one in a session of its own, and two
// orphans, one of them in such a session. All print who they are.
func forest(args []string) {
	startChild("leaf", nil, append([]string{"child"}, args...)...)
	startChild("leaf", &syscall.SysProcAttr{Setsid: true}, append([]string{"session"}, args...)...)
	for _, how := range []string{"plain", "setsid"} {
		pid := startChild("leave", nil, append([]string{"leaf", how, "orphan-" + how}, args...)...)
		syscall.Wait4(pid, nil, 0, nil)
	}
	leaf(append([]string{"root"}, args...))
}

// leaf says who it is, and then which signals it gets, if "talk" is what it is
// told; "deaf" ignores TERM, "exit" exits with code 3 on it.
func leaf(args []string) {
	c := make(chan os.Signal, 16)
	switch {
	case len(args) > 1 && args[1] == "talk":
		signal.Notify(c, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2)
	case len(args) > 1 && args[1] == "deaf":
		signal.Ignore(syscall.SIGTERM)
	case len(args) > 1 && args[1] == "exit":
		onSignal(syscall.SIGTERM, args[0], func() { os.Exit(3) })
	}
	fmt.Println(args[0], os.Getpid())
	for sig := range c {
		fmt.Println(args[0], SignalName(sig.(syscall.Signal)))
	}
}

const hopPause = 5 * time.Millisecond

// hop is a chain: each starts the next in a session of its own and ends. It
// breaks off by itself after n links.
func hop(n int) {
	if n > 0 {
		startChild("hopper", &syscall.SysProcAttr{Setsid: true}, fmt.Sprint(n-1))
		time.Sleep(hopPause) // there are two for a moment
	}
}

// master starts a worker for each of the arguments after the first two, and a
// helper, which is another program; it waits for them if the first one says so.
func master(args []string) {
	for i, how := range args[2:] {
		if how == "late" {
			startChild("turncoat", nil, fmt.Sprint(i), args[1])
		} else {
			startChild("leaf", nil, fmt.Sprint(i), how)
		}
	}
	pid, err := syscall.ForkExec(args[1], []string{"helper", "60"}, &syscall.ProcAttr{Files: []uintptr{0, 1, 2}})
	if err != nil {
		panic(err)
	}
	fmt.Println("helper", pid)
	for args[0] == "wait" {
		syscall.Wait4(-1, nil, 0, nil)
		time.Sleep(time.Millisecond)
	}
	select {}
}

// onSignal says who it is, and calls f when sig comes.
func onSignal(sig syscall.Signal, name string, f func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, sig)
	fmt.Println(name, os.Getpid())
	<-c
	f()
}

func execOther(path string) {
	panic(syscall.Exec(path, []string{"helper", "60"}, nil))
}

// eat waits for its input's end and then uses n MiB of memory, all of it.
func eat(n int) {
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
	var kept [][]byte
	for range n {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 512 {
			block[i] = 1
		}
		kept = append(kept, block)
	}
	fmt.Println("ate", len(kept))
}
