//go:build linux

package conformance

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

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

// output reads what a process writes. Both sides may be slow; neither is for ever.
type output struct {
	t     testing.TB
	file  *os.File
	lines *bufio.Reader
}

func newOutput(t testing.TB, r *os.File) *output { return &output{t, r, bufio.NewReader(r)} }

// line returns the next line, without its end.
func (o *output) line() string {
	o.t.Helper()
	o.file.SetReadDeadline(time.Now().Add(deadline))
	line, err := o.lines.ReadString('\n')
	if err != nil {
		o.t.Fatalf("read the output: %v (after %q)", err, line)
	}
	return strings.TrimRight(line, "\r\n")
}

// expect reads these lines.
func (o *output) expect(lines ...string) {
	o.t.Helper()
	for _, want := range lines {
		if got := o.line(); got != want {
			o.t.Fatalf("read %q, want %q", got, want)
		}
	}
}

// rest returns what is left, up to the end.
func (o *output) rest() string {
	o.t.Helper()
	o.file.SetReadDeadline(time.Now().Add(deadline))
	rest, err := io.ReadAll(o.lines)
	if err != nil && !errors.Is(err, syscall.EIO) { // EIO is how a terminal ends
		o.t.Fatalf("read the output: %v (after %q)", err, rest)
	}
	return string(rest)
}

// eventually polls until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// check reports what is wrong unless ok.
func check(t testing.TB, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Errorf(format, args...)
	}
}
