package sentry

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/logwrap/logwrap/route"
)

const (
	maxAnswer   = 16 << 10    // bytes of a response body that are read
	maxSaid     = 200         // bytes of it that go into an error
	deniedPause = time.Minute // after 401, 403 or a redirect: someone has to act
	lastWord    = time.Second // for telling the server, at the end, what was given up
)

var errLimited = errors.New("send to sentry: the server has limited the rate")

// remote is a Sentry server, or one that speaks its protocol.
type remote struct {
	http    *http.Client
	url     string
	auth    string
	client  string // our version
	timeout time.Duration

	limits   limits
	discards discards
	working  bool // it took the last envelope
	plain    bytes.Buffer
	packed   bytes.Buffer
	gzip     *gzip.Writer
}

func newRemote(o *Options) (*remote, error) {
	url, auth, err := parseDSN(o.DSN, o.Client)
	if err != nil {
		return nil, err
	}
	roots, err := readCA(o.CAFile)
	if err != nil {
		return nil, err
	}
	proxy, err := proxyOf(o.Proxy)
	if err != nil {
		return nil, err
	}
	return &remote{
		http: &http.Client{
			Transport: &http.Transport{
				Proxy:                  proxy,
				TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
				ForceAttemptHTTP2:      true,
				DisableCompression:     true,
				MaxIdleConns:           1,
				IdleConnTimeout:        30 * time.Second,
				MaxResponseHeaderBytes: 64 << 10,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		url: url, auth: auth, client: o.Client, timeout: o.Timeout,
		limits: limits{}, discards: discards{}, gzip: gzip.NewWriter(nil),
	}, nil
}

// proxyOf returns how to find the proxy for a request: the one configured, else
// that of the environment.
func proxyOf(address string) (func(*http.Request) (*url.URL, error), error) {
	if address == "" {
		return http.ProxyFromEnvironment, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return nil, &route.OptionError{Option: "proxy", Err: errors.New("is no address of a proxy"), Hint: "write http://HOST:PORT, https:// or socks5://"}
	}
	return http.ProxyURL(u), nil
}

// send sends an envelope without the items that the server wants none of now. If
// that are not only optional ones, it asks for a pause instead.
func (s *remote) send(ctx context.Context, e *envelope) error {
	now := time.Now()
	out := envelope{id: e.id, at: e.at}
	needed := false
	for _, it := range e.items {
		if wait := s.limits.wait(it.category, now); wait > 0 {
			if !it.optional {
				return route.After(wait, errLimited)
			}
			s.discard(rateLimited, it.category, 1)
			continue
		}
		needed = needed || !it.optional
		out.items = append(out.items, it)
	}
	if len(out.items) == 0 {
		return nil
	}
	told := s.discards
	if report, ok := told.report(now); ok {
		out.items = append(out.items, report)
		s.discards = discards{}
	}
	err := s.post(ctx, &out)
	if s.working = err == nil; err != nil {
		for k, n := range told {
			if len(s.discards) < maxDiscards {
				s.discards[k] += n
			}
		}
	}
	return err
}

// maxDiscards bounds the kinds of what was given up that are counted.
const maxDiscards = 64

func (s *remote) discard(reason, category string, n int) {
	if s.discards[discard{reason, category}] > 0 || len(s.discards) < maxDiscards {
		s.discards[discard{reason, category}] += n
	}
}

// close tells the server, if it listens, what was given up at last, and drops the
// connection that was kept.
func (s *remote) close() {
	if report, ok := s.discards.report(time.Now()); ok && s.working {
		ctx, cancel := context.WithTimeout(context.Background(), lastWord)
		defer cancel()
		_ = s.post(ctx, &envelope{items: []item{report}})
	}
	s.http.CloseIdleConnections()
}

// post sends an envelope in one request.
func (s *remote) post(ctx context.Context, e *envelope) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if err := s.pack(e); err != nil {
		return route.Permanent(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(s.packed.Bytes()))
	if err != nil {
		return route.Permanent(err)
	}
	req.Header.Set("Content-Type", "application/x-sentry-envelope")
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set("X-Sentry-Auth", s.auth)
	req.Header.Set("User-Agent", "logwrap/"+s.client)
	resp, err := s.http.Do(req)
	if err != nil {
		return fmt.Errorf("send to sentry: %w", shorten(err))
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // only wanted for the error's text
	return s.judge(resp, body, time.Now())
}

// pack leaves the gzipped envelope in s.packed.
func (s *remote) pack(e *envelope) error {
	s.plain.Reset()
	if err := e.write(&s.plain, s.client, time.Now()); err != nil {
		return err
	}
	s.packed.Reset()
	s.gzip.Reset(&s.packed)
	if _, err := s.gzip.Write(s.plain.Bytes()); err != nil {
		return err
	}
	return s.gzip.Close()
}

// shorten drops the method and URL that net/http puts before an error: the host
// is all that helps.
func shorten(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// answerError is what a server said, as against a server that was not reached.
type answerError struct{ text string }

func (e *answerError) Error() string { return e.text }

// judge turns an answer into the error that Deliver returns
// (https://develop.sentry.dev/sdk/foundations/transport/offline-caching/). It departs
// from the rules for SDKs in one point: an event that met 429 or 5xx is kept and
// sent again, since the journal has room for it.
func (s *remote) judge(resp *http.Response, body []byte, now time.Time) error {
	code := resp.StatusCode
	s.limits.learn(resp.Header, code, now)
	pause := s.limits.wait(errorCategory, now)
	if code >= 200 && code < 300 {
		return nil
	}
	err := error(&answerError{fmt.Sprintf("send to sentry: %s%s", strings.TrimSpace(strconv.Itoa(code)+" "+http.StatusText(code)), said(resp.Header, body))})
	switch {
	case code == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w (%w)", errTooLarge, err)
	case code >= 300 && code < 400:
		to := "another address"
		if u, e := resp.Location(); e == nil {
			to = u.Scheme + "://" + u.Host
		}
		return route.After(deniedPause, fmt.Errorf("%w: redirected to %s, which the DSN should name", err, cleanLine(to, maxSaid)))
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return route.After(max(pause, deniedPause), fmt.Errorf("%w: check the key and project of the DSN", err))
	case code == http.StatusTooManyRequests:
		return route.After(max(pause, time.Second), err)
	case code == http.StatusRequestTimeout, code >= 500:
		if pause > 0 {
			return route.After(pause, err)
		}
		return err
	}
	return route.Permanent(err)
}

// said returns what the server wrote about an error, as one short line.
func said(h http.Header, body []byte) string {
	text := h.Get("X-Sentry-Error")
	if text == "" {
		var answer struct {
			Detail any   `json:"detail"`
			Error  any   `json:"error"`
			Causes []any `json:"causes"`
		}
		switch err := json.Unmarshal(body, &answer); {
		case err != nil:
			text = string(body)
		case answer.Detail != nil:
			text = fmt.Sprint(answer.Detail)
		case answer.Error != nil:
			text = fmt.Sprint(answer.Error)
		}
		for _, c := range answer.Causes {
			text += ": " + fmt.Sprint(c)
		}
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
	if text = cleanLine(text, maxSaid); text == "" {
		return ""
	}
	return ": " + text
}
