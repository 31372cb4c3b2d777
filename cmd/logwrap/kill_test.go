package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// tally counts numbered lines: which arrived, how often, and whether in order.
type tally struct {
	mu      sync.Mutex
	seen    [3][]uint8 // by stream 1, 2 and number
	last    [3]int
	late    int // lines that came after a later one
	mangled []string
}

func newTally(lines int) *tally {
	t := &tally{}
	for s := 1; s <= 2; s++ {
		t.seen[s] = make([]uint8, (lines+1)/2)
		t.last[s] = -1
	}
	return t
}

func (t *tally) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, s, n, ok := parseSpew(line)
	if !ok || s < 1 || s > 2 || n >= len(t.seen[s]) {
		t.mangled = append(t.mangled, line)
		return
	}
	if t.seen[s][n] < 255 {
		t.seen[s][n]++
	}
	if n < t.last[s] {
		t.late++
	}
	t.last[s] = max(t.last[s], n)
}

// sums returns how many lines are missing and how many came more than once.
func (t *tally) sums() (arrived, lost, doubled int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for s := 1; s <= 2; s++ {
		for _, n := range t.seen[s] {
			switch {
			case n == 0:
				lost++
			case n > 1:
				doubled++
				arrived++
			default:
				arrived++
			}
		}
	}
	return arrived, lost, doubled
}

// addFile adds the lines of a file.
func (t *tally) addFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 2<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "{") {
			continue // the app's start and end
		}
		t.add(lines.Text())
	}
	return lines.Err()
}

// syslogReceiver is a syslog server on TCP that understands octet counting.
type syslogReceiver struct {
	net.Listener
	tally *tally
	done  sync.WaitGroup
}

func listenSyslog(t *testing.T, into *tally) *syslogReceiver {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &syslogReceiver{Listener: l, tally: into}
	r.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.done.Go(func() { r.serve(c) })
		}
	})
	return r
}

func (r *syslogReceiver) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReaderSize(c, 1<<20)
	for {
		size, err := in.ReadString(' ')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			r.tally.add("bad frame " + size)
			return
		}
		msg := make([]byte, n)
		if _, err := io.ReadFull(in, msg); err != nil {
			return // cut by a kill: what was not whole comes again
		}
		if i := strings.Index(string(msg), "INFO:spew:"); i >= 0 {
			r.tally.add(string(msg[i:]))
		}
	}
}

// bulkServer is an Elasticsearch that keeps each _id once and counts the numbered
// lines in the messages. It is made for millions of documents.
type bulkServer struct {
	*httptest.Server
	mu    sync.Mutex
	ids   map[string]struct{}
	again int
	tally *tally
}

func listenBulk(into *tally) *bulkServer {
	b := &bulkServer{ids: map[string]struct{}{}, tally: into}
	b.Server = httptest.NewServer(b)
	return b
}

func (b *bulkServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/_bulk") {
		io.WriteString(w, `{"version":{"number":"8.19.0"}}`)
		return
	}
	in, err := gzip.NewReader(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 4<<20)
	var status []int
	for lines.Scan() {
		id := between(lines.Text(), `"_id":"`)
		if !lines.Scan() {
			break
		}
		status = append(status, b.store(id, lines.Text()))
	}
	if lines.Err() != nil {
		return // cut by a kill; what was stored is stored
	}
	items := make([]string, len(status))
	for i, s := range status {
		items[i] = fmt.Sprintf(`{"create":{"status":%d}}`, s)
	}
	fmt.Fprintf(w, `{"took":1,"errors":%v,"items":[%s]}`, slices.Contains(status, 409), strings.Join(items, ","))
}

// store keeps a document and returns the status of its item.
func (b *bulkServer) store(id, doc string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.ids[id]; known {
		b.again++
		return http.StatusConflict
	}
	b.ids[id] = struct{}{}
	if logger := between(doc, `"logger":"`); logger == "spew" {
		b.tally.add("INFO:spew:" + between(doc, `"message":"`))
	}
	return http.StatusCreated
}

// between returns what follows marker in s, up to the next quote.
func between(s, marker string) string {
	_, rest, _ := strings.Cut(s, marker)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// routerOf returns the pid of the router that a logwrap has at the moment.
func routerOf(parent int) (int, bool) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, task := range tasks {
		list, err := os.ReadFile(task)
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(list)) {
			cmdline, err := os.ReadFile("/proc/" + word + "/cmdline")
			if err == nil && string(cmdline) == "logwrap\x00"+routerCommand+"\x00" {
				pid, err := strconv.Atoi(word)
				return pid, err == nil
			}
		}
	}
	return 0, false
}

// killRouters kills the routers of a running logwrap, n of them, 20 to 50 ms
// apart, and returns how many it got before the program ended.
func killRouters(cmd *exec.Cmd, n int, ended <-chan struct{}) (kills int) {
	rnd := rand.New(rand.NewSource(1))
	for kills < n {
		select {
		case <-ended:
			return kills
		case <-time.After(time.Duration(20+rnd.Intn(31)) * time.Millisecond):
		}
		if pid, ok := routerOf(cmd.Process.Pid); ok && syscall.Kill(pid, syscall.SIGKILL) == nil {
			kills++
		}
	}
	return kills
}

func TestKilledRoutersLoseNothing(t *testing.T) {
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Log("NOT RUN: there is no /proc to find the router by")
		return
	}
	lines, kills, rate := 2_000_000, 200, 220_000
	if testing.Short() {
		lines, kills = 200_000, 20
	}
	dir := t.TempDir()
	viaSyslog := newTally(lines)
	syslog := listenSyslog(t, viaSyslog)
	viaBulk := newTally(lines)
	bulk := listenBulk(viaBulk)
	defer bulk.Close()
	conf := filepath.Join(dir, "logwrap.yaml")
	write(t, conf, fmt.Sprintf(`
version: 1
console: off
journal: {size: 1GiB}
supervise: {flush_timeout: 2m}
formatters: {raw: {format: raw}}
handlers:
  archive: {sink: file, path: %s, formatter: raw}
  collector: {sink: syslog, address: 'tcp://%s'}
  search: {sink: elasticsearch, url: %s}
root: {level: info, handlers: [archive, collector, search]}
`, filepath.Join(dir, "out.log"), syslog.Addr(), bulk.URL))

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	stats := filepath.Join(dir, "stats")
	cmd := logwrap{
		args: []string{"-c", conf, "--", app},
		env:  toy("spew", fmt.Sprintf("TOY_LINES=%d", lines), fmt.Sprintf("TOY_RATE=%d", rate), "TOY_STATS="+stats),
	}.command(ctx)
	stderr := &lockedBuffer{}
	cmd.Stderr = stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	killed := killRouters(cmd, kills, ended)
	<-ended
	syslog.Close()
	syslog.done.Wait()
	t.Logf("stderr: %.600s", stderr)
	t.Logf("%d kills, %v in all", killed, time.Since(start).Round(time.Millisecond))

	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Errorf("exit code %d, want the app's 7; stderr: %.2000s", code, stderr)
	}
	if killed < kills {
		t.Errorf("only %d of %d kills were possible", killed, kills)
	}
	longest, err := strconv.ParseInt(read(t, stats), 10, 64)
	if err != nil || time.Duration(longest) > 100*time.Millisecond {
		t.Errorf("a write of the app took %v", time.Duration(longest))
	}
	t.Logf("the app's longest write took %v", time.Duration(longest))
	viaFile := newTally(lines)
	if err := viaFile.addFile(filepath.Join(dir, "out.log")); err != nil {
		t.Fatal(err)
	}
	arrived, lost, doubled := viaFile.sums()
	t.Logf("file: %d arrived, %d lost, %d doubled, %d mangled, %d late", arrived, lost, doubled, len(viaFile.mangled), viaFile.late)
	if lost+doubled+len(viaFile.mangled)+viaFile.late != 0 {
		t.Errorf("file: %.300q", viaFile.mangled)
	}
	arrived, lost, doubled = viaBulk.sums()
	t.Logf("Elasticsearch: %d arrived, %d lost, %d doubled, %d mangled; %d came again and were known by their _id", arrived, lost, doubled, len(viaBulk.mangled), bulk.again)
	if lost+doubled+len(viaBulk.mangled) != 0 {
		t.Errorf("Elasticsearch: %.300q", viaBulk.mangled)
	}
	arrived, lost, doubled = viaSyslog.sums()
	t.Logf("syslog TCP: %d arrived, %d lost, %d doubled, %d mangled", arrived, lost, doubled, len(viaSyslog.mangled))
	if lost+len(viaSyslog.mangled) != 0 {
		t.Errorf("syslog: %.300q", viaSyslog.mangled)
	}
}

// lockedBuffer keeps the last of what is written to it.
type lockedBuffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	return len(p), nil
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
