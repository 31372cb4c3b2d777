//go:build e2e && linux

package e2e

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A screen is a terminal with a `docker run` in front of it.
type screen struct {
	master *os.File
	cmd    *exec.Cmd
	read   chan struct{} // closed when nothing more will be shown

	mu    sync.Mutex
	shown strings.Builder
}

// openScreen starts a docker command on a terminal of its own.
func openScreen(t *testing.T, cmd *exec.Cmd) *screen {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal("open a terminal: ", err)
	}
	t.Cleanup(func() { master.Close() })
	s := &screen{master: master, cmd: cmd, read: make(chan struct{})}
	s.resize(t, 24, 80)
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go s.watch()
	return s
}

// watch keeps what is shown until the last process has left the terminal.
func (s *screen) watch() {
	defer close(s.read)
	buf := make([]byte, 4096)
	for {
		n, err := s.master.Read(buf)
		s.mu.Lock()
		s.shown.Write(buf[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// text returns what is shown, without the terminal's echo of keys.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.ReplaceAll(s.shown.String(), "^C", "")
}

func (s *screen) resize(t *testing.T, rows, columns uint16) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(s.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns}); err != nil {
		t.Fatal(err)
	}
}

func (s *screen) press(t *testing.T, keys string) {
	t.Helper()
	if _, err := io.WriteString(s.master, keys); err != nil {
		t.Fatal(err)
	}
}

func (s *screen) awaitLines(t *testing.T, line string, n int) {
	t.Helper()
	eventually(t, patience, "line "+line, func() error {
		if shown := s.text(); countLines(shown, line) < n {
			return fmt.Errorf("the screen shows %q", shown)
		}
		return nil
	})
}

// wait waits for the end of docker and returns its exit code, the container's.
func (s *screen) wait(t *testing.T) int {
	t.Helper()
	var exit *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	<-s.read
	return s.cmd.ProcessState.ExitCode()
}

const (
	ctrlC = "\x03"
	ctrlD = "\x04"
)

// interactive starts a container with `docker run -it`.
func (d *docker) interactive(t *testing.T, args ...string) *screen {
	t.Helper()
	return openScreen(t, d.command(t, d.runArgs([]string{"--rm", "-it"}, args)...))
}

func testTerminal(t *testing.T, d *docker) {
	t.Run("is the app's", func(t *testing.T) {
		s := d.interactive(t, "--", "/testchild", "tty")
		if code := s.wait(t); code != 0 {
			t.Errorf("exit code %d", code)
		}
		// Output is captured, so only the keyboard is a terminal.
		for _, line := range []string{"controlling yes", "foreground yes", "1 no terminal", "2 no terminal"} {
			if countLines(s.text(), line) != 1 || !strings.Contains(s.text(), "0 terminal ") {
				t.Errorf("the app says %q, want %q", s.text(), line)
			}
		}
	})
	t.Run("Ctrl-C ends the app", func(t *testing.T) {
		s := d.interactive(t, "--", "/testchild", "pause")
		s.awaitLines(t, "ready", 1)
		s.press(t, ctrlC)
		if code := s.wait(t); code != 130 {
			t.Errorf("exit code %d, want 130: %s", code, s.text())
		}
		if strings.Contains(s.text(), "crashed") {
			t.Errorf("that is no crash: %s", s.text())
		}
	})
	t.Run("Ctrl-C arrives once", func(t *testing.T) {
		s := d.interactive(t, "--", "/testchild", "signals", "eof")
		s.awaitLines(t, "ready", 1)
		for n := 1; n <= 3; n++ {
			s.press(t, ctrlC)
			s.awaitLines(t, "signal 2", n)
		}
		s.press(t, ctrlD)
		if code := s.wait(t); code != 0 || countLines(s.text(), "signal 2") != 3 {
			t.Errorf("exit code %d, want 0, and signal 2 three times: %s", code, s.text())
		}
	})
	t.Run("window", func(t *testing.T) {
		s := d.interactive(t, "--", "/container", "window")
		s.awaitLines(t, "size 24x80", 1)
		s.resize(t, 43, 132)
		s.awaitLines(t, "size 43x132", 1)
		s.press(t, ctrlD)
		if code := s.wait(t); code != 0 {
			t.Errorf("exit code %d: %s", code, s.text())
		}
	})
	t.Run("typed", func(t *testing.T) {
		s := d.interactive(t, "--", "/testchild", "say", "ready", "cat")
		s.awaitLines(t, "ready", 1)
		s.press(t, "hello\n")
		s.awaitLines(t, "hello", 2) // the terminal's echo and the app's
		s.press(t, ctrlD)
		if code := s.wait(t); code != 0 {
			t.Errorf("exit code %d: %s", code, s.text())
		}
	})
}

// testTerminalWithoutInput: `docker run -t` gives a terminal that nobody types on.
func testTerminalWithoutInput(t *testing.T, d *docker) {
	end := d.finish(t, []string{"-t"}, "--", "/testchild", "say", "hello", "exit", "3")
	if end.code != 3 || !strings.Contains(end.stdout, "hello\r\n") {
		t.Errorf("exit code %d, want 3: %q", end.code, end.stdout)
	}
	c := d.start(t, []string{"-t"}, "--", "/testchild", "pause")
	c.awaitLines(t, "ready", 1)
	c.d.do(t, "stop", c.id)
	if code := c.wait(t); code != 143 {
		t.Errorf("docker stop: exit code %d, want 143: %s", code, c.logs(t))
	}
}

// testTerminalForOutput: the app writes to a terminal too, of logwrap's making,
// that is as large as the one outside.
func testTerminalForOutput(t *testing.T, d *docker) {
	d.needs(t, "--pty")
	s := d.interactive(t, "--pty", "--", "/testchild", "tty")
	if code := s.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, line := range []string{"1 terminal 24x80", "2 terminal 24x80", "controlling yes", "foreground yes"} {
		if countLines(s.text(), line) != 1 {
			t.Errorf("the app says %q, want %q", s.text(), line)
		}
	}
	s = d.interactive(t, "--pty", "--", "/container", "window")
	s.awaitLines(t, "size 24x80", 1)
	s.resize(t, 43, 132)
	s.awaitLines(t, "size 43x132", 1)
	s.press(t, ctrlC)
	if code := s.wait(t); code != 130 {
		t.Errorf("exit code %d, want 130: %s", code, s.text())
	}
	// Without a terminal outside there is one inside.
	end := d.finish(t, nil, "--pty", "--", "/testchild", "tty")
	if end.code != 0 || !strings.Contains(end.stdout, "1 terminal ") || !strings.Contains(end.stdout, "2 terminal ") {
		t.Errorf("exit code %d: %s%s", end.code, end.stdout, end.stderr)
	}
}
