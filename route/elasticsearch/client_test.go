package elasticsearch

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/elasticsearch/estest"
)

func TestWholeRequestFailures(t *testing.T) {
	tests := map[string]struct {
		fault estest.Fault
		pause time.Duration
		text  string
	}{
		"503 with seconds": {estest.Status(503, "Retry-After", "7"), 7 * time.Second, "status 503"},
		"429 without":      {estest.Status(429), 0, "status 429"},
		"401":              {estest.Status(401), 0, "(check api_key, or username and password)"},
		"403":              {estest.Status(403), 0, "create_doc"},
		"404":              {estest.Status(404), 0, "is this the address"},
		"301":              {estest.Status(301, "Location", "/elsewhere"), 0, "redirects are not followed"},
		"garbage":          {estest.Body("<html>"), 0, "read the answer"},
		"bad count":        {estest.Body(`{"items":[]}`), 0, "0 items for 3 documents"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			es := estest.New(t)
			es.Script(tt.fault)
			s := open(t, Options{URLs: []string{es.URL()}, Username: "u", Password: "hunter2"})
			err := s.Deliver(context.Background(), numbered(3))
			var p *route.Partial
			if err == nil || route.IsPermanent(err) || errors.As(err, &p) {
				t.Fatalf("error %v, want one to try the batch again", err)
			}
			if route.Pause(err) != tt.pause || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("pause %s, error %v, want %s and %q", route.Pause(err), err, tt.pause, tt.text)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the password is in %v", err)
			}
			if n := len(es.Docs()); n != 0 {
				t.Errorf("%d documents stored", n)
			}
		})
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	tests := map[string]time.Duration{
		"": 0, "5": 5 * time.Second, " 5 ": 5 * time.Second, "-5": 0, "soon": 0, "99999999999999999999": 0,
		"Sun, 22 Nov 2026 10:00:30 GMT": 30 * time.Second, "Sun, 22 Nov 2026 09:00:30 GMT": 0,
	}
	for in, want := range tests {
		if got := retryAfter(http.Header{"Retry-After": {in}}, now); got != want {
			t.Errorf("Retry-After %q: %s, want %s", in, got, want)
		}
	}
}

func TestNextHostIsTriedWhenOneIsAway(t *testing.T) {
	es, gone := estest.New(t), estest.New(t)
	gone.HTTP().Close()
	gateway := estest.New(t)
	s := open(t, Options{URLs: []string{gone.URL(), es.URL()}})
	batch := numbered(3)
	if err := s.Deliver(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	wantStored(t, es, batch)
	s = open(t, Options{URLs: []string{gateway.URL(), es.URL()}, Index: "other"})
	gateway.Script(estest.Status(502))
	if err := s.Deliver(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	if n := len(es.Docs()); n != 6 {
		t.Errorf("%d documents on the second host, want 6", n)
	}
	s = open(t, Options{URLs: []string{gone.URL()}})
	if err := s.Deliver(context.Background(), batch); err == nil || !strings.HasPrefix(err.Error(), "GET "+gone.URL()+"/_index_template/") {
		t.Errorf("error %v", err)
	}
}

func TestDeliverEndsWithItsContext(t *testing.T) {
	es := estest.New(t)
	es.Script(estest.BlackHole)
	s := open(t, Options{URLs: []string{es.URL(), es.URL()}, Template: "off"})
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := s.Deliver(ctx, numbered(3)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	s.Close()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a goroutine is left behind")
		}
	}
}

func TestRequestsCarryCredentialsAndCompression(t *testing.T) {
	off := false
	tests := map[string]struct {
		options  Options
		user     string // in the URL
		auth     string
		encoding string
	}{
		"none":      {Options{}, "", "", "gzip"},
		"api key":   {Options{APIKey: "abc=="}, "", "ApiKey abc==", "gzip"},
		"id:key":    {Options{APIKey: "id:key"}, "", "ApiKey aWQ6a2V5", "gzip"},
		"basic":     {Options{Username: "u", Password: "p"}, "", "Basic dTpw", "gzip"},
		"in URL":    {Options{Gzip: &off}, "u:p@", "Basic dTpw", ""},
		"both ways": {Options{Username: "x", Password: "y"}, "u:p@", "Basic eDp5", "gzip"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			es := estest.New(t)
			tt.options.URLs = []string{strings.Replace(es.URL(), "http://", "http://"+tt.user, 1) + "/"}
			if err := open(t, tt.options).Deliver(context.Background(), numbered(2)); err != nil {
				t.Fatal(err)
			}
			last := es.Requests()[len(es.Requests())-1]
			if h := last.Header; h.Get("Authorization") != tt.auth || h.Get("Content-Encoding") != tt.encoding || h.Get("Content-Type") != "application/x-ndjson" {
				t.Errorf("headers %v", h)
			}
			if last.Path != "/logs-logwrap.shop-staging/_bulk" {
				t.Errorf("path %s", last.Path)
			}
		})
	}
}

func TestTLSNeedsATrustedCertificate(t *testing.T) {
	es := estest.NewTLS(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, certificatePEM(es), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, Options{URLs: []string{es.URL()}}).Deliver(context.Background(), numbered(1)); err == nil || !strings.Contains(err.Error(), "x509") {
		t.Errorf("error %v", err)
	}
	for _, o := range []Options{{CAFile: ca}, {SkipVerify: true}} {
		o.URLs = []string{es.URL()}
		if err := open(t, o).Deliver(context.Background(), numbered(1)); err != nil {
			t.Error(err)
		}
	}
}
