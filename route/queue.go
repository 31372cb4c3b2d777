package route

import (
	"context"
	"sync"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

const (
	// queueBytes is how much a handler may leave waiting in memory before it is
	// left behind; the journal holds the rest.
	queueBytes = 2 << 20
	// queuePortions bounds the same by number.
	queuePortions = 1024
)

// portion is what one handler gets of one read of the journal.
type portion struct {
	batch *batch          // the handler's records are those whose set has bit; nil if there are few or none
	bit   Set             //
	own   []detect.Record // the records, with bytes of their own, if batch is nil
	bytes int             // of memory it holds on to
	after capture.Cursor  // to be stored when all of it is delivered
	lost  uint64          // lines that were lost before its end
}

func (p *portion) empty() bool { return p.batch == nil && len(p.own) == 0 }

// take appends the records to dst.
func (p *portion) take(dst []detect.Record) []detect.Record {
	if p.batch == nil {
		return append(dst, p.own...)
	}
	for i := range p.batch.records {
		if p.batch.sets[i]&p.bit != 0 {
			dst = append(dst, p.batch.records[i])
		}
	}
	return dst
}

func (p *portion) release(pool *batchPool) {
	if p.batch != nil {
		p.batch.release(pool)
	}
}

// queue holds the portions that wait for one handler. One goroutine puts,
// another takes.
type queue struct {
	mu     sync.Mutex
	items  []portion
	bytes  int
	closed bool
	more   chan struct{} // signalled by put and close
	room   chan struct{} // signalled by get
}

func newQueue() *queue {
	return &queue{more: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put appends p unless the queue is full. A portion without records only moves
// the cursor that the one before it will store, and always fits.
func (q *queue) put(p portion) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if n := len(q.items); p.empty() && n > 0 {
		q.items[n-1].after = p.after
		q.items[n-1].lost += p.lost
		return true
	}
	if !p.empty() && (q.bytes >= queueBytes || len(q.items) >= queuePortions) {
		return false
	}
	q.items = append(q.items, p)
	q.bytes += p.bytes
	signal(q.more)
	return true
}

// get takes the oldest portion; ok is false if there is none.
func (q *queue) get() (p portion, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return portion{}, false
	}
	p = q.items[0]
	q.items[0] = portion{}
	if q.items = q.items[1:]; len(q.items) == 0 {
		q.items = nil
	}
	q.bytes -= p.bytes
	signal(q.room)
	return p, true
}

// wait blocks until there is something to get. It returns false if the queue was
// closed and is empty, or ctx is done.
func (q *queue) wait(ctx context.Context) bool {
	for {
		q.mu.Lock()
		n, closed := len(q.items), q.closed
		q.mu.Unlock()
		if n > 0 {
			return true
		}
		if closed || ctx.Err() != nil {
			return false
		}
		select {
		case <-q.more:
		case <-ctx.Done():
		}
	}
}

// open reports whether something may still come.
func (q *queue) open() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.closed || len(q.items) > 0
}

// close says that nothing will be put any more.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signal(q.more)
}

// clear gives up everything that waits; the journal still has it.
func (q *queue) clear(pool *batchPool) {
	for {
		p, ok := q.get()
		if !ok {
			return
		}
		p.release(pool)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
