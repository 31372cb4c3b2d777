package supervise

import (
	"log/slog"
	"syscall"
)

// memoryCounter is what a memoryWatch asks of a *MemoryGroup, which may be nil.
type memoryCounter interface {
	Kills() (n uint64, ok bool)
	Usage() (used, limit int64)
	Source() string
}

// memoryWatch compares the out-of-memory kills of our memory group before and
// after something. The zero value knows of none.
type memoryWatch struct {
	counter memoryCounter
	before  uint64
	known   bool
}

func newMemoryWatch(counter memoryCounter) memoryWatch {
	w := memoryWatch{counter: counter}
	w.before, w.known = counter.Kills()
	return w
}

// facts returns what has changed since, nil if that is not known.
func (w memoryWatch) facts() *memoryFacts {
	if !w.known {
		return nil
	}
	after, ok := w.counter.Kills()
	if !ok {
		return nil
	}
	_, limit := w.counter.Usage()
	return &memoryFacts{before: w.before, after: after, source: w.counter.Source(), limit: limit}
}

// memoryFacts are the out-of-memory kills around the end of a process.
type memoryFacts struct {
	before, after uint64
	source        string
	limit         int64 // bytes, 0: none
}

func (m *memoryFacts) rose() bool { return m.after > m.before }

func (m *memoryFacts) attrs() []slog.Attr {
	attrs := []slog.Attr{
		slog.Uint64("oom_kills_before", m.before),
		slog.Uint64("oom_kills_after", m.after),
		slog.String("oom_source", m.source),
	}
	if m.limit > 0 {
		attrs = append(attrs, slog.Int64("memory_limit_bytes", m.limit))
	}
	return attrs
}

// judgeMemory finds out whether the app was killed for want of memory. A shell
// or a runtime whose child was reports that by code 137.
func (r *run) judgeMemory() {
	if r.result.Status.ExitCode() != 128+int(syscall.SIGKILL) || r.result.Killed {
		return
	}
	if r.result.memory = r.memory.facts(); r.result.memory != nil {
		r.result.OOM = r.result.memory.rose()
	}
}
