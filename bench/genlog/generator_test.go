package genlog

import (
	"bytes"
	"encoding/json"
	"testing"
)

func generate(t *testing.T, lines int, seed uint64) ([]byte, Census) {
	t.Helper()
	var b bytes.Buffer
	c, err := Write(&b, lines, seed)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), c
}

func TestSameSeedSameBytes(t *testing.T) {
	a, _ := generate(t, 5000, 1)
	b, _ := generate(t, 5000, 1)
	if !bytes.Equal(a, b) {
		t.Error("the same seed gave two logs")
	}
	if c, _ := generate(t, 5000, 2); bytes.Equal(a, c) {
		t.Error("two seeds gave the same log")
	}
}

func TestCensusIsTrue(t *testing.T) {
	for _, lines := range []int{1, 30, 20_000} {
		log, c := generate(t, lines, 7)
		sum := 0
		for _, n := range c.LinesOf {
			sum += n
		}
		if n := bytes.Count(log, []byte("\n")); n != lines || c.Lines != lines || sum != lines {
			t.Errorf("%d lines asked for: %d written, %d counted, %d in all kinds", lines, n, c.Lines, sum)
		}
		if c.Bytes != int64(len(log)) {
			t.Errorf("%d lines: %d bytes written, %d counted", lines, len(log), c.Bytes)
		}
	}
}

func TestShares(t *testing.T) {
	_, c := generate(t, 200_000, 1)
	perMille := func(kinds ...Kind) (n float64) {
		for _, k := range kinds {
			n += float64(c.LinesOf[k])
		}
		return n / float64(c.Lines) * 1000
	}
	for _, tt := range []struct {
		name      string
		got       float64
		low, high float64
	}{
		{"text", perMille(Python, Gunicorn), 444, 464},
		{"json", perMille(Access, Zap, Pino), 344, 364},
		{"logfmt", perMille(Logfmt), 142, 154},
		{"plain", perMille(Plain), 26, 33},
		{"python traces", perMille(PythonTrace), 4, 8},
		{"java traces", perMille(JavaTrace), 5, 12},
		{"bytes a line", float64(c.Bytes) / float64(c.Lines), 212, 250},
	} {
		if tt.got < tt.low || tt.got > tt.high {
			t.Errorf("%s: %.1f, want %v to %v", tt.name, tt.got, tt.low, tt.high)
		}
	}
}

func TestEveryEventHasOneMark(t *testing.T) {
	log, c := generate(t, 20_000, 3)
	want := 0
	for {
		var event int
		if event, log = Mark(log); event < 0 {
			break
		}
		if event != want {
			t.Fatalf("mark %d, want %d", event, want)
		}
		want++
	}
	if want != c.Events {
		t.Errorf("%d marks, want %d", want, c.Events)
	}
}

func TestForms(t *testing.T) {
	for kind := range Kinds {
		g := New(5)
		for range 50 {
			event := forms[kind].append(g, nil)
			if n := bytes.Count(event, []byte("\n")); n != forms[kind].lines || event[len(event)-1] != '\n' {
				t.Fatalf("kind %d has %d lines, want %d: %q", kind, n, forms[kind].lines, event)
			}
			if event[0] == '{' && !json.Valid(event) {
				t.Fatalf("kind %d is not JSON: %s", kind, event)
			}
		}
	}
}

func TestMarkPassesOverWhatOnlyLooksLikeOne(t *testing.T) {
	if n, rest := Mark([]byte("see #else or #e12 or #e000000042 here")); n != 42 || string(rest) != " here" {
		t.Errorf("mark %d, rest %q", n, rest)
	}
	if n, _ := Mark([]byte("#e00000004")); n != -1 {
		t.Errorf("mark %d in a short number", n)
	}
}
