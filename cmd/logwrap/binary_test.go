package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// binary is the program under test, built as it is shipped; app is the test
// binary itself, which plays toy apps when toyEnv names one.
var binary, app string

const toyEnv = "TOY_OF_LOGWRAP" // not LOGWRAP_…: the app would not see it

func TestMain(m *testing.M) {
	if toy := os.Getenv(toyEnv); toy != "" {
		os.Exit(playToy(toy))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "logwrap-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "logwrap")
	build := exec.Command("go", "build", "-ldflags", "-X main.version=v0.0.0-test", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program under test: %v\n%s", err, out)
		return 1
	}
	if app, err = os.Executable(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// result is how a run of the program went.
type result struct {
	stdout, stderr string
	code           int
	took           time.Duration
}

// logwrap is one call of the program.
type logwrap struct {
	args []string
	env  []string // besides ours
	in   string
	dir  string
}

// run calls the program and waits for its end.
func (l logwrap) run(t *testing.T) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := l.command(ctx)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s did not end", strings.Join(l.args, " "))
	}
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), time.Since(start)}
}

func (l logwrap) command(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, l.args...)
	cmd.Env = append(cleanEnviron(), l.env...)
	cmd.Dir = l.dir
	if l.in != "" {
		cmd.Stdin = strings.NewReader(l.in)
	}
	return cmd
}

// cleanEnviron is our environment without what would configure logwrap.
func cleanEnviron() (env []string) {
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch {
		case strings.HasPrefix(name, "LOGWRAP_"), strings.HasPrefix(name, "SENTRY_"), strings.HasPrefix(name, "OTEL_"), strings.HasPrefix(name, "ELASTICSEARCH_"):
		default:
			env = append(env, v)
		}
	}
	return append(env, "XDG_STATE_HOME="+filepath.Dir(binary)) // of no other run of the tests
}

// toy returns the environment that makes app play a toy.
func toy(name string, env ...string) []string { return append(env, toyEnv+"="+name) }

// testDeadline is longer than anything takes on a healthy machine.
const testDeadline = 20 * time.Second

// waitABit is the pause between two looks at something that will happen.
func waitABit() { time.Sleep(10 * time.Millisecond) }

// waitFor polls until ok, up to testDeadline.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testDeadline); !ok(); waitABit() {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}
