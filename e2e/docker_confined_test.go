//go:build e2e && linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testConfined: nothing to write to, no root, no capability; the journal is in
// memory.
func testConfined(t *testing.T, d *docker) {
	confined := []string{"--read-only", "-u", "65532:65532", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"}
	end := d.finish(t, confined, "--", "/testchild", "lines", "20000", "100")
	if end.code != 0 || strings.Count(end.stdout, "\n") != 20000 || end.stderr != "" {
		t.Errorf("exit code %d, %d of 20000 lines: %s", end.code, strings.Count(end.stdout, "\n"), end.stderr)
	}
	// The crash is told by the router: it runs, and it has read the journal.
	end = d.finish(t, confined, "--", "/testchild", "say", "last words", "kill", "11")
	if end.code != 139 || end.stdout != "last words\n" || !strings.Contains(end.stderr, "testchild crashed: killed by SIGSEGV") {
		t.Errorf("exit code %d, want 139 and a report: %s%s", end.code, end.stdout, end.stderr)
	}
	end = d.finish(t, confined, "--", "/testchild", "spawn", "1", "orphans", "100", "100ms", "then", "reaped", "15s")
	if end.code != 0 || end.stdout != "reaped\n" {
		t.Errorf("exit code %d: %s%s", end.code, end.stdout, end.stderr)
	}
	out := newShared(t)
	c := d.start(t, append(confined, "-v", string(out)+":/shared"), "--file", out.inside("log.jsonl"), "--", "/testchild", "signals")
	c.awaitLines(t, "ready", 1)
	c.kill(t, "TERM")
	c.awaitLines(t, "signal 15", 1)
	eventually(t, patience, "records in the file", func() error {
		// Its owner is the container's user; it may not be ours to read.
		info, err := os.Stat(filepath.Join(string(out), "log.jsonl"))
		if err == nil && info.Size() == 0 {
			err = fmt.Errorf("%s is empty", info.Name())
		}
		return err
	})
}

// testOtherUser: docker sets the user, and hands its pipes over.
func testOtherUser(t *testing.T, d *docker) {
	checkReopens(t, d.finish(t, []string{"-u", "1000:1000"}, "--", "/container", "reopen"))
}

// testDropsRoot: logwrap is root and its app is not.
func testDropsRoot(t *testing.T, d *docker) {
	d.needs(t, "--user")
	end := d.finish(t, nil, "--user", "1000:1001", "--", "/testchild", "facts", "id")
	if end.code != 0 || end.stdout != "id 1000 1001\n" && end.stdout != "id 1000 1001 1001\n" {
		t.Errorf("exit code %d, want id 1000 1001 and no group of root's: %q%s", end.code, end.stdout, end.stderr)
	}
	end = d.finish(t, nil, "--user", "1000", "--", "/testchild", "facts", "id")
	if !strings.HasPrefix(end.stdout, "id 1000 ") || end.code != 0 {
		t.Errorf("exit code %d, want id 1000: %q%s", end.code, end.stdout, end.stderr)
	}
	checkReopens(t, d.finish(t, nil, "--user", "1000:1000", "--", "/container", "reopen"))
}

// checkReopens checks what an app of user 1000 wrote to /dev/stdout and
// /dev/stderr, which it had opened by these names.
func checkReopens(t *testing.T, end ended) {
	t.Helper()
	if end.code != 0 || end.stdout != "reopened /dev/stdout\nuid 1000\n" || end.stderr != "reopened /dev/stderr\n" {
		t.Errorf("exit code %d, stdout %q, stderr %q", end.code, end.stdout, end.stderr)
	}
}

// testTerminationLog: what Kubernetes shows as the reason of a container's end.
func testTerminationLog(t *testing.T, d *docker) {
	d.needs(t, "--termination-log")
	trace := "Traceback (most recent call last):\n  File \"/srv/shop.py\", line 7, in <module>\n    main()\nValueError: out of stock"
	long := strings.Repeat("x", 9000)
	for name, c := range map[string]struct {
		says []string
		args []string
	}{
		"signal": {[]string{"SIGSEGV"}, []string{"kill", "11"}},
		"code":   {[]string{"code 3"}, []string{"say", "farewell", "exit", "3"}},
		"trace":  {[]string{"ValueError", "out of stock"}, []string{"say", trace, "exit", "1"}},
		"long":   {[]string{"ValueError"}, []string{"say", long, "say", strings.Replace(trace, "out of stock", long, 1), "exit", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			said := terminationMessage(t, d, c.args)
			if len(said) == 0 || len(said) > 4096 {
				t.Errorf("the message has %d bytes, want 1 to 4096", len(said))
			}
			for _, want := range c.says {
				if !strings.Contains(said, want) {
					t.Errorf("the message does not say %q: %s", want, said)
				}
			}
		})
	}
	t.Run("no crash", func(t *testing.T) {
		if said := terminationMessage(t, d, []string{"exit", "0"}); said != "" {
			t.Errorf("all is well, and the message is %q", said)
		}
	})
}

// terminationMessage runs a testchild as Kubernetes would.
func terminationMessage(t *testing.T, d *docker, args []string) string {
	t.Helper()
	files := newShared(t)
	path := filepath.Join(string(files), "message")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	d.finish(t, []string{"-e", "KUBERNETES_SERVICE_HOST=10.0.0.1", "-v", path + ":/dev/termination-log", "-u", "1000", "--read-only"},
		append([]string{"--", "/testchild"}, args...)...)
	return files.read(t, "message")
}
