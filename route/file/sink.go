package file

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/format"
)

// maxBuffer is the largest buffer kept between batches.
const maxBuffer = 1 << 20

// Sink appends records to a file. It is a route.Resumer.
type Sink struct {
	options Options
	format  format.Formatter
	journal string
	disk    disk
	spawn   func(func()) // runs the compression; tests run it in place

	base  place  // where acknowledged output ends: what State tells
	mark  mark   // where output after base begins, if base cannot tell
	trail *trail // output after base that a lost incarnation wrote; nil if none

	file handle      // nil until opened and after a failure
	info os.FileInfo // of file when it was opened
	size int64       // of file, as last seen
	born int64       // capture time of the file's first record, Unix nanoseconds

	out  []byte // the batch as bytes, reused
	ends []int  // where each record ends in out, reused

	unpacked bool       // there may be rotated files to compress
	names    sync.Mutex // held while rotated files change their names
	packers  sync.WaitGroup
	packing  atomic.Bool
	closing  atomic.Bool
	troubles troubles
}

// New checks options and returns a Sink that opens its file in the first
// Deliver. Errors are *route.OptionError.
func New(options Options, id route.Identity) (*Sink, error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	f, err := format.New(options.Format, id)
	if err != nil {
		return nil, err
	}
	s := &Sink{options: options, format: f, journal: id.Journal, disk: realDisk{}, unpacked: true}
	s.spawn = func(f func()) { s.packers.Go(f) }
	return s, nil
}

// Resume tells where the output ended that the caller knows of.
func (s *Sink) Resume(state route.State) error {
	s.base = placeOf(state)
	return nil
}

// State tells where the output ends that Deliver has acknowledged.
func (s *Sink) State() route.State { return s.base.state() }

// Deliver appends a batch with one write(2). It does not return before the
// write does, which on a hanging network file system may be later than ctx.
//
// After an error the file holds what it held before, as far as that can be
// achieved; the next Deliver looks at what it finds, as after a kill.
func (s *Sink) Deliver(ctx context.Context, batch []detect.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.deliver(batch)
	if err != nil {
		s.forget()
	}
	if cap(s.out) > maxBuffer {
		s.out = nil
	}
	return err
}

func (s *Sink) deliver(batch []detect.Record) error {
	if s.file == nil {
		if err := s.open(batch[0].Time); err != nil {
			return err
		}
	}
	s.render(batch)
	if !s.info.Mode().IsRegular() { // /dev/null
		_, err := s.file.Write(s.out)
		return err
	}
	if s.trail == nil {
		if err := s.prepare(batch[0].Time); err != nil {
			return err
		}
		return s.append(s.out, batch[0].Time)
	}
	return s.resume(batch)
}

// resume delivers a batch of which the trail may hold a part.
func (s *Sink) resume(batch []detect.Record) error {
	done, reached, err := s.follow(batch)
	if err != nil {
		return err
	}
	if done == len(s.out) {
		s.base = reached
		return nil
	}
	if done == 0 { // nothing after base is ours: say so, for the next incarnation
		s.ensureMark()
	}
	first := 0
	for s.ends[first] <= done {
		first++
	}
	return s.append(s.out[done:], batch[first].Time)
}

// render formats the batch.
func (s *Sink) render(batch []detect.Record) {
	s.out, s.ends = s.out[:0], s.ends[:0]
	for i := range batch {
		s.out = s.format.Append(s.out, &batch[i])
		s.ends = append(s.ends, len(s.out))
	}
}

// prepare brings the file into the state that a batch beginning at time may be
// appended to. Base was stored by now: the caller came back after State.
func (s *Sink) prepare(time int64) error {
	s.dropMark()
	if err := s.reopen(time); err != nil {
		return err
	}
	if s.due(time) {
		if err := s.rotate(time); err != nil {
			return err
		}
	}
	s.compress()
	s.ensureMark()
	return nil
}

// append writes out at the end of the file, or leaves the file as it was.
func (s *Sink) append(out []byte, time int64) error {
	if s.size == 0 {
		s.born = time
	}
	n, err := s.file.Write(out)
	if err != nil {
		s.undo(int64(n))
		return err
	}
	s.size += int64(n)
	s.base = place{inode: inode(s.info), size: s.size, born: s.born, tail: tailOf(out, s.size)}
	return nil
}

// undo takes back the n bytes of a failed write, unless somebody else has
// appended to them. If it cannot, the next Deliver finds them and goes on from
// there.
func (s *Sink) undo(n int64) {
	if n <= 0 {
		return
	}
	if info, err := s.file.Stat(); err == nil && info.Size() == s.size+n {
		_ = s.file.Truncate(s.size) // failing is allowed for, see above
	}
}

// forget lets go of everything but base and mark.
func (s *Sink) forget() {
	if s.file != nil {
		_ = s.file.Close() // the error that led here is the one to tell
		s.file = nil
	}
	if s.trail != nil {
		s.trail.close()
		s.trail = nil
	}
}

// Close ends a compression that is going on, which the next start repeats, and
// closes the file.
func (s *Sink) Close() error {
	s.closing.Store(true)
	s.packers.Wait()
	s.dropMark()
	var err error
	if s.file != nil {
		err = s.file.Close()
		s.file = nil
	}
	s.forget()
	return errors.Join(err, s.Trouble())
}

// due reports whether a batch that begins at the given capture time has to go
// into a new file.
func (s *Sink) due(now int64) bool {
	r := &s.options.Rotate
	if s.size == 0 {
		return false
	}
	return r.Size > 0 && s.size+int64(len(s.out)) > r.Size || r.Age > 0 && now-s.born >= int64(r.Age/time.Nanosecond)
}

// Trouble returns, once, what went wrong beside the deliveries since the last
// call: a rotation or a compression that failed. It may be called at any time;
// nothing is lost by such a failure, but files grow.
func (s *Sink) Trouble() error { return s.troubles.take() }

// troubles keeps the last error of the work that no caller waits for.
type troubles struct {
	mu   sync.Mutex
	last error
}

func (t *troubles) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = err
}

func (t *troubles) take() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.last
	t.last = nil
	return err
}
