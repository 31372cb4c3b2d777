package supervise

import (
	"context"
	"log/slog"
	"time"
)

// log writes the end of the app as one record, at LevelCritical if it crashed.
func (r Result) log(log *slog.Logger, timeout time.Duration) {
	level := slog.LevelInfo
	if r.Crashed() {
		level = LevelCritical
	}
	attrs := []slog.Attr{
		slog.String("event", "end"),
		slog.Int("pid", r.Pid),
		slog.Int("exit_code", r.ExitCode()),
		slog.Bool("crashed", r.Crashed()),
	}
	if own := r.Status.ExitCode(); own != r.ExitCode() {
		attrs = append(attrs, slog.Int("app_exit_code", own))
	}
	attrs = append(attrs, r.statusAttrs()...)
	attrs = append(attrs, r.stopAttrs()...)
	if r.TimedOut {
		attrs = append(attrs, slog.Bool("timed_out", true), slog.Int64("timeout_ms", timeout.Milliseconds()))
	}
	if r.Restarts > 0 {
		attrs = append(attrs, slog.Int("restarts", r.Restarts))
	}
	if r.memory != nil {
		attrs = append(attrs, slog.Bool("oom", r.OOM))
		attrs = append(attrs, r.memory.attrs()...)
	}
	if r.Hung && !r.reported {
		attrs = append(attrs, slog.Bool("hung", true), slog.Int64("silent_ms", r.Silent.Milliseconds()))
	}
	log.LogAttrs(context.Background(), level, r.message(timeout), attrs...)
}

func (r Result) message(timeout time.Duration) string {
	message := "app " + r.Status.String()
	switch {
	case r.TimedOut:
		return message + ", stopped after " + timeout.String()
	case r.OOM:
		return message + ": out of memory"
	}
	return message
}

func (r Result) statusAttrs() []slog.Attr {
	var attrs []slog.Attr
	if r.Signal != 0 {
		attrs = append(attrs,
			slog.String("signal", SignalName(r.Signal)),
			slog.Bool("core_dumped", r.CoreDumped))
	}
	return append(attrs,
		slog.Int64("duration_ms", r.Duration().Milliseconds()),
		slog.Int64("max_rss_bytes", r.MaxRSS),
		slog.Int64("cpu_user_ms", r.User.Milliseconds()),
		slog.Int64("cpu_system_ms", r.System.Milliseconds()))
}

func (r Result) stopAttrs() []slog.Attr {
	attrs := []slog.Attr{slog.Bool("stop_requested", r.StopRequested())}
	if r.StopRequested() {
		attrs = append(attrs, slog.String("stop_signal", SignalName(r.StopSignal)))
	}
	if r.StopReason != "" {
		attrs = append(attrs, slog.String("stop_reason", string(r.StopReason)))
	}
	if r.StopSender.PID != 0 {
		attrs = append(attrs, slog.Int("stop_sender_pid", r.StopSender.PID))
	}
	if r.stopCommand != "" {
		attrs = append(attrs, slog.String("stop_sender", r.stopCommand))
	}
	return attrs
}
