package sentry

import (
	"github.com/logwrap/logwrap/detect"
)

// complete adds what the SDK of the language says beside the exceptions: the
// request, the transaction, the logger of a console, and the platform of an app that
// wrote no trace.
func (m *maker) complete(e *event, r *detect.Record, chain []detect.Exception) {
	if req := requestOf(r); req.URL != "" {
		e.Request, e.Transaction = &req, transactionOf(req, chain)
	}
	if e.Platform == "other" && crashOf(r) == nil {
		e.Platform = either(runtimePlatform(m.facts(r).runtime.Name), e.Platform)
	}
	if e.Exception == nil {
		return
	}
	switch last := e.Exception.Values[len(e.Exception.Values)-1].Mechanism; {
	case last.Type == consoleMechanism && e.Logger == "":
		e.Logger = "console"
	case last.Type == "UncaughtExceptionHandler" && e.Level == "error": // the end of a thread, maybe not of the JVM
		e.Level = "fatal"
	}
}

// runtimePlatform is Sentry's name for the platform of a runtime.
func runtimePlatform(runtime string) string {
	switch runtime {
	case "CPython", "PyPy":
		return "python"
	case "node", "go", "java", "ruby", "php", "perl":
		return runtime
	}
	return ""
}
