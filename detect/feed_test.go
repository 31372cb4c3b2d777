package detect

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
)

// kept is a record whose bytes are the test's own, with the number of its first
// line.
type kept struct {
	Record
	first int
}

func keep(r *Record) Record {
	c := *r
	c.Text, c.Message, c.Logger = bytes.Clone(r.Text), bytes.Clone(r.Message), nil
	if len(r.Logger) > 0 {
		c.Logger = bytes.Clone(r.Logger)
	}
	return c
}

// linesOf cuts a text into lines as capture does, all captured at one moment.
func linesOf(s capture.Stream, text []byte) []capture.Line {
	var lines []capture.Line
	at := capture.Offset(0)
	for len(text) > 0 {
		line, rest, found := bytes.Cut(text, []byte("\n"))
		end := at + capture.Offset(len(line))
		if found {
			end++
		}
		lines = append(lines, capture.Line{Stream: s, Start: at, End: end, Text: line})
		at, text = end, rest
	}
	return lines
}

// records runs a Detector over a text of one stream.
func records(s capture.Stream, text []byte) []kept {
	var list []kept
	line := 1
	d := New(Options{}, func(r *Record) {
		list = append(list, kept{keep(r), line})
		line += int(r.Lines)
	})
	for _, l := range linesOf(s, text) {
		d.Add(&l)
	}
	d.Close(s)
	return list
}

// checkWhole fails unless the records give back the text.
func checkWhole(t *testing.T, text []byte, list []kept) {
	t.Helper()
	var out []byte
	end := capture.Offset(0)
	for i, r := range list {
		if r.ID != end {
			t.Fatalf("record %d begins at %d, the one before ends at %d", i, r.ID, end)
		}
		end = r.End
		if n := bytes.Count(r.Text, []byte("\n")) + 1; n != int(r.Lines) {
			t.Fatalf("record %d has %d lines in its text and says %d", i, n, r.Lines)
		}
		out = append(append(out, r.Text...), '\n')
	}
	if want := slices.Concat(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")); len(text) > 0 && !bytes.Equal(out, want) {
		t.Fatalf("records give\n%q\nof\n%q", out, want)
	}
	if end != capture.Offset(len(text)) {
		t.Fatalf("records end at %d of %d", end, len(text))
	}
}

const ms = int64(time.Millisecond)

func readFile(tb testing.TB, path string) []byte {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
