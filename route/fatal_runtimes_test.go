package route

import (
	"testing"

	"github.com/logwrap/logwrap/detect"
)

// TestFatalEndOfRuntimes has the ends of .NET, Mono and the BEAM.
func TestFatalEndOfRuntimes(t *testing.T) {
	for _, c := range []struct {
		language detect.Language
		text     string
		exit     detect.Exit
		want     bool
	}{
		{detect.CSharp, "Unhandled exception. System.Exception: x\n   at A.B()", detect.Exit{Signal: "SIGABRT"}, true},
		{detect.CSharp, "Unhandled exception. System.Exception: x\n   at A.B()", detect.Exit{Code: 134}, true},
		{detect.CSharp, "Unhandled Exception:\nSystem.Exception: x\n  at A.B () [0x0] in a.cs:1", detect.Exit{Code: 1}, true},
		{detect.CSharp, "Stack overflow.", detect.Exit{Code: 134}, true},
		{detect.CSharp, "System.Exception: x\n   at A.B()", detect.Exit{Code: 1}, true},
		{detect.CSharp, "System.Exception: x\n   at A.B()", detect.Exit{Code: 3}, false},
		{detect.CSharp, "System.Exception: x\n   at A.B()", detect.Exit{Signal: "SIGTERM"}, false},
		{detect.Elixir, "** (RuntimeError) x\n    a.exs:1: A.b/0", detect.Exit{Code: 1}, true},
		{detect.Elixir, "** (RuntimeError) x\n    a.exs:1: A.b/0", detect.Exit{Code: 2}, false},
		{detect.Erlang, "escript: exception error: x\n  in function  a:b/1", detect.Exit{Code: 127}, true},
		{detect.Erlang, "init terminating in do_boot ({badarg,[{a,b,1,[]}]})", detect.Exit{Code: 1}, true},
		{detect.Erlang, "escript: exception error: x\n  in function  a:b/1", detect.Exit{Signal: "SIGKILL"}, false},
	} {
		r := detect.Record{Trace: c.language, Text: []byte(c.text), Lines: 2}
		if got := fatalEnd(&r, &c.exit); got != c.want {
			t.Errorf("%s with %+v is fatal: %v", c.text, c.exit, got)
		}
	}
}
