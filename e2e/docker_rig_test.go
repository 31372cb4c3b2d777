//go:build e2e && linux

package e2e

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A docker is a daemon with an image of nothing but logwrap and its test apps:
//
//	/logwrap      the binary under test, the entry point
//	/testchild    supervise's conformance tests' app
//	/container    testdata/container
//	/locked       a file that may not be executed
type docker struct {
	client, host, label, image string

	logwrap string // the binary in the image, outside
}

// patience is how long a loaded machine may take to show what is awaited.
const patience = 30 * time.Second

func startDocker(t *testing.T) *docker {
	t.Helper()
	vars := startServer(t, "docker")
	d := &docker{client: vars["DOCKER"], host: vars["DOCKER_HOST"], label: vars["DOCKER_LABEL"]}
	d.logwrap = staticBinary(t)
	files := map[string]string{
		"logwrap":   d.logwrap,
		"testchild": buildStatic(t, testchildDir(t)),
		"container": buildStatic(t, testdata(t, "container")),
	}
	d.image = "logwrap-e2e:" + strconv.Itoa(os.Getpid())
	cmd := d.command(t, "import", "--change", "LABEL "+d.label, "--change", `ENTRYPOINT ["/logwrap"]`, "-", d.image)
	cmd.Stdin = tarball(t, files)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("docker import: %v: %s", err, out)
	}
	return d
}

// testchildDir is where the source of testchild is.
func testchildDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LOGWRAP_E2E_TESTCHILD")
	if dir == "" {
		dir = filepath.Join("..", "supervise", "conformance", "testchild")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// staticBinary returns a logwrap that needs no libraries.
func staticBinary(t *testing.T) string {
	t.Helper()
	if os.Getenv("LOGWRAP_BIN") == "" {
		dir, err := filepath.Abs("../cmd/logwrap")
		if err != nil {
			t.Fatal(err)
		}
		return buildStatic(t, dir)
	}
	bin := binary(t)
	f, err := elf.Open(bin)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if libraries, _ := f.ImportedLibraries(); len(libraries) > 0 {
		t.Fatalf("LOGWRAP_BIN needs %s, which an image FROM scratch has not: build it with CGO_ENABLED=0", libraries)
	}
	return bin
}

func buildStatic(t *testing.T, dir string) string {
	t.Helper()
	bin := filepath.Join(workDir(t, filepath.Base(dir)), filepath.Base(dir))
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v: %s", dir, err, out)
	}
	return bin
}

// tarball packs programs, by their names in the root folder.
func tarball(t *testing.T, programs map[string]string) io.Reader {
	t.Helper()
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	add := func(name string, mode int64, content []byte) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		w.Write(content)
	}
	for name, path := range programs {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		add(name, 0o755, content)
	}
	add("locked", 0o644, []byte("not a program\n"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &packed
}

// command is a docker command that is ended with the test.
func (d *docker) command(t *testing.T, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, d.client, args...)
	cmd.Env = append(os.Environ(), "DOCKER_CLI_HINTS=false")
	if d.host != "" {
		cmd.Env = append(cmd.Env, "DOCKER_HOST="+d.host)
	}
	return cmd
}

// do runs a docker command that must succeed and returns what it printed.
func (d *docker) do(t *testing.T, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := d.command(t, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// runArgs are the arguments of a `docker run`: options of docker's, then the
// arguments of the entry point.
func (d *docker) runArgs(options, args []string) []string {
	all := []string{"run", "--label", d.label}
	if !slices.Contains(options, "--network") {
		all = append(all, "--network", "none")
	}
	all = append(append(all, options...), d.image)
	return append(all, args...)
}

// An ended container has left this.
type ended struct {
	code           int
	stdout, stderr string
}

// finish runs a container in the foreground, to its end.
func (d *docker) finish(t *testing.T, options []string, args ...string) ended {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := d.command(t, d.runArgs(append([]string{"--rm"}, options...), args)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() < 0 || strings.Contains(stderr.String(), "docker: Error response") {
		t.Fatalf("docker run: %v: %s", cmd.ProcessState, stderr.String())
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// A container runs in the background.
type container struct {
	d  *docker
	id string
}

// start starts a container; it is removed with the test.
func (d *docker) start(t *testing.T, options []string, args ...string) *container {
	t.Helper()
	c := &container{d, d.do(t, d.runArgs(append([]string{"-d"}, options...), args)...)}
	t.Cleanup(func() { d.command(t, "rm", "-f", c.id).Run() })
	return c
}

func (c *container) kill(t *testing.T, signal string) {
	t.Helper()
	c.d.do(t, "kill", "-s", signal, c.id)
}

// wait waits for the end and returns the exit code.
func (c *container) wait(t *testing.T) int {
	t.Helper()
	code, err := strconv.Atoi(c.d.do(t, "wait", c.id))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// inspect returns a part of what docker knows, by a Go template.
func (c *container) inspect(t *testing.T, template string) string {
	t.Helper()
	return c.d.do(t, "inspect", "--format", template, c.id)
}

// pid returns the number that PID 1 has outside.
func (c *container) pid(t *testing.T) int {
	t.Helper()
	pid, err := strconv.Atoi(c.inspect(t, "{{.State.Pid}}"))
	if err != nil || pid == 0 {
		t.Fatalf("the container does not run: %v; its output: %s", err, c.logs(t))
	}
	return pid
}

// logs returns what the container has written so far to both streams.
func (c *container) logs(t *testing.T) string {
	t.Helper()
	out, err := c.d.command(t, "logs", c.id).CombinedOutput()
	if err != nil {
		t.Fatalf("docker logs: %v: %s", err, out)
	}
	return string(out)
}

// awaitLines waits until line has been written n times.
func (c *container) awaitLines(t *testing.T, line string, n int) {
	t.Helper()
	eventually(t, patience, "line "+line, func() error {
		if logs := c.logs(t); countLines(logs, line) < n {
			return errors.New("the container wrote: " + logs)
		}
		return nil
	})
}

// countLines counts the lines that are exactly this one.
func countLines(text, line string) (n int) {
	for l := range strings.Lines(text) {
		if strings.TrimRight(l, "\r\n") == line {
			n++
		}
	}
	return n
}

// needs fails the test where logwrap lacks a flag that it is about.
func (d *docker) needs(t *testing.T, flag string) {
	t.Helper()
	help, err := exec.Command(d.logwrap, "run", "--help").CombinedOutput()
	if err != nil {
		t.Fatalf("logwrap run --help: %v: %s", err, help)
	}
	if !slices.Contains(strings.Fields(string(help)), flag) {
		t.Fatalf("this logwrap has no flag %s", flag)
	}
}
