package elasticsearch

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

// Sink delivers records to one data stream or index. Deliver and Close must not
// run at the same time; Trouble may be called at any.
type Sink struct {
	options    Options
	target     target
	client     *client
	documenter *documenter
	dead       deadLetter

	prepared bool // the template was seen to
	problem  atomic.Pointer[error]

	body     []byte // the batch as bulk lines
	starts   []int  // where each record's lines begin in body, and its end
	response bulkResponse
}

var _ route.Sink = (*Sink)(nil)

// keepBuffer is the size up to which a buffer is kept for the next batch.
const keepBuffer = 8 << 20

// New checks the options and makes a Sink. It reads the CA file, if any, and
// makes no request. Its errors are *route.OptionError.
func New(o Options, id route.Identity) (*Sink, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	t, err := newTarget(o, id)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	return &Sink{
		options: o, target: t, client: c, documenter: newDocumenter(t, id),
		dead: deadLetter{path: o.DeadLetter}, prepared: o.Template == "off",
	}, nil
}

// Deliver stores the batch. Records that the cluster did not take for now come
// back as route.Partial.Retry, those it will never take as Refused.
func (s *Sink) Deliver(ctx context.Context, batch []detect.Record) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	s.encode(batch)
	var o outcome
	s.deliverRange(ctx, 0, len(batch), &o)
	return o.result(len(batch))
}

// Close closes idle connections.
func (s *Sink) Close() error {
	s.client.http.CloseIdleConnections()
	return nil
}

// Target returns the name of the data stream or index.
func (s *Sink) Target() string { return s.target.name }

// Trouble returns, once, why the index template could not be installed. Records
// are delivered all the same.
func (s *Sink) Trouble() error {
	if p := s.problem.Swap(nil); p != nil {
		return *p
	}
	return nil
}

// encode fills the body with the batch.
func (s *Sink) encode(batch []detect.Record) {
	if cap(s.body) > keepBuffer {
		s.body = nil
	}
	s.body, s.starts = s.body[:0], s.starts[:0]
	for i := range batch {
		s.starts = append(s.starts, len(s.body))
		s.body = s.documenter.appendAction(s.body, &batch[i])
		s.body = append(s.documenter.appendDocument(s.body, &batch[i]), '\n')
	}
	s.starts = append(s.starts, len(s.body))
}

// outcome gathers what became of the records of a batch.
type outcome struct {
	retry   []int
	refused []route.Refusal
	err     error // why the retry ones have to be tried again; the first reason counts
	stop    bool  // no request will do better now
}

func (o *outcome) again(i int, err error) {
	o.retry = append(o.retry, i)
	if o.err == nil {
		o.err = err
	}
}

func (o *outcome) refuse(i int, err error) {
	o.refused = append(o.refused, route.Refusal{Index: i, Err: err})
}

// result returns what Deliver has to.
func (o *outcome) result(size int) error {
	switch {
	case len(o.retry) == 0 && len(o.refused) == 0:
		return nil
	case len(o.retry) == size:
		return o.err
	}
	return &route.Partial{Retry: o.retry, Refused: o.refused, Err: o.err}
}

// deliverRange sends the records from a up to b, in as many requests as their
// size asks for.
func (s *Sink) deliverRange(ctx context.Context, a, b int, o *outcome) {
	if o.stop {
		for i := a; i < b; i++ {
			o.again(i, o.err)
		}
		return
	}
	if s.starts[b]-s.starts[a] > s.options.MaxBatchBytes && b-a > 1 {
		s.deliverHalves(ctx, a, b, o)
		return
	}
	err := s.bulk(ctx, s.body[s.starts[a]:s.starts[b]], b-a)
	switch {
	case err == nil:
		s.sort(a, b, o)
	case errors.Is(err, errTooLarge) && b-a > 1:
		s.deliverHalves(ctx, a, b, o)
	case errors.Is(err, errTooLarge):
		s.refuse(a, []byte(`{"type":"request_entity_too_large"}`), err, o)
	default:
		o.stop = true
		for i := a; i < b; i++ {
			o.again(i, err)
		}
	}
}

func (s *Sink) deliverHalves(ctx context.Context, a, b int, o *outcome) {
	middle := a + (b-a)/2
	s.deliverRange(ctx, a, middle, o)
	s.deliverRange(ctx, middle, b, o)
}

// sort files each item of the response.
func (s *Sink) sort(a, b int, o *outcome) {
	for i := a; i < b; i++ {
		item := s.response.item(i - a)
		switch verdictOf(item) {
		case taken:
		case later:
			o.again(i, itemError(item))
		case never:
			s.refuse(i, item.Error, itemError(item), o)
		}
	}
}

// refuse gives a record up for good and keeps its document in the dead-letter
// file.
func (s *Sink) refuse(i int, reason []byte, err error, o *outcome) {
	lines := s.body[s.starts[i] : s.starts[i+1]-1]
	if e := s.dead.append(reason, lines); e != nil {
		err = errors.Join(err, e)
	}
	o.refuse(i, err)
}
