package syslog

import (
	"context"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// Sink delivers records to one syslog receiver. Deliver and Close must not run
// at the same time; Cut may be called at any.
type Sink struct {
	encoder *encoder
	transport
}

// transport is a way to a receiver. Its deliver has the contract of
// route.Sink.Deliver.
type transport interface {
	deliver(ctx context.Context, batch []detect.Record) error
	close() error
}

var _ route.Sink = (*Sink)(nil)

// New checks the options and makes a Sink. It reads the TLS files, if any, and
// opens no connection. Its errors are *route.OptionError.
func New(o Options, id route.Identity) (*Sink, error) {
	a, err := parseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	if err := o.check(a); err != nil {
		return nil, err
	}
	if a.tls {
		if err := o.TLS.check(); err != nil {
			return nil, err
		}
	}
	o = o.withDefaults(a)
	e, err := newEncoder(o, id)
	if err != nil {
		return nil, err
	}
	t, err := newTransport(a, o, e)
	if err != nil {
		return nil, err
	}
	return &Sink{encoder: e, transport: t}, nil
}

func newTransport(a address, o Options, e *encoder) (transport, error) {
	switch a.network {
	case networkLocal:
		return newClassic(o, e)
	case "udp":
		return newDatagram(a, o, e), nil
	case "unix":
		socket := a
		socket.network = "unixgram"
		return &unixSocket{datagram: newDatagram(socket, o, e), stream: newStream(a, o, e)}, nil
	}
	return newStream(a, o, e), nil
}

// Deliver sends the batch. It returns nil when the receiver has accepted all of
// it, as far as the transport can tell (see the package comment).
func (s *Sink) Deliver(ctx context.Context, batch []detect.Record) error {
	return s.deliver(ctx, batch)
}

// Close closes the connection. Everything that Deliver returned nil for has
// left before.
func (s *Sink) Close() error { return s.close() }

// Cut returns how many messages were shortened because they were longer than
// Options.MaxMessage or than a datagram can be.
func (s *Sink) Cut() uint64 { return s.encoder.cut.Load() }

// retryFrom reports that the records before index n were accepted and the
// others have to come again because of err.
func retryFrom(n, size int, err error) error {
	switch n {
	case 0:
		return err
	case size:
		return nil
	}
	p := &route.Partial{Err: err}
	for i := n; i < size; i++ {
		p.Retry = append(p.Retry, i)
	}
	return p
}
