package syslog

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// receiver is a syslog server for tests. serve decides what becomes of each
// connection; whatever take is given counts as received.
type receiver struct {
	listener net.Listener

	mu       sync.Mutex
	messages []string
	accepted int
	open     []net.Conn
}

func listen(t *testing.T, network, address string, serve func(r *receiver, n int, c net.Conn)) *receiver {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, l, serve)
}

func serveOn(t *testing.T, l net.Listener, serve func(r *receiver, n int, c net.Conn)) *receiver {
	r := &receiver{listener: l}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := r.add(c)
			wg.Go(func() { serve(r, n, c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		r.mu.Lock()
		for _, c := range r.open {
			c.Close()
		}
		r.mu.Unlock()
		wg.Wait()
	})
	return r
}

// add returns the number of the connection, from 0.
func (r *receiver) add(c net.Conn) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = append(r.open, c)
	r.accepted++
	return r.accepted - 1
}

func (r *receiver) take(message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, message)
}

func (r *receiver) received() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.messages...)
}

func (r *receiver) connections() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.accepted
}

func (r *receiver) url(scheme string) string { return scheme + "://" + r.listener.Addr().String() }

// readFrames takes octet-counted messages until the connection ends.
func readFrames(r *receiver, _ int, c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		if !readFrame(r, in) {
			return
		}
	}
}

func readFrame(r *receiver, in *bufio.Reader) bool {
	count, err := in.ReadString(' ')
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(strings.TrimSuffix(count, " "))
	if err != nil {
		r.take(fmt.Sprintf("bad frame length %q", count))
		return false
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return false
	}
	r.take(string(b))
	return true
}

// readLines takes messages that end with a line feed.
func readLines(r *receiver, _ int, c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		r.take(strings.TrimSuffix(line, "\n"))
	}
}

// listenPacket receives datagrams until the test ends.
func listenPacket(t *testing.T, network, address string) (*receiver, net.PacketConn) {
	t.Helper()
	c, err := net.ListenPacket(network, address)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{}
	t.Cleanup(func() { os.Remove(address) })
	var wg sync.WaitGroup
	wg.Go(func() {
		b := make([]byte, 1<<20)
		for {
			n, _, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			r.take(string(b[:n]))
		}
	})
	t.Cleanup(func() { c.Close(); wg.Wait() })
	return r, c
}

// socketPath is short enough for a socket's name, as t.TempDir need not be.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "syslog")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "log")
}

func open(t *testing.T, o Options) *Sink {
	t.Helper()
	s, err := New(o, testID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// numbered makes records "seq=000000000000 …" from a to b, b excluded.
func numbered(a, b int, padding string) []detect.Record {
	var batch []detect.Record
	for i := a; i < b; i++ {
		r := testRecord(fmt.Sprintf("seq=%012d %s", i, padding))
		r.ID = capture.Offset(1000 + 200*i)
		batch = append(batch, r)
	}
	return batch
}

// deliverAll does what the delivery loop does: it tries again what a Deliver
// did not accept, at most tries times.
func deliverAll(t *testing.T, s *Sink, batch []detect.Record, timeout time.Duration, tries int) {
	t.Helper()
	var err error
	for range tries {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		err = s.Deliver(ctx, batch)
		cancel()
		if err == nil {
			return
		}
		batch = rest(batch, err)
	}
	t.Fatalf("%d records not delivered after %d tries: %v", len(batch), tries, err)
}

func rest(batch []detect.Record, err error) []detect.Record {
	p, ok := err.(*route.Partial)
	if !ok {
		return batch
	}
	var left []detect.Record
	for _, i := range p.Retry {
		left = append(left, batch[i])
	}
	return left
}

// sequence counts how often each number arrived.
func sequence(messages []string) map[int]int {
	seen := map[int]int{}
	for _, m := range messages {
		if _, s, ok := strings.Cut(m, "seq="); ok {
			if n, err := strconv.Atoi(strings.Fields(s)[0]); err == nil {
				seen[n]++
			}
		}
	}
	return seen
}

// wantAll waits until every number below n has arrived.
func wantAll(t *testing.T, r *receiver, n int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		seen := sequence(r.received())
		if len(seen) == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d records arrived", len(seen), n)
		}
		time.Sleep(time.Millisecond)
	}
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
