package supervise

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestExitCodes starts a process for every exit code, many at a time, so that
// their ends run together in few SIGCHLDs.
func TestExitCodes(t *testing.T) {
	const atOnce = 32
	var running []*Process
	for code := range 256 {
		running = append(running, start(t, child("exit", strconv.Itoa(code))))
		if len(running) < atOnce {
			continue
		}
		for i, p := range running {
			want := code - atOnce + 1 + i
			s := wait(t, p)
			if s.ExitCode() != want || s.Code != want || s.Signal != 0 {
				t.Errorf("exit %d: %+v", want, s)
			}
			if want := "exited with code " + strconv.Itoa(want); s.String() != want {
				t.Errorf("String() = %q, want %q", s, want)
			}
		}
		running = running[:0]
	}
}

func TestDeathBySignal(t *testing.T) {
	for _, sig := range []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGILL, syscall.SIGTRAP, syscall.SIGABRT,
		syscall.SIGBUS, syscall.SIGFPE, syscall.SIGKILL, syscall.SIGUSR1, syscall.SIGSEGV, syscall.SIGUSR2,
		syscall.SIGPIPE, syscall.SIGALRM, syscall.SIGTERM, syscall.SIGSYS,
	} {
		s := wait(t, start(t, child("kill", strconv.Itoa(int(sig)))))
		check(t, s.Signal == sig && s.ExitCode() == 128+int(sig) && !s.CoreDumped, "%s: %+v", SignalName(sig), s)
		check(t, s.String() == "killed by "+SignalName(sig), "String() = %q", s)
	}
}

func TestCoreDump(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil || limit.Max == 0 {
		t.Log("not run: the core size limit of this machine is 0")
		return
	}
	spec := child("kill", strconv.Itoa(int(syscall.SIGSEGV)), "core")
	spec.Dir = t.TempDir()
	s := wait(t, start(t, spec))
	if !s.CoreDumped {
		t.Log("not run: the kernel of this machine wrote no core dump")
		return
	}
	check(t, s.String() == "killed by SIGSEGV (core dumped)", "String() = %q", s)
}

func TestUsage(t *testing.T) {
	before := time.Now()
	s := wait(t, start(t, child("exit", "0")))
	check(t, s.MaxRSS > 1<<20 && s.MaxRSS < 1<<32, "MaxRSS = %d bytes", s.MaxRSS)
	check(t, s.User+s.System > 0 && s.User+s.System < time.Minute, "CPU time %v + %v", s.User, s.System)
	check(t, !s.Started.Before(before) && s.Duration() > 0 && s.Duration() < time.Since(before), "duration %v", s.Duration())
}

// TestFastExit: a process may be gone before Start returns.
func TestFastExit(t *testing.T) {
	path, err := LookPath("true", nil, "")
	if err != nil {
		path = self() // slower, but everywhere
	}
	spec := child("exit", "0")
	spec.Path = path
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 125 {
				p, err := reaper.Start(spec)
				if err != nil {
					t.Error(err)
					return
				}
				select {
				case <-p.Done():
				case <-time.After(deadline):
					t.Error("lost a status")
					return
				}
				if s := p.Status(); s.ExitCode() != 0 || s.Started.IsZero() {
					t.Errorf("status %+v", s)
				}
			}
		})
	}
	group.Wait()
}

// TestSignalAfterEnd: a number that was given back is never signalled.
func TestSignalAfterEnd(t *testing.T) {
	p := start(t, child("exit", "0"))
	check(t, p.Status() == Status{} || isClosed(p.Done()), "a status before the end")
	wait(t, p)
	check(t, errors.Is(p.Signal(syscall.SIGTERM), os.ErrProcessDone), "Signal went somewhere")
	check(t, errors.Is(p.SignalGroup(syscall.SIGTERM), os.ErrProcessDone), "SignalGroup went somewhere")
}

// TestSignalWhileEnding sends signals to processes that are just ending.
func TestSignalWhileEnding(t *testing.T) {
	for range 20 {
		p := start(t, child("exit", "0"))
		for !isClosed(p.Done()) {
			if err := p.Signal(syscall.SIGCONT); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatalf("signal an ending process: %v", err)
			}
		}
		check(t, p.Status().ExitCode() == 0, "%s", p.Status())
	}
}

func TestStopped(t *testing.T) {
	p := start(t, child("pause"))
	// STOP alone: the kernel drops the terminal's stop signals when nobody outside
	// our process group could continue it, as in a job whose shell is gone.
	for _, sig := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGSTOP} {
		if err := p.Signal(sig); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-p.Stopped():
			check(t, got == sig, "stopped by %s, want %s", SignalName(got), SignalName(sig))
		case <-time.After(deadline):
			t.Fatal("no report of the stop")
		}
		p.Signal(syscall.SIGCONT)
	}
	p.Signal(syscall.SIGKILL)
	check(t, wait(t, p).Signal == syscall.SIGKILL, "%s", p.Status())
}

// TestDescriptors: the child has what it was given, even if we were careless
// with others.
func TestDescriptors(t *testing.T) {
	leak, _ := pipe(t)
	if _, err := syscall.Dup(int(leak.Fd())); err != nil { // Dup does not mark it
		t.Fatal(err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for name, test := range map[string]struct {
		files func(out *os.File) []*os.File
		want  string
	}{
		"three":  {func(out *os.File) []*os.File { return []*os.File{null, out, os.Stderr} }, "0 1 2"},
		"four":   {func(out *os.File) []*os.File { return []*os.File{null, out, os.Stderr, null} }, "0 1 2 3"},
		"a hole": {func(out *os.File) []*os.File { return []*os.File{null, out, os.Stderr, nil, null} }, "0 1 2 4"},
		"twice":  {func(out *os.File) []*os.File { return []*os.File{null, out, out} }, "0 1 2"},
	} {
		r, w := pipe(t)
		spec := child("descriptors")
		spec.Files = test.files(w)
		p := start(t, spec)
		w.Close()
		got := strings.Join(strings.Fields(newOutput(t, r).rest()), " ")
		check(t, got == test.want, "%s: the child has %s, want %s", name, got, test.want)
		wait(t, p)
	}
}

// TestSealOpenDescriptors is for kernels without close_range.
func TestSealOpenDescriptors(t *testing.T) {
	r, _ := pipe(t)
	fd, err := syscall.Dup(int(r.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	sealOpenDescriptors("/dev/fd")
	flags, _, _ := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFD, 0)
	check(t, flags&syscall.FD_CLOEXEC != 0, "descriptor %d is not marked", fd)
	sealOpenDescriptors("/nowhere") // does nothing, does not fail
}

func TestClosedStreamsAreNoEnd(t *testing.T) {
	r, w := pipe(t)
	spec := child("closefds", "3")
	spec.Files = []*os.File{nil, w, w}
	p := start(t, spec)
	w.Close()
	newOutput(t, r).rest()
	check(t, wait(t, p).ExitCode() == 3, "%s", p.Status())
}
