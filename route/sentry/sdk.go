package sentry

import (
	"bytes"
	"io/fs"
	"log/slog"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

// What Options.WhenSDK can be: which events are sent although the app may report
// them itself, because it has one of Sentry's SDKs.
const (
	SDKAuto   = "auto"   // where an SDK is seen, only what it can't report
	SDKAlways = "always" // all
	SDKNever  = "never"  // only what no SDK can report, whether one is seen or not
)

// sdkSign is what tells that an app has an SDK; the zero value: nothing does.
type sdkSign struct {
	name string // of the SDK
	how  string // it was noticed
	lang detect.Language
}

// sdkGate leaves to the app's own SDK what that reports.
type sdkGate struct {
	when  string
	watch *sdkWatch
	log   *slog.Logger
	left  uint64         // since takeLeft was last called
	last  capture.Offset // one more than the record that was left last
}

func newSDKGate(o *Options, root fs.FS, log *slog.Logger) *sdkGate {
	return &sdkGate{when: either(o.WhenSDK, SDKAuto), watch: newSDKWatch(root, o), log: log}
}

// judge returns what tells of an SDK in the app that r is of, and whether it is
// left to that to report r.
func (g *sdkGate) judge(r *detect.Record, chain []detect.Exception) (sign sdkSign, left bool) {
	ours := onlyOurs(r, chain)
	switch g.when {
	case SDKAlways:
		return sdkSign{}, false
	case SDKNever:
		left = !ours
	default:
		sign = g.watch.signOf(r)
		left = sign.name != "" && !ours && sign.reports(r, chain)
		if left && g.watch.first(r.Run) {
			g.log.Info("the app has a Sentry SDK of its own; what that reports is left to it", "sdk", sign.name, "evidence", sign.how)
		}
	}
	if left && r.ID+1 != g.last { // else it comes again
		g.left, g.last = g.left+1, r.ID+1
	}
	return sign, left
}

// follow looks at the processes of a run that has begun.
func (g *sdkGate) follow(run *detect.Run) {
	if g.when == SDKAuto {
		g.watch.follow(run)
	}
}

func (g *sdkGate) takeLeft() uint64 {
	n := g.left
	g.left = 0
	return n
}

func (g *sdkGate) close() { g.watch.close() }

// reports reports whether the SDK sends an event for what r tells: for the
// exceptions of its language, and what Python logs at error or above. gunicorn logs
// from a process in which no app is loaded, nor an SDK.
func (s sdkSign) reports(r *detect.Record, chain []detect.Exception) bool {
	if len(chain) > 0 {
		return s.lang == detect.NoLanguage || s.lang == chain[len(chain)-1].Language
	}
	return eventIDIn(r.Text) || s.lang == detect.Python && r.Level >= detect.Error && len(r.Logger) > 0 && !bytes.HasPrefix(r.Logger, []byte("gunicorn"))
}

// onlyOurs reports whether no SDK can report what r tells, because it happens
// to the process and not in its runtime, or because the runtime asks nobody
// before it ends.
func onlyOurs(r *detect.Record, chain []detect.Exception) bool {
	if len(chain) == 0 {
		return isEnd(r)
	}
	crash := crashOf(r)
	if hangOf(r) != nil || r.Loop != nil || r.Dump() {
		return true
	}
	if crash != nil && (crash.Signal != "" || crash.OOM.Killed || crash.TimedOut || crash.Hung || crash.Lost != nil) {
		return true
	}
	switch r.Trace {
	case detect.Go: // sentry-go sees the panics that are recovered
		return (crash != nil || isUncaught(r)) && !bytes.Contains(r.Text, []byte("[recovered"))
	case detect.Python:
		return isFaulthandler(r.Text)
	case detect.Java:
		return bytes.Contains(r.Text, []byte("# A fatal error has been detected by the Java Runtime Environment"))
	case detect.Native:
		return true
	}
	return false
}
