package route

import (
	"testing"

	"github.com/logwrap/logwrap/detect"
)

// TestEndsOfNativePrograms has the exits that what Rust, C and C++ print explains.
func TestEndsOfNativePrograms(t *testing.T) {
	for _, c := range []struct {
		language detect.Language
		text     string
		exit     detect.Exit
		want     bool
	}{
		{detect.Rust, "thread 'main' panicked at a.rs:1:2:\nx", detect.Exit{Code: 101}, true},
		{detect.Rust, "thread 'main' panicked at a.rs:1:2:\nx", detect.Exit{Code: 134, Signal: "SIGABRT"}, true},
		{detect.Rust, "thread 'main' panicked at a.rs:1:2:\nx", detect.Exit{Code: 1}, false},
		{detect.Rust, "thread 'main' panicked at a.rs:1:2:\nx", detect.Exit{Code: 139, Signal: "SIGSEGV"}, false},
		{detect.Rust, "Error: x\n\nCaused by:\n    y", detect.Exit{Code: 1}, true},
		{detect.Rust, "ERROR x\n\nCaused by:\n    y", detect.Exit{Code: 1}, false},
		{detect.Native, "caught signal 11\n./app(+0x1)[0x1]", detect.Exit{Code: 139, Signal: "SIGSEGV"}, true},
		{detect.Native, "caught signal 11\n./app(+0x1)[0x1]", detect.Exit{Code: 139}, true}, // behind a shell
		{detect.Native, "caught signal 11\n./app(+0x1)[0x1]", detect.Exit{Code: 2}, false},
		{detect.Native, "==1==ERROR: AddressSanitizer: SEGV on x", detect.Exit{Code: 1}, true},
		{detect.Native, "==1==ERROR: LeakSanitizer: detected memory leaks", detect.Exit{Code: 23}, true},
		{detect.Native, "==================\nWARNING: ThreadSanitizer: data race (pid=1)", detect.Exit{Code: 66}, true},
		{detect.Native, "==================\nWARNING: ThreadSanitizer: data race (pid=1)", detect.Exit{Code: 3}, false},
		{detect.Native, "a.c:1:2: runtime error: x", detect.Exit{Code: 1}, false}, // goes on unless built otherwise
		{detect.Native, "free(): invalid pointer", detect.Exit{Code: 134, Signal: "SIGABRT"}, true},
		{detect.Native, "Program received signal SIGSEGV, Segmentation fault.", detect.Exit{Code: 1}, false},
	} {
		r := detect.Record{Trace: c.language, Text: []byte(c.text)}
		if got := fatalEnd(&r, &c.exit); got != c.want {
			t.Errorf("%q and %s: %v", c.text, c.exit.How(), got)
		}
	}
}
