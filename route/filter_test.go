package route

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

func TestFilterConditions(t *testing.T) {
	access := detect.Record{
		Level: detect.Info, Format: detect.JSON, Stream: capture.Stdout, Logger: []byte("gunicorn.access"),
		Message: []byte("GET /slow took <long>"),
		Text:    []byte(`{"request_time": 1.75, "status": "200", "path": "/slow", "empty": ""}`),
	}
	unknown := detect.Record{Stream: capture.Stderr, Message: []byte("healthcheck ok\nand more"), Text: []byte("healthcheck ok")}
	for _, c := range []struct {
		key, value      string
		access, unknown bool // unknown is routed as a warning here
	}{
		{"level", "info", true, false},
		{"level", "warning", false, true},
		{"level", ">=warning", false, true},
		{"level", ">= INFO", true, true},
		{"level", "<warning", true, false},
		{"level", "<=20", true, false},
		{"level", ">info", false, true},
		{"level", "!=info", false, true},
		{"level", "=info", true, false},
		{"level", "unknown", false, true},
		{"level", "!=unknown", true, false},
		{"logger", "gunicorn", true, false},
		{"logger", "gunicorn.access", true, false},
		{"logger", "gunicorn.acc", false, false},
		{"logger", "=gunicorn", false, false},
		{"logger", "=gunicorn.access", true, false},
		{"logger", "!=gunicorn.access", false, true},
		{"logger", `~access$`, true, false},
		{"logger", `!~access$`, false, true},
		{"logger", "root", false, true},
		{"logger", "", true, true},
		{"stream", "stdout", true, false},
		{"stream", "!=stdout", false, true},
		{"stream", "~^std", true, true},
		{"format", "json", true, false},
		{"format", "text", false, true},
		{"format", "~(json|text)", true, true},
		{"message", "slow", true, false},
		{"message", "^healthcheck", false, true},
		{"message", "^slow", false, false},
		{"message", "!~^healthcheck", true, false},
		{"message", "(?i)HEALTH", false, true},
		{"message", `^healthcheck \w+`, false, true},
		{"message", `slow \w+ <`, true, false},
		{"message", `<long>`, true, false},
		{"message", `(?s)ok.and`, false, true},
		{"message", "=GET /slow took <long>", true, false},
		{"message", "", true, true},
		{"fields.request_time", ">1.5", true, false},
		{"fields.request_time", "<1.5", false, false},
		{"fields.request_time", ">=1.75", true, false},
		{"fields.request_time", "<= 1.75", true, false},
		{"fields.request_time", "exists", true, false},
		{"fields.request_time", "!exists", false, true},
		{"fields.status", "=200", true, false},
		{"fields.status", "!=200", false, true},
		{"fields.status", ">199", true, false},
		{"fields.status", "^2..$", true, false},
		{"fields.path", ">1", false, false},
		{"fields.empty", "exists", true, false},
		{"fields.empty", "=", true, false},
		{"json.path", "^/slow", true, false},
		{"json.path", "!~^/slow", false, true},
		{"json.missing", "exists", false, false},
	} {
		f := mustFilter(t, Condition{c.key, c.value})
		if got := f.Match(&access, detect.Info); got != c.access {
			t.Errorf("%s: %q: %v for the access line", c.key, c.value, got)
		}
		if got := f.Match(&unknown, detect.Warning); got != c.unknown {
			t.Errorf("%s: %q: %v for the plain line", c.key, c.value, got)
		}
	}
}

func TestFilterJSONIgnoresOtherFormats(t *testing.T) {
	r := detect.Record{Format: detect.Logfmt, Text: []byte(`{"a": 1}`)}
	f := mustFilter(t, Condition{"json.a", "exists"})
	if f.Match(&r, detect.Info) {
		t.Error("a json condition holds for a line that is no JSON")
	}
}

func TestFilterNeedsAllConditions(t *testing.T) {
	f := mustFilter(t, Condition{"level", ">=error"}, Condition{"message", "disk"})
	for text, want := range map[string]bool{"disk full": true, "boom": false} {
		if got := f.Match(&detect.Record{Message: []byte(text)}, detect.Error); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if f.Match(&detect.Record{Message: []byte("disk full")}, detect.Info) {
		t.Error("passes though its level is too low")
	}
	if zero := (Filter{}); !zero.Match(&detect.Record{}, detect.Info) {
		t.Error("the zero filter holds something back")
	}
}

func TestNewFilterRefuses(t *testing.T) {
	for _, c := range []struct{ key, value, want string }{
		{"level", "loud", `level: unknown level "loud"`},
		{"level", ">=loud", `level: unknown level "loud"`},
		{"level", "~info", `level: "~" does not compare levels`},
		{"stream", "stdin", `stream: "stdin" does not tell stdout, stderr, lifecycle apart`},
		{"stream", "exists", `stream: "exists" does not tell stdout, stderr, lifecycle apart`},
		{"format", "xml", `format: "xml" does not tell text, json, logfmt, access, klog, syslog, sd-prefix apart`},
		{"message", "(", "message: error parsing regexp: missing closing ): `(`"},
		{"logger", "~(", "logger: error parsing regexp: missing closing ): `(`"},
		{"fields.a", ">x", `fields.a: "x" is no number`},
		{"fields.", "x", `fields.: unknown condition`},
		{"json", "x", `json: unknown condition`},
		{"msg", "x", `msg: unknown condition`},
	} {
		_, err := NewFilter([]Condition{{"message", "fine"}, {c.key, c.value}})
		var option *OptionError
		if !errors.As(err, &option) || option.Option != c.key || err.Error() != c.want {
			t.Errorf("%s: %q: error %v, want %s", c.key, c.value, err, c.want)
		}
	}
}

// FuzzFilterExpression holds the short cuts before a regular expression
// against the regular expression alone.
func FuzzFilterExpression(f *testing.F) {
	for _, seed := range [][2]string{
		{"^healthcheck", "healthcheck ok"}, {"slow", "a slow one"}, {"^a.*b$", "ab"}, {`(?i)^abc`, "ABC"},
		{"a|b", "b"}, {`\x{FFFD}x`, "\xffx"}, {"(?m)^b", "a\nb"}, {"^(ab)+c", "ababc"}, {"", ""}, {"x{2,3}", "xxx"}, {`^\Qa.b\E`, "a.b"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, source, text string) {
		fast, err := expression(source)
		if err != nil {
			return
		}
		slow := matchAlone(t, source)
		if got, want := fast([]byte(text)), slow([]byte(text)); got != want {
			t.Errorf("%q in %q: %v, the regular expression says %v", source, text, got, want)
		}
	})
}

// FuzzNewFilter checks that no condition, however odd, panics.
func FuzzNewFilter(f *testing.F) {
	for _, seed := range [][2]string{{"level", ">=info"}, {"fields.a", ">1.5"}, {"stream", "!=stdout"}, {"message", "<x>"}, {"logger", "a.b"}} {
		f.Add(seed[0], seed[1], "a.b")
	}
	f.Fuzz(func(t *testing.T, key, value, text string) {
		filter, err := NewFilter([]Condition{{key, value}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), key) {
				t.Errorf("error %q does not name %q", err, key)
			}
			return
		}
		filter.Match(&detect.Record{Message: []byte(text), Text: []byte(text), Logger: []byte(text)}, detect.Info)
	})
}

func matchAlone(t *testing.T, source string) matcher {
	t.Helper()
	re, err := regexp.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	return re.Match
}
