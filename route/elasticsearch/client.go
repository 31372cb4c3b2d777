package elasticsearch

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/logwrap/logwrap/route"
)

const (
	maxAnswer = 32 << 20

	ndjson   = "application/x-ndjson"
	jsonType = "application/json"
)

// client speaks HTTP with the nodes of a cluster.
type client struct {
	http          *http.Client
	hosts         []*url.URL
	current       int // the node that answered last
	authorization string
	timeout       time.Duration

	compressor *gzip.Writer // nil: requests are not compressed
	packed     bytes.Buffer
	answer     bytes.Buffer
}

func newClient(o Options) (*client, error) {
	hosts, user, err := o.parseURLs()
	if err != nil {
		return nil, err
	}
	secure, err := o.tlsConfig()
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	c := &client{
		hosts: hosts, authorization: o.authorization(user), timeout: o.Timeout,
		http: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         dialer.DialContext,
				TLSClientConfig:     secure,
				TLSHandshakeTimeout: 10 * time.Second,
				IdleConnTimeout:     90 * time.Second,
				MaxIdleConnsPerHost: 2,
				DisableCompression:  true, // answers are short, thanks to bulkFilter
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if *o.Gzip {
		if c.compressor, err = gzip.NewWriterLevel(nil, gzip.BestSpeed); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// reply is an answer of the cluster, whatever its status. Its body is valid
// until the next request.
type reply struct {
	status int
	header http.Header
	body   []byte
	url    string
}

// do makes a request to the current node, and to the others if that one can't be
// reached or is a gateway without a node behind it.
func (c *client) do(ctx context.Context, method, path, contentType string, body []byte) (reply, error) {
	packed := c.pack(body)
	var r reply
	var err error
	for range c.hosts {
		r, err = c.try(ctx, method, path, contentType, packed, len(body) > 0 && c.compressor != nil)
		if ctx.Err() != nil || err == nil && r.status != http.StatusBadGateway && r.status != http.StatusGatewayTimeout {
			break
		}
		c.current = (c.current + 1) % len(c.hosts)
	}
	return r, err
}

func (c *client) pack(body []byte) []byte {
	if c.compressor == nil || len(body) == 0 {
		return body
	}
	if c.packed.Cap() > keepBuffer {
		c.packed = bytes.Buffer{}
	}
	c.packed.Reset()
	c.compressor.Reset(&c.packed)
	c.compressor.Write(body) // a bytes.Buffer takes everything
	c.compressor.Close()
	return c.packed.Bytes()
}

func (c *client) try(ctx context.Context, method, path, contentType string, body []byte, packed bool) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	address := c.hosts[c.current].String() + path
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", contentType)
	}
	if packed {
		req.Header.Set("Content-Encoding", "gzip")
	}
	if c.authorization != "" {
		req.Header.Set("Authorization", c.authorization)
	}
	req.Header.Set("Accept", jsonType)
	req.Header.Set("User-Agent", "logwrap")
	shown, _, _ := strings.Cut(address, "?")
	res, err := c.http.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // it repeats the address
		}
		return reply{}, fmt.Errorf("%s %s: %w", method, shown, err)
	}
	defer res.Body.Close()
	if c.answer.Cap() > keepBuffer {
		c.answer = bytes.Buffer{}
	}
	c.answer.Reset()
	if _, err := c.answer.ReadFrom(io.LimitReader(res.Body, maxAnswer)); err != nil {
		return reply{}, fmt.Errorf("%s %s: read the answer: %w", method, shown, err)
	}
	return reply{res.StatusCode, res.Header, c.answer.Bytes(), shown}, nil
}

// bulk sends size actions. It fills s.response if it returns nil.
func (s *Sink) bulk(ctx context.Context, body []byte, size int) error {
	r, err := s.client.do(ctx, http.MethodPost, "/"+s.target.name+"/_bulk"+bulkFilter, ndjson, body)
	if err != nil {
		return err
	}
	if r.status == http.StatusOK {
		if err := s.response.parse(r.body, size); err != nil {
			return fmt.Errorf("POST %s: %w", r.url, err)
		}
		return nil
	}
	if r.status == http.StatusRequestEntityTooLarge {
		return errTooLarge
	}
	err = r.failure("POST")
	if r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable {
		s.client.current = (s.client.current + 1) % len(s.client.hosts)
		if d := retryAfter(r.header, time.Now()); d > 0 {
			return route.After(d, err)
		}
	}
	return err
}

// failure describes an answer that is no success.
func (r reply) failure(method string) error {
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	text := excerpt(r.body)
	if json.Unmarshal(r.body, &answer) == nil && len(answer.Error) > 0 {
		text = explain(answer.Error)
	}
	err := fmt.Errorf("%s %s: status %d", method, r.url, r.status)
	if text != "" {
		err = fmt.Errorf("%w: %s", err, text)
	}
	if hint := hintFor(r.status); hint != "" {
		err = fmt.Errorf("%w (%s)", err, hint)
	}
	return err
}

func hintFor(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "check api_key, or username and password"
	case status == http.StatusForbidden:
		return "the credentials need the privileges create_doc and auto_configure on the target"
	case status == http.StatusNotFound:
		return "is this the address of Elasticsearch, and may the target be created?"
	case status >= 300 && status < 400:
		return "redirects are not followed: use the address it leads to"
	}
	return ""
}

// retryAfter returns the pause that a Retry-After header asks for (RFC 9110
// 10.2.3), seconds or a date, 0 if there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
