//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// deadline bounds what must happen, however slow the machine.
const deadline = 20 * time.Second

// place is where logwrap runs: somewhere, or as PID 1 of a PID namespace.
type place bool

const (
	somewhere place = false
	pid1      place = true
)

func (p place) String() string {
	if p == pid1 {
		return "as PID 1"
	}
	return "not as PID 1"
}

// inBothPlaces runs test not as PID 1 and, if the kernel lets us, as PID 1.
func inBothPlaces(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Parallel()
	t.Run(somewhere.String(), func(t *testing.T) {
		t.Parallel()
		test(t, somewhere)
	})
	asPID1(t, test)
}

// asPID1 runs test as PID 1, or says loudly why not.
func asPID1(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Run(pid1.String(), func(t *testing.T) {
		t.Parallel()
		if err := tryNamespace(t); err != nil {
			t.Logf("NOT RUN: %s: no PID namespace with a /proc of its own here: %v", t.Name(), err)
			return
		}
		test(t, pid1)
	})
}

func tryNamespace(t *testing.T) error {
	t.Helper()
	cmd := exec.Command(testchild, "mountproc", "exit", "0")
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	newNamespaces(cmd.SysProcAttr)
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) > 0 {
		return fmt.Errorf("%w: %s", err, out)
	}
	return err
}

// newNamespaces asks for a PID namespace and mounts of its own.
func newNamespaces(attr *syscall.SysProcAttr) {
	attr.Cloneflags = syscall.CLONE_NEWPID | syscall.CLONE_NEWNS
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
}

// call is one call of logwrap.
type call struct {
	place
	flags   []string
	app     []string // what the app, a testchild, is to do
	command []string // another app instead
	before  []string // what the process that becomes logwrap does first, as testchild
	after   []string // ends what before began
	env     []string // besides ours
	dir     string
	stdin   *os.File   // nil: a pipe, see wrapper
	tty     *os.File   // the controlling terminal, and stdin
	screen  bool       // it is stdout, too
	extra   []*os.File // descriptors 3 and up
	bare    bool       // without logwrap, to compare
}

// does is a call of logwrap with flags, and an app that does what is said.
func (p place) does(flags string, app ...string) call {
	return call{place: p, flags: strings.Fields(flags), app: app}
}

func (c *call) args() (args []string) {
	app := append([]string{testchild}, c.app...)
	if c.command != nil {
		app = c.command
	}
	if !c.bare {
		app = slices.Concat([]string{binary}, c.flags, []string{"--"}, app)
	}
	before := slices.Clone(c.before)
	if c.place == pid1 {
		before = append([]string{"mountproc"}, before...)
	}
	if len(before) == 0 {
		return app
	}
	return slices.Concat([]string{testchild}, before, []string{"exec"}, app, c.after)
}

// markEnv marks all processes of a run, wherever they hide.
const markEnv = "CONFORMANCE_RUN"

// wrapper is a running logwrap.
type wrapper struct {
	t      testing.TB
	pid    int // as we see it
	mark   string
	cmd    *exec.Cmd
	stdin  *os.File // the app's, if the call does not say otherwise
	out    *output  // of stdout, and thereby the app's
	errors *output
	ended  chan struct{}
}

func (c *call) build() *exec.Cmd {
	sources.Do(lookAtSources)
	args := c.args()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(cleanEnviron(), c.env...)
	cmd.Dir, cmd.ExtraFiles = c.dir, c.extra
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // away from whoever's terminal
	if c.place == pid1 {
		newNamespaces(cmd.SysProcAttr)
	}
	return cmd
}

// code runs logwrap with an app that ends by itself and leaves nothing behind,
// and returns the exit code.
func (c call) code(t testing.TB) int {
	t.Helper()
	cmd := c.build()
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return -1
	}
	defer time.AfterFunc(deadline, func() { _ = cmd.Process.Kill() }).Stop()
	_ = cmd.Wait() // the state says it all
	return cmd.ProcessState.ExitCode()
}

// start starts logwrap. Whatever is left of it is killed at the test's end.
func (c call) start(t testing.TB) *wrapper {
	t.Helper()
	in, stdin := pipe(t)
	out, outEnd := pipe(t)
	errs, errEnd := pipe(t)
	if c.stdin != nil {
		in = c.stdin
	}
	cmd := c.build()
	w := &wrapper{t: t, cmd: cmd, stdin: stdin, out: newOutput(t, out), errors: newOutput(t, errs), ended: make(chan struct{})}
	w.mark = fmt.Sprintf("%s=%d/%s/%d", markEnv, os.Getpid(), t.Name(), time.Now().UnixNano())
	cmd.Env = append(cmd.Env, w.mark)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, outEnd, errEnd
	if c.tty != nil {
		cmd.Stdin, cmd.SysProcAttr.Setctty = c.tty, true
	}
	if c.screen {
		cmd.Stdout = c.tty
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.pid = cmd.Process.Pid
	outEnd.Close()
	errEnd.Close()
	if c.stdin == nil {
		in.Close()
	}
	go func() {
		_ = cmd.Wait() // the state says it all
		close(w.ended)
	}()
	t.Cleanup(w.clear)
	return w
}

// clear kills everything of the run.
func (w *wrapper) clear() {
	w.t.Helper()
	_ = w.cmd.Process.Kill()
	<-w.ended
	eventually(w.t, "all processes of the run are gone", func() bool {
		left := w.processes()
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(left) == 0
	})
}

// cleanEnviron is our environment without what would configure logwrap.
func cleanEnviron() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		for _, prefix := range []string{"LOGWRAP_", "SENTRY_", "OTEL_", "ELASTICSEARCH_", "PYTHON", "NOTIFY_SOCKET=", markEnv} {
			if strings.HasPrefix(entry, prefix) {
				return true
			}
		}
		return false
	})
}

// signal sends a signal to logwrap.
func (w *wrapper) signal(sig syscall.Signal) {
	w.t.Helper()
	if err := w.cmd.Process.Signal(sig); err != nil {
		w.t.Fatalf("send signal %d: %v", sig, err)
	}
}

// wait waits for logwrap's end and returns its exit code.
func (w *wrapper) wait() int {
	w.t.Helper()
	select {
	case <-w.ended:
	case <-time.After(deadline):
		w.t.Fatalf("logwrap did not end; below it: %v", w.describe())
	}
	if ws := w.cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		w.t.Fatalf("logwrap itself was ended by signal %d", ws.Signal())
	}
	return w.cmd.ProcessState.ExitCode()
}

// expectCode waits for logwrap's end.
func (w *wrapper) expectCode(want int) {
	w.t.Helper()
	if got := w.wait(); got != want {
		w.t.Errorf("exit code %d, want %d; stderr: %s", got, want, w.errors.rest())
	}
}
