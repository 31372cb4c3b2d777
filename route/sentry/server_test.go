package sentry

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/logwrap/logwrap/route"
)

const testKey = "0123456789abcdef0123456789abcdef"

// server is a Sentry that answers as it is told and keeps what it got.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	answers []http.HandlerFunc // one for each request; afterwards 200
	got     []envelope
}

type envelope struct {
	path   string
	header http.Header
	head   map[string]any
	item   map[string]any
	event  map[string]any
	size   int
}

func newServer(t *testing.T, answers ...http.HandlerFunc) *server {
	s := &server{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := readEnvelope(t, r)
		s.mu.Lock()
		s.got = append(s.got, e)
		answer := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"id":"x"}`) }
		if len(s.answers) > 0 {
			answer, s.answers = s.answers[0], s.answers[1:]
		}
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) dsn() string {
	return strings.Replace(s.URL, "http://", "http://"+testKey+"@", 1) + "/base/42"
}

func (s *server) envelopes() []envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]envelope(nil), s.got...)
}

// readEnvelope takes an envelope apart and checks its frame.
func readEnvelope(t *testing.T, r *http.Request) envelope {
	e := envelope{path: r.URL.Path, header: r.Header.Clone()}
	unpacked, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Errorf("body: %v", err)
		return e
	}
	body, err := io.ReadAll(unpacked)
	if err != nil {
		t.Errorf("body: %v", err)
	}
	parts := bytes.SplitN(body, []byte("\n"), 3)
	if len(parts) != 3 {
		t.Errorf("envelope of %d parts", len(parts))
		return e
	}
	payload, end := bytes.CutSuffix(parts[2], []byte("\n"))
	if !end || bytes.IndexByte(payload, '\n') >= 0 {
		t.Error("the payload is not one line")
	}
	for i, to := range []*map[string]any{&e.head, &e.item, &e.event} {
		part := parts[i]
		if i == 2 {
			part = payload
		}
		if err := json.Unmarshal(part, to); err != nil {
			t.Errorf("part %d: %v", i, err)
		}
	}
	e.size = len(payload)
	if n, ok := e.item["length"].(float64); !ok || int(n) != len(payload) {
		t.Errorf("length %v, want %d", e.item["length"], len(payload))
	}
	return e
}

func newSink(t *testing.T, o Options) *Sink {
	t.Helper()
	if o.Flood == (Flood{}) { // most tests send what is all of one kind
		o.Flood.Off = true
	}
	s, err := New(o, route.Identity{Journal: "00112233aabbccdd", Name: "shop", Version: "1.4.2", Environment: "prod", Host: "host-1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
