//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// workRoot holds one folder per test and server; see TestMain.
var workRoot string

// skipped are the NOT RUN lines, repeated at the end where they are seen.
var skipped struct {
	sync.Mutex
	lines []string
}

func TestMain(m *testing.M) {
	root, err := os.MkdirTemp("", "logwrap-e2e-")
	if err == nil {
		err = os.Chmod(root, 0o755) // servers that run as a user of their own work in it
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "make the work folder:", err)
		os.Exit(1)
	}
	workRoot = root
	code := m.Run()
	for _, line := range skipped.lines {
		fmt.Println(line)
	}
	if code == 0 {
		os.RemoveAll(root)
	} else {
		fmt.Println("logs are kept in", root)
	}
	os.Exit(code)
}

// workDir makes a folder of the test's own; it outlives a failed test.
func workDir(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(workRoot, strings.ReplaceAll(t.Name(), "/", "_")+"-"+name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// notRun says that what is not to be had, and skips the test or, where it is
// required, fails it. Docker must be required by name: there are machines where
// no daemon can run, whoever asks.
func notRun(t *testing.T, what, why string) {
	t.Helper()
	line := fmt.Sprintf("NOT RUN: %s: %s", what, strings.Join(strings.FieldsFunc(why, func(r rune) bool { return r == '\n' }), " | "))
	skipped.Lock()
	skipped.lines = append(skipped.lines, line)
	skipped.Unlock()
	required := strings.Split(os.Getenv("LOGWRAP_E2E_REQUIRE"), ",")
	if slices.Contains(required, "all") && what != "docker" || slices.Contains(required, what) {
		t.Fatal(line)
	}
	fmt.Println(line)
	t.Skip(line)
}

// script returns the path of a script in servers/.
func script(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("servers", name+".sh"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// startServer starts servers/NAME.sh and returns what it printed. The server
// lives until the test ends, or this process does.
func startServer(t *testing.T, name string) map[string]string {
	t.Helper()
	cmd := exec.Command("bash", script(t, name), "start", workDir(t, name))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	leash, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		notRun(t, name, err.Error())
	}
	vars, ready := readVars(stdout)
	if !ready {
		cmd.Wait()
		notRun(t, name, stderr.String())
	}
	t.Cleanup(func() {
		leash.Close()
		if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
			t.Logf("%s: %v: %s", name, err, stderr.String())
		}
	})
	return vars
}

// readVars reads KEY=VALUE lines up to "ready".
func readVars(r io.Reader) (vars map[string]string, ready bool) {
	vars = make(map[string]string)
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if lines.Text() == "ready" {
			return vars, true
		}
		if key, value, ok := strings.Cut(lines.Text(), "="); ok {
			vars[key] = value
		}
	}
	return vars, false
}

// install runs servers/NAME.sh install, for what is not a server, and returns
// what it printed.
func install(t *testing.T, name string) map[string]string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command("bash", script(t, name), "install")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		notRun(t, name, stderr.String())
	}
	vars, _ := readVars(bytes.NewReader(out))
	return vars
}

// lookTool returns the path of a program the test needs.
func lookTool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		notRun(t, name, err.Error())
	}
	return path
}

// eventually polls until ok returns no error, and fails the test with its last
// one when the time is up.
func eventually(t *testing.T, within time.Duration, what string, ok func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		err := ok()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v: %v", what, within, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
