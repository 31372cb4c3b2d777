package supervise

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// brood reads the numbers of the processes that a "brood" has started, until it
// says that they are ready.
func brood(out *output) (pids []int) {
	out.t.Helper()
	for line := out.line(); line != "brood"; line = out.line() {
		pid, err := strconv.Atoi(line)
		if err != nil {
			out.t.Fatalf("the brood said %q", line)
		}
		pids = append(pids, pid)
	}
	out.t.Cleanup(func() {
		for _, pid := range pids {
			command, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
			if strings.HasPrefix(string(command), "testchild\x00") { // the number is not another's by now
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	})
	return pids
}

// allGone reports whether none of the processes is there.
func allGone(pids []int) bool {
	for _, pid := range pids {
		if syscall.Kill(pid, 0) != syscall.ESRCH && !isZombie(pid) {
			return false
		}
	}
	return true
}

// TestStubbornTree: an app that ignores TERM, with descendants that do too, in
// sessions of their own and without their parents, holding its output: all are
// allGone when the stop timeout is over, and what was written last has come.
func TestStubbornTree(t *testing.T) {
	const timeout = 300 * time.Millisecond
	w := wrap(t, wrapping{Mode: "brood", Args: []string{"stubborn"}, Group: true, StopTimeout: timeout})
	pids := brood(w.out)
	check(t, len(pids) == broodSize && !allGone(pids[:1]), "brood %v", pids)
	asked := time.Now()
	w.Signal(syscall.SIGTERM)
	w.out.expect("last line")
	r, log := w.finish()
	took := time.Since(asked)
	check(t, took >= timeout && took < timeout+deadline/4, "took %v", took)
	check(t, allGone(pids), "some of %v are left", pids)
	check(t, w.out.rest() == "", "the output has no end")
	check(t, r.Result.Killed && !r.Crashed && w.Status().ExitCode() == 137, "%+v", r)
	killed := record(t, log, "app killed: it did not stop in time")
	check(t, killed["event"] == "kill" && killed["processes"].(float64) >= broodSize, "%v", killed)
	t.Logf("gone after %v", took)
}

// TestLeftoversOfAStop: the app heeds TERM, what it has left behind does not.
func TestLeftoversOfAStop(t *testing.T) {
	const timeout = 300 * time.Millisecond
	w := wrap(t, wrapping{Mode: "brood", Args: []string{"term"}, Group: true, StopTimeout: timeout})
	pids := brood(w.out)
	asked := time.Now()
	w.Signal(syscall.SIGTERM)
	r, log := w.finish()
	took := time.Since(asked)
	check(t, took >= timeout && took < timeout+deadline/4, "took %v", took)
	check(t, allGone(pids) && w.out.rest() == "", "some of %v are left", pids)
	check(t, !r.Result.Killed && w.Status().ExitCode() == 0, "%+v", r)
	check(t, record(t, log, "processes left by the app killed")["processes"] == float64(broodSize), "%v", log)
	record(t, log, "processes left by the app told to stop")
}

// TestLeftoversHeedTerm: then nobody waits for the stop timeout.
func TestLeftoversHeedTerm(t *testing.T) {
	w := wrap(t, wrapping{Mode: "brood", Args: []string{"term", "meek"}, Group: true, StopTimeout: deadline})
	pids := brood(w.out)
	w.Signal(syscall.SIGTERM)
	asked := time.Now()
	r, _ := w.finish()
	check(t, allGone(pids) && w.out.rest() == "" && time.Since(asked) < deadline/2, "some of %v are left after %v", pids, time.Since(asked))
	check(t, !r.Result.Killed && w.Status().ExitCode() == 0, "%+v", r)
}

// TestEndTree: as PID 1, also what an app leaves behind that ends by itself.
func TestEndTree(t *testing.T) {
	for _, policy := range []time.Duration{100 * time.Millisecond, -1} {
		meek := []string{"exit"}
		if policy < 0 {
			meek = append(meek, "meek") // without a stop timeout it is given the default
		}
		w := wrap(t, wrapping{Mode: "brood", Args: meek, Group: true, StopTimeout: policy, EndTree: true})
		pids := brood(w.out)
		r, _ := w.finish()
		check(t, allGone(pids) && w.out.rest() == "" && w.Status().ExitCode() == 0 && !r.Result.Killed, "some of %v are left, %+v", pids, r)
	}
}

// TestLeftoversOfARestart: the next run finds nothing of the last one, and what
// the last one wrote is complete before it is logged as ended.
func TestLeftoversOfARestart(t *testing.T) {
	app, book := newApp(t)
	app.Restart, app.MaxRestarts, app.StopTimeout = RestartAlways, 1, 200*time.Millisecond
	var out *output
	var end *os.File
	var pids []int
	app.OnStart = func(int) { end.Close() }
	app.OnEnd = func(r Result) {
		pids = brood(out)
		if r.Restarts > 0 {
			return // the last run's are nobody's to end
		}
		check(t, len(pids) == broodSize && allGone(pids), "some of %v are left at OnEnd", pids)
		check(t, out.rest() == "", "the output has no end")
		check(t, len(book.events("end")) < len(book.events("start")), "the end was logged before OnEnd")
	}
	result, err := app.Run(t.Context(), func(int) (Spec, error) {
		check(t, allGone(pids), "some of %v are left at a restart", pids)
		var r *os.File
		r, end = pipe(t)
		out = newOutput(t, r)
		spec := child("brood", "exit")
		spec.Files = []*os.File{nil, end, os.Stderr}
		return spec, nil
	})
	check(t, err == nil && result.Restarts == 1 && result.ExitCode() == 0, "%v, %+v", err, result)
}
