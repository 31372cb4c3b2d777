package sentry

import (
	"time"

	"github.com/logwrap/logwrap/detect"
)

const maxArgs = 64 // of a command that are sent

// processContext is what the kernel and the supervisor know of the process that
// ended or hangs, under the names that the lifecycle records have for it. Sentry
// shows any object as a table.
type processContext struct {
	Type      string   `json:"type"`
	PID       int      `json:"pid,omitempty"`
	Parent    int      `json:"parent_pid,omitempty"`
	Command   string   `json:"command,omitempty"`
	Exe       string   `json:"executable,omitempty"`
	Argv      []string `json:"argv,omitempty"`
	Code      *int     `json:"exit_code,omitempty"`
	Signal    string   `json:"signal,omitempty"`
	Core      bool     `json:"core_dumped,omitempty"`
	Duration  int64    `json:"duration_ms,omitempty"`
	MaxRSS    int64    `json:"max_rss_bytes,omitempty"`
	RSS       int64    `json:"rss_bytes,omitempty"`
	UserCPU   int64    `json:"cpu_user_ms,omitempty"`
	SystemCPU int64    `json:"cpu_system_ms,omitempty"`
	Restarts  int      `json:"restarts,omitempty"`

	StopReason string `json:"stop_reason,omitempty"`
	StopSignal string `json:"stop_signal,omitempty"`
	StopSender string `json:"stop_sender,omitempty"`
	StopPID    int    `json:"stop_sender_pid,omitempty"`
	Timeout    int64  `json:"timeout_ms,omitempty"`
	Silent     int64  `json:"silent_ms,omitempty"`

	OOM         bool    `json:"oom,omitempty"`
	KillsBefore *uint64 `json:"oom_kills_before,omitempty"`
	KillsAfter  *uint64 `json:"oom_kills_after,omitempty"`
	KillsSource string  `json:"oom_source,omitempty"`
	MemoryLimit int64   `json:"memory_limit_bytes,omitempty"`
	MemoryUsed  int64   `json:"memory_used_bytes,omitempty"`

	State       string `json:"state,omitempty"`
	WaitChannel string `json:"wait_channel,omitempty"`
	Threads     int    `json:"threads,omitempty"`
	DumpSignal  string `json:"dump_signal,omitempty"`

	LastSeen string `json:"last_seen,omitempty"`
	Rebooted bool   `json:"rebooted,omitempty"`
}

// processOf is nil if nothing is known of the process, or of how it ended.
func processOf(r *detect.Record, f facts) *processContext {
	crash, hang := crashOf(r), hangOf(r)
	if crash == nil && hang == nil && f.exe == "" {
		return nil
	}
	p := &processContext{Type: "process", Exe: clean(f.exe, maxName)}
	for _, arg := range f.argv[:min(len(f.argv), maxArgs)] {
		p.Argv = append(p.Argv, clean(arg, maxName))
	}
	if r.Run != nil {
		p.PID, p.Command = r.Run.PID, clean(r.Run.Command, maxName)
	}
	if hang != nil {
		p.hang(hang)
	}
	if crash != nil {
		p.exit(crash)
	}
	return p
}

func (p *processContext) hang(h *detect.Hang) {
	p.Silent, p.RSS, p.UserCPU, p.SystemCPU = h.Silent.Milliseconds(), h.RSS, h.UserCPU.Milliseconds(), h.SystemCPU.Milliseconds()
	p.State, p.WaitChannel, p.Threads = clean(h.State, maxName), clean(h.WaitChannel, maxName), h.Threads
	p.DumpSignal = clean(h.DumpSignal, maxName)
	if h.PID > 0 {
		p.PID = h.PID
	}
}

func (p *processContext) exit(e *detect.Exit) {
	code := e.Code
	p.Code, p.Signal, p.Core = &code, clean(e.Signal, maxName), e.CoreDumped
	p.Duration, p.MaxRSS, p.Restarts = e.Duration.Milliseconds(), e.MaxRSS, e.Restarts
	p.UserCPU, p.SystemCPU = max(p.UserCPU, e.UserCPU.Milliseconds()), max(p.SystemCPU, e.SystemCPU.Milliseconds())
	p.StopReason, p.StopSignal = clean(e.Stop.Reason, maxName), clean(e.Stop.Signal, maxName)
	p.StopSender, p.StopPID = clean(e.Stop.Sender, maxName), e.Stop.PID
	p.Timeout, p.Silent = e.Timeout.Milliseconds(), max(p.Silent, e.Silent.Milliseconds())
	if e.PID > 0 {
		p.PID = e.PID
	}
	if e.Command != "" {
		p.Command = clean(e.Command, maxName)
	}
	if w := e.Worker; w != nil {
		p.PID, p.Parent, p.Command = w.PID, w.Parent, clean(w.Command, maxName)
		p.Exe, p.Argv = "", nil // these are its parent's
	}
	p.memory(e)
}

func (p *processContext) memory(e *detect.Exit) {
	p.OOM, p.MemoryLimit, p.KillsSource = e.OOM.Killed, e.OOM.Limit, clean(e.OOM.Source, maxName)
	if e.OOM.Source != "" {
		before, after := e.OOM.Before, e.OOM.After
		p.KillsBefore, p.KillsAfter = &before, &after
	}
	if e.Lost == nil {
		return
	}
	p.MemoryUsed, p.Rebooted = e.Lost.MemoryUsed, e.Lost.Rebooted
	if !e.Lost.LastSeen.IsZero() {
		p.LastSeen = e.Lost.LastSeen.UTC().Format(time.RFC3339)
	}
}
