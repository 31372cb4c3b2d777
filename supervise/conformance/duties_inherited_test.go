//go:build linux

package conformance

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDuty15Descriptors: the app gets 0, 1 and 2, whatever we were given.
func TestDuty15Descriptors(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		r, w := pipe(t)
		c := p.does("", "facts", "descriptor")
		c.extra = []*os.File{r, w, w}
		run := c.start(t)
		run.out.expect("descriptor 0", "descriptor 1", "descriptor 2")
		check(t, run.out.rest() == "", "more descriptors")
		run.expectCode(0)
	})
}

// TestDuty15NoStdin: logwrap is started with descriptor 0 closed. The app's
// output must not become its input.
func TestDuty15NoStdin(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		c := p.does("", "cat")
		c.before = []string{"close", "0"}
		w := c.start(t)
		check(t, w.out.rest() == "", "something was read")
		w.expectCode(0)
	})
}

// TestDuty16OpenedAnew: apps log to /dev/stdout and /dev/stderr by these names.
func TestDuty16OpenedAnew(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		w := p.does("", "write", "/proc/self/fd/1", "to stdout", "write", "/proc/self/fd/2", "to stderr", "exit", "0").start(t)
		w.out.expect("to stdout")
		w.errors.expect("to stderr")
		w.expectCode(0)
	})
}

// TestDuty17Stdin: the app gets our stdin itself, not a copy of what is in it.
func TestDuty17Stdin(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		text := strings.Repeat("some input\n", 50_000)
		stdin, err := os.Open(writeFile(t, "input", text))
		if err != nil {
			t.Fatal(err)
		}
		defer stdin.Close()
		c := p.does("", "say", "begin", "cat")
		c.stdin = stdin
		w := c.start(t)
		w.out.expect("begin")
		check(t, w.out.rest() == text, "the input is not the same")
		w.expectCode(0)
		at, err := stdin.Seek(0, io.SeekCurrent)
		check(t, err == nil && at == int64(len(text)), "the file was read up to %d of %d: %v", at, len(text), err)
	})
}

// TestDuty17NothingRead: what the app leaves is there for whoever comes next.
func TestDuty17NothingRead(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		stdin, err := os.Open(writeFile(t, "input", "left alone\n"))
		if err != nil {
			t.Fatal(err)
		}
		defer stdin.Close()
		c := p.does("", "exit", "0")
		c.stdin = stdin
		c.start(t).expectCode(0)
		at, err := stdin.Seek(0, io.SeekCurrent)
		check(t, err == nil && at == 0, "logwrap has read %d bytes: %v", at, err)
	})
}

// TestDuty18Nohup: HUP is ignored by the app, and by logwrap.
func TestDuty18Nohup(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		c := call{place: p, command: []string{"sh", "-c", "kill -HUP $$; echo alive; cat; echo still"}, before: []string{"ignore", "1"}}
		w := c.start(t)
		w.out.expect("alive")
		w.signal(syscall.SIGHUP)
		w.stdin.WriteString("input\n")
		w.out.expect("input")
		w.stdin.Close()
		w.out.expect("still")
		w.expectCode(0)
	})
}

// inherited are the facts that must be the same with logwrap and without.
var inherited = strings.Fields("facts directory umask id limit ignored blocked deathsignal argument environment")

func TestDuty19Unchanged(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		c := p.does("--no-env-hints", append(inherited, "", "--", "a b", "*", "äöü", "\xff\xfe", "-c")...)
		c.before = strings.Fields("limit nofile=123:456 limit core=0:0 limit stack=4194304:8388608 ignore 1,2")
		c.env = []string{"EMPTY=", "EQUALS=a=b=", "SPACES= a  b ", "BYTES=\xff", "lower=case"}
		c.dir = t.TempDir()
		with := factsOf(t, c)
		c.bare = true
		without := factsOf(t, c)
		check(t, len(without) > 30, "only these facts: %v", without)
		for _, fact := range difference(without, with) {
			t.Errorf("not with logwrap: %s", fact)
		}
		for _, fact := range difference(with, without) {
			t.Errorf("only with logwrap: %s", fact)
		}
	})
}

// factsOf returns what the app says, but for the mark of the run.
func factsOf(t testing.TB, c call) []string {
	t.Helper()
	w := c.start(t)
	all := strings.Split(strings.TrimSuffix(w.out.rest(), "\n"), "\n")
	w.expectCode(0)
	return slices.DeleteFunc(all, func(fact string) bool { return strings.HasPrefix(fact, "environment "+markEnv) })
}

func difference(a, b []string) (onlyA []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			onlyA = append(onlyA, s)
		}
	}
	return onlyA
}

// TestDuty19Hints: what logwrap adds to the environment unless told not to, and
// unless it is there.
func TestDuty19Hints(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		c := p.does("--no-env-hints", "facts", "environment")
		c.env = []string{"PYTHONUNBUFFERED="}
		without := factsOf(t, c)
		c.flags = nil
		added := difference(factsOf(t, c), without)
		check(t, slices.Equal(added, []string{"environment PYTHONFAULTHANDLER=1"}), "added: %v", added)
	})
}

func TestDuty21Limits(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		for _, limits := range []string{"100:200", "200:200", "64:64"} {
			c := p.does("", "facts", "limit")
			c.before = []string{"limit", "nofile=" + limits}
			want := "limit nofile " + strings.ReplaceAll(limits, ":", " ")
			facts := factsOf(t, c)
			check(t, slices.Contains(facts, want), "%s is not in %v", want, facts)
		}
	})
}

// TestDuty25Notify: a service of systemd's Type=notify reaches its manager.
func TestDuty25Notify(t *testing.T) {
	inBothPlaces(t, func(t *testing.T, p place) {
		dir, err := os.MkdirTemp("", "notify") // t.TempDir's names are too long for a socket
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "socket")
		manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
		if err != nil {
			t.Fatal(err)
		}
		defer manager.Close()
		c := p.does("", "notify", `READY=1\nSTATUS=up`)
		c.env = []string{"NOTIFY_SOCKET=" + path}
		w := c.start(t)
		w.out.expect("sent")
		w.expectCode(0)
		manager.SetReadDeadline(time.Now().Add(deadline))
		buffer := make([]byte, 1024)
		n, err := manager.Read(buffer)
		check(t, err == nil && string(buffer[:n]) == "READY=1\nSTATUS=up", "the manager got %q, %v", buffer[:n], err)
		manager.SetReadDeadline(time.Now().Add(50 * time.Millisecond)) // logwrap itself says nothing
		n, err = manager.Read(buffer)
		check(t, err != nil, "the manager got %q, too", buffer[:n])
	})
}

// isOpen reports whether a process has a descriptor.
func isOpen(pid, fd int) bool {
	_, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
	return err == nil
}

// countLines counts the lines of a file that contain text.
func countLines(t testing.TB, path, text string) (n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}
