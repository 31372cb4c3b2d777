package elasticsearch

import (
	"context"
	"testing"

	"github.com/logwrap/logwrap/route/elasticsearch/estest"
)

func BenchmarkDocument(b *testing.B) {
	d := newDocumenter(target{stream: true, dataset: "x"}, testID)
	lines := map[string]string{
		"plain": "GET /api/v1/items?page=3 took 12 ms, 200 OK, 4711 bytes, cache miss, user 815, trace abcdef0123456789",
		"json":  `{"time":"2026-11-22T10:00:00Z","level":"info","msg":"hello","method":"GET","path":"/api/v1/items","status":200,"took":0.012,"user":{"id":815,"roles":["a","b"]}}`,
	}
	for name, text := range lines {
		r := testRecord(text)
		if name == "json" {
			r = jsonRecord(text)
		}
		b.Run(name, func(b *testing.B) {
			var buf []byte
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				buf = d.appendDocument(d.appendAction(buf[:0], &r), &r)
			}
		})
	}
}

// BenchmarkDeliver includes the stand-in, which costs more than the Sink.
func BenchmarkDeliver(b *testing.B) {
	es := estest.New(b)
	s, err := New(Options{URLs: []string{es.URL()}}, testID)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	batch := numbered(1000)
	for b.Loop() {
		if err := s.Deliver(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(batch))/b.Elapsed().Seconds(), "lines/s")
}
