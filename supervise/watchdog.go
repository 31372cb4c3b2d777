package supervise

import (
	"context"
	"log/slog"
	"syscall"
	"time"
)

// Watchdog looks for an app that writes nothing for longer than it ever should.
// Its zero value does nothing.
type Watchdog struct {
	// After is how long the app may be silent. Zero means for ever.
	After time.Duration
	// Dump, if not 0, is sent to the app, to the process alone, when it hangs:
	// many runtimes then write where they are (Go, the JVM: QUIT; Python's
	// faulthandler: ABRT, or what it was registered for). The report waits for
	// the end of what is written.
	Dump syscall.Signal
	// Restart stops an app that hangs, and starts it again whatever App.Restart
	// says.
	Restart bool
	// Silence returns how long ago the app last wrote something. It must be set
	// if After is, is called from App.Run's goroutine and must not block.
	Silence func() time.Duration
}

const (
	// dumpSilence is how long nothing must be written for a dump to be over,
	// dumpTimeout how long it may take.
	dumpSilence = time.Second
	dumpTimeout = 5 * time.Second
)

// watching is the state of the watchdog in a run.
type watching struct {
	timer    <-chan time.Time
	hang     *hang
	reported time.Time // when a hang was last reported
}

// hang is a silence that is too long and not yet reported.
type hang struct {
	silent     time.Duration
	productive time.Duration // from the start to the last output
	state      processState  // before it was disturbed
	dumped     time.Time     // when the dump was asked for
}

func (r *run) armWatchdog(d time.Duration) {
	if r.app.Watchdog.After > 0 {
		r.watch.timer = time.After(max(d, time.Millisecond))
	}
}

// stopWatching: an app that is stopping has other things to do than to write.
func (r *run) stopWatching() { r.watch.timer = nil }

// silence returns how long the app has had something to say and said nothing.
func (r *run) silence(now time.Time) time.Duration {
	silent := min(r.app.Watchdog.Silence(), now.Sub(r.process.started))
	if !r.resumed.IsZero() {
		silent = min(silent, now.Sub(r.resumed))
	}
	return silent
}

// lookAfter is the watchdog's timer.
func (r *run) lookAfter() {
	now := time.Now()
	silent := r.silence(now)
	if r.watch.hang != nil {
		r.awaitDump(now, silent)
		return
	}
	after := r.app.Watchdog.After
	switch {
	case silent < after:
		r.armWatchdog(after - silent)
	case r.suspended, now.Add(-silent).Before(r.watch.reported): // the same silence
		r.armWatchdog(after)
	default:
		r.discoverHang(now, silent)
	}
}

// discoverHang is called once in a silence.
func (r *run) discoverHang(now time.Time, silent time.Duration) {
	h := &hang{silent: silent, productive: now.Sub(r.process.started) - silent, state: r.process.state()}
	r.watch.hang = h
	dump := r.app.Watchdog.Dump
	if dump == 0 {
		r.reportHang(now)
		return
	}
	h.dumped = now
	_ = r.process.Signal(dump)
	r.armWatchdog(dumpSilence)
}

// awaitDump waits until the app has written what it was asked for.
func (r *run) awaitDump(now time.Time, silent time.Duration) {
	waited := now.Sub(r.watch.hang.dumped)
	quiet := min(silent, waited)
	if quiet >= dumpSilence || waited >= dumpTimeout {
		r.reportHang(now)
		return
	}
	r.armWatchdog(min(dumpSilence-quiet, dumpTimeout-waited))
}

// reportHang logs the hang, and ends it if it is to.
func (r *run) reportHang(now time.Time) {
	h := r.watch.hang
	r.watch.hang = nil
	r.watch.reported = now
	attrs := []slog.Attr{
		slog.String("event", "hang"),
		slog.Int("pid", r.process.pid),
		slog.Int64("silent_ms", h.silent.Milliseconds()),
	}
	attrs = append(attrs, h.state.attrs()...)
	if dump := r.app.Watchdog.Dump; dump != 0 {
		attrs = append(attrs, slog.String("dump_signal", SignalName(dump)))
	}
	r.log.LogAttrs(context.Background(), slog.LevelError, "app hangs: no output for "+h.silent.Round(time.Millisecond).String(), attrs...)
	if !r.app.Watchdog.Restart {
		r.armWatchdog(r.app.Watchdog.After)
		return
	}
	r.noteHang(h)
	r.result.reported = true
	r.stop(StoppedByWatchdog)
}

// judgeHang is called at the app's end. One that ended before its hang was
// reported did so because it was asked for a dump.
func (r *run) judgeHang() {
	if h := r.watch.hang; h != nil {
		r.watch.hang = nil
		r.noteHang(h)
	}
}

func (r *run) noteHang(h *hang) {
	r.result.Hung, r.result.Silent, r.result.productive = true, h.silent, h.productive
}

// processState is what the system says about a process that hangs; what it does
// not say is zero.
type processState struct {
	state       string // as in /proc: "S (sleeping)"
	waitChannel string // the kernel function it sleeps in
	threads     int
	user        time.Duration
	system      time.Duration
	rss         int64 // bytes
	known       bool
}

func (s *processState) attrs() []slog.Attr {
	if !s.known {
		return nil
	}
	attrs := []slog.Attr{slog.String("state", s.state)}
	if s.waitChannel != "" {
		attrs = append(attrs, slog.String("wait_channel", s.waitChannel))
	}
	return append(attrs,
		slog.Int("threads", s.threads),
		slog.Int64("cpu_user_ms", s.user.Milliseconds()),
		slog.Int64("cpu_system_ms", s.system.Milliseconds()),
		slog.Int64("rss_bytes", s.rss))
}
