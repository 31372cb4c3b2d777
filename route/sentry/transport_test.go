package sentry

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

func messages(n int) []detect.Record {
	batch := make([]detect.Record, n)
	for i := range batch {
		batch[i] = criticalLine("gone")
		batch[i].ID += capture.Offset(i) * 100
	}
	return batch
}

func reply(code int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

func TestDeliver(t *testing.T) {
	srv := newServer(t)
	sink := newSink(t, Options{DSN: srv.dsn(), Client: "1.2.3"})
	if err := sink.Deliver(t.Context(), messages(2)); err != nil {
		t.Fatal(err)
	}
	got := srv.envelopes()
	if len(got) != 2 {
		t.Fatalf("%d envelopes, want one an event", len(got))
	}
	e := got[0]
	if e.path != "/base/api/42/envelope/" {
		t.Errorf("path %s", e.path)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/x-sentry-envelope", "Content-Encoding": "gzip", "User-Agent": "logwrap/1.2.3",
		"X-Sentry-Auth": "Sentry sentry_version=7, sentry_client=logwrap/1.2.3, sentry_key=" + testKey,
	} {
		if got := e.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if e.head["event_id"] != e.event["event_id"] || e.item["type"] != "event" {
		t.Errorf("envelope %v %v", e.head, e.item)
	}
	sent, err := time.Parse(time.RFC3339Nano, e.head["sent_at"].(string))
	if err != nil || time.Since(sent) > time.Minute {
		t.Errorf("sent_at %v: %v", e.head["sent_at"], err)
	}
}

// TestDeliverAgain checks that a replay makes the same events.
func TestDeliverAgain(t *testing.T) {
	srv := newServer(t)
	for range 2 {
		if err := newSink(t, Options{DSN: srv.dsn()}).Deliver(t.Context(), messages(1)); err != nil {
			t.Fatal(err)
		}
	}
	got := srv.envelopes()
	if a, b := got[0].event["event_id"], got[1].event["event_id"]; a != b {
		t.Errorf("event_id %v, then %v", a, b)
	}
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		name      string
		answer    http.HandlerFunc
		permanent bool
		pause     time.Duration
		text      string
	}{
		{"bad request", reply(400, `{"detail":"invalid event envelope","causes":["missing newline"]}`), true, 0, "invalid event envelope: missing newline"},
		{"error header", reply(400, "", "X-Sentry-Error", "bad auth"), true, 0, "400 Bad Request: bad auth"},
		{"long and wild", reply(400, strings.Repeat("\x1b[2J\u202e words\n", 1000)), true, 0, "400 Bad Request: "},
		{"no such project", reply(404, ""), true, 0, "404 Not Found"},
		{"unauthorized", reply(401, `{"detail":"bad key"}`), false, deniedPause, "401 Unauthorized: bad key: check the key and project of the DSN"},
		{"forbidden", reply(403, ""), false, deniedPause, "check the key"},
		{"limit with categories", reply(429, "", "X-Sentry-Rate-Limits", "30:session;attachment:key, 7:default;error:organization:quota, 2:error:key"), false, 7 * time.Second, "429 Too Many Requests"},
		{"limit on everything", reply(429, "", "X-Sentry-Rate-Limits", "11::organization"), false, 11 * time.Second, "429"},
		{"limit on others, but 429", reply(429, "", "X-Sentry-Rate-Limits", "11:session:key", "Retry-After", "3"), false, 3 * time.Second, "429"},
		{"retry after", reply(429, "", "Retry-After", "120"), false, 2 * time.Minute, "429"},
		{"no word on when", reply(429, ""), false, time.Minute, "429"},
		{"nonsense", reply(429, "", "Retry-After", "soon"), false, time.Minute, "429"},
		{"server error", reply(500, "oops"), false, 0, "500 Internal Server Error: oops"},
		{"bad gateway", reply(502, ""), false, 0, "502 Bad Gateway"},
		{"maintenance", reply(503, "", "Retry-After", "40"), false, 40 * time.Second, "503 Service Unavailable"},
		{"redirect", reply(307, "", "Location", "http://evil.example/api/42/envelope/"), false, deniedPause, "redirected to http://evil.example"},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, 0, "EOF"},
		{"resets", reset, false, 0, "reset"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := newServer(t, tt.answer)
			err := newSink(t, Options{DSN: srv.dsn()}).Deliver(t.Context(), messages(1))
			if err == nil {
				t.Fatal("accepted")
			}
			var p *route.Partial
			refused := errors.As(err, &p) && len(p.Refused) == 1 && len(p.Retry) == 0
			if refused {
				err = p.Refused[0].Err
			}
			if refused != tt.permanent {
				t.Errorf("refused for good: %v, want %v (%v)", refused, tt.permanent, err)
			}
			if d := route.Pause(err); d < tt.pause-time.Second || d > tt.pause {
				t.Errorf("pause %v, want %v", d, tt.pause)
			}
			text := err.Error()
			if !strings.Contains(text, tt.text) || strings.Contains(text, testKey) || len(text) > maxSaid+150 {
				t.Errorf("error %q, want %q in it", text, tt.text)
			}
			if strings.ContainsAny(text, "\x1b\n") {
				t.Errorf("control characters in %q", text)
			}
			if n := len(srv.envelopes()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func reset(w http.ResponseWriter, _ *http.Request) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

func TestBatchStopsAtRetry(t *testing.T) {
	srv := newServer(t, reply(200, ""), reply(400, "no event"), reply(200, ""), reply(503, "away"))
	err := newSink(t, Options{DSN: srv.dsn()}).Deliver(t.Context(), messages(6))
	var p *route.Partial
	if !errors.As(err, &p) {
		t.Fatalf("got %v, want a Partial", err)
	}
	if len(p.Refused) != 1 || p.Refused[0].Index != 1 || len(p.Retry) != 3 || p.Retry[0] != 3 || p.Retry[2] != 5 {
		t.Errorf("refused %v, retry %v", p.Refused, p.Retry)
	}
	if p.Err == nil || !strings.Contains(p.Err.Error(), "503") {
		t.Errorf("error %v", p.Err)
	}
	if n := len(srv.envelopes()); n != 4 {
		t.Errorf("%d requests, want 4", n)
	}
}

// TestLimitOnSuccess checks that a limit announced with an accepted event stops
// the next one, and ends.
func TestLimitOnSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := []http.Header{{"X-Sentry-Rate-Limits": {"5:error:key"}}, {}}
		sink := newSink(t, Options{DSN: "http://" + testKey + "@sentry.invalid/1"})
		sent := 0
		sink.to.(*remote).http.Transport = transportFunc(func(*http.Request) (*http.Response, error) {
			sent++
			return &http.Response{StatusCode: 200, Header: answers[sent-1], Body: io.NopCloser(strings.NewReader("{}"))}, nil
		})
		err := sink.Deliver(t.Context(), messages(2))
		var p *route.Partial
		if !errors.As(err, &p) || len(p.Retry) != 1 || p.Retry[0] != 1 || route.Pause(err) != 5*time.Second {
			t.Errorf("got %v, pause %v", err, route.Pause(err))
		}
		time.Sleep(4 * time.Second)
		if err := sink.Deliver(t.Context(), messages(1)); route.Pause(err) != time.Second || sent != 1 {
			t.Errorf("after 4 s: %v, %d sent", err, sent)
		}
		time.Sleep(time.Second)
		if err := sink.Deliver(t.Context(), messages(1)); err != nil || sent != 2 {
			t.Errorf("after 5 s: %v, %d sent", err, sent)
		}
	})
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBlackHole(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dsn := "http://" + testKey + "@" + listener.Addr().String() + "/1"

	start := time.Now()
	err = newSink(t, Options{DSN: dsn, Timeout: 50 * time.Millisecond}).Deliver(t.Context(), messages(1))
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start = time.Now()
	if err = newSink(t, Options{DSN: dsn}).Deliver(ctx, messages(1)); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dsn := "http://" + testKey + "@" + listener.Addr().String() + "/1"
	listener.Close()
	err = newSink(t, Options{DSN: dsn}).Deliver(t.Context(), messages(1))
	if err == nil || route.IsPermanent(err) || strings.Contains(err.Error(), testKey) {
		t.Errorf("got %v", err)
	}
}

// TestTLS checks that a certificate is verified, and against what.
func TestTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(ca, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	dsn := strings.Replace(srv.URL, "https://", "https://"+testKey+"@", 1) + "/1"
	err := newSink(t, Options{DSN: dsn}).Deliver(t.Context(), messages(1))
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) || route.IsPermanent(err) {
		t.Errorf("unknown authority: %v", err)
	}
	if err := newSink(t, Options{DSN: dsn, CAFile: ca}).Deliver(t.Context(), messages(1)); err != nil {
		t.Errorf("known authority: %v", err)
	}
	// The certificate is for 127.0.0.1 and example.com.
	other := strings.Replace(dsn, "127.0.0.1", "localhost", 1)
	var wrong x509.HostnameError
	if err := newSink(t, Options{DSN: other, CAFile: ca}).Deliver(t.Context(), messages(1)); !errors.As(err, &wrong) {
		t.Errorf("other host: %v", err)
	}
}

func TestEndlessAnswer(t *testing.T) {
	srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		chunk := []byte(strings.Repeat("x", 64<<10))
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	start := time.Now()
	err := newSink(t, Options{DSN: srv.dsn()}).Deliver(t.Context(), messages(1))
	if err == nil || time.Since(start) > 8*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func FuzzParseLimits(f *testing.F) {
	for _, s := range []string{"60:error", "2700:default;error;security:organization:quota, 60::key", "", ":", "1e300::", "-1::", "nan::", ",,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, now := limits{}, time.Now()
		l.learn(http.Header{"X-Sentry-Rate-Limits": {s}}, 200, now)
		if d := l.wait(errorCategory, now); d < 0 || d > longestPause {
			t.Errorf("%q: %v", s, d)
		}
		if d := retryAfter(s, time.Now()); d < 0 || d > longestPause {
			t.Errorf("%q: %v", s, d)
		}
	})
}
