package main

import (
	"context"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"github.com/logwrap/logwrap/supervise"
)

// reportLost tells of a run whose logwrap was killed before its app had ended, if
// there is one. The record belongs to that run: it is written before the next one
// begins.
func (p *parent) reportLost() {
	if sign := readMarker(p.marker.path); sign != nil {
		logLost(p.lifecycle, sign, p.memory)
	}
}

func logLost(log *slog.Logger, sign *lifeSign, memory *supervise.MemoryGroup) {
	rebooted := sign.Boot != "" && sign.Boot != bootID()
	oom := !rebooted && outOfMemory(sign, memory)
	attrs := []slog.Attr{
		slog.String("event", "lost"), slog.Int("pid", sign.PID), slog.String("command", sign.Command),
		slog.String("lost_run", sign.Run), slog.Bool("crashed", !rebooted), slog.Bool("rebooted", rebooted),
		slog.String("last_seen", sign.Seen.Format(time.RFC3339Nano)),
		slog.Int64("duration_ms", sign.Seen.Sub(sign.Started).Milliseconds()),
	}
	if sign.MemoryUsed > 0 {
		attrs = append(attrs, slog.Int64("memory_used_bytes", sign.MemoryUsed))
	}
	if sign.MemoryLimit > 0 {
		attrs = append(attrs, slog.Int64("memory_limit_bytes", sign.MemoryLimit))
	}
	if rebooted {
		log.LogAttrs(context.Background(), slog.LevelWarn, "the machine went down while the app ran", attrs...)
		return
	}
	attrs = append(attrs, slog.Int("exit_code", 128+int(syscall.SIGKILL)), slog.String("signal", "SIGKILL"), slog.Bool("oom", oom))
	log.LogAttrs(context.Background(), supervise.LevelCritical, "logwrap was killed while the app ran"+lostReason(sign, oom), attrs...)
}

// outOfMemory judges by the kernel's counter where it is the same as then, and
// else by how full the memory was: a container that was ended as a whole has a
// new counter when it is started again.
func outOfMemory(sign *lifeSign, memory *supervise.MemoryGroup) bool {
	const nearly = 90 // percent
	if kills, ok := memory.Kills(); ok && kills > sign.Kills {
		return true
	}
	return sign.MemoryLimit > 0 && sign.MemoryUsed >= sign.MemoryLimit/100*nearly
}

func lostReason(sign *lifeSign, oom bool) string {
	if !oom {
		return ""
	}
	if sign.MemoryLimit == 0 {
		return ": out of memory"
	}
	return fmt.Sprintf(": out of memory (%d of %d MiB were in use)", sign.MemoryUsed>>20, sign.MemoryLimit>>20)
}
