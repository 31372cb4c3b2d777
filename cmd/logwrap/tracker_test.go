package main

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
)

// tracker is a Sentry that answers as it is told and keeps what it has accepted.
type tracker struct {
	*httptest.Server
	mu       sync.Mutex
	script   []http.HandlerFunc // one for each request; afterwards it accepts
	requests int
	items    []trackedItem
}

// trackedItem is one item of an envelope that was accepted.
type trackedItem struct {
	head map[string]any
	body map[string]any // nil if it is not JSON
	raw  string
}

func (i trackedItem) kind() string { return i.head["type"].(string) }

func listenTracker(t *testing.T, script ...http.HandlerFunc) *tracker {
	b := &tracker{script: script}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *tracker) dsn() string { return strings.Replace(b.URL, "http://", "http://key@", 1) + "/7" }

func (b *tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	b.requests++
	var answer http.HandlerFunc
	if len(b.script) > 0 {
		answer, b.script = b.script[0], b.script[1:]
	}
	b.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	items, err := readItems(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	b.items = append(b.items, items...)
	b.mu.Unlock()
	io.WriteString(w, "{}")
}

// readItems takes a gzipped envelope apart.
func readItems(r io.Reader) (list []trackedItem, err error) {
	in, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	_, text, _ = bytes.Cut(text, []byte("\n"))
	for len(text) > 0 {
		head, rest, _ := bytes.Cut(text, []byte("\n"))
		var it trackedItem
		if err := json.Unmarshal(head, &it.head); err != nil {
			return nil, err
		}
		n := int(it.head["length"].(float64))
		it.raw = string(rest[:n])
		_ = json.Unmarshal(rest[:n], &it.body)
		list = append(list, it)
		text = rest[n+1:]
	}
	return list, nil
}

// of returns the accepted items of a kind.
func (b *tracker) of(kind string) (list []trackedItem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, it := range b.items {
		if it.kind() == kind {
			list = append(list, it)
		}
	}
	return list
}

// ids counts the accepted events by their id.
func (b *tracker) ids() map[string]int {
	ids := map[string]int{}
	for _, e := range b.of("event") {
		ids[e.body["event_id"].(string)]++
	}
	return ids
}
