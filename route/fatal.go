package route

import (
	"bytes"

	"github.com/logwrap/logwrap/detect"
)

// fatalEnd reports whether exit is how the runtime that printed t ends an app
// because of an error that nothing caught.
func fatalEnd(t *detect.Record, exit *detect.Exit) bool {
	signal := endSignal(exit)
	if signal == "SIGABRT" || signal == "" && t.Fatal() { // every runtime may abort
		return true
	}
	switch t.Trace {
	case detect.Python:
		switch signal {
		case "":
			return exit.Code == 1
		case "SIGINT":
			return bytes.Contains(t.Text, []byte("KeyboardInterrupt"))
		case "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL": // printed by faulthandler, from inside the signal
			return bytes.Contains(t.Text, []byte("Fatal Python error: "))
		}
	case detect.Go:
		return signal == "" && exit.Code == 2
	case detect.Java:
		return signal == "" && exit.Code == 1
	case detect.CSharp: // of Mono; .NET aborts
		return signal == "" && exit.Code == 1
	case detect.Elixir:
		return signal == "" && exit.Code == 1
	case detect.Erlang: // escript ends with 127
		return signal == "" && (exit.Code == 1 || exit.Code == 127)
	case detect.JavaScript: // https://nodejs.org/api/process.html#exit-codes
		switch signal {
		case "":
			return exit.Code == 1 || exit.Code >= 5 && exit.Code <= 7
		case "SIGTRAP", "SIGILL": // V8's abort
			return true
		}
	case detect.Ruby:
		switch signal {
		case "":
			return exit.Code == 1
		case "SIGINT":
			return bytes.Contains(t.Text, []byte("Interrupt"))
		}
	case detect.PHP, detect.Perl: // Perl takes errno as the code, if it is set
		return signal == "" && exit.Code == 255
	case detect.Rust: // 101 after a panic of main, 1 if main returned an error
		switch signal {
		case "":
			return exit.Code == 101 || exit.Code == 1 && bytes.HasPrefix(t.Text, []byte("Error:"))
		case "SIGTRAP", "SIGILL": // an abort without the C library
			return true
		}
	case detect.Native: // printed by what handled the signal, or by the shell that saw it
		switch signal {
		case "": // what races make of an exit that went well
			return exit.Code == 66 && bytes.Contains(t.Text, []byte("WARNING: ThreadSanitizer: "))
		case "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS":
			return true
		}
	}
	return t.Ends(exit.Code, signal)
}

// isTimeout reports whether t is the dump of a timer that then ends the process
// (faulthandler.dump_traceback_later with exit=True).
func isTimeout(t *detect.Record, exit *detect.Exit) bool {
	return t.Trace == detect.Python && exit.Code == 1 && bytes.HasPrefix(t.Text, []byte("Timeout ("))
}

// endSignal returns the signal that ended a run, also if a shell in between
// turned it into an exit code.
func endSignal(exit *detect.Exit) string {
	if exit.Signal != "" {
		return exit.Signal
	}
	switch exit.Code - 128 {
	case 2:
		return "SIGINT"
	case 4:
		return "SIGILL"
	case 5:
		return "SIGTRAP"
	case 6:
		return "SIGABRT"
	case 7:
		return "SIGBUS"
	case 8:
		return "SIGFPE"
	case 9:
		return "SIGKILL"
	case 11:
		return "SIGSEGV"
	case 15:
		return "SIGTERM"
	}
	return ""
}

// endsWorker reports whether t is the trace of an error that ended the worker of
// the record r.
func endsWorker(t, r *detect.Record) bool {
	return t.Trace != detect.NoLanguage && sameRun(t, r) && !r.Exit.OOM.Killed && fatalEnd(t, r.Exit) && isLoud(t)
}

// tells reports whether a runtime may print a trace before its process ends like
// that.
func tells(exit *detect.Exit) bool {
	switch endSignal(exit) {
	case "SIGKILL", "SIGTERM":
		return false
	}
	return true
}

// isLoud reports whether t was not logged below error.
func isLoud(t *detect.Record) bool { return t.Level == detect.NotSet || t.Level >= detect.Error }

// mayWarn reports whether t may as well be a warning: Perl says both in the same
// words.
func mayWarn(t *detect.Record) bool {
	return t.Trace == detect.Perl && t.Lines == 1 && t.Level == detect.NotSet
}

// sameRun reports whether two records are of one run, as far as that is known.
func sameRun(a, b *detect.Record) bool { return a.Run == nil || b.Run == nil || a.Run.ID == b.Run.ID }
