package detect

import (
	"bufio"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
)

var splices = flag.Int("splices", 20_000, "lines made of parts of the known ones")

// TestSplicedLines puts the front of one known line before the end of another,
// with signs between them: whatever comes of it, nothing may reach past the line.
func TestSplicedLines(t *testing.T) {
	f, err := os.Open("testdata/levels-more.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(f); s.Scan(); {
		var m moreLine
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, m.Line)
	}
	signs := []string{" ", "[", "]", ":", "|", " - ", "ERROR", "INFO", "2026-11-28 04:41:06,234", "›", "✖", "(", ")", "<", ">", "{", "}", "\t", "=", ",",
		"1", "%", "fatal error: ", "LOG3[ui]: ", " stdout F ", "#info", "\r", "\x1b[1m"}
	rng := rand.New(rand.NewPCG(1, 2))
	d := New(Options{}, func(r *Record) {
		r.AppendFields(nil)
		r.StatedTime()
		r.Exceptions()
	})
	for range *splices {
		front, end := lines[rng.IntN(len(lines))], lines[rng.IntN(len(lines))]
		text := front[:rng.IntN(len(front)+1)]
		for range rng.IntN(4) {
			text += signs[rng.IntN(len(signs))]
		}
		feedText(d, text+end[rng.IntN(len(end)+1):])
	}
}
