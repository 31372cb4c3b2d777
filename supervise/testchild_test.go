package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// testchild is what a child of the tests does. It does not return.
func testchild(mode string, args []string) {
	// No child outlives a test run that was broken off.
	time.AfterFunc(3*deadline, func() { os.Exit(99) })
	switch mode {
	case "exit":
		os.Exit(number(args[0]))
	case "kill":
		noCore(args)
		killSelf(syscall.Signal(number(args[0])))
	case "pause":
		fmt.Println("ready")
		select {}
	case "eof": // ends with its input
		fmt.Println("ready")
		io.Copy(io.Discard, os.Stdin)
	case "signals":
		printSignals()
	case "term": // exits on TERM with the code given
		onTerm(number(args[0]))
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
		fmt.Println("ready", os.Getpid())
		select {}
	case "tree":
		tree(args)
	case "family":
		startChild("signals", nil)
		printSignals()
	case "orphans":
		orphans(number(args[0]))
	case "orphanage":
		startChild("orphans", nil, args...) // dies as our child: not the reaper's to bury
		syscall.Wait4(-1, nil, 0, nil)
		fmt.Println("ready")
		select {}
	case "setsid":
		setsidHolding()
	case "descriptors":
		printDescriptors()
	case "closefds":
		unix.Close(1)
		unix.Close(2)
		time.Sleep(20 * time.Millisecond)
		os.Exit(number(args[0]))
	case "ignored":
		fmt.Printf("ignored %x\n", ignoredByKernel())
		io.Copy(io.Discard, os.Stdin)
	case "nohup": // starts a wrapper that is to ignore some signals
		signal.Ignore(syscall.SIGHUP, syscall.SIGTTOU)
		err := syscall.Exec(self(), []string{"testchild"}, childEnv("wrap"))
		panic(err)
	case "wrap":
		wrapApp()
	case "shell":
		jobShell()
	case "senders":
		printSenders()
	case "count":
		count(args)
	default:
		panic("unknown mode " + mode)
	}
	os.Exit(0)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// noCore keeps a death by a core-dumping signal from leaving a file, unless a
// second argument asks for one.
func noCore(args []string) {
	limit := syscall.Rlimit{}
	syscall.Getrlimit(syscall.RLIMIT_CORE, &limit)
	limit.Cur = 0
	if len(args) > 1 {
		limit.Cur = limit.Max
	}
	syscall.Setrlimit(syscall.RLIMIT_CORE, &limit)
}

// printSignals prints what it receives until its input ends.
func printSignals() {
	c := make(chan os.Signal, 128)
	signal.Notify(c)
	// Its own URG, from its own runtime, would look like a forwarded one: it is
	// told apart by its sender, which signal.Notify hides, so the child makes
	// none by being idle, and the test looks for floods.
	fmt.Println("ready")
	eof := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(eof)
	}()
	for {
		select {
		case sig := <-c:
			fmt.Println(SignalName(sig.(syscall.Signal)))
		case <-eof:
			return
		}
	}
}

func onTerm(code int) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	fmt.Println("ready")
	<-c
	os.Exit(code)
}

// startChild starts a testchild that has our descriptors.
func startChild(mode string, sys *syscall.SysProcAttr, args ...string) (pid int) {
	pid, err := syscall.ForkExec(self(), append([]string{"testchild"}, args...), &syscall.ProcAttr{
		Env: childEnv(mode), Files: []uintptr{0, 1, 2}, Sys: sys,
	})
	if err != nil {
		panic(err)
	}
	return pid
}

// tree starts a stubborn grandchild in the same group, which prints its pid,
// and is stubborn too if its first argument says so.
func tree(args []string) {
	startChild("stubborn", nil)
	if args[0] == "stubborn" {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
	}
	fmt.Println("ready")
	select {}
}

// setsidHolding leaves a grandchild in a session of its own that holds stdout.
func setsidHolding() {
	fmt.Println(startChild("stubborn", &syscall.SysProcAttr{Setsid: true}))
}

// printDescriptors prints the descriptors it was given. Those its own runtime
// has opened are marked to be closed on exec, which no inherited one can be.
func printDescriptors() {
	for fd := range 512 {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			fmt.Println(fd)
		}
	}
}

// count appends a byte to a file, then acts as its second argument says.
func count(args []string) {
	f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	f.Write([]byte(strconv.Itoa(os.Getpid()) + "\n"))
	switch args[1] {
	case "exit":
		os.Exit(number(args[2]))
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		select {}
	case "term":
		onTerm(number(args[2]))
	case "eof":
		io.Copy(io.Discard, os.Stdin)
	}
}

// wrapApp is a small logwrap: it runs an App, with its own descriptors 0 to 2,
// and reports on descriptor 3.
func wrapApp() {
	signals := NewSignals()
	if err := BecomeSubreaper(); err != nil {
		panic(err)
	}
	syscall.CloseOnExec(3)
	out := os.NewFile(3, "report")
	var w wrapping
	if err := json.Unmarshal([]byte(os.Getenv("SUPERVISE_WRAPPING")), &w); err != nil {
		panic(err)
	}
	ctx := context.Background()
	reaper := NewReaper()
	go reaper.Run(ctx)
	go signals.Run(ctx)
	if w.Busy {
		keepBusy()
	}
	var rep report
	app := &App{
		Reaper: reaper, Signals: signals, StopTimeout: w.StopTimeout, StopSignals: w.StopSignals,
		Rewrite: w.Rewrite, ToGroup: w.ToGroup,
		Log: slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})),
		OnStop: func(_ syscall.Signal, n int) {
			rep.Counts = append(rep.Counts, n)
			time.Sleep(w.Slow)
		},
	}
	spec := Spec{
		Path: self(), Args: append([]string{"testchild"}, w.Args...), Env: childEnv(w.Mode),
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}, Group: w.Group,
	}
	if w.Terminal {
		spec.Terminal = ControllingTerminal()
	}
	if w.Timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, w.Timeout)
		defer cancel()
		ctx = limited
	}
	result, err := app.Run(ctx, spec)
	if err != nil {
		os.Exit(ExitCodeOf(err))
	}
	rep.Result, rep.Crashed, rep.Requested = result, result.Crashed(), result.StopRequested()
	json.NewEncoder(out).Encode(rep)
	os.Exit(result.ExitCode())
}

// jobShell is a shell with job control: it runs a wrapper as a foreground job,
// takes the terminal back when the job stops, and brings it to the foreground.
func jobShell() {
	reaper := NewReaper()
	go reaper.Run(context.Background())
	tty := ControllingTerminal()
	syscall.CloseOnExec(3)
	job, err := reaper.Start(Spec{
		Path: self(), Args: []string{"testchild"}, Env: childEnv("wrap"), Terminal: tty,
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, os.NewFile(3, "report")},
	})
	if err != nil {
		panic(err)
	}
	for {
		select {
		case <-job.Done():
			os.Exit(job.Status().ExitCode())
		case <-job.Stopped():
			if err := moveForeground(tty, job.Pid(), syscall.Getpgrp()); err != nil {
				panic(err)
			}
			fmt.Println("stopped")
			if err := moveForeground(tty, syscall.Getpgrp(), job.Pid()); err != nil {
				panic(err)
			}
			job.SignalGroup(syscall.SIGCONT)
			fmt.Println("continued")
		}
	}
}

// keepBusy makes the runtime send itself URG, to preempt loops for the
// collector.
func keepBusy() {
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for i := 0; ; i++ {
				if i < 0 {
					panic("overflow")
				}
			}
		}()
	}
	go func() {
		for {
			runtime.GC()
		}
	}()
}
