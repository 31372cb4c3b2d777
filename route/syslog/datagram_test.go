package syslog

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	gsyslog "github.com/hashicorp/go-syslog"

	"github.com/logwrap/logwrap/detect"
)

func TestUDPSendsOneDatagramPerRecord(t *testing.T) {
	r, c := listenPacket(t, "udp", "127.0.0.1:0")
	s := open(t, Options{Address: "udp://" + c.LocalAddr().String()})
	deliverAll(t, s, []detect.Record{testRecord("a\nb"), testRecord(strings.Repeat("日", 50_000))}, 5*time.Second, 1)
	waitFor(t, "two datagrams", func() bool { return len(r.received()) == 2 })
	got := r.received()
	if m := parse5424(t, []byte(got[0])); *m.Message != "a\nb" {
		t.Errorf("message %q", *m.Message)
	}
	if m := parse5424(t, []byte(got[1])); (*m.StructuredData)[sdID]["truncated_from"] != "150000" || len(got[1]) > maxDatagram || s.Cut() != 1 {
		t.Errorf("%d bytes, %d cut, data %v", len(got[1]), s.Cut(), *m.StructuredData)
	}
}

func TestClosedUDPPortIsNoticed(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := c.LocalAddr().String()
	c.Close()
	s := open(t, Options{Address: "udp://" + address})
	batch := numbered(0, 10, "")
	for range 3 {
		err := s.Deliver(context.Background(), batch)
		if err == nil || !strings.Contains(err.Error(), "connection refused") {
			t.Fatalf("error %v, want connection refused", err)
		}
		if n := len(rest(batch, err)); n != len(batch) {
			t.Fatalf("%d of %d records to send again", n, len(batch))
		}
	}
	r, _ := listenPacket(t, "udp", address)
	deliverAll(t, s, batch, 5*time.Second, 1)
	wantAll(t, r, len(batch))
}

func TestUnixDatagramSocket(t *testing.T) {
	path := socketPath(t)
	s := open(t, Options{Address: "unix://" + path})
	if err := s.Deliver(context.Background(), numbered(0, 1, "")); err == nil {
		t.Fatal("no error without a daemon")
	}
	r, c := listenPacket(t, "unixgram", path)
	deliverAll(t, s, numbered(0, 100, ""), 5*time.Second, 1)
	wantAll(t, r, 100)
	if got := r.received()[0]; !strings.HasPrefix(got, "<27>") || !strings.Contains(got, " shop[4711]: seq=000000000000") {
		t.Errorf("datagram %q", got)
	}
	c.Close() // the daemon restarts
	r, _ = listenPacket(t, "unixgram", path+"2")
	s2 := open(t, Options{Address: "unix://" + path + "2", Format: "rfc5424", MaxMessage: 1 << 20})
	deliverAll(t, s2, []detect.Record{testRecord(strings.Repeat("x", 900_000))}, 5*time.Second, 1)
	waitFor(t, "a datagram", func() bool { return len(r.received()) == 1 })
	if m := parse5424(t, []byte(r.received()[0])); (*m.StructuredData)[sdID]["truncated_from"] != "900000" {
		t.Errorf("too long a datagram was not cut: %d bytes", len(r.received()[0]))
	}
}

func TestRestartedUnixDaemonIsFoundAgain(t *testing.T) {
	path := socketPath(t)
	first, c := listenPacket(t, "unixgram", path)
	s := open(t, Options{Address: "unix://" + path})
	deliverAll(t, s, numbered(0, 1, ""), 5*time.Second, 1)
	wantAll(t, first, 1)
	c.Close()
	if err := s.Deliver(context.Background(), numbered(1, 2, "")); err == nil {
		t.Fatal("no error while the daemon is away")
	}
	os.Remove(path)
	second, _ := listenPacket(t, "unixgram", path)
	deliverAll(t, s, numbered(0, 2, ""), 5*time.Second, 1)
	wantAll(t, second, 2)
}

func TestUnixStreamSocketIsTheFallback(t *testing.T) {
	path := socketPath(t)
	r := listen(t, "unix", path, readLines)
	s := open(t, Options{Address: "unix://" + path})
	deliverAll(t, s, []detect.Record{testRecord("a\nb"), testRecord("c")}, 5*time.Second, 1)
	waitFor(t, "two lines", func() bool { return len(r.received()) == 2 })
	if got := r.received()[0]; !strings.HasSuffix(got, " shop[4711]: a#012b") {
		t.Errorf("line %q", got)
	}
	r.listener.Close()
	r.mu.Lock()
	r.open[0].Close()
	r.mu.Unlock()
	waitFor(t, "the close", func() bool { return closedByPeer(s.transport.(*unixSocket).stream.link.raw) })
	d, _ := listenPacket(t, "unixgram", path) // another daemon, of the other kind
	deliverAll(t, s, numbered(0, 2, ""), 5*time.Second, 1)
	wantAll(t, d, 2)
}

// classicAt makes a sink for a classic daemon at path, which the library
// otherwise looks for in fixed places.
func classicAt(t *testing.T, path string) *Sink {
	t.Helper()
	s := open(t, Options{Address: Local})
	s.transport.(*classic).open = func(p gsyslog.Priority, facility, tag string) (gsyslog.Syslogger, error) {
		return gsyslog.DialLogger("unixgram", path, p, facility, tag)
	}
	return s
}

func TestClassicDaemon(t *testing.T) {
	path := socketPath(t)
	s := classicAt(t, path)
	err := s.Deliver(context.Background(), numbered(0, 1, ""))
	if err == nil || !strings.HasPrefix(err.Error(), "open the local syslog daemon: ") {
		t.Fatalf("error %v without a daemon", err)
	}
	r, c := listenPacket(t, "unixgram", path)
	long := testRecord(strings.Repeat("ä", 10_000))
	deliverAll(t, s, []detect.Record{testRecord("a\nb"), long}, 5*time.Second, 1)
	waitFor(t, "two datagrams", func() bool { return len(r.received()) == 2 })
	got := r.received()
	if !strings.HasPrefix(got[0], "<27>") || !strings.Contains(got[0], " shop[") || !strings.HasSuffix(got[0], ": a#012b\n") {
		t.Errorf("datagram %q", got[0])
	}
	if !strings.HasSuffix(got[1], "ä"+cutMark+"\n") || s.Cut() != 1 {
		t.Errorf("%d bytes, %d cut", len(got[1]), s.Cut())
	}
	c.Close()
	if err := s.Deliver(context.Background(), numbered(0, 3, "")); err == nil {
		t.Fatal("no error while the daemon is away")
	}
	os.Remove(path)
	r, _ = listenPacket(t, "unixgram", path)
	deliverAll(t, s, numbered(0, 3, ""), 5*time.Second, 1)
	wantAll(t, r, 3)
}

func TestClassicDaemonEndsWithItsContext(t *testing.T) {
	path := socketPath(t)
	listenPacket(t, "unixgram", path)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := classicAt(t, path).Deliver(ctx, numbered(0, 1, "")); err == nil {
		t.Error("Deliver with a context that is done succeeded")
	}
}
