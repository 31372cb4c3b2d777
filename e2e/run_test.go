//go:build e2e

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// build makes the binary under test, once.
var build = sync.OnceValues(func() (string, error) {
	if bin := os.Getenv("LOGWRAP_BIN"); bin != "" {
		return filepath.Abs(bin)
	}
	bin := filepath.Join(workRoot, "logwrap")
	cmd := exec.Command("go", "build", "-o", bin, "../cmd/logwrap")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return bin, nil
})

// binary returns the path of the logwrap binary under test.
func binary(t *testing.T) string {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal("build logwrap: ", err)
	}
	return bin
}

// A run is one execution of logwrap, with its output in files.
type run struct {
	dir  string   // working directory and output; made if empty
	env  []string // added to this process's, minus what would steer logwrap
	args []string

	cmd *exec.Cmd
}

// start starts logwrap; it is killed with the test if nobody stops it.
func (r *run) start(t *testing.T) {
	t.Helper()
	if r.dir == "" {
		r.dir = workDir(t, "run")
	}
	r.cmd = exec.Command(binary(t), r.args...)
	r.cmd.Dir = r.dir
	r.cmd.Env = append(append(quietEnviron(), "XDG_STATE_HOME="+r.dir), r.env...)
	r.cmd.Stdout = create(t, filepath.Join(r.dir, "stdout"))
	r.cmd.Stderr = create(t, filepath.Join(r.dir, "stderr"))
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r.cmd.ProcessState == nil {
			r.stop(t, syscall.SIGTERM)
		}
	})
}

// wait waits for the end and returns the exit code.
func (r *run) wait(t *testing.T, within time.Duration) int {
	t.Helper()
	timer := time.AfterFunc(within, func() { r.cmd.Process.Kill() })
	err := r.cmd.Wait()
	if !timer.Stop() {
		t.Fatalf("logwrap did not end within %v; its output is in %s", within, r.dir)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return r.cmd.ProcessState.ExitCode()
}

// stop sends a signal and waits for the end.
func (r *run) stop(t *testing.T, sig syscall.Signal) int {
	t.Helper()
	if err := r.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	return r.wait(t, time.Minute)
}

// finish runs logwrap to its end and returns the exit code.
func (r *run) finish(t *testing.T) int {
	t.Helper()
	r.start(t)
	return r.wait(t, time.Minute)
}

// output returns what was written to "stdout" or "stderr".
func (r *run) output(t *testing.T, stream string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.dir, stream))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func create(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// writeConfig writes a configuration file and returns its path.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(workDir(t, "config"), "logwrap.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// testdata returns the absolute path of a file in testdata.
func testdata(t *testing.T, elem ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"testdata"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
