package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/format"
)

const (
	// maxBuffer is the largest buffer kept between batches.
	maxBuffer = 1 << 20
	// The waits for a pipe that is full and does not block. Asking again is
	// cheap and rare; poll(2) could not be ended by a context.
	firstWait = time.Millisecond
	lastWait  = 50 * time.Millisecond
)

// Sink writes records to a standard stream.
type Sink struct {
	format format.Formatter
	name   string
	write  func([]byte) (int, error) // write(2)
	color  bool

	out     []byte       // the batch as bytes; a write that is going on owns it
	ends    []int        // where each record ends in out
	written []byte       // what was written of records that will come again
	flight  chan outcome // of the write that is going on; nil if none
}

// outcome is how a write ended: of out the first n bytes were written, now or
// before.
type outcome struct {
	out []byte
	n   int
	err error
}

// New checks options and returns a Sink for the process's own stdout or stderr.
// Errors are *route.OptionError.
func New(options Options, id route.Identity) (*Sink, error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	f, err := format.New(options.Format, id)
	if err != nil {
		return nil, err
	}
	// Not os.Stdout: its Fd makes the stream blocking, for the app too, and its
	// Write kills the process when the stream is broken.
	fd := syscall.Stdout
	if options.Stream == Stderr {
		fd = syscall.Stderr
	}
	s := &Sink{format: f, name: options.Stream}
	s.write = func(b []byte) (int, error) { return syscall.Write(fd, b) }
	if kind := options.Format.Format; kind != format.JSON && kind != format.Raw {
		s.color = options.Color == Always || options.Color == Auto && term.IsTerminal(fd)
	}
	return s, nil
}

// Deliver writes a batch. It blocks while the reader does not read, until ctx
// is done. A reader that is gone gives a route.Permanent error.
func (s *Sink) Deliver(ctx context.Context, batch []detect.Record) error {
	if err := s.land(ctx); err != nil {
		return err
	}
	s.render(batch)
	done := s.repeated()
	if done == len(s.out) {
		s.written = s.written[done:]
		return nil
	}
	s.written = nil
	s.flight = make(chan outcome, 1)
	go func(flight chan<- outcome, out []byte) {
		n, err := s.writeAll(ctx, out[done:])
		flight <- outcome{out, done + n, err}
	}(s.flight, s.out)
	if err := s.land(ctx); err != nil {
		return err
	}
	s.out, s.written = s.written[:0], nil // it is written: the buffer is free again
	if cap(s.out) > maxBuffer {
		s.out = nil
	}
	return nil
}

// land waits for the write that is going on, if any, and keeps what it wrote.
func (s *Sink) land(ctx context.Context) error {
	if s.flight == nil {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case done := <-s.flight:
		s.flight = nil
		s.out, s.written = nil, done.out[:done.n]
		return s.verdict(done.err)
	}
}

// verdict says what a failed write means for the batch.
func (s *Sink) verdict(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.EIO), errors.Is(err, syscall.EBADF):
		s.written = nil
		return route.Permanent(fmt.Errorf("write %s: its reader is gone: %w", s.name, err))
	}
	return fmt.Errorf("write %s: %w", s.name, err)
}

// render formats the batch.
func (s *Sink) render(batch []detect.Record) {
	s.out, s.ends = s.out[:0], s.ends[:0]
	for i := range batch {
		start := len(s.out)
		s.out = s.format.Append(s.out, &batch[i])
		if s.color {
			s.out = frame(s.out, start, batch[i].Level)
		}
		s.ends = append(s.ends, len(s.out))
	}
}

// repeated returns how much of the rendered batch was written before. The
// batches that come again may be cut differently; if other records come, the
// ones before were given up.
func (s *Sink) repeated() int {
	done := 0
	for _, end := range s.ends {
		n := min(end, len(s.written))
		if n == done || !bytes.Equal(s.out[done:n], s.written[done:n]) {
			break
		}
		done = n
	}
	return done
}

// writeAll writes all of b, unless ctx ends while nothing can be written.
func (s *Sink) writeAll(ctx context.Context, b []byte) (int, error) {
	done := 0
	wait := firstWait
	for done < len(b) {
		n, err := s.write(b[done:])
		if n > 0 {
			done += n
			wait = firstWait
		}
		switch {
		case err == nil, errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			if err := sleep(ctx, wait); err != nil {
				return done, err
			}
			wait = min(2*wait, lastWait)
		default:
			return done, err
		}
	}
	return done, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Close reports whether a write is still waiting for its reader. It does not
// wait, and it leaves the stream open: it is the process's.
func (s *Sink) Close() error {
	if s.flight == nil {
		return nil
	}
	select {
	case done := <-s.flight:
		s.flight = nil
		return s.verdict(done.err)
	default:
		return fmt.Errorf("write %s: its reader does not read", s.name)
	}
}
