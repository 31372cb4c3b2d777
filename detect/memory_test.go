package detect

import (
	"bytes"
	"flag"
	"runtime"
	"testing"

	"github.com/logwrap/logwrap/capture"
)

var heapSize = flag.Int("heap", 256<<10, "bytes of each kind of garbage for the test of the heap")

// maxHeap is what a detector and a splitter may keep of one stream, with the
// room that growing buffers leave free.
const maxHeap = 8 << 20

// TestGarbageKeepsHeapSmall watches what is live while lines that look like
// heads and frames come without end, or a line without end. With -heap=10000000
// it is what the README promises.
func TestGarbageKeepsHeapSmall(t *testing.T) {
	for _, unit := range []string{"[", "{", "\"", "\tat ", "\tat a.b(C.java:1)", "Caused by: ", "Caused by: a.B: c", "goroutine 1 [", "goroutine 1 [running]:",
		pyTraceback, "  File \"a\", line 1, in f", "#0 ", "ERROR: x"} {
		for _, head := range []string{"", "a.BError: x\n\tat a.b(C.java:1)\n", pyTraceback + "\n  File \"a\", line 1, in f\n", "panic: x\n\ngoroutine 1 [running]:\n", "{\n"} {
			for _, end := range []string{"", "\n"} {
				if end == "" && head != "" {
					continue
				}
				if most := liveHeap([]byte(head), []byte(unit+end), *heapSize); most > maxHeap {
					t.Errorf("%q behind %q: %d KiB are live", unit+end, head, most>>10)
				} else if testing.Verbose() {
					t.Logf("%q behind %q: %d KiB", unit+end, head, most>>10)
				}
			}
		}
	}
}

// liveHeap feeds a head and size bytes of a unit, and returns the most that was
// live behind any read.
func liveHeap(head, unit []byte, size int) (most int64) {
	payload := bytes.Repeat(unit, capture.MaxPayload/len(unit))
	d := New(Options{}, func(*Record) {})
	s := capture.NewSplitter(capture.Cursor{}, d.Add)
	start := heapInUse()
	at := capture.Offset(0)
	feed := func(text []byte) {
		s.Frame(&capture.Frame{Kind: capture.KindData, Offset: at, LineStart: at == 0 || unit[len(unit)-1] == '\n', Payload: text})
		at += capture.Offset(len(text))
	}
	if len(head) > 0 {
		feed(head)
	}
	for n := 0; int(at) < size; n++ {
		if feed(payload); n%8 == 7 {
			most = max(most, heapInUse()-start)
		}
	}
	most = max(most, heapInUse()-start)
	runtime.KeepAlive(s)
	runtime.KeepAlive(d)
	return most
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
