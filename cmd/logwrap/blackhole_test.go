package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// blackHole accepts connections and neither reads nor answers.
func blackHole(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns []net.Conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns = append(conns, c)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
		for _, c := range conns {
			c.Close()
		}
	})
	return l.Addr().String()
}

// closedDoor is an address where connections are neither accepted nor refused:
// the queue for them is full.
func closedDoor(t *testing.T) (addr string) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr = fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for range 8 { // more than any kernel lets into a queue of length 0
		c, err := net.DialTimeout("tcp", addr, 50*time.Millisecond)
		if err != nil {
			return addr
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Fatal("the queue of a socket that nobody accepts from does not fill up")
	return ""
}

// everySink are flags that send everything to one address.
func everySink(addr string) []string {
	return []string{
		"--syslog", "tcp://" + addr,
		"--elasticsearch", "http://" + addr,
		"--sentry-dsn", "http://key@" + addr + "/1",
	}
}

// started returns when the toy clock says it was started.
func started(t *testing.T, stdout string) time.Time {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimPrefix(stdout, "INFO:clock:started ")), 10, 64)
	if err != nil {
		t.Fatalf("the app wrote %q", stdout)
	}
	return time.Unix(0, n)
}

func TestBlackHoledSinksDoNotTouchTheApp(t *testing.T) {
	for name, addr := range map[string]string{"accepts nothing": closedDoor(t), "answers nothing": blackHole(t)} {
		t.Run(name, func(t *testing.T) { testBlackHole(t, addr) })
	}
}

func testBlackHole(t *testing.T, addr string) {
	const flush = 700 * time.Millisecond
	args := append(everySink(addr), "--flush-timeout", flush.String(), "--", app)
	// What a syslog server on TCP has taken into its buffers counts as delivered:
	// the protocol knows no answer.
	says := []string{"handler elasticsearch: ", "handler sentry: ", "not delivered, and lost"}
	if strings.Contains(t.Name(), "accepts") {
		says = append(says, "handler syslog: ")
	}
	var with, without []time.Duration
	for range 5 {
		start := time.Now()
		r := logwrap{args: args, env: toy("clock")}.run(t)
		if r.code != 7 {
			t.Fatalf("exit code %d, want the app's 7; stderr: %s", r.code, r.stderr)
		}
		at := started(t, r.stdout)
		with = append(with, at.Sub(start))
		if rest := r.took - at.Sub(start); rest > flush+3*time.Second { // well below the default of the flag
			t.Errorf("logwrap ended %v after the app, with a flush timeout of %v", rest, flush)
		}
		for _, want := range says {
			if !strings.Contains(r.stderr, want) {
				t.Errorf("stderr does not say %q:\n%s", want, r.stderr)
			}
		}
		start = time.Now()
		without = append(without, started(t, bare(t, "clock")).Sub(start))
	}
	slices.Sort(with)
	slices.Sort(without)
	t.Logf("the app was started after %v (best) to %v, without logwrap after %v to %v", with[0], with[4], without[0], without[4])
	if more := with[0] - without[0]; more > 50*time.Millisecond {
		t.Errorf("starting the app takes %v more", more)
	}
}

// bare runs a toy without logwrap and returns what it wrote.
func bare(t *testing.T, name string) string {
	t.Helper()
	cmd := logwrap{}.command(t.Context())
	cmd.Path, cmd.Args = app, []string{app}
	cmd.Env = append(cmd.Env, toy(name)...)
	out, _ := cmd.Output()
	return string(out)
}

func TestUndeliveredStaysInTheJournalFile(t *testing.T) {
	dir := t.TempDir()
	journal, out := filepath.Join(dir, "journal"), filepath.Join(dir, "out.log")
	r := logwrap{
		args: []string{"--journal", journal, "--journal-size", "4MiB", "--flush-timeout", "300ms", "--syslog", "tcp://" + closedDoor(t), "--", "sh", "-c", "echo one; echo two; exit 7"},
	}.run(t)
	if r.code != 7 || !strings.Contains(r.stderr, "4 lines not delivered; the next start delivers them") {
		t.Fatalf("exit code %d, stderr:\n%s", r.code, r.stderr)
	}
	// The next start has a receiver under the same handler's name.
	l := listenLines(t)
	r = logwrap{
		args: []string{"--journal", journal, "--journal-size", "4MiB", "--syslog", "tcp://" + l.addr, "--file", out, "--", "sh", "-c", "echo three"},
	}.run(t)
	if r.code != 0 || strings.Contains(r.stderr, "not delivered") {
		t.Fatalf("exit code %d, stderr:\n%s", r.code, r.stderr)
	}
	got := l.text()
	for _, want := range []string{"one", "two", "three", "app exited with code 7"} {
		if !strings.Contains(got, want) {
			t.Errorf("the receiver did not get %q:\n%s", want, got)
		}
	}
}

// lineServer keeps what it is sent.
type lineServer struct {
	addr string
	lockedBuffer
}

func (l *lineServer) text() string { return l.String() }

func listenLines(t *testing.T) *lineServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &lineServer{addr: l.Addr().String()}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := c.Read(buf)
					s.Write(buf[:n])
					if err != nil {
						return
					}
				}
			}()
		}
	}()
	return s
}

var numberOfLines = regexp.MustCompile(`handler (\w+): ([\d,]+) lines? (dropped|not delivered)`)

func TestGigabyteWithEverySinkDownStaysSmall(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Log("NOT RUN: there is no /proc to read the memory's use from")
		return
	}
	size := 1 << 30
	if testing.Short() {
		size = 100 << 20
	}
	const limit = 64 << 10 // KiB; the journal's pages are not mapped and so not part of it
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	args := append(everySink(closedDoor(t)), "--console", "off", "--flush-timeout", "500ms", "--", app)
	cmd := logwrap{args: args, env: toy("flood", fmt.Sprintf("TOY_BYTES=%d", size))}.command(ctx)
	stderr := &lockedBuffer{}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	parent, router := 0, 0
	for watching := true; watching; {
		select {
		case <-ended:
			watching = false
		case <-time.After(20 * time.Millisecond):
			parent = max(parent, peakMemory(cmd.Process.Pid))
			if pid, ok := routerOf(cmd.Process.Pid); ok {
				router = max(router, peakMemory(pid))
			}
		}
	}
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Fatalf("exit code %d, want the app's 7; stderr: %.2000s", code, stderr)
	}
	t.Logf("%d MiB written; peak memory: parent %d KiB, router %d KiB", size>>20, parent, router)
	if parent > limit || router > limit || router == 0 {
		t.Errorf("peak memory: parent %d KiB, router %d KiB; at most %d", parent, router, limit)
	}
	counted := map[string]int{}
	for _, m := range numberOfLines.FindAllStringSubmatch(stderr.String(), -1) {
		n, _ := strconv.Atoi(strings.ReplaceAll(m[2], ",", ""))
		counted[m[1]] += n
	}
	want := floodLines(size) + 2 // and the app's start and end
	for _, handler := range []string{"syslog", "elasticsearch"} {
		if counted[handler] != want {
			t.Errorf("handler %s: %d lines are said not to be delivered, want %d; stderr:\n%s", handler, counted[handler], want, stderr)
		}
	}
}

// floodLines is how many lines the toy flood writes.
func floodLines(bytes int) (lines int) {
	var buf []byte
	for n := 0; n < bytes; lines++ {
		buf = spewLine(buf[:0], 0, 1, lines)
		n += len(buf)
	}
	return lines
}

// peakMemory returns a process's largest resident set so far in KiB, 0 if it is gone.
func peakMemory(pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(fields[0])
	return n
}
