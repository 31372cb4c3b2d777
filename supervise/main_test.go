package supervise

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// modeEnv makes the test binary a child with that behaviour; see testchild.
const modeEnv = "SUPERVISE_TESTCHILD"

// reaper is the test process's one reaper.
var reaper *Reaper

func TestMain(m *testing.M) {
	if mode := os.Getenv(modeEnv); mode != "" {
		testchild(mode, os.Args[1:])
	}
	if err := BecomeSubreaper(); err != nil {
		panic(err)
	}
	reaper = NewReaper()
	go reaper.Run(context.Background())
	os.Exit(m.Run())
}

// childEnv is our environment with a mode in it. The race detector would
// otherwise make each exit take a second.
func childEnv(mode string) []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, modeEnv+"=") || strings.HasPrefix(entry, "GORACE=")
	})
	return append(env, modeEnv+"="+mode, "GORACE=atexit_sleep_ms=0")
}

// child returns the Spec of a testchild.
func child(mode string, args ...string) Spec {
	return Spec{
		Path:  self(),
		Args:  append([]string{"testchild"}, args...),
		Env:   childEnv(mode),
		Files: []*os.File{nil, nil, os.Stderr},
	}
}

func self() string {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return path
}

// start starts spec, and kills what is left of it at the test's end.
func start(t testing.TB, spec Spec) *Process {
	t.Helper()
	p, err := reaper.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.SignalGroup(syscall.SIGKILL) })
	return p
}

// deadline bounds what must happen, however slow the machine.
const deadline = 20 * time.Second

func wait(t testing.TB, p *Process) Status {
	t.Helper()
	select {
	case <-p.Done():
		return p.Status()
	case <-time.After(deadline):
		t.Fatalf("process %d did not end", p.Pid())
		return Status{}
	}
}

// eventually polls until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// pipe returns a pipe whose ends are closed at the test's end.
func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// output reads lines from a child.
type output struct {
	t     testing.TB
	file  *os.File
	lines *bufio.Reader
}

func newOutput(t testing.TB, r *os.File) *output {
	return &output{t, r, bufio.NewReader(r)}
}

// line returns the next line, without its end.
func (o *output) line() string {
	o.t.Helper()
	o.file.SetReadDeadline(time.Now().Add(deadline))
	line, err := o.lines.ReadString('\n')
	if err != nil {
		o.t.Fatalf("read the child's output: %v (after %q)", err, line)
	}
	return strings.TrimRight(line, "\r\n")
}

func (o *output) expect(want string) {
	o.t.Helper()
	if got := o.line(); got != want {
		o.t.Fatalf("the child said %q, want %q", got, want)
	}
}

// rest returns what is left, up to the end of the output.
func (o *output) rest() string {
	o.t.Helper()
	o.file.SetReadDeadline(time.Now().Add(deadline))
	rest, err := io.ReadAll(o.lines)
	if err != nil {
		o.t.Fatalf("read the child's output: %v", err)
	}
	return string(rest)
}

// wrapping is what a testchild in mode "wrap" is to do: run an App.
type wrapping struct {
	Mode        string // of the app, a testchild
	Args        []string
	Group       bool
	ToGroup     bool
	Terminal    bool // hand the controlling terminal over
	StopTimeout time.Duration
	StopSignals []syscall.Signal
	Rewrite     map[syscall.Signal]syscall.Signal
	Busy        bool // make the runtime preempt goroutines all the time
	Slow        time.Duration
	Timeout     time.Duration // ends Run's context
	RunTimeout  time.Duration // App.Timeout
	Restart     Restart
	EndTree     bool
}

// report is what such a testchild says in the end.
type report struct {
	Result    Result
	Crashed   bool
	Requested bool
	Counts    []int // what OnStop was called with
}

// wrapper is a running testchild in mode "wrap".
type wrapper struct {
	*Process
	t      testing.TB
	stdin  *os.File
	out    *output
	report *os.File
}

func (w wrapping) env() string {
	data, err := json.Marshal(w)
	if err != nil {
		panic(err)
	}
	return "SUPERVISE_WRAPPING=" + string(data)
}

// wrap starts a process that runs an App, whose descriptors 0 and 1 are ours.
func wrap(t testing.TB, w wrapping) *wrapper {
	return wrapBy(t, w, "wrap", nil, func(spec Spec) *Process { return start(t, spec) })
}

func wrapBy(t testing.TB, w wrapping, mode string, args []string, start func(Spec) *Process) *wrapper {
	t.Helper()
	in, stdin := pipe(t)
	out, stdout := pipe(t)
	rep, reportEnd := pipe(t)
	spec := child(mode, args...)
	spec.Env = append(spec.Env, w.env())
	spec.Files = []*os.File{in, stdout, os.Stderr, reportEnd}
	spec.Group = true
	p := start(spec)
	in.Close()
	stdout.Close()
	reportEnd.Close()
	return &wrapper{p, t, stdin, newOutput(t, out), rep}
}

// finish waits for the wrapper's end and returns its report and its log.
func (w *wrapper) finish() (report, []map[string]any) {
	w.t.Helper()
	w.report.SetReadDeadline(time.Now().Add(deadline))
	data, err := io.ReadAll(w.report)
	if err != nil {
		w.t.Fatalf("read the report: %v", err)
	}
	wait(w.t, w.Process)
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	var log []map[string]any
	for _, line := range lines[:len(lines)-1] {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			w.t.Fatalf("bad log line %q: %v", line, err)
		}
		log = append(log, record)
	}
	var r report
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil {
		w.t.Fatalf("bad report %q: %v (%s)", lines[len(lines)-1], err, w.Status())
	}
	return r, log
}

// check reports what is wrong unless ok.
func check(t testing.TB, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Error(fmt.Sprintf(format, args...))
	}
}
