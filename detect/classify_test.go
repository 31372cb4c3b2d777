package detect

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// readMix returns the lines of testdata/mix.log: what services print, in the
// shares of a busy day.
func readMix(tb testing.TB) (lines [][]byte, size int64) {
	tb.Helper()
	data, err := os.ReadFile("testdata/mix.log")
	if err != nil {
		tb.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		lines = append(lines, bytes.TrimSuffix(line, []byte("\n")))
		size += int64(len(line))
	}
	return lines, size
}

func TestClassifyDoesNotAllocate(t *testing.T) {
	lines, _ := readMix(t)
	var r Record
	for _, line := range lines {
		if bytes.Contains(line, []byte(`\"`)) {
			continue // its message has to be unescaped
		}
		if n := testing.AllocsPerRun(5, func() {
			r.Text = line
			classify(line, &r)
		}); n != 0 {
			t.Errorf("%.0f allocations for %q", n, line)
		}
	}
}

func TestAppendFieldsDoesNotAllocate(t *testing.T) {
	lines, _ := readMix(t)
	lines = append(lines, []byte(`10.0.0.1 - bob [05/Jan/2026:07:00:00 +0100] "GET /a HTTP/1.1" 200 512 "http://r/" "ua 1"`),
		[]byte(`E0105 07:00:00.123456    4242 a/b.go:77] "sync failed" pod="ns/x"`), []byte(`Jan  5 07:00:00 w1 sshd[42]: hi`))
	fields := make([]Field, 0, 64)
	for _, line := range lines {
		if bytes.Contains(line, []byte(`\"`)) {
			continue
		}
		r := Record{Text: line}
		classify(line, &r)
		if n := testing.AllocsPerRun(5, func() { fields = r.AppendFields(fields[:0]) }); n != 0 {
			t.Errorf("%.0f allocations for the fields of %q", n, line)
		}
	}
}

func TestEscapedMessageAllocatesOnce(t *testing.T) {
	line := []byte(`{"level":"info","msg":"say \"hi\""}`)
	var r Record
	if n := testing.AllocsPerRun(5, func() {
		r.Text = line
		classify(line, &r)
	}); n != 1 {
		t.Errorf("%.0f allocations", n)
	}
}

// within reports whether part is a piece of whole: the same memory.
func within(part, whole []byte) bool {
	if len(part) == 0 {
		return true
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(part)))
	base := uintptr(unsafe.Pointer(unsafe.SliceData(whole)))
	return at >= base && at+uintptr(len(part)) <= base+uintptr(len(whole))
}

func FuzzClassify(f *testing.F) {
	data, err := os.ReadFile("testdata/mix.log")
	if err != nil {
		f.Fatal(err)
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if i%20 == 0 {
			f.Add(line)
		}
	}
	for _, s := range []string{"", " ", "\r", "<", "<1", "<3>", "<34>1 ", "<34>1 - - - - - [", "[", "[]", "[]:", "[2026-01-05 07:00:00",
		"I0105 07:00:00.1", "E, [", "W/a(1):", "1:M ", "info: a[1]", "=ERROR REPORT==== ", "\x1b", "\x1b[", "\x1b]0;", "\xef\xbb\xbf{",
		"\xef\xbb\xbf", "INFO[", "INFO:", "INFO:a:", "2026-01-05 07:00:00\tINFO\t", "[pid: ] => generated  (HTTP/", "a \"GET / HTTP/1.1\"",
		"1.1.1.1 - - [05/Jan/2026:07:00:00 +0000] \"GET ", "Jan  5 07:00:00 ", "Jan  5 07:00:00 a b:", "7:00AM", "[x] app.ERROR: {",
		"(2026-01-05 07:00:00) ERROR:", "E 2026-01-05 07:00:00 a]", "✖  error  ", "<nil> WRN ", "a - ERROR - ", "a.b:ERROR:", "nginx: [emerg] ",
		"(node:1) [a] XWarning: ", "1.7675964001e+09\tINFO\t", "2026-01-05 INFO ", "01-05 07:00 INFO ", "2026-01-05 07:00:00 ERROR+4 ",
		"2026-01-05T07:00:00.123456Z ERROR ThreadId(1) a: ", "2026-01-05T07:00:00.123456+00:00 h a[1]: E0105 07:00:00.1 1 a.go:1] ",
		"[ERROR]\t2026-01-05T07:00:00.1Z\t01234567-89ab-cdef-0123-456789abcdef\t", "[WARN  a] ", "ERROR:2026-01-05 07:00:00:a:",
		"2026-01-05 07:00:00 [error    ] a  [b] k='", "2026-01-05 07:00:00 UTC:1(2):a@b:[3]:ERROR:", "INFO 2026-01-05 07:00:00 a 1 123456"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		r := Record{Text: text}
		classify(text, &r)
		if !bytes.Equal(before, text) {
			t.Fatalf("%q was changed to %q", before, text)
		}
		coloured := bytes.IndexByte(text, escape) >= 0
		escaped := bytes.IndexByte(text, '\\') >= 0
		if !coloured && !(within(r.Message, text) || escaped) {
			t.Fatalf("%q: message %q is not in it", text, r.Message)
		}
		if !coloured && !within(r.Logger, text) && !bytes.Contains(text, []byte("record")) {
			t.Fatalf("%q: logger %q is not in it", text, r.Logger)
		}
		if r.stamp < 0 || r.stampLen < 0 || int(r.stamp+r.stampLen) > len(text) || int(r.tail) > len(text) {
			t.Fatalf("%q: positions %d+%d, %d", text, r.stamp, r.stampLen, r.tail)
		}
		for _, field := range r.AppendFields(nil) {
			r.Lookup(string(field.Key))
		}
		r.StatedTime()
		again := Record{Text: text}
		if classify(text, &again); again.Level != r.Level || !bytes.Equal(again.Message, r.Message) {
			t.Fatalf("%q: another result the second time", text)
		}
		if !bytes.Contains(text, []byte("\n")) { // the record may grow by further lines
			more := append(bytes.Clone(text), "\n  at x=1 y=2"...)
			r.Text = more
			r.AppendFields(nil)
			r.StatedTime()
		}
	})
}

// TestClassifyIsLinear gives lines that would take minutes if some rule looked
// at the rest of the line over and over.
func TestClassifyIsLinear(t *testing.T) {
	const n = 256 << 10
	for _, unit := range []string{"{", "[", "<", "(", "\"", "\\", "a=\"", "a=\"b ", "a=b ", " {", " [", "\x1b]", "\x1b]x", "\x1b[", "[a]", "[a] ",
		"{\"a\":", "[{", "x: ", ": ", "} ", "}: ", "1 ", "- ", "a.b ", "[x] app.ERROR: {", "\\\"", "a=\\\"", "  ", "\t", "\xff"} {
		for _, front := range []string{"", "INFO ", "2026-01-05 07:00:00 ", "2026/01/05 07:00:00 INFO ", "[2026-01-05 07:00:00] app.ERROR: ",
			"{\"a\":", "{\"a\":\"", "10.0.0.1 - - [05/Jan/2026:07:00:00 +0000] \"", "<14>1 - h a - - [", "level=info msg=\""} {
			text := []byte(front + strings.Repeat(unit, n/len(unit)))
			start := time.Now()
			r := Record{Text: text}
			classify(text, &r)
			r.AppendFields(nil)
			r.Lookup("a.b")
			r.StatedTime()
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("%q and %d bytes of %q take %v", front, n, unit, d)
			}
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	lines, size := readMix(b)
	b.SetBytes(size / int64(len(lines)))
	b.ReportAllocs()
	var r Record
	for i := 0; b.Loop(); i++ {
		line := lines[i%len(lines)]
		r.Text = line
		classify(line, &r)
	}
}

func BenchmarkClassifyKind(b *testing.B) {
	lines, _ := readMix(b)
	kinds := map[string][][]byte{}
	for _, line := range lines {
		r := Record{Text: line}
		classify(line, &r)
		name := r.Format.String()
		if r.Format == Text && r.Level == NotSet {
			name = "unknown"
		}
		kinds[name] = append(kinds[name], line)
	}
	for _, name := range []string{"text", "json", "logfmt", "unknown"} {
		b.Run(name, func(b *testing.B) {
			of, size := kinds[name], 0
			for _, line := range of {
				size += len(line)
			}
			b.SetBytes(int64(size / len(of)))
			var r Record
			for i := 0; b.Loop(); i++ {
				line := of[i%len(of)]
				r.Text = line
				classify(line, &r)
			}
		})
	}
}

func BenchmarkJSONScan(b *testing.B) {
	lines, _ := readMix(b)
	var of [][]byte
	size := 0
	for _, line := range lines {
		if line[0] == '{' {
			of = append(of, line)
			size += len(line)
		}
	}
	b.SetBytes(int64(size / len(of)))
	for i := 0; b.Loop(); i++ {
		line := of[i%len(of)]
		if jsonValue(line, 0, 1) != len(line) {
			b.Fatalf("%q is no JSON", line)
		}
	}
}
