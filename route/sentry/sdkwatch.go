package sentry

import (
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/logwrap/logwrap/detect"
)

// sdkWatch looks from outside whether apps have an SDK, and remembers it for as
// long as events of their runs may come.
type sdkWatch struct {
	root fs.FS // "/"
	opts *Options

	mu    sync.Mutex
	runs  []*sdkRun // the last ones
	ended chan struct{}
	once  sync.Once
	wg    sync.WaitGroup
}

// sdkRun is what is known of a run.
type sdkRun struct {
	id   string
	sign sdkSign
	read int64     // crumbs up to then are looked at
	seen time.Time // when an event last made us look
	told bool
	met  bool // its program was looked at while it ran
}

const (
	maxWatched = 16               // that are remembered
	lookAgain  = 10 * time.Second // between two looks because of an event
)

// looks are when a run is looked at after its start: an app may be over soon, or be
// started by a shell that takes its time.
var looks = [...]time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond, time.Second, 4 * time.Second}

func newSDKWatch(root fs.FS, o *Options) *sdkWatch {
	return &sdkWatch{root: root, opts: o, ended: make(chan struct{})}
}

// follow looks at a run that has begun, a few times, without making anyone wait.
func (w *sdkWatch) follow(run *detect.Run) {
	if run == nil || run.PID == 0 || !isRecent(run) {
		return
	}
	w.wg.Go(func() {
		begin := time.Now()
		for _, after := range looks {
			select {
			case <-time.After(time.Until(begin.Add(after))):
				if !w.look(run) {
					return
				}
			case <-w.ended:
				return
			}
		}
	})
}

// isRecent reports whether a run began just now: of one from an older journal
// another process may have the number.
func isRecent(run *detect.Run) bool {
	return time.Since(time.Unix(0, run.Started)).Abs() < time.Minute
}

// look looks at a run's processes now and remembers what it finds. It returns
// false if there is nothing more to be found.
func (w *sdkWatch) look(run *detect.Run) bool {
	if w.known(run).name != "" {
		return false
	}
	p := prober{root: w.root, dsn: w.opts.DSN}
	if !p.startedAt(run) {
		return false
	}
	sign := p.probe(run.PID)
	if sign.name == "" {
		if _, ok := p.read(run.PID); ok { // it did not end meanwhile
			w.remember(run, func(r *sdkRun) { r.met = true })
		}
		return true
	}
	w.remember(run, func(r *sdkRun) { r.sign = sign })
	return false
}

// close ends what follow began.
func (w *sdkWatch) close() {
	w.once.Do(func() { close(w.ended) })
	w.wg.Wait()
}

// signOf returns what tells of an SDK in the app that wrote r: r itself, the lines
// before it, or what was seen of its processes.
func (w *sdkWatch) signOf(r *detect.Record) sdkSign {
	if r.Run == nil {
		return signInLine(r.Text)
	}
	if sign := w.known(r.Run); sign.name != "" {
		return sign
	}
	sign := signInLine(r.Text)
	if sign.name == "" {
		sign = w.signInCrumbs(r)
	}
	if sign.name != "" {
		w.remember(r.Run, func(run *sdkRun) { run.sign = sign })
		return sign
	}
	if r.Run.PID > 0 && crashOf(r) == nil && w.isDue(r.Run) {
		w.look(r.Run)
	}
	if endingOf(r) != nil {
		w.lookBack(r.Run)
	}
	return w.known(r.Run)
}

// lookBack is for a run that nobody could look at in time.
func (w *sdkWatch) lookBack(run *detect.Run) {
	met := false
	w.remember(run, func(r *sdkRun) { met, r.met = r.met, true })
	if met || !isRecent(run) {
		return
	}
	env := map[string]string{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	env["SENTRY_DSN"] = w.opts.App.DSN
	dir := w.opts.Dir
	if dir == "" {
		dir, _ = os.Getwd()
	}
	if sign := (prober{root: w.root, dsn: w.opts.DSN}).unseen(w.opts.Args, dir, env); sign.name != "" {
		w.remember(run, func(r *sdkRun) { r.sign = sign })
	}
}

// isDue reports whether it is time to look at a run because of an event.
func (w *sdkWatch) isDue(run *detect.Run) (due bool) {
	w.remember(run, func(r *sdkRun) {
		if now := time.Now(); now.Sub(r.seen) >= lookAgain {
			due, r.seen = true, now
		}
	})
	return due
}

// signInCrumbs looks at the lines before r that were not looked at yet.
func (w *sdkWatch) signInCrumbs(r *detect.Record) (sign sdkSign) {
	if r.Event == nil || len(r.Event.Crumbs) == 0 {
		return sdkSign{}
	}
	var read int64
	w.remember(r.Run, func(run *sdkRun) { read = run.read })
	for i := range r.Event.Crumbs {
		c := &r.Event.Crumbs[i]
		if c.Time >= read && sign.name == "" {
			sign = signInLine(unsafe.Slice(unsafe.StringData(c.Message), len(c.Message)))
		}
	}
	w.remember(r.Run, func(run *sdkRun) { run.read = r.Event.Crumbs[len(r.Event.Crumbs)-1].Time })
	return sign
}

func (w *sdkWatch) known(run *detect.Run) (sign sdkSign) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.runs {
		if r.id == run.ID {
			return r.sign
		}
	}
	return sdkSign{}
}

// remember changes what is known of a run.
func (w *sdkWatch) remember(run *detect.Run, change func(*sdkRun)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.runs {
		if r.id == run.ID {
			change(r)
			return
		}
	}
	if len(w.runs) == maxWatched {
		w.runs = append(w.runs[:0], w.runs[1:]...)
	}
	r := &sdkRun{id: run.ID}
	w.runs = append(w.runs, r)
	change(r)
}

// first reports whether it is called for a run for the first time.
func (w *sdkWatch) first(run *detect.Run) (first bool) {
	if run == nil {
		return false
	}
	w.remember(run, func(r *sdkRun) { first, r.told = !r.told, true })
	return first
}
