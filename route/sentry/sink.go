package sentry

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"net/http"
	"os"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// Sink delivers each record as one Sentry event.
type Sink struct {
	maker   maker
	client  *http.Client
	url     string
	auth    string
	agent   string
	timeout time.Duration

	limited time.Time // until when the server wants no events
	plain   bytes.Buffer
	packed  bytes.Buffer
	gzip    *gzip.Writer
}

// New returns a Sink that sends to o.DSN as id. It reads o.CAFile and opens no
// connection; errors are *route.OptionError.
func New(o Options, id route.Identity) (*Sink, error) {
	if o.Client == "" {
		o.Client = buildVersion()
	}
	url, auth, err := parseDSN(o.DSN, o.Client)
	if err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	roots, err := readCA(o.CAFile)
	if err != nil {
		return nil, err
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return &Sink{
		maker: maker{opts: o, id: id, processes: newProcessFacts(os.DirFS("/"), o.Args)},
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:                  http.ProxyFromEnvironment,
				TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
				ForceAttemptHTTP2:      true,
				DisableCompression:     true,
				MaxIdleConns:           1,
				IdleConnTimeout:        30 * time.Second,
				MaxResponseHeaderBytes: 64 << 10,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		url: url, auth: auth, agent: "logwrap/" + o.Client, timeout: o.Timeout,
		gzip: gzip.NewWriter(nil),
	}, nil
}

// RunBegan notes what /proc tells of the app's process as long as it is there.
func (s *Sink) RunBegan(run *detect.Run) { s.maker.processes.look(run) }

// Deliver sends the batch, one request an event, and stops at the first event
// that has to be tried again.
func (s *Sink) Deliver(ctx context.Context, batch []detect.Record) error {
	var refused []route.Refusal
	for i := range batch {
		err := s.deliver(ctx, &batch[i])
		switch {
		case err == nil:
		case route.IsPermanent(err):
			refused = append(refused, route.Refusal{Index: i, Err: err})
		case i == 0:
			return err
		default:
			p := &route.Partial{Refused: refused, Err: err}
			for ; i < len(batch); i++ {
				p.Retry = append(p.Retry, i)
			}
			return p
		}
	}
	if refused != nil {
		return &route.Partial{Refused: refused}
	}
	return nil
}

// deliver sends one event, unless the server has asked for a pause.
func (s *Sink) deliver(ctx context.Context, r *detect.Record) error {
	if wait := time.Until(s.limited); wait > 0 {
		return route.After(wait, errLimited)
	}
	if err := s.encode(r); err != nil {
		return route.Permanent(err)
	}
	return s.post(ctx)
}

// encode leaves the gzipped envelope of r in s.packed.
func (s *Sink) encode(r *detect.Record) error {
	payload, id, err := s.maker.payload(r)
	if err != nil {
		return err
	}
	s.plain.Reset()
	if err := writeEnvelope(&s.plain, id, s.maker.opts.Client, time.Now(), payload); err != nil {
		return err
	}
	s.packed.Reset()
	s.gzip.Reset(&s.packed)
	if _, err := s.gzip.Write(s.plain.Bytes()); err != nil {
		return err
	}
	return s.gzip.Close()
}

// Close drops the connection that was kept for the next event.
func (s *Sink) Close() error {
	s.client.CloseIdleConnections()
	return nil
}
