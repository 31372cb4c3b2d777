package syslog

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/leodido/go-syslog/v4/octetcounting"

	parser "github.com/leodido/go-syslog/v4"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

func TestTCPCarriesTracesAsOneMessage(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", readFrames)
	s := open(t, Options{Address: r.url("tcp")})
	trace := testRecord("Traceback:\n  line 2\nValueError: x")
	trace.Trace, trace.Lines = detect.Python, 3
	deliverAll(t, s, append(numbered(0, 3, ""), trace), 5*time.Second, 1)
	waitFor(t, "four messages", func() bool { return len(r.received()) == 4 })
	m := parse5424(t, []byte(r.received()[3]))
	if *m.Message != string(trace.Text) || *m.MsgID != "TRACE" || (*m.StructuredData)[sdID]["lines"] != "3" {
		t.Errorf("trace arrived as %q", r.received()[3])
	}
	deliverAll(t, s, numbered(3, 4, ""), 5*time.Second, 1)
	if n := r.connections(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

func TestOctetCountingIsUnderstood(t *testing.T) {
	s := open(t, Options{Address: "tcp://127.0.0.1"})
	st := s.transport.(*stream)
	st.encode([]detect.Record{testRecord("a\nb"), testRecord(""), testRecord("日本")})
	var got []string
	octetcounting.NewParser(parser.WithListener(func(r *parser.Result) {
		if r.Error != nil {
			t.Errorf("parse: %v", r.Error)
			return
		}
		got = append(got, "x")
	})).Parse(bytes.NewReader(st.buffer))
	if len(got) != 3 {
		t.Errorf("%d frames in %q, want 3", len(got), st.buffer)
	}
}

func TestNewlineFramingKeepsOneLinePerRecord(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", readLines)
	s := open(t, Options{Address: r.url("tcp"), Framing: "newline"})
	deliverAll(t, s, []detect.Record{testRecord("a\nb"), testRecord("c\r\nd")}, 5*time.Second, 1)
	waitFor(t, "two lines", func() bool { return len(r.received()) == 2 })
	for i, want := range []string{"a#012b", "c#015#012d"} {
		if m := parse5424(t, []byte(r.received()[i])); *m.Message != want {
			t.Errorf("message %q, want %q", *m.Message, want)
		}
	}
}

func TestMessageOnAStreamIsCutOnlyOnRequest(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", readFrames)
	long := testRecord(strings.Repeat("x", 200_000))
	for _, limit := range []int{0, 4096} {
		s := open(t, Options{Address: r.url("tcp"), MaxMessage: limit})
		deliverAll(t, s, []detect.Record{long}, 5*time.Second, 1)
		if got, want := s.Cut(), uint64(min(limit, 1)); got != want {
			t.Errorf("limit %d: %d messages cut, want %d", limit, got, want)
		}
		waitFor(t, "one message more", func() bool { return len(r.received()) == 1+min(limit, 1) })
	}
	if m := r.received(); len(m[0]) < 200_000 || len(m[1]) != 4096 {
		t.Errorf("messages of %d and %d bytes", len(m[0]), len(m[1]))
	}
}

func TestUnreachableReceiverIsAnErrorNotAPanic(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Address: "tcp://" + l.Addr().String()})
	l.Close()
	err = s.Deliver(context.Background(), numbered(0, 2, ""))
	if err == nil || route.IsPermanent(err) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error %v", err)
	}
}

func TestClosedConnectionIsNoticedBeforeWriting(t *testing.T) {
	endings := map[string]func(net.Conn){
		"FIN":        func(c net.Conn) { c.Close() },
		"RST":        func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() },
		"half close": func(c net.Conn) { c.(*net.TCPConn).CloseWrite() },
	}
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			delivered := make(chan struct{})
			r := listen(t, "tcp", "127.0.0.1:0", func(r *receiver, n int, c net.Conn) {
				if n > 0 {
					readFrames(r, n, c)
					return
				}
				readFrame(r, bufio.NewReader(c))
				select {
				case <-delivered:
				case <-t.Context().Done():
				}
				end(c)
			})
			s := open(t, Options{Address: r.url("tcp")})
			deliverAll(t, s, numbered(0, 1, ""), 5*time.Second, 1)
			close(delivered)
			waitFor(t, "the close", func() bool { return closedByPeer(s.transport.(*stream).link.raw) })
			deliverAll(t, s, numbered(1, 2, ""), 5*time.Second, 1)
			wantAll(t, r, 2)
			if n := r.connections(); n != 2 {
				t.Errorf("%d connections, want 2", n)
			}
		})
	}
}

func TestReceiverThatResetsInMidBatchGetsAllOfItAgain(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", func(r *receiver, n int, c net.Conn) {
		if n < 5 {
			io.CopyN(io.Discard, c, int64(10_000*(n+1)))
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
			return
		}
		readFrames(r, n, c)
	})
	s := open(t, Options{Address: r.url("tcp")})
	batch := numbered(0, 8_000, strings.Repeat("x", 100))
	err := s.Deliver(context.Background(), batch)
	if err == nil {
		t.Fatal("a reset in mid-batch was not noticed")
	}
	if n := len(rest(batch, err)); n != len(batch) {
		t.Fatalf("%d of %d records to send again: what a dying receiver had buffered is lost", n, len(batch))
	}
	s.transport.(*stream).broke = false
	for range 10 {
		if err = s.Deliver(context.Background(), batch); err == nil {
			break
		}
		s.transport.(*stream).broke = false // every break at another batch
	}
	if err != nil {
		t.Fatal(err)
	}
	wantAll(t, r, len(batch))
}

func TestReceiverThatAlwaysClosesEarlyDoesNotStopTheLog(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", func(r *receiver, _ int, c net.Conn) {
		defer c.Close()
		in := bufio.NewReaderSize(c, 1<<20)
		for range 500 {
			if !readFrame(r, in) {
				return
			}
		}
	})
	s := open(t, Options{Address: r.url("tcp")})
	deliverAll(t, s, numbered(0, 8_000, strings.Repeat("x", 100)), 5*time.Second, 100)
}

// A receiver that never reads: its kernel takes what fits its buffer, then no
// more. Only that much may count as accepted.
func TestReceiverThatNeverReadsTimesOut(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", func(_ *receiver, _ int, c net.Conn) { c.(*net.TCPConn).SetReadBuffer(4096) })
	s := open(t, Options{Address: r.url("tcp"), Timeout: 200 * time.Millisecond})
	before := runtime.NumGoroutine()
	batch := numbered(0, 10_000, strings.Repeat("x", 200))
	start := time.Now()
	err := s.Deliver(context.Background(), batch)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("Deliver took %s", took)
	}
	if err == nil {
		t.Fatal("a receiver that never reads accepted everything")
	}
	if left := len(rest(batch, err)); runtime.GOOS == "linux" && left < len(batch)/4 {
		t.Errorf("%d of %d records count as accepted", len(batch)-left, len(batch))
	}
	waitFor(t, "no goroutine left behind", func() bool { return runtime.NumGoroutine() <= before+1 })
}

func TestDeliverEndsWithItsContext(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", func(_ *receiver, _ int, c net.Conn) { c.(*net.TCPConn).SetReadBuffer(4096) })
	s := open(t, Options{Address: r.url("tcp"), Timeout: time.Minute})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := s.Deliver(ctx, numbered(0, 10_000, strings.Repeat("x", 200)))
	var ne net.Error
	if !errors.As(err, &ne) || !ne.Timeout() {
		t.Errorf("error %v, want a timeout", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("Deliver took %s", took)
	}
	cancel()
	if err := s.Deliver(ctx, numbered(0, 1, "")); err == nil {
		t.Error("Deliver with a context that is done succeeded")
	}
}

func TestSlowReceiverMakesProgress(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", func(r *receiver, n int, c net.Conn) {
		c.(*net.TCPConn).SetReadBuffer(4096)
		readFrames(r, n, slowConn{c})
	})
	s := open(t, Options{Address: r.url("tcp"), Timeout: 2 * time.Second})
	batch := numbered(0, 1000, strings.Repeat("x", 700))
	left := batch
	for try := 0; len(left) > 0; try++ {
		if try == 100 {
			t.Fatalf("%d records left after %d tries", len(left), try)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		err := s.Deliver(ctx, left)
		cancel()
		if err == nil {
			break
		}
		left = rest(left, err)
	}
	s.Close()
	wantAll(t, r, len(batch))
}

// slowConn reads a kilobyte at a time with pauses.
type slowConn struct{ net.Conn }

func (s slowConn) Read(p []byte) (int, error) {
	time.Sleep(2 * time.Millisecond)
	return s.Conn.Read(p[:min(len(p), 1024)])
}

// A router that is killed leaves a connection whose kernel may hold bytes, and
// starts again from its cursor: it has the records that no Deliver returned nil
// for.
func TestKilledRouterLosesNothing(t *testing.T) {
	r := listen(t, "tcp", "127.0.0.1:0", readFrames)
	batch := numbered(0, 10_000, strings.Repeat("x", 100))
	cursor := 0
	kills := 0
	for ; cursor < len(batch); kills++ {
		if kills == 5000 {
			t.Fatal("no progress")
		}
		s, err := New(Options{Address: r.url("tcp")}, testID)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		timer := time.AfterFunc(time.Duration(kills%7)*300*time.Microsecond, cancel)
		for range 2 {
			end := min(cursor+20, len(batch))
			if cursor == end || s.Deliver(ctx, batch[cursor:end]) != nil {
				break // the kill: nothing that was partly accepted is remembered
			}
			cursor = end
		}
		timer.Stop()
		cancel()
		kill9(s)
	}
	if kills < 200 {
		t.Errorf("only %d kills", kills)
	}
	wantAll(t, r, len(batch))
}

// kill9 closes the socket as the end of a process does.
func kill9(s *Sink) {
	if l := s.transport.(*stream).link; l != nil {
		l.socket.Conn.Close()
	}
}
