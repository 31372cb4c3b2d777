package sentry

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// consoleMechanism is that of an error which a JavaScript program logged.
const consoleMechanism = "auto.core.capture_console"

// Those of errors that nothing caught in Node.
const (
	rejectionMechanism = "auto.node.onunhandledrejection"
	exceptionMechanism = "auto.node.onuncaughtexception"
)

// mechanismOf says how the last exception of the chain was noticed. The names
// are those that the SDK of the language uses for the same case.
func (f *framer) mechanismOf(r *detect.Record, chain []detect.Exception) mechanism {
	m := mechanism{Type: "logging", Handled: true}
	req := requestOf(r)
	switch {
	case req.framework != "": // it answered the request with an error, whatever became of the process
		m.Type, m.Handled = req.framework, false
	case crashOf(r) != nil || isUncaught(r):
		m.Type, m.Handled = uncaughtName(r, chain), false
	case r.Trace == detect.JavaScript && isExpressError(r, &chain[len(chain)-1]):
		m.Type, m.Handled = "auto.middleware.express", false
	case r.Trace == detect.JavaScript:
		m.Type = consoleMechanism
	}
	if m.Type == rejectionMechanism && f.isTopLevel(&chain[len(chain)-1]) {
		m.Type = exceptionMechanism
	}
	m.Meta = signalOf(r)
	// Such a trace tells where it happened and its type does not tell what: the
	// server then names and groups the event by its frames.
	m.Synthetic = m.Meta != nil && r.Trace == detect.Python && len(chain[len(chain)-1].Frames) > 0 && isFaulthandler(r.Text)
	return m
}

// uncaughtName names the hook of the runtime that printed the trace of r.
func uncaughtName(r *detect.Record, chain []detect.Exception) string {
	switch r.Trace {
	case detect.Python:
		switch {
		case isFaulthandler(r.Text):
			return "faulthandler"
		case bytes.HasPrefix(r.Text, []byte("Exception in thread ")):
			return "threading"
		}
		return "excepthook"
	case detect.JavaScript:
		if isRejection(r.Text, &chain[len(chain)-1]) {
			return rejectionMechanism
		}
		return exceptionMechanism
	case detect.Java:
		return "UncaughtExceptionHandler"
	case detect.Go:
		if n := len(chain); n > 1 && isWrapped(&chain[n-2], &chain[n-1]) {
			return "generic" // as the SDK names what has a cause
		}
		return "auto.go.panic"
	case detect.Rust:
		return "panic"
	case detect.Native:
		return "signalhandler"
	}
	return "auto.process.exit"
}

// isExpressError reports whether express printed the error that a handler ended with:
// the bare trace, which comes from its router.
func isExpressError(r *detect.Record, last *detect.Exception) bool {
	return introOf(r, last) == "" && slices.ContainsFunc(last.Frames, func(f detect.Frame) bool {
		return strings.HasSuffix(f.File, "/node_modules/router/lib/layer.js") || strings.HasSuffix(f.File, "/node_modules/express/lib/router/layer.js")
	})
}

// isRejection reports whether an error that nothing caught had rejected a promise:
// Node says so, or the error was thrown in an async function, where that is all it
// can do.
func isRejection(text []byte, x *detect.Exception) bool {
	for _, sign := range []string{"UnhandledPromiseRejection", "triggerUncaughtException(err, true", "\n    at async "} {
		if bytes.Contains(text, []byte(sign)) {
			return true
		}
	}
	return isResumed(x.Frames)
}

// isResumed reports whether the outermost call is that of an async function which
// goes on after an await: below all else there is a frame of the runtime's, unless
// the stack was cut.
func isResumed(frames []detect.Frame) bool {
	const stackLimit = 10 // V8's
	if len(frames) == 0 || len(frames) >= stackLimit {
		return false
	}
	return path.IsAbs(strings.TrimPrefix(frames[0].File, "file://"))
}

// isUncaught reports whether the trace of r has the form that its runtime prints
// for an error that nothing caught, and so is not one that the app logged.
func isUncaught(r *detect.Record) bool {
	if r.Fatal() {
		return true
	}
	text := bytes.TrimLeft(r.Text, " \t\r\n+|")
	switch r.Trace {
	case detect.Python:
		return hasAnyPrefix(text, "Traceback (most recent call last):", "Exception Group Traceback (most recent call last):",
			"Exception in thread ", "Exception ignored in", "Fatal Python error: ")
	case detect.Go:
		return hasAnyPrefix(text, "panic: ", "fatal error: ", "SIG", "runtime: ", "unexpected fault address")
	case detect.Java:
		return hasAnyPrefix(text, "Exception in thread ", "Exception: ", "Error: ")
	case detect.Rust:
		return hasAnyPrefix(text, "thread '", "The application panicked", "Error:")
	case detect.PHP:
		return hasAnyPrefix(text, "PHP Fatal error: ", "Fatal error: ", "PHP Parse error: ", "Parse error: ")
	case detect.JavaScript:
		return bytes.Contains(text, []byte("\nNode.js v")) || hasCaret(text) ||
			hasAnyPrefix(text, "Uncaught ", "error: Uncaught ")
	}
	return false
}

func hasAnyPrefix(text []byte, prefixes ...string) bool {
	for _, p := range prefixes {
		if bytes.HasPrefix(text, []byte(p)) {
			return true
		}
	}
	return false
}

// hasCaret reports whether text begins as Node shows an uncaught error: a place
// in a file, the line, and a caret under it.
func hasCaret(text []byte) bool {
	lines := bytes.SplitN(text, []byte("\n"), 4)
	return len(lines) > 2 && len(bytes.TrimSpace(lines[2])) > 0 && len(bytes.Trim(lines[2], " \t\r^")) == 0
}

func isFaulthandler(text []byte) bool {
	return bytes.Contains(text, []byte("Fatal Python error: "))
}

// signalNumbers are those of Linux; the ones here are the same on every platform
// but for SIGBUS.
var signalNumbers = [...]struct {
	name   string
	number int
}{
	{"SIGHUP", 1}, {"SIGINT", 2}, {"SIGQUIT", 3}, {"SIGILL", 4}, {"SIGTRAP", 5}, {"SIGABRT", 6}, {"SIGBUS", 7}, {"SIGFPE", 8},
	{"SIGKILL", 9}, {"SIGUSR1", 10}, {"SIGSEGV", 11}, {"SIGUSR2", 12}, {"SIGPIPE", 13}, {"SIGALRM", 14}, {"SIGTERM", 15},
	{"SIGXCPU", 24}, {"SIGXFSZ", 25}, {"SIGSYS", 31},
}

// signalNumber returns the number of a signal, 0 if it is not known.
func signalNumber(name string) int {
	for _, s := range signalNumbers {
		if s.name == name {
			return s.number
		}
	}
	return 0
}

// signalOf returns the signal that ended the app, or that Go says a panic came
// from.
func signalOf(r *detect.Record) *mechanismMeta {
	if r.Trace == detect.Go {
		if s := goSignal(r.Text); s != nil {
			return &mechanismMeta{Signal: s}
		}
	}
	crash := crashOf(r)
	if crash == nil || crash.Signal == "" {
		return nil
	}
	return &mechanismMeta{Signal: &signalMeta{Number: signalNumber(crash.Signal), Name: crash.Signal}}
}

// goSignal reads "[signal SIGSEGV: segmentation violation code=0x1 addr=0x10 pc=0x4f8415]".
func goSignal(text []byte) *signalMeta {
	_, rest, found := bytes.Cut(text, []byte("\n[signal "))
	if !found {
		return nil
	}
	line := firstLine(string(rest[:min(len(rest), 200)]))
	name, rest2, _ := strings.Cut(line, " ")
	name = strings.TrimSuffix(name, ":")
	if !strings.HasPrefix(name, "SIG") {
		return nil
	}
	s := &signalMeta{Number: signalNumber(name), Name: cleanLine(name, 32)}
	if _, code, found := strings.Cut(rest2, "code="); found {
		code, _, _ = strings.Cut(code, " ")
		if n, err := strconv.ParseInt(code, 0, 32); err == nil {
			s.Code = int(n)
		}
	}
	return s
}

// addErrno adds the number that an OSError of Python begins with: "[Errno 111] Connection refused".
func (m *mechanism) addErrno(x *detect.Exception) {
	rest, ok := strings.CutPrefix(x.Value, "[Errno ")
	if !ok || x.Language != detect.Python {
		return
	}
	text, _, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(text)
	if err != nil {
		return
	}
	meta := mechanismMeta{Errno: &errnoMeta{n}}
	if m.Meta != nil {
		meta.Signal = m.Meta.Signal
	}
	m.Meta = &meta
}
