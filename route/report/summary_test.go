package report

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

func TestSummary(t *testing.T) {
	usual := Options{Command: "./app", Dir: "/srv/app", Missing: []string{"sentry"}, Color: true}
	chainedDeath := died(chained, detect.Exit{Code: 1})
	chainedDeath.Event.Crumbs = append(lines(capture.Stdout, "GET /", "  ", "GET /user/42"), detect.Crumb{Stream: capture.Lifecycle, Message: "{}"})
	for name, r := range map[string]*detect.Record{
		"summary-python": chainedDeath,
		"summary-memory": silent(detect.Exit{Code: 137, Signal: "SIGKILL", OOM: memoryKill}, 3, append(lines(capture.Stdout, "loading"), lines(capture.Stderr, "still loading\nmore")...)...),
		"summary-hang":   dumped(aHang, &detect.Exit{Code: 143, Signal: "SIGTERM"}),
		"summary-silent": silent(detect.Exit{Code: 1}, 3),
	} {
		t.Run(name, func(t *testing.T) {
			got := Summary(r, usual)
			golden(t, name, got)
			checkSummary(t, got)
		})
	}
}

func checkSummary(t *testing.T, text []byte) {
	t.Helper()
	if len(text) == 0 || len(text) > SummaryLimit || !utf8.Valid(text) {
		t.Errorf("%d bytes, UTF-8: %t", len(text), utf8.Valid(text))
	}
	for _, r := range string(text) {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			t.Errorf("character %U in %q", r, text)
		}
	}
	if !bytes.HasPrefix(text, []byte("logwrap: ")) || !bytes.HasSuffix(text, []byte("\n")) {
		t.Errorf("%q", text)
	}
}

// TestSummaryKeepsWhatMatters fills the place with everything there is too much
// of: what comes first must still be there, and the last of the lines.
func TestSummaryKeepsWhatMatters(t *testing.T) {
	deep := "Traceback (most recent call last):\n"
	for range 300 {
		deep += "  File \"/usr/lib/python3.11/" + strings.Repeat("ä", 90) + ".py\", line 1, in f\n    f()\n  File \"/srv/app/own.py\", line 9, in own\n    f()\n"
	}
	deep += "RecursionError: " + strings.Repeat("€", 500) + "\nsecond\n"
	r := died(deep, detect.Exit{Code: 137, Signal: "SIGKILL", OOM: memoryKill})
	for i := range 100 {
		r.Event.Crumbs = append(r.Event.Crumbs, lines(capture.Stderr, strings.Repeat("ö", 1+i*7%300)+" end "+string(rune('a'+i%26)))...)
	}
	r.Event.Crumbs = append(r.Event.Crumbs, lines(capture.Stdout, "the very last")...)
	text := Summary(r, Options{Dir: "/srv/app"})
	checkSummary(t, text)
	at := 0
	for _, want := range []string{"logwrap: app crashed: killed by SIGKILL", "out of memory", "RecursionError", "own.py:9 in own", "last lines:", "the very last\n"} {
		i := bytes.Index(text[at:], []byte(want))
		if i < 0 {
			t.Fatalf("no %q after byte %d of\n%s", want, at, text)
		}
		at += i
	}
	if at != len(text)-len("the very last\n") || len(text) < SummaryLimit-700 {
		t.Errorf("%d bytes, the last line at %d", len(text), at)
	}
	if own, other := bytes.Index(text, []byte("own.py")), bytes.Index(text, []byte("python3.11")); other >= 0 && other < own {
		t.Errorf("a library's frame comes before the app's own:\n%s", text)
	}
}

func TestSummaryCutsBetweenCharacters(t *testing.T) {
	for n := range 8 {
		s := summary{text: bytes.Repeat([]byte("x"), SummaryLimit-100-n)}
		s.add(strings.Repeat("€", 100) + "\n")
		if len(s.text) > SummaryLimit || len(s.text) < SummaryLimit-4 || !utf8.Valid(s.text) || !bytes.HasSuffix(s.text, []byte("€…\n")) {
			t.Errorf("%d: %d bytes, %q", n, len(s.text), s.text[len(s.text)-20:])
		}
	}
}

func TestReason(t *testing.T) {
	tests := []struct {
		name, command string
		exit          detect.Exit
		want          string
	}{
		{"code", "app", detect.Exit{Code: 3, Crashed: true, Duration: 1500 * time.Millisecond}, "logwrap: app crashed: exited with code 3 after 1.5s\n"},
		{"clean", "app", detect.Exit{}, "logwrap: app exited with code 0\n"},
		{"stopped", "app", detect.Exit{Code: 143, Signal: "SIGTERM", Stop: detect.Stop{Requested: true, Signal: "SIGTERM", PID: 1}},
			"logwrap: app was killed by SIGTERM\n  asked to stop by SIGTERM from pid 1\n"},
		{"memory", "", detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, OOM: memoryKill},
			"logwrap: the app crashed: killed by SIGKILL\n  out of memory (the kernel's counter went from 0 to 1, limit 64 MiB)\n"},
		{"hostile", "a\x1b[2J\xff", detect.Exit{Code: 1, Stop: detect.Stop{Requested: true, PID: 3, Sender: "x\ny"}},
			"logwrap: a\\x1b[2J\uFFFD exited with code 1\n  asked to stop from x\\x0ay (pid 3)\n"},
	}
	for _, tt := range tests {
		got := Reason(tt.command, &tt.exit)
		if string(got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		checkSummary(t, got)
	}
	checkSummary(t, Reason(strings.Repeat("€", 9000), &detect.Exit{Signal: strings.Repeat("\x00", 9000)}))
}

func FuzzSummary(f *testing.F) {
	for _, s := range []string{chained, panicked, node, "x\x1b[2J\u202e\xff", strings.Repeat("€\n", 3000)} {
		f.Add(s, s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text, message string, n uint8) {
		r := died(text, detect.Exit{Code: 1, Signal: message, Stop: detect.Stop{Requested: true, Sender: message, PID: 1}})
		for range n {
			r.Event.Crumbs = append(r.Event.Crumbs, lines(capture.Stderr, message, text)...)
		}
		checkSummary(t, Summary(r, Options{Command: message}))
		r.Event.Hang = &detect.Hang{State: message, WaitChannel: text}
		checkSummary(t, Summary(r, Options{Command: message}))
	})
}
