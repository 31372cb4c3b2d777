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
	got     []received
}

type received struct {
	path   string
	header http.Header
	head   map[string]any
	item   map[string]any // the header of the event, or of the first item
	event  map[string]any // the event, or the first item
	size   int
	items  []receivedItem
}

// receivedItem is one item; payload is its JSON, nil for an attachment.
type receivedItem struct {
	head    map[string]any
	payload map[string]any
	raw     []byte
}

// only returns the items of a type.
func (e *received) only(typ string) (list []receivedItem) {
	for _, it := range e.items {
		if it.head["type"] == typ {
			list = append(list, it)
		}
	}
	return list
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

func (s *server) envelopes() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.got...)
}

// readEnvelope takes an envelope apart and checks its frame.
func readEnvelope(t *testing.T, r *http.Request) received {
	e := received{path: r.URL.Path, header: r.Header.Clone()}
	unpacked, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Errorf("body: %v", err)
		return e
	}
	body, err := io.ReadAll(unpacked)
	if err != nil {
		t.Errorf("body: %v", err)
	}
	head, rest, found := bytes.Cut(body, []byte("\n"))
	if err := json.Unmarshal(head, &e.head); err != nil || !found {
		t.Errorf("header %q: %v", head, err)
	}
	for len(rest) > 0 {
		var it receivedItem
		if it, rest = readItem(t, rest); it.head == nil {
			break
		}
		e.items = append(e.items, it)
	}
	for i := range e.items {
		if it := &e.items[i]; i == 0 || it.head["type"] == eventType {
			e.item, e.event, e.size = it.head, it.payload, len(it.raw)
		}
	}
	return e
}

// readItem takes one item off an envelope.
func readItem(t *testing.T, text []byte) (it receivedItem, rest []byte) {
	head, rest, _ := bytes.Cut(text, []byte("\n"))
	if err := json.Unmarshal(head, &it.head); err != nil {
		t.Errorf("item header %q: %v", head, err)
		return receivedItem{}, nil
	}
	n, ok := it.head["length"].(float64)
	if !ok || int(n) >= len(rest) || rest[int(n)] != '\n' {
		t.Errorf("item of length %v in %d bytes", it.head["length"], len(rest))
		return receivedItem{}, nil
	}
	it.raw = rest[:int(n)]
	if it.head["type"] != attachmentType {
		if err := json.Unmarshal(it.raw, &it.payload); err != nil {
			t.Errorf("payload: %v", err)
		}
	}
	if it.head["type"] == eventType {
		checkSchema(t, it.raw)
	}
	return it, rest[int(n)+1:]
}

func newSink(t *testing.T, o Options) *Sink {
	t.Helper()
	s, err := New(o, route.Identity{Journal: "00112233aabbccdd", Name: "shop", Version: "1.4.2", Environment: "prod", Host: "host-1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
