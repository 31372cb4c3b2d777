package detect

import (
	"testing"

	"github.com/logwrap/logwrap/capture"
)

func TestBecause(t *testing.T) {
	const trace = "Traceback (most recent call last):\n  File \"/a.py\", line 3, in f\nE: x\n"
	for text, want := range map[string]string{
		"plain":                                  "no level stated",
		"ERROR: x":                               "level word",
		"2026-01-01 10:00:00 [WARN] x":           "level word in brackets",
		`{"level":"info","msg":"x"}`:             "json key level",
		`{"log":{"level":"info"},"message":"x"}`: "json key log.level",
		`{"msg":"x"}`:                            "json object",
		`time=1 lvl=info msg=x`:                  "logfmt key lvl",
		`time=1 level=info msg=x`:                "logfmt key level",
		"<6>x":                                   "sd-daemon prefix",
		trace:                                    "python traceback",
		"2026-01-01 10:00:00 ERROR failed\n" + trace:                                                              "level word, python traceback",
		`{"level":"error","exc_info":"Traceback (most recent call last):\n  File \"/a.py\", line 3, in f\nE: x"}`: "json key level, python trace in the value of exc_info",
		"goroutine 1 [running]:\nmain.main()\n\t/a/main.go:3 +0x1\n":                                              "go stack dump",
	} {
		list := records(capture.Stdout, []byte(text))
		if got := list[0].Because(); got != want || len(list) != 1 {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
