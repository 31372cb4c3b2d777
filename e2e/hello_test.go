//go:build e2e

package e2e

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHello runs the README's first command: everything passes through byte for
// byte, the exit code is the app's, and below its output stands the report.
func TestHello(t *testing.T) {
	app, err := filepath.Abs("../examples/hello/app.sh")
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	alone := exec.Command("sh", app)
	alone.Stdout, alone.Stderr = &stdout, &stderr
	if alone.Run(); alone.ProcessState.ExitCode() != 3 {
		t.Fatalf("the app alone ended with %v", alone.ProcessState)
	}

	r := &run{args: []string{"--", "sh", app}}
	if code := r.finish(t); code != 3 {
		t.Errorf("exit code %d, want the app's 3", code)
	}
	if got := r.output(t, "stdout"); got != stdout.String() {
		t.Errorf("stdout is %q, want %q", got, stdout.String())
	}
	report, passed := strings.CutPrefix(r.output(t, "stderr"), stderr.String())
	if !passed {
		t.Errorf("stderr does not begin with the app's own: %q", r.output(t, "stderr"))
	}
	for _, words := range []string{"OutOfStock", "no stock record for B-42", "reserve", "exited with code 3", "--sentry-dsn"} {
		if !strings.Contains(report, words) {
			t.Errorf("the report does not say %q: %s", words, report)
		}
	}
}
