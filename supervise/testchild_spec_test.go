package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// specChild is what a child of the tests of Spec, the launcher and PTYs does.
func specChild(mode string, args []string) {
	switch mode {
	case "launch":
		fmt.Fprintln(os.Stderr, "testchild:", Launch(args))
		os.Exit(125)
	case "facts":
		printFacts()
	case "ignoring": // executes the command with some signals ignored
		signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGTTOU)
		panic(syscall.Exec(self(), append([]string{"testchild"}, args...), childEnv("starter")))
	case "starter": // what Start does for a program that was started so
		startCat(args)
	case "mortal":
		mortal(args)
	case "parent":
		startChild("orphaned", nil)
		select {}
	case "orphaned":
		orphaned()
	case "late": // asks for the death of a parent that is not there any more
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGUSR1)
		if err := armDeathSignal(syscall.SIGUSR1, os.Getppid()+1); err != nil {
			panic(err)
		}
		fmt.Println(SignalName((<-c).(syscall.Signal)))
	case "reopen":
		reopen()
	case "unprivileged":
		unprivileged(args)
	case "tty":
		printTTY()
	case "flood":
		flood(number(args[0]))
	default:
		panic("unknown mode " + mode)
	}
}

// facts are what a program can learn about how it was started.
type facts struct {
	Args     []string // quoted
	Env      string   // as the kernel has it, quoted
	UID, GID int
	EUID     int
	Groups   []int
	Umask    int
	Dir      string
	SID, PID int
	FDs      []int
}

func printFacts() {
	var f facts
	for _, arg := range os.Args {
		f.Args = append(f.Args, fmt.Sprintf("%q", arg))
	}
	environ, err := os.ReadFile("/proc/self/environ")
	if err != nil {
		environ = []byte(strings.Join(os.Environ(), "\x00"))
	}
	f.Env = fmt.Sprintf("%q", environ)
	f.UID, f.GID, f.EUID = os.Getuid(), os.Getgid(), os.Geteuid()
	f.Groups, _ = os.Getgroups()
	f.Umask = syscall.Umask(0)
	f.Dir, _ = os.Getwd()
	f.SID, _ = unix.Getsid(0)
	f.PID = os.Getpid()
	for fd := range 512 {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			f.FDs = append(f.FDs, fd)
		}
	}
	json.NewEncoder(os.Stdout).Encode(f)
}

// startCat starts a program that prints the file $CAT, with our stdout, as
// the user $AS.
func startCat(args []string) {
	reaper := NewReaper()
	go reaper.Run(context.Background())
	spec := Spec{Path: "cat", Args: []string{"cat", os.Getenv("CAT")}, Files: []*os.File{nil, os.Stdout, os.Stderr}}
	if user := os.Getenv("AS"); user != "" {
		spec.Credential = &Credential{UID: uint32(number(user)), GID: uint32(number(user))}
	}
	if args[0] == "launched" {
		os.Setenv(modeEnv, "launch")
		spec = throughLauncher(spec)
	}
	p, err := reaper.Start(spec)
	if err != nil {
		panic(err)
	}
	<-p.Done()
	os.Exit(p.Status().ExitCode())
}

// throughLauncher makes spec need a launcher without changing what comes out.
// The environment must say that a testchild is one.
func throughLauncher(spec Spec) Spec {
	var core syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &core); err != nil {
		panic(err)
	}
	spec.Launcher = []string{self()}
	spec.Limits = append(spec.Limits, Limit{Name: "core", Soft: uint64(core.Cur), Hard: uint64(core.Max)})
	return spec
}

// mortal starts a child that gets a signal when we end, from a thread that ends
// at once, and ends many more before it says ready.
func mortal(args []string) {
	reaper := NewReaper()
	go reaper.Run(context.Background())
	spec := child("signals")
	spec.Files = []*os.File{os.Stdin, os.Stdout, os.Stderr}
	spec.DeathSignal = syscall.SIGUSR1
	if args[0] == "launched" {
		os.Setenv(modeEnv, "launch")
		spec = throughLauncher(spec)
	}
	if len(args) > 1 {
		spec.Path = args[1]
		spec.Credential = &Credential{UID: someUser, GID: someUser}
	}
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		_, err := reaper.Start(spec)
		failed <- err
	}()
	if err := <-failed; err != nil {
		panic(err)
	}
	churnThreads()
	fmt.Println("churned")
	select {}
}

// churnThreads starts threads and ends them.
func churnThreads() {
	for range 50 {
		done := make(chan struct{})
		for range 4 {
			go func() {
				runtime.LockOSThread()
				done <- struct{}{}
			}()
		}
		for range 4 {
			<-done
		}
	}
}

// orphaned prints signals, one of them at its parent's end.
func orphaned() {
	failed := make(chan error)
	go func() {
		runtime.LockOSThread()
		failed <- ParentDeathSignal(syscall.SIGUSR1)
	}()
	if err := <-failed; err != nil {
		panic(err)
	}
	churnThreads()
	printSignals()
}

// reopen writes to stdout opened once more by its name.
func reopen() {
	out, err := os.OpenFile("/dev/stdout", os.O_WRONLY, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	out.WriteString("reopened\n")
}

// unprivileged tries to become root.
func unprivileged(args []string) {
	reaper := NewReaper()
	go reaper.Run(context.Background())
	spec := Spec{Path: self(), Credential: &Credential{UID: 0, GID: 0}, Env: []string{}}
	if args[0] == "launched" {
		os.Setenv(modeEnv, "launch")
		spec = throughLauncher(spec)
	}
	_, err := reaper.Start(spec)
	start, ok := err.(*StartError)
	if !ok {
		panic(err)
	}
	fmt.Printf("%d %s\n%s\n", start.ExitCode(), start.Error(), start.Hint())
}

// printTTY says which of its descriptors are terminals, whether one controls it,
// and how large that is.
func printTTY() {
	for fd := range 3 {
		fmt.Print(isTerminal(os.NewFile(uintptr(fd), "")), " ")
	}
	tty := ControllingTerminal()
	fmt.Print(tty != nil)
	if size, err := unix.IoctlGetWinsize(1, unix.TIOCGWINSZ); err == nil {
		fmt.Printf(" %dx%d", size.Col, size.Row)
	}
	fmt.Println()
}

// flood writes numbered lines of 64 bytes, and is gone at once.
func flood(lines int) {
	var all strings.Builder
	for i := range lines {
		fmt.Fprintf(&all, "%063d\n", i)
	}
	if _, err := io.WriteString(os.Stdout, all.String()); err != nil {
		time.Sleep(time.Hour)
	}
	unix.Exit(0)
}
