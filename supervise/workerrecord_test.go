package supervise

import (
	"syscall"
	"testing"
	"time"
)

func TestWorkerRecords(t *testing.T) {
	kill, segv, term := syscall.SIGKILL, syscall.SIGSEGV, syscall.SIGTERM
	for _, test := range []struct {
		name  string
		death Death
		stop  StopReason
		event bool
	}{
		{"a worker killed", Death{Worker: true, Known: true, Status: Status{Signal: kill}}, "", true},
		{"a helper killed", Death{Known: true, Status: Status{Signal: kill}}, "", false},
		{"a helper killed for want of memory", Death{Known: true, Status: Status{Signal: kill}, Kills: 1}, "", true},
		{"a helper that crashed", Death{Known: true, Status: Status{Signal: segv}}, "", true},
		{"a worker told to end", Death{Worker: true, Known: true, Status: Status{Signal: term}}, "", false},
		{"a worker that failed", Death{Worker: true, Known: true, Status: Status{Code: 1}}, "", false},
		{"a worker of unknown end", Death{Worker: true}, "", false},
		{"a worker of unknown end, for want of memory", Death{Worker: true, Kills: 1}, "", true},
		{"a worker killed in a stop", Death{Worker: true, Known: true, Status: Status{Signal: kill}}, StoppedBySignal, false},
		{"a crash in a stop", Death{Worker: true, Known: true, Status: Status{Signal: segv}}, StoppedBySignal, false},
	} {
		r, book := endedBy(t, "0", 0)
		r.memory = newMemoryWatch(&kills{n: 5})
		r.result.StopReason = test.stop
		test.death.Pid, test.death.Parent, test.death.Command = 11, 10, "worker"
		test.death.Status.Ended = r.process.Status().Ended
		r.bury(test.death)
		record := book.event("worker")
		level := map[bool]string{false: "INFO", true: "ERROR"}[test.event]
		check(t, record["level"] == level && record["pid"] == 11.0 && record["parent_pid"] == 10.0 && record["command"] == "worker" &&
			record["worker"] == test.death.Worker && record["app_pid"] == float64(r.process.Pid()), "%s: %v", test.name, record)
		_, code := record["exit_code"]
		check(t, code == test.death.Known, "%s: %v", test.name, record)
		if test.death.Status.Signal == kill || test.death.Kills > 0 {
			check(t, record["oom"] == (test.death.Kills > 0) && record["oom_kills_before"] == float64(5-test.death.Kills) && record["oom_kills_after"] == 5.0, "%s: %v", test.name, record)
		} else {
			check(t, record["oom"] == nil, "%s: %v", test.name, record)
		}
	}
}

// TestWorkersDuringARun: deaths are logged as they come, and those that are
// known at the end before the app's.
func TestWorkersDuringARun(t *testing.T) {
	p := start(t, child("exit", "0"))
	book := &logbook{t: t}
	deaths := make(chan Death, 3)
	var early int
	app := &App{Reaper: reaper, Log: book.logger(), OnEnd: func(Result) {
		early = len(book.events("worker"))
		deaths <- Death{Pid: 3, Known: true, Status: Status{Signal: syscall.SIGSEGV, Ended: time.Now()}}
	}}
	r := newSeries(app).newRun(p, &Spec{Session: true})
	r.workers.deaths = deaths
	ended := time.Now()
	deaths <- Death{Pid: 1, Known: true, Status: Status{Signal: syscall.SIGSEGV, Ended: ended}}
	deaths <- Death{Pid: 2, Known: true, Status: Status{Signal: syscall.SIGSEGV, Ended: ended.Add(time.Hour)}}
	wait(t, p)
	r.live(t.Context())
	workers := book.events("worker")
	check(t, early == 1 && len(workers) == 2 && workers[0]["pid"] == 1.0 && workers[1]["pid"] == 3.0, "%d early, %v", early, workers)
	check(t, workers[0]["signal"] == "SIGSEGV" && workers[0]["exit_code"] == 139.0 && workers[0]["core_dumped"] == false, "%v", workers[0])
}
