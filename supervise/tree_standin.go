package supervise

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"syscall"
)

// SignalTree sends sig to p, its descendants and the orphans we have adopted.
func (p *Process) SignalTree(sig syscall.Signal) int {
	p.reaper.mu.Lock()
	defer p.reaper.mu.Unlock()
	below := map[int][]int{}
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			stat, _ := os.ReadFile("/proc/" + e.Name() + "/stat")
			if f := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]); len(f) > 17 && (string(f[0]) != "Z" || string(f[17]) > "1") {
				parent, _ := strconv.Atoi(string(f[1]))
				below[parent] = append(below[parent], pid)
			}
		}
	}
	n := 0
	var signal func(pid int)
	signal = func(pid int) {
		if syscall.Kill(pid, sig) == nil {
			n++
		}
		for _, child := range below[pid] {
			signal(child)
		}
	}
	for _, child := range below[os.Getpid()] {
		if other := p.reaper.children[child]; other == nil || other == p {
			signal(child)
		}
	}
	return n
}

// MemoryGroup stands in.
type MemoryGroup struct {
	kills       uint64
	used, limit int64
}

func (g *MemoryGroup) Kills() (n uint64, ok bool) {
	if g == nil {
		return 0, false
	}
	return g.kills, true
}
func (g *MemoryGroup) Usage() (used, limit int64) { return g.used, g.limit }
func (g *MemoryGroup) Source() string             { return "memory.events" }

// Death stands in.
type Death struct {
	Pid, Parent int
	Command     string
	Worker      bool
	Status      Status
	Known       bool
	Kills       uint64
}

// Workers stands in.
type Workers struct{ deaths chan Death }

func (w *Workers) Run(ctx context.Context, root *Process) { <-ctx.Done() }
func (w *Workers) Deaths() <-chan Death                   { return w.deaths }
