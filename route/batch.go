package route

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// batch is what one read of the journal brought: the bytes, and the records
// that point into them. It is shared by the handlers that get a part of it and
// goes back to its pool when the last one is done with it.
type batch struct {
	buf     []byte // owned by the batch
	arena   []byte // copies of what did not come from buf; owned by the batch
	records []detect.Record
	sets    []Set // which handlers get the record of the same index
	refs    atomic.Int32
}

// release gives up one reference.
func (b *batch) release(pool *batchPool) {
	if b.refs.Add(-1) == 0 {
		pool.put(b)
	}
}

// batchPool keeps batches for reuse, by the size of their buffers: a trickle of
// lines must not hold on to large ones.
type batchPool struct {
	classes [3]sync.Pool
}

// batchClasses are the sizes of buffers; the last one holds any read.
var batchClasses = [3]int{4 << 10, 32 << 10, capture.ReadMax}

func (p *batchPool) get(size int) *batch {
	for i, class := range batchClasses {
		if size <= class || i == len(batchClasses)-1 {
			if b, _ := p.classes[i].Get().(*batch); b != nil {
				return b
			}
			return &batch{buf: make([]byte, class)}
		}
	}
	return nil
}

func (p *batchPool) put(b *batch) {
	clear(b.records) // the lines they point at may go
	b.records, b.sets, b.arena = b.records[:0], b.sets[:0], b.arena[:0]
	if cap(b.records) > 2*len(b.buf)/16 {
		b.records, b.sets = nil, nil
	}
	if cap(b.arena) > len(b.buf) {
		b.arena = nil
	}
	for i, class := range batchClasses {
		if len(b.buf) == class {
			p.classes[i].Put(b)
		}
	}
}

// add takes a record for the handlers in set. Its text is copied unless it lives
// as long as the batch; message and logger are copied if they are no part of the
// text, for then they lie in a buffer that the next line is read into.
func (b *batch) add(r *detect.Record, set Set, lives bool) {
	b.records = append(b.records, *r)
	b.sets = append(b.sets, set)
	c := &b.records[len(b.records)-1]
	if !lives {
		at := len(b.arena)
		b.arena = append(b.arena, r.Text...) // what was taken before keeps its old storage
		c.Text = b.arena[at:len(b.arena):len(b.arena)]
	}
	c.Message = b.moved(r.Message, r.Text, c.Text)
	c.Logger = b.moved(r.Logger, r.Text, c.Text)
}

// moved returns where part is if the text it is a part of is now at to; if it is no
// part of it, a copy of its own.
func (b *batch) moved(part, from, to []byte) []byte {
	if len(part) == 0 {
		return part
	}
	start := uintptr(unsafe.Pointer(unsafe.SliceData(from)))
	p := uintptr(unsafe.Pointer(unsafe.SliceData(part)))
	if off := int(p - start); p >= start && off+len(part) <= len(from) {
		return to[off : off+len(part) : off+len(part)]
	}
	at := len(b.arena)
	b.arena = append(b.arena, part...)
	return b.arena[at:len(b.arena):len(b.arena)]
}

// sparse is how little of a batch a handler may want before it gets copies
// instead of holding on to all of it.
const sparse = 8

// portion returns what the handler with that bit gets of the batch.
func (b *batch) portion(bit Set) portion {
	p := portion{bit: bit}
	bytes, n := 0, 0
	for i := range b.records {
		if b.sets[i]&bit != 0 {
			bytes += len(b.records[i].Text)
			n++
		}
	}
	if n == 0 || bytes > len(b.buf)/sparse {
		if n > 0 {
			b.refs.Add(1)
			p.batch, p.bytes = b, len(b.buf)
		}
		return p
	}
	p.own = make([]detect.Record, 0, n)
	for i := range b.records {
		if b.sets[i]&bit != 0 {
			p.own = append(p.own, ownCopy(&b.records[i]))
		}
	}
	p.bytes = weight(p.own)
	return p
}

// ownCopy returns a copy that keeps its bytes.
func ownCopy(r *detect.Record) detect.Record {
	c := *r
	c.Text = append([]byte(nil), r.Text...)
	c.Message = append([]byte(nil), r.Message...)
	c.Logger = append([]byte(nil), r.Logger...)
	return c
}

// weight is about how much memory records with bytes of their own take.
func weight(recs []detect.Record) (n int) {
	for i := range recs {
		n += 256 + 2*len(recs[i].Text)
		if e := recs[i].Event; e != nil {
			n += len(e.Output)
			for j := range e.Crumbs {
				n += 64 + len(e.Crumbs[j].Message) + len(e.Crumbs[j].Logger)
			}
		}
	}
	return n
}
