package syslog

import (
	"context"
	"io"
	"net"
	"testing"
)

func BenchmarkFormatRFC5424(b *testing.B) {
	e := testEncoder(b, Options{Address: "tcp://h"}, testID)
	r := testRecord("GET /api/v1/items?page=3 took 12 ms, 200 OK, 4711 bytes, cache miss, user 815, trace abcdef0123456789")
	buf := e.appendMessage(nil, &r, 0, false)
	b.SetBytes(int64(len(r.Text)))
	b.ReportAllocs()
	for b.Loop() {
		buf = e.appendMessage(buf[:0], &r, 0, false)
	}
}

// BenchmarkDeliverTCP sends batches of 1000 lines over loopback and waits for
// each to be acknowledged.
func BenchmarkDeliverTCP(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go io.Copy(io.Discard, c)
		}
	}()
	s, err := New(Options{Address: "tcp://" + l.Addr().String()}, testID)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	batch := numbered(0, 1000, "took 12 ms, 200 OK, 4711 bytes, cache miss, user 815, trace abcdef0123456789")
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Deliver(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(batch))/b.Elapsed().Seconds(), "lines/s")
}
