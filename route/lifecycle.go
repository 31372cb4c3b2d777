package route

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/logwrap/logwrap/detect"
)

// The events that lifecycle records tell of and that are more than a message.
const (
	startEvent  = "start"
	endEvent    = "end"
	workerEvent = "worker"
	hangEvent   = "hang"
	lostEvent   = "lost"
	loopEvent   = "crash_loop"
)

// lifecycle is the union of what the records of logwrap's own stream state. A
// key that is absent, or of another type, is no fact.
type lifecycle struct {
	Event string `json:"event"`

	PID        int    `json:"pid"`
	Command    string `json:"command"`
	Code       *int   `json:"exit_code"`
	Signal     string `json:"signal"`
	CoreDumped bool   `json:"core_dumped"`
	Crashed    bool   `json:"crashed"`
	Duration   int64  `json:"duration_ms"`
	Restarts   int    `json:"restarts"`
	MaxRSS     int64  `json:"max_rss_bytes"`
	UserCPU    int64  `json:"cpu_user_ms"`
	SystemCPU  int64  `json:"cpu_system_ms"`

	StopRequested bool   `json:"stop_requested"`
	StopSignal    string `json:"stop_signal"`
	StopReason    string `json:"stop_reason"`
	StopPID       int    `json:"stop_sender_pid"`
	StopSender    string `json:"stop_sender"`
	TimedOut      bool   `json:"timed_out"`
	Timeout       int64  `json:"timeout_ms"`
	Hung          bool   `json:"hung"`
	Silent        int64  `json:"silent_ms"`

	OOM         bool   `json:"oom"`
	KillsBefore uint64 `json:"oom_kills_before"`
	KillsAfter  uint64 `json:"oom_kills_after"`
	KillsSource string `json:"oom_source"`
	MemoryLimit int64  `json:"memory_limit_bytes"`

	Parent int  `json:"parent_pid"`
	Worker bool `json:"worker"`

	State       string `json:"state"`
	WaitChannel string `json:"wait_channel"`
	Threads     int    `json:"threads"`
	RSS         int64  `json:"rss_bytes"`
	DumpSignal  string `json:"dump_signal"`

	LostRun    string `json:"lost_run"`
	LastSeen   string `json:"last_seen"`
	Rebooted   bool   `json:"rebooted"`
	MemoryUsed int64  `json:"memory_used_bytes"`
}

// readLifecycle sets what r, a record of the lifecycle stream, says about the
// begin or end of a run, a hang or a loop of crashes. Other records it leaves as they are.
func readLifecycle(r *detect.Record) {
	var l lifecycle
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(r.Text, &l); err != nil && !errors.As(err, &wrong) {
		return
	}
	switch l.Event {
	case startEvent: // one that failed is told at a level that says so
		r.Began = r.Level < detect.Warning
	case endEvent, "": // records did not always name their event
		r.Exit = l.exit()
	case workerEvent:
		r.Exit = l.worker(r.Level >= detect.Error)
	case lostEvent:
		r.Exit = l.lost()
	case hangEvent:
		r.Hang = l.hang()
	case loopEvent:
		r.Loop = l.loop()
	}
}

// exit is nil if the record does not say how a process ended. A run that was
// ended because it took too long has crashed, whatever its code.
func (l *lifecycle) exit() *detect.Exit {
	if l.Code == nil {
		return nil
	}
	return &detect.Exit{
		Code: *l.Code, Signal: l.Signal, CoreDumped: l.CoreDumped, Crashed: l.Crashed || l.TimedOut,
		PID: l.PID, Restarts: l.Restarts,
		Stop: detect.Stop{Requested: l.StopRequested, Signal: l.StopSignal, Reason: l.StopReason,
			PID: l.StopPID, Sender: l.StopSender},
		TimedOut: l.TimedOut, Timeout: milliseconds(l.Timeout),
		Hung: l.Hung, Silent: milliseconds(l.Silent),
		OOM:      detect.OOM{Killed: l.OOM, Before: l.KillsBefore, After: l.KillsAfter, Source: l.KillsSource, Limit: l.MemoryLimit},
		Duration: milliseconds(l.Duration), MaxRSS: l.MaxRSS, UserCPU: milliseconds(l.UserCPU), SystemCPU: milliseconds(l.SystemCPU),
	}
}

func (l *lifecycle) worker(crashed bool) *detect.Exit {
	e := l.exit()
	if e != nil {
		e.Crashed = crashed
		e.Worker = &detect.Worker{PID: l.PID, Parent: l.Parent, Command: l.Command, Same: l.Worker}
	}
	return e
}

func (l *lifecycle) lost() *detect.Exit {
	e := l.exit()
	switch {
	case e != nil:
		e.Crashed = true
	case l.Rebooted: // nobody knows how it ended: that is no crash
		e = &detect.Exit{PID: l.PID, Duration: milliseconds(l.Duration)}
	}
	if e != nil {
		e.Command = l.Command
		e.Lost = &detect.Lost{Run: l.LostRun, Rebooted: l.Rebooted, MemoryUsed: l.MemoryUsed}
		if seen, err := time.Parse(time.RFC3339, l.LastSeen); err == nil {
			e.Lost.LastSeen = seen
		}
	}
	return e
}

func (l *lifecycle) hang() *detect.Hang {
	return &detect.Hang{
		PID: l.PID, Silent: milliseconds(l.Silent), State: l.State, WaitChannel: l.WaitChannel, Threads: l.Threads,
		UserCPU: milliseconds(l.UserCPU), SystemCPU: milliseconds(l.SystemCPU), RSS: l.RSS, DumpSignal: l.DumpSignal,
	}
}

func (l *lifecycle) loop() *detect.Loop {
	loop := &detect.Loop{Restarts: l.Restarts}
	if l.Code != nil {
		loop.Code = *l.Code
	}
	return loop
}

// milliseconds is the duration, at most the longest there is.
func milliseconds(n int64) time.Duration {
	const longest = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(max(n, 0), longest)) * time.Millisecond
}
