package estest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Document is a stored document.
type Document struct {
	Index  string
	ID     string
	Source json.RawMessage
}

// Request is what a client sent, decompressed.
type Request struct {
	Method string
	Path   string
	Header http.Header
	Body   []byte
}

// Server is the stand-in. Its methods may be called at any time.
type Server struct {
	http *httptest.Server
	done chan struct{} // closed when the test ends, to let go of hanging requests

	mu           sync.Mutex
	docs         []Document
	byID         map[string]int // index and _id → position in docs
	again        int
	requests     []Request
	script       []Fault
	templates    map[string]json.RawMessage
	distribution string
	version      string
	refuse       func(template []byte) int // the status for PUT _index_template
}

// New starts a server that ends with the test. It says that it is Elasticsearch
// 8.19.
func New(t testing.TB) *Server { return start(t, httptest.NewServer) }

// NewTLS is New over https; Certificate returns what to trust.
func NewTLS(t testing.TB) *Server { return start(t, httptest.NewTLSServer) }

func start(t testing.TB, serve func(http.Handler) *httptest.Server) *Server {
	s := &Server{done: make(chan struct{}), byID: map[string]int{}, templates: map[string]json.RawMessage{}, version: "8.19.0"}
	s.http = serve(s)
	t.Cleanup(func() {
		close(s.done)
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// URL is the address for the Sink's options.
func (s *Server) URL() string { return s.http.URL }

// HTTP is the server below, for its certificate.
func (s *Server) HTTP() *httptest.Server { return s.http }

// Docs returns the documents in the order in which they were first stored.
func (s *Server) Docs() []Document {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Document(nil), s.docs...)
}

// Again returns how often a document came that was stored already.
func (s *Server) Again() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.again
}

// Requests returns all requests so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Script makes the next bulk requests fail, one fault each; nil is none.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, faults...)
}

// Pretend makes the server another one: "opensearch", "2.19.0".
func (s *Server) Pretend(distribution, version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.distribution, s.version = distribution, version
}

// RefuseTemplates makes PUT _index_template answer the status that f returns,
// unless that is 0.
func (s *Server) RefuseTemplates(f func(template []byte) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

// Template returns an installed index template, nil if there is none.
func (s *Server) Template(name string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.templates[name]
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		answer(w, http.StatusBadRequest, "parse_exception", err.Error())
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, Request{r.Method, r.URL.Path, r.Header.Clone(), body})
	s.mu.Unlock()
	switch name, isTemplate := strings.CutPrefix(r.URL.Path, "/_index_template/"); {
	case r.Method == http.MethodGet && r.URL.Path == "/":
		s.serveVersion(w)
	case isTemplate:
		s.serveTemplate(w, r.Method, name, body)
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/_bulk"):
		s.serveBulk(w, r, strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/_bulk"), body)
	default:
		answer(w, http.StatusNotFound, "no_handler_found", r.Method+" "+r.URL.Path)
	}
}

func readBody(r *http.Request) ([]byte, error) {
	var in io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		in = z
	}
	return io.ReadAll(in)
}

func answer(w http.ResponseWriter, status int, kind, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	b, _ := json.Marshal(map[string]any{"error": problem(kind, reason), "status": status})
	w.Write(b)
}

func problem(kind, reason string) map[string]any {
	return map[string]any{"type": kind, "reason": reason}
}

func (s *Server) serveVersion(w http.ResponseWriter) {
	s.mu.Lock()
	version := map[string]string{"number": s.version}
	if s.distribution != "" {
		version["distribution"] = s.distribution
	}
	s.mu.Unlock()
	json.NewEncoder(w).Encode(map[string]any{"name": "estest", "version": version})
}

func (s *Server) serveTemplate(w http.ResponseWriter, method, name string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if method == http.MethodGet {
		t, ok := s.templates[name]
		if !ok {
			answer(w, http.StatusNotFound, "resource_not_found_exception", name)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"index_templates": []any{map[string]any{"name": name, "index_template": t}}})
		return
	}
	if !json.Valid(body) {
		answer(w, http.StatusBadRequest, "parse_exception", "no JSON")
		return
	}
	if s.refuse != nil {
		if status := s.refuse(body); status != 0 {
			answer(w, status, "illegal_argument_exception", "refused")
			return
		}
	}
	s.templates[name] = bytes.Clone(body)
	fmt.Fprint(w, `{"acknowledged":true}`)
}

// Put installs an index template.
func (s *Server) Put(name, template string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.templates[name] = json.RawMessage(template)
}
