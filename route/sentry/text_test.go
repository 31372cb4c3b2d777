package sentry

import (
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/logwrap/logwrap/detect"
)

func TestClean(t *testing.T) {
	tests := []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly10b", 10, "exactly10b"},
		{"eleven bytes", 10, "eleven …"},
		{"a\x00b", 10, "ab"},
		{"a\xffb", 10, "a\uFFFDb"},
		{"ääääää", 9, "äää…"},
		{"日本語日本語", 10, "日本…"},
		{"", 10, ""},
		{strings.Repeat("\xff", 20), 9, "\uFFFD…"},
	}
	for _, tt := range tests {
		if got := clean(tt.in, tt.limit); got != tt.want {
			t.Errorf("clean(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
	if got := cleanLine(" a\r\nb\tc ", 20); got != "a  b c" {
		t.Errorf("cleanLine: %q", got)
	}
	for in, want := range map[string]string{"team/shop@1.0": "team-shop@1.0", "..": "", ".": "", "a\\b": "a-b"} {
		if got := cleanName(in, 200); got != want {
			t.Errorf("cleanName(%q) = %q, want %q", in, got, want)
		}
	}
	if got := tagKey("k8s.io/pod name " + strings.Repeat("x", 50)); len(got) != maxTagKey || !strings.HasPrefix(got, "k8s.io_pod_name_") {
		t.Errorf("tagKey: %q", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("text", 10)
	f.Add("ä\x00\xff日本語", 5)
	f.Add(strings.Repeat("\xe2\x80", 40), 17)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = limit&0xfff + 3
		for _, got := range []string{clean(s, limit), cleanLine(s, limit), cleanName(s, limit)} {
			if len(got) > limit || !utf8.ValidString(got) || strings.IndexByte(got, 0) >= 0 {
				t.Errorf("%q within %d: %q", s, limit, got)
			}
		}
		if utf8.ValidString(s) && len(s) <= limit && strings.IndexByte(s, 0) < 0 && clean(s, limit) != s {
			t.Errorf("%q was changed to %q", s, clean(s, limit))
		}
	})
}

// FuzzEvent checks that whatever an app prints makes an event that fits Sentry's
// schema.
func FuzzEvent(f *testing.F) {
	for _, s := range []string{chainedTrace, groupTrace, faultTrace, nilTrace, suppressedTrace, rejectedTrace, "CRITICAL x\x00\xff\n", `{"level":"fatal","msg":"x"}`} {
		f.Add(s, int64(0))
		f.Add(s, int64(139))
	}
	f.Fuzz(func(t *testing.T, text string, code int64) {
		records := recordsOf(text)
		m := newMaker(Options{}, "/srv/app", noFiles{})
		for i := range records {
			r := &records[i]
			if code != 0 {
				*r = died(*r, exitOf(code))
			}
			made(t, m, r)
		}
	})
}

func exitOf(code int64) detect.Exit {
	if code&0xff > 128 {
		return detect.Exit{Code: int(code & 0xff), Signal: "SIGSEGV"}
	}
	return detect.Exit{Code: int(code & 0xff)}
}

type noFiles struct{}

func (noFiles) Open(string) (fs.File, error) { return nil, fs.ErrNotExist }
