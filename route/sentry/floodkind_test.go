package sentry

import (
	"strings"
	"testing"

	"github.com/logwrap/logwrap/detect"
)

func TestPlainText(t *testing.T) {
	for text, want := range map[string]string{
		"request 4711 failed":                                   "request # failed",
		"took 12.5ms, 3 of 17":                                  "took #, # of #",
		"user 550e8400-e29b-41d4-a716-446655440000 is gone":     "user # is gone",
		"user 550e8400-beef-cafe-a716-446655440000 is gone":     "user # is gone",
		"at 0x7ffde3a01234 in 10.0.0.1:5432":                    "at # in #",
		"2026-11-28T04:00:01.123Z [worker-3] late":              "# [worker-#] late",
		`no table "users" in 'shop'`:                            `no table " in "`,
		"it can't be, isn't it":                                 "it can't be, isn't it",
		"commit 9f86d081884c7d659a2feaa0c55ad015 of ann@x.org.": "commit # of #",
		"ipv4 and sha256 and utf8":                              "ipv# and sha# and utf#",
		"id=4Fzk29aQpL0xT7Yb9 <a1b2c3d4>":                       "id=# <#>",
		"no numbers here":                                       "no numbers here",
		"":                                                      "",
	} {
		var p printer
		p.plain([]byte(text))
		if got := strings.TrimSuffix(string(p.buf), "\x00"); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestKindsOfTraces(t *testing.T) {
	const trace = `Traceback (most recent call last):
  File "/srv/app/main.py", line 10, in main
    work(3)
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
ValueError: bad value 17
`
	kind := func(text string, exit *detect.Exit) uint64 {
		t.Helper()
		records := recordsOf(text)
		r := &records[len(records)-1]
		r.Event = &detect.Event{Crash: exit}
		chain, _ := splitThreads(r.Exceptions())
		if len(chain) == 0 {
			t.Fatalf("no exceptions in %q", text)
		}
		var p printer
		id, title := p.kindOf(r, chain)
		if title() == "" {
			t.Error("no title")
		}
		return id
	}
	base := kind(trace, nil)
	for _, tt := range []struct {
		name, old, new string
		same           bool
	}{
		{"line numbers", "line 10", "line 12", true},
		{"the value", "bad value 17", "worse", true},
		{"a library's frame", "raw_decode", "scan_once", true},
		{"the type", "ValueError", "KeyError", false},
		{"the function", "in main", "in other", false},
		{"the file", "main.py", "other.py", false},
	} {
		if got := kind(strings.ReplaceAll(trace, tt.old, tt.new), nil); (got == base) != tt.same {
			t.Errorf("%s: of the same kind is %v", tt.name, got == base)
		}
	}
	if kind(trace, &detect.Exit{Code: 1, Crashed: true}) == base {
		t.Error("a crash is of the same kind as what was survived")
	}
}

func BenchmarkPlainText(b *testing.B) {
	text := []byte(strings.Repeat("request 4711 from 10.0.0.1 'x' failed ", 30))
	var p printer
	b.SetBytes(int64(min(len(text), maxPrinted)))
	b.ReportAllocs()
	for b.Loop() {
		p.buf = p.buf[:0]
		p.plain(text)
	}
}
