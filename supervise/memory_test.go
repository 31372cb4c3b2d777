package supervise

import (
	"syscall"
	"testing"
)

// kills is a memory group's counter.
type kills struct {
	n     uint64
	limit int64
}

func (k *kills) Kills() (uint64, bool)      { return k.n, true }
func (k *kills) Usage() (used, limit int64) { return 0, k.limit }
func (k *kills) Source() string             { return "/sys/fs/cgroup/memory.events" }

// endedBy is a run whose app has just ended by a signal, while the counter rose.
func endedBy(t *testing.T, code string, rise uint64) (*run, *logbook) {
	t.Helper()
	book := &logbook{t: t}
	counter := &kills{n: 7, limit: 64 << 20}
	p := start(t, child("exit", code))
	r := newSeries(&App{Reaper: reaper, Log: book.logger()}).newRun(p, &Spec{Session: true})
	r.memory = newMemoryWatch(counter)
	wait(t, p)
	counter.n += rise
	return r, book
}

func TestOutOfMemory(t *testing.T) {
	for _, test := range []struct {
		name   string
		status Status
		killed bool
		rise   uint64
		known  bool
		oom    bool
	}{
		{"KILL and a kill", Status{Signal: syscall.SIGKILL}, false, 1, true, true},
		{"a shell's child", Status{Code: 137}, false, 2, true, true},
		{"KILL by somebody", Status{Signal: syscall.SIGKILL}, false, 0, true, false},
		{"KILL by us", Status{Signal: syscall.SIGKILL}, true, 1, false, false},
		{"a crash of its own", Status{Signal: syscall.SIGSEGV}, false, 1, false, false},
		{"exit 1", Status{Code: 1}, false, 1, false, false},
	} {
		r, book := endedBy(t, "0", test.rise)
		r.process.status = test.status
		r.result.Killed = test.killed
		r.end()
		result := r.finish()
		end := book.event("end")
		check(t, result.OOM == test.oom, "%s: OOM = %t", test.name, result.OOM)
		if !test.known {
			check(t, end["oom"] == nil && end["oom_source"] == nil, "%s: %v", test.name, end)
			continue
		}
		check(t, end["oom"] == test.oom && end["oom_kills_before"] == 7.0 && end["oom_kills_after"] == float64(7+test.rise) &&
			end["oom_source"] == "/sys/fs/cgroup/memory.events" && end["memory_limit_bytes"] == float64(64<<20), "%s: %v", test.name, end)
	}
}

// TestKillOfUnknownReason: where there is none nothing is claimed.
func TestKillOfUnknownReason(t *testing.T) {
	app, book := newApp(t)
	r := runSpecs(t, app, child("kill", "9"))
	check(t, !r.OOM && r.Crashed() && book.event("end")["oom"] == nil, "%+v, %v", r, book.event("end"))
}
