package route

import (
	"testing"

	"github.com/logwrap/logwrap/detect"
)

// TestFormsEndTheRun: which end of a process belongs to an error of the runtimes
// that detect knows by a form.
func TestFormsEndTheRun(t *testing.T) {
	for _, c := range []struct {
		language detect.Language
		exit     detect.Exit
		want     bool
	}{
		{detect.OCaml, detect.Exit{Code: 2}, true},
		{detect.OCaml, detect.Exit{Code: 3}, false},
		{detect.Pascal, detect.Exit{Code: 217}, true},
		{detect.Fortran, detect.Exit{Signal: "SIGSEGV"}, true},
		{detect.Swift, detect.Exit{Code: 132}, true},
		{detect.Nim, detect.Exit{Code: 1}, true},
	} {
		r := detect.Record{Trace: c.language, Level: detect.Error, Text: []byte("x")}
		if got := fatalEnd(&r, &c.exit); got != c.want {
			t.Errorf("%s, exit %d %s: %v", c.language, c.exit.Code, c.exit.Signal, got)
		}
	}
}
