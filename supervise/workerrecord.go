package supervise

import (
	"context"
	"log/slog"
	"syscall"
	"time"
)

// workerWatch runs an App's Workers for one run. The zero value does nothing.
type workerWatch struct {
	deaths <-chan Death
	cancel context.CancelFunc
	done   chan struct{}
}

func watchWorkers(w *Workers, app *Process) workerWatch {
	ctx, cancel := context.WithCancel(context.Background())
	watch := workerWatch{deaths: w.Deaths(), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(watch.done)
		w.Run(ctx, app)
	}()
	return watch
}

// close ends the watch; what it still had to say is dropped.
func (w *workerWatch) close() {
	if w.cancel == nil {
		return
	}
	w.cancel()
	for {
		select {
		case <-w.deaths:
		case <-w.done:
			return
		}
	}
}

// deathsAfter is how much later than the app a worker may die of itself: after
// that it is the app's end that it dies of.
const deathsAfter = 100 * time.Millisecond

// bury logs the death of a worker.
func (r *run) bury(d Death) {
	when := time.Now()
	if d.Known {
		when = d.Status.Ended
	}
	if isClosed(r.process.done) && when.Sub(r.process.Status().Ended) > deathsAfter {
		return
	}
	level := slog.LevelInfo
	if r.isEvent(&d) {
		level = slog.LevelError
	}
	message := "process of the app ended"
	if d.Known {
		message = "process of the app " + d.Status.String()
	}
	if d.Command != "" {
		message += ": " + d.Command
	}
	r.log.LogAttrs(context.Background(), level, message, r.deathAttrs(&d)...)
}

// buryRest logs the deaths that are known by now.
func (r *run) buryRest() {
	for {
		select {
		case d := <-r.workers.deaths:
			r.bury(d)
		default:
			return
		}
	}
}

// isEvent reports whether the death of a worker is a failure: nobody asked for
// it, and it is not how processes end when their parent has done with them.
func (r *run) isEvent(d *Death) bool {
	if r.result.StopReason != "" || !r.ladder.killed.IsZero() {
		return false
	}
	if d.Kills > 0 {
		return true
	}
	switch d.Status.Signal {
	case syscall.SIGKILL:
		return d.Worker
	case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGILL, syscall.SIGFPE, syscall.SIGABRT,
		syscall.SIGSYS, syscall.SIGTRAP, syscall.SIGXCPU, syscall.SIGXFSZ:
		return true
	}
	return false
}

func (r *run) deathAttrs(d *Death) []slog.Attr {
	attrs := []slog.Attr{slog.String("event", "worker"), slog.Int("app_pid", r.process.pid), slog.Bool("worker", d.Worker)}
	if d.Pid != 0 {
		attrs = append(attrs, slog.Int("pid", d.Pid), slog.Int("parent_pid", d.Parent), slog.String("command", d.Command))
	}
	if d.Known {
		attrs = append(attrs, slog.Int("exit_code", d.Status.ExitCode()))
		if d.Status.Signal != 0 {
			attrs = append(attrs, slog.String("signal", SignalName(d.Status.Signal)), slog.Bool("core_dumped", d.Status.CoreDumped))
		}
	}
	if d.Status.Signal == syscall.SIGKILL || d.Kills > 0 {
		if memory := r.memory.facts(); memory != nil {
			memory.before = memory.after - min(d.Kills, memory.after)
			attrs = append(attrs, slog.Bool("oom", d.Kills > 0))
			attrs = append(attrs, memory.attrs()...)
		}
	}
	return attrs
}
