package supervise

import (
	"bytes"
	"os"
	"strconv"
	"testing"
	"time"
)

// isZombie reports whether a process, with all its threads, has ended and nobody
// has waited for it.
func isZombie(pid int) bool {
	dir := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(dir + "/stat")
	threads, _ := os.ReadDir(dir + "/task")
	return err == nil && bytes.Contains(stat, []byte(") Z ")) && len(threads) <= 1
}

// TestEndInTime: an app that has ended when its time is over, but of which we
// have not heard yet, was in time.
func TestEndInTime(t *testing.T) {
	for range 20 {
		p := start(t, child("eof"))
		r := newSeries(&App{Reaper: reaper, Timeout: time.Hour}).newRun(p, &Spec{Session: true})
		reaper.mu.Lock() // nothing is reaped from here on
		if !isClosed(p.done) {
			eventually(t, "it ends", func() bool { return isZombie(p.Pid()) })
		}
		reaper.mu.Unlock()
		r.expire()
		result := r.live(t.Context())
		check(t, !result.TimedOut && result.StopReason == "" && result.ExitCode() == 0, "%+v", result)
	}
}
