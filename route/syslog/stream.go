package syslog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	plainChunk = 64 << 10
	tlsChunk   = 16 << 10 // one TLS record
	keepBuffer = 2 << 20  // a larger buffer is not kept for the next batch
)

// stream delivers over a connection that carries many messages: TCP, TLS or a
// Unix stream socket.
type stream struct {
	dialer  dialer
	encoder *encoder
	octets  bool // octet counting, else newline framing
	limit   int  // of a message, 0: none
	timeout time.Duration

	link    *link  // nil while not connected
	buffer  []byte // the batch in frames
	message []byte // one message, before its length is known
	ends    []int  // where in buffer each record's frame ends

	broke   bool           // the last Deliver ended with a broken connection
	brokeAt capture.Offset // and this was its first record
}

func newStream(a address, o Options, e *encoder) *stream {
	return &stream{
		dialer:  dialer{address: a, options: o},
		encoder: e,
		octets:  o.Framing == framingOctets,
		limit:   o.MaxMessage,
		timeout: o.Timeout,
	}
}

func (s *stream) deliver(ctx context.Context, batch []detect.Record) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	s.encode(batch)
	reached, err := s.send(ctx)
	if err == nil {
		s.broke = false
		return nil
	}
	s.drop()
	return retryFrom(s.accepted(batch, reached, err), len(batch), err)
}

// accepted returns how many records of a failed batch count as accepted, when
// the receiver's kernel has acknowledged the first reached bytes.
//
// If the receiver is alive but slow, the acknowledged ones do. If it broke the
// connection, it may have died with a full receive buffer: the whole batch
// comes again. If it breaks the same batch once more, the acknowledged ones do
// count, since a receiver that closes after some thousand bytes would otherwise
// be sent the same records for ever.
func (s *stream) accepted(batch []detect.Record, reached int, err error) int {
	n, whole := slices.BinarySearch(s.ends, reached)
	if whole {
		n++
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.broke = false
		return n
	}
	again := s.broke && s.brokeAt == batch[0].ID
	s.broke, s.brokeAt = true, batch[0].ID
	if again {
		return n
	}
	return 0
}

// connect makes sure that there is a connection the receiver has not closed.
func (s *stream) connect(ctx context.Context) error {
	if s.link != nil && closedByPeer(s.link.raw) {
		s.drop()
	}
	if s.link != nil {
		return nil
	}
	l, err := s.dialer.dial(ctx)
	if err != nil {
		return err
	}
	s.link = l
	return nil
}

func (s *stream) drop() {
	if s.link != nil {
		s.link.end()
		s.link = nil
	}
}

// encode fills the buffer with the batch.
func (s *stream) encode(batch []detect.Record) {
	if cap(s.buffer) > keepBuffer {
		s.buffer, s.message = nil, nil
	}
	s.buffer, s.ends = s.buffer[:0], s.ends[:0]
	for i := range batch {
		s.buffer = s.appendFrame(s.buffer, &batch[i])
		s.ends = append(s.ends, len(s.buffer))
	}
}

// appendFrame appends r as RFC 6587 3.4 has it: "LENGTH SP MESSAGE", or the
// message and a line feed.
func (s *stream) appendFrame(dst []byte, r *detect.Record) []byte {
	if !s.octets {
		dst = s.encoder.appendMessage(dst, r, s.limit, true)
		return append(dst, '\n')
	}
	s.message = s.encoder.appendMessage(s.message[:0], r, s.limit, false)
	dst = strconv.AppendInt(dst, int64(len(s.message)), 10)
	dst = append(dst, ' ')
	return append(dst, s.message...)
}

// send writes the buffer and waits until the receiver's kernel has all of it.
// It returns how many bytes it has.
func (s *stream) send(ctx context.Context) (reached int, err error) {
	l := s.link
	stop := context.AfterFunc(ctx, func() { l.SetWriteDeadline(time.Unix(1, 0)) })
	defer func() {
		if !stop() && err == nil {
			s.drop() // its deadline may be set to the past at any moment
		}
	}()
	base := l.socket.sent
	l.marks = l.marks[:0]
	written, err := s.write(ctx)
	if err == nil {
		reached, err = s.await(ctx, base)
	} else {
		reached = l.acknowledged(base, written)
	}
	if err != nil {
		err = fmt.Errorf("send to %s: %w", s.dialer.options.Address, s.cause(ctx, err))
	}
	return reached, err
}

// write hands the buffer to the kernel, in pieces, so that each may take the
// whole timeout.
func (s *stream) write(ctx context.Context) (written int, err error) {
	size := plainChunk
	if s.link.secure != nil {
		size = tlsChunk
	}
	for written < len(s.buffer) && err == nil {
		s.link.SetWriteDeadline(time.Now().Add(s.timeout))
		if err := ctx.Err(); err != nil { // after the deadline was set, as the end of ctx sets one too
			return written, os.ErrDeadlineExceeded
		}
		var n int
		n, err = s.link.Write(s.buffer[written:min(written+size, len(s.buffer))])
		written += n
		if err == nil {
			s.link.mark(written)
		}
	}
	return written, err
}

// await waits until the receiver has acknowledged the buffer, as long as it
// goes on acknowledging anything within the timeout.
func (s *stream) await(ctx context.Context, base int64) (reached int, err error) {
	pause := 20 * time.Microsecond
	idle := time.Now()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		waiting, err := unacknowledged(s.link.raw)
		if err != nil {
			return 0, err
		}
		if now := s.link.acknowledged(base, len(s.buffer)); now > reached || waiting == 0 {
			reached, idle, pause = now, time.Now(), 20*time.Microsecond
		}
		// Bytes that were acknowledged and then a reset: the receiver died
		// before it read them.
		if err := s.link.failure(); err != nil || waiting == 0 {
			return reached, err
		}
		if time.Since(idle) > s.timeout {
			return reached, os.ErrDeadlineExceeded
		}
		timer.Reset(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return reached, os.ErrDeadlineExceeded
		}
		pause = min(2*pause, 5*time.Millisecond)
	}
}

// cause says why the connection is unusable, in the receiver's words if there
// are any.
func (s *stream) cause(ctx context.Context, err error) error {
	switch {
	case !errors.Is(err, os.ErrDeadlineExceeded):
		if alert := s.link.failure(); alert != nil && s.link.secure != nil {
			return alert
		}
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("the receiver is too slow: %w", os.ErrDeadlineExceeded)
	}
	return fmt.Errorf("the receiver took nothing for %s: %w", s.timeout, os.ErrDeadlineExceeded)
}

func (s *stream) close() error {
	if s.link == nil {
		return nil
	}
	err := s.link.end()
	s.link = nil
	return err
}
