package format

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// attacks are payloads that try to forge lines, hide text or drive a terminal.
var attacks = []string{
	"a\nb", "a\r\nb", "a\rb", "a\r", "\n", "\x00", "a\x00b", "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1b[31mred\x1b[0m",
	"\x1b[m\x1b[K", "\x1b", "\x1b[", "\x1b[31", "\x1b[?25l", "\x1bc", "\x7f", "\xc2\x9b31m", "\x9b31m", "\u0085", "\u2028", "\u2029",
	"admin\u202etxt.exe", "\u2066x\u2069", "\xff\xfe", "\xe2\x82", "\xed\xa0\x80", "\xf0\x9f\x98\x80", "\u200e\u200f", "tab\there",
	`"}` + "\n" + `{"level":"critical"`, `\u001b`, `\`, `"`, "\b\f\v\a", strings.Repeat("\x01", 20), "1234567\x1b", "12345678\x80",
	"2026-11-22T10:00:00Z CRITICAL forged\n2026-11-22T10:00:00Z CRITICAL forged", "\xef\xbb\xbfbom", "\ufffd",
}

func TestAttacks(t *testing.T) {
	for _, attack := range attacks {
		r := plain("x")
		r.Message, r.Text, r.Logger = []byte(attack), []byte(attack), []byte(attack)
		for _, spec := range []Options{{}, {Identity: true, Original: true}, {Format: Text}, {Format: "[{logger}]: {message}"}} {
			got := must(t, spec).Append(nil, &r)
			if bytes.Count(got, []byte("\n")) != 1 || got[len(got)-1] != '\n' {
				t.Errorf("%+v: %q became several lines: %q", spec, attack, got)
			}
			checkClean(t, got[:len(got)-1], "\t")
		}
	}
}

// A record of several lines keeps its newlines in text, and nothing worse.
func TestAttacksInSeveralLines(t *testing.T) {
	for _, attack := range attacks {
		r := plain("first\n" + attack)
		r.Lines = 2
		got := must(t, Options{Format: Text}).Append(nil, &r)
		if want := bytes.Count(r.Text, []byte("\n")) + 1; bytes.Count(got, []byte("\n")) != want {
			t.Errorf("%q: %d newlines, want %d: %q", attack, bytes.Count(got, []byte("\n")), want, got)
		}
		checkClean(t, got, "\t\n")
	}
}

// checkClean fails if out is not UTF-8 or holds a treacherous character that
// is not in allowed.
func checkClean(t *testing.T, out []byte, allowed string) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Errorf("not UTF-8: %q", out)
	}
	for _, r := range string(out) {
		if treacherous(r) && !strings.ContainsRune(allowed, r) {
			t.Errorf("%q holds %U", out, r)
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                       "plain",
		"\x1b[1;31mred\x1b[0m\x1b[K!": "red!",
		"\x1b[38:2:1:2:3mtrue colour": "true colour",
		"\x1b[2J":                     `\x1b[2J`,
		"a\x00b\x7f":                  `a\x00b\x7f`,
		"line\r":                      "line",
		"a\rb":                        `a\x0db`,
		"a\nb":                        `a\x0ab`,
		"\u009b31m":                   `\x9b31m`,
		"a\u202eb":                    `a\u202eb`,
		"\xffé\xc3":                   "\ufffdé\ufffd",
		"a\tb":                        "a\tb",
		`C:\x41`:                      `C:\x41`,
	} {
		if got := string(appendLine(nil, []byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := string(appendLines(nil, []byte("a\r\nb\nc\rd\x1b[0m\r"))); got != "a\nb\nc\\x0dd" {
		t.Errorf("several lines: got %q", got)
	}
}

func TestAppendValueKeepsSpellingOnOneLine(t *testing.T) {
	for in, want := range map[string]string{
		`1.50`: `1.50`, `"a\nb"`: `"a\nb"`, "{\r\n\t\"a\":\n 1}": `{"a": 1}`, "\"\xff\u202e\x7f\u0085\"": `"` + "\ufffd" + `\u202e\u007f\u0085"`,
		`"é"`: `"é"`, `[true, null]`: `[true, null]`,
	} {
		got := string(appendValue(nil, []byte(in)))
		if got != want || !json.Valid([]byte(got)) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, attack := range attacks {
		f.Add([]byte(attack))
	}
	formatter := must(f, Options{Identity: true, Original: true})
	f.Fuzz(func(t *testing.T, message []byte) {
		r := plain("x")
		r.Message, r.Text, r.Logger = message, message, message
		line := formatter.Append(nil, &r)
		if bytes.IndexByte(line, '\n') != len(line)-1 {
			t.Fatalf("not one line: %q", line)
		}
		checkClean(t, line[:len(line)-1], "")
		var got struct {
			Message, Original string
			Logger            string
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		want := string([]rune(string(message))) // each invalid byte as U+FFFD
		if got.Message != want || got.Original != want || got.Logger != want {
			t.Fatalf("got %q, want %q", got.Message, want)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, attack := range attacks {
		f.Add([]byte(attack))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		one, several := appendLine(nil, s), appendLines(nil, s)
		checkClean(t, one, "\t")
		checkClean(t, several, "\t\n")
		if bytes.Count(several, []byte("\n")) != bytes.Count(s, []byte("\n")) {
			t.Fatalf("%q: newlines came or went: %q", s, several)
		}
		if plainASCII(s) == len(s) && !bytes.Equal(one, s) {
			t.Fatalf("%q was changed to %q", s, one)
		}
	})
}

// FuzzValue feeds valid JSON values: what comes out means the same.
func FuzzValue(f *testing.F) {
	for _, v := range []string{`{"a":[1,"\u001b",null]}`, "[\n1,\t2]", "\"\xff\"", `"\ud83d\ude00"`, `1e400`, "\"\x7f\u202e\""} {
		f.Add([]byte(v))
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		if !json.Valid(v) {
			return
		}
		got := appendValue(nil, v)
		checkClean(t, got, "")
		var a, b any
		if json.Unmarshal(v, &a) != nil {
			return // a number out of range
		}
		if err := json.Unmarshal(got, &b); err != nil {
			t.Fatalf("%q became %q: %v", v, got, err)
		}
		one, _ := json.Marshal(a)
		two, _ := json.Marshal(b)
		if !bytes.Equal(one, two) {
			t.Fatalf("%q became %q", v, got)
		}
	})
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{
		"[bs-whatweb][{level}] [{logger}]: {message}", "{{{level:>8}}}", "{time:%Y-%m-%d %H:%M:%S,%L}", "{fields.a.b:3}", "{", "}", "{}}", "{{", "{time:%",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		formatter, err := parseTemplate(s, identity)
		if err != nil {
			return
		}
		if !strings.ContainsAny(s, "{}") {
			r := plain("x")
			if got := string(formatter.Append(nil, &r)); got != s+"\n" {
				t.Fatalf("%q without placeholders gave %q", s, got)
			}
		}
		for _, r := range records() {
			a := formatter.Append(nil, &r)
			b := formatter.Append([]byte("x"), &r)
			if "x"+string(a) != string(b) || len(a) == 0 || a[len(a)-1] != '\n' {
				t.Fatalf("%q: %q and %q", s, a, b)
			}
		}
	})
}
