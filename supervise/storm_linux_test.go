package supervise

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// residentPages returns our resident set, in pages.
func residentPages(t testing.TB) int {
	t.Helper()
	var r procReader
	data, err := r.read("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	return number(strings.Fields(string(data))[1])
}

func living(pid int) bool { return !gone(pid) }

// TestZombieStorm: ten thousand orphans end with us while others are started
// and end as usual. Within a second of the last no zombie is left, every status
// is right, and it costs no memory.
func TestZombieStorm(t *testing.T) {
	spawners, orphansEach, starts := 20, 500, 200
	if testing.Short() {
		spawners, starts = 4, 40
	}
	noOrphans(t)
	var buried atomic.Int64
	reaper.mu.Lock() // it is running already
	reaper.OnOrphan = func(_ int, s Status) {
		if s.ExitCode() == 0 && s.Started.IsZero() && s.Duration() == 0 {
			buried.Add(1)
		}
	}
	reaper.mu.Unlock()
	before := residentPages(t)
	began := time.Now()

	storm := make(chan *Process, spawners)
	go func() {
		defer close(storm)
		for range spawners {
			p, err := reaper.Start(child("orphans", strconv.Itoa(orphansEach)))
			if err != nil {
				t.Error(err)
				return
			}
			<-p.Done()
			storm <- p
		}
	}()
	for i := range starts {
		code := i % 256
		p := start(t, child("exit", strconv.Itoa(code)))
		check(t, wait(t, p).ExitCode() == code && p.Status().Signal == 0, "exit %d: %s", code, p.Status())
	}
	for p := range storm {
		check(t, p.Status().ExitCode() == 0, "a spawner: %s", p.Status())
	}
	// Half of the orphans live on for a while.
	eventually(t, "all have ended", func() bool { return !slices.ContainsFunc(orphansHere(), living) })
	lastExit := time.Now()
	noOrphans(t)
	took := time.Since(lastExit)
	grown := (residentPages(t) - before) * os.Getpagesize()
	want := int64(spawners * orphansEach)
	t.Logf("%d orphans in %v, the last gone %v after its end, %d KiB more", buried.Load(), time.Since(began), took, grown>>10)
	eventually(t, "all were reported", func() bool { return buried.Load() == want })
	check(t, took < time.Second, "zombies were left for %v", took)
	check(t, grown < 8<<20, "grown by %d KiB", grown>>10)
	reaper.mu.Lock()
	defer reaper.mu.Unlock()
	reaper.OnOrphan = nil
	check(t, len(reaper.children) == 0, "the reaper remembers %d children", len(reaper.children))
}
