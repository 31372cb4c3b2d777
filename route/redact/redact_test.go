package redact

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestString(t *testing.T) {
	r := standard(t)
	for _, tt := range []struct{ in, want string }{
		{"password=hunter2 user=bob", "password=[Filtered] user=bob"},
		{`{"user":"bob","password":"hunter2"}`, `{"user":"bob","password":"[Filtered]"}`},
		{"Config(password=hunter2, host=db)", "Config(password=[Filtered], host=db)"},
		{"Authorization: Bearer abcdef0123456789", "Authorization: Bearer [Filtered]"},
		{"Cookie: sid=abc; theme=dark", "Cookie: sid=[Filtered]; theme=[Filtered]"},
		{"Set-Cookie: sid=abc1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure", "Set-Cookie: sid=[Filtered]; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure"},
		{"postgres://bob:hunter2@db:5432/x?sslmode=off", "postgres://bob:[Filtered]@db:5432/x?sslmode=off"},
		{"GET /x?token=abcdef012345&page=2", "GET /x?token=[Filtered]&page=2"},
		{"$2b$12$" + strings.Repeat("a", 53), "$2b$12$[Filtered]"},
		{"card 4111 1111 1111 1111 declined", "card [Filtered] declined"},
		{"card 4111 1111 1111 1112 declined", "card 4111 1111 1111 1112 declined"},
		{"mysql -uroot -phunter2 shop", "mysql -uroot -p[Filtered] shop"},
		{"array(1) {\n  [\"password\"]=>\n  string(8) \"hunter22\"\n}", "array(1) {\n  [\"password\"]=>\n  string(8) \"[Filtered]\"\n}"},
		{"[\"password\"]=> string(8) \"hunter22\"", "[\"password\"]=> string(8) \"[Filtered]\""},
		{"password=Summer2024Password", "password=[Filtered]"},
		{"postgres://bob:prod2024password@db/x", "postgres://bob:[Filtered]@db/x"},
		{"DB_PASSWORD=mydbpassword", "DB_PASSWORD=[Filtered]"},
		{"password=db_password", "password=db_password"},
		{"postgres://user:passwd@host/x", "postgres://user:passwd@host/x"},
		{"password=[Filtered]hunter2", "password=[Filtered]"},
		{"password=[Filtered]", "password=[Filtered]"},
		{"", ""},
	} {
		if got := r.String(tt.in); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

// TestCapturedOutput holds what real programs printed when they crashed: no secret is in
// it, so nothing may change.
func TestCapturedOutput(t *testing.T) {
	r := standard(t)
	lines := 0
	err := filepath.WalkDir("../../detect/testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			lines++
			if got := r.String(line); got != line {
				t.Errorf("%s\n   %s-> %s", path, line, got)
			}
		}
		return nil
	})
	if err != nil || lines < 1000 {
		t.Errorf("%d lines: %v", lines, err)
	}
}

func TestArgs(t *testing.T) {
	got := standard(t).Args([]string{"mysql", "-uroot", "-phunter2", "--password", "hunter2", "--token", "--port", "3306", "--api-key=hunter2", "--secret", "null"})
	want := []string{"mysql", "-uroot", "-p[Filtered]", "--password", "[Filtered]", "--token", "--port", "3306", "--api-key=[Filtered]", "--secret", "null"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestParse(t *testing.T) {
	const text = "password=hunter2 a@b.de X-Plan: gold"
	for _, tt := range []struct {
		list []string
		want string
	}{
		{nil, "password=[Filtered] a@b.de X-Plan: gold"},
		{[]string{}, text},
		{[]string{"off"}, text},
		{[]string{"emails"}, "password=hunter2 [Filtered] X-Plan: gold"},
		{[]string{"default", "emails", `X-Plan: (\w+)`}, "password=[Filtered] [Filtered] X-Plan: [Filtered]"},
	} {
		r, err := Parse(tt.list)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.String(text); got != tt.want {
			t.Errorf("%q: %s", tt.list, got)
		}
	}
	for _, bad := range [][]string{{"default", "("}, {"default", "x*"}, {"default", "email"}, {"default", ""}, {"default", "off"}} {
		var e *ListError
		if _, err := Parse(bad); !errors.As(err, &e) || e.Index != 1 {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestValue(t *testing.T) {
	r := standard(t)
	for _, tt := range []struct{ key, in, want string }{
		{"password", "correct horse", "[Filtered]"}, {"session", "abc", "[Filtered]"}, {"Cookie", "a=b", "[Filtered]"},
		{"password", "", ""}, {"password", "null", "null"}, {"token", "7", "7"}, {"author", "Bob", "Bob"}, {"code", "E42", "E42"},
		{"message", "password=hunter2", "password=[Filtered]"}, {"X-Api-Key", "a\nb", "[Filtered]\n"},
		{"PHPSESSID", "abc", "[Filtered]"}, {"connect.sid", "abc", "[Filtered]"}, {"XSRF-TOKEN", "abc", "[Filtered]"}, {"set_cookie", "abc", "[Filtered]"},
		{"mysql_pwd", "abc", "[Filtered]"}, {"privatekey", "abc", "[Filtered]"}, {"credentials", "abc", "[Filtered]"}, {"_csrf_token", "abc", "[Filtered]"},
		{"symfony", "abc", "[Filtered]"}, {"aiohttp_session", "abc", "[Filtered]"}, {"proxy-authorization", "abc", "[Filtered]"}, {"_xsrf", "abc", "[Filtered]"},
	} {
		if got := r.Value(tt.key, tt.in); got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.key, tt.in, got, tt.want)
		}
	}
}

func TestEmails(t *testing.T) {
	r, err := New(Options{Builtin: true, Emails: true})
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"mail bob.b+x@mail.example.com.": "mail [Filtered].", "<a@b.de>": "<[Filtered]>", "a@b": "a@b", "pkg@1.2.3": "pkg@1.2.3", "@types/node": "@types/node",
		"nginx@sha256.x1": "nginx@sha256.x1", "postgres://u:pw12345@db.example.com/": "postgres://u:[Filtered]@db.example.com/",
	} {
		if got := r.String(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := standard(t).String("bob@example.com"); got != "bob@example.com" {
		t.Errorf("without the option: %s", got)
	}
}

func TestOwnPatterns(t *testing.T) {
	r, err := New(Options{Patterns: []string{`(?i)x-plan: \S+`, `customer (\d+) of (\w+)`, `[a-z]+\]`}})
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"X-Plan: gold now":       "[Filtered] now",
		"customer 42 of acme":    "customer [Filtered] of [Filtered]",
		"a [Filtered] b":         "a [Filtered] b",
		"password=hunter2":       "password=hunter2",
		"customer 42 of acme ok": "customer [Filtered] of [Filtered] ok",
	} {
		got := r.String(in)
		if got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
		if again := r.String(got); again != got {
			t.Errorf("again: %s", again)
		}
	}
	for _, bad := range []string{"(", "a*", "${SECRET}", `x\\${A:-b}`} {
		var e *PatternError
		if _, err := New(Options{Patterns: []string{"x", bad}}); !errors.As(err, &e) || e.Index != 1 || e.Pattern != bad {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestOff(t *testing.T) {
	var r Redactor
	for _, s := range samples(t, "secrets.jsonl") {
		if r.String(s.Text) != s.Text || r.Value("password", s.Text) != s.Text {
			t.Errorf("changed: %s", s.Text)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	r := standard(t)
	lines := samples(t, "lookalikes.jsonl")
	if n := testing.AllocsPerRun(20, func() {
		for i := range lines[:40] {
			r.String(lines[i].Text)
		}
	}); n > 0 {
		t.Errorf("%v allocations for lines without a secret", n)
	}
}

// TestLinear takes texts that make a scanner look far ahead or back again and
// again.
func TestLinear(t *testing.T) {
	r, err := New(Options{Builtin: true, Emails: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{`password="`, `password=`, `"password": "x `, "token: ", "a://", "a:b@", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nabcd\n",
		"eyJ.", "xoxb-", "4111 ", "\\", "\\\"", "Cookie: a=b; ", "password=\\\"", "tokens: [", "--password ", "\x1b[0m", "user.", "a@", "<password>", "name\", \"value\": ",
		"-----END PRIVATE KEY-----", "AAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----", "Bearer ", "-u a:", "$argon2", "%41", "http://a:b", "Authorization: Digest "} {
		took := func(size int) time.Duration {
			text := strings.Repeat(piece, size/len(piece))
			start := time.Now()
			r.String(text)
			return time.Since(start)
		}
		small := min(took(1<<17), took(1<<17))
		if large := took(1 << 20); large > 500*time.Millisecond && large > 32*small { // 8 times is linear, 64 times quadratic
			t.Errorf("%q: %v for 128 KiB, %v for 1 MiB", piece, small, large)
		}
	}
}

func FuzzString(f *testing.F) {
	for _, name := range []string{"secrets.jsonl", "lookalikes.jsonl", "secrets-more.jsonl"} {
		for _, s := range samples(f, name) {
			f.Add(s.Text)
		}
	}
	r, err := New(Options{Builtin: true, Emails: true, Patterns: []string{`x-plan: (\S+)`}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := r.String(s)
		if again := r.String(got); again != got {
			t.Errorf("%q\nonce  %q\ntwice %q", s, got, again)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q: no UTF-8: %q", s, got)
		}
		if strings.Count(s, "\n") != strings.Count(got, "\n") {
			t.Errorf("%q: other lines: %q", s, got)
		}
		r.Value("token", s)
	})
}

func BenchmarkOrdinary(b *testing.B) {
	r := standard(b)
	for _, bb := range []struct{ name, line string }{
		{"access", `10.0.0.7 - - [07/Jan/2026:10:22:31 +0000] "GET /api/v1/items?page=2&limit=50 HTTP/1.1" 200 612 "https://shop.example.com/list" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"`},
		{"text", `2026-01-07 10:22:31,123 INFO [worker-3] shop.orders: order 1234567 of customer 42 was shipped with parcel service in 120 ms after 2 attempts`},
		{"json", `{"time":"2026-01-07T10:22:31.123Z","level":"info","logger":"shop.orders","msg":"order shipped","order_id":1234567,"customer":42,"duration_ms":120,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.line)))
			b.ReportAllocs()
			for b.Loop() {
				r.String(bb.line)
			}
		})
	}
}
