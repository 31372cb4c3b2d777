package detect

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/logwrap/logwrap/capture"
)

// FuzzDetector feeds any text, cut into frames and with pauses by the seed, with
// small caps or none: no panic, no lost byte, nothing that waits for ever, and
// the same records after a replay.
func FuzzDetector(f *testing.F) {
	for _, pattern := range []string{"testdata/crashes/*/std*.txt", "testdata/traces/*/*.txt"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for i, file := range files {
			if text := readFile(f, file); len(text) < 6000 {
				f.Add(text, uint64(i))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) { checkAny(t, text, seed) })
}

func checkAny(t *testing.T, text []byte, seed uint64) {
	checkWhole(t, text, records(capture.Stdout, text))
	rng := rand.New(rand.NewPCG(seed, 3))
	o := Options{}
	if seed%2 == 0 {
		o = Options{MaxBytes: 40 + int(seed%200), MaxLines: 2 + int(seed%9)}
	}
	frames := journal(rng, [][]byte{text, text[len(text)/2:]})
	var want, first, second sink
	d := New(o, want.emit)
	play(d, frames, func() bool { return true })
	closeAll(d)
	for _, list := range want {
		for i := range list {
			list[i].Exceptions()
			list[i].Fatal()
		}
	}
	at := rng.IntN(len(frames) + 1)
	d = New(o, first.emit)
	play(d, frames[:at], func() bool { return false })
	from := cursors(d, frames[:at])
	d = New(o, second.emit)
	play(d, after(frames, from), func() bool { return rng.IntN(2) == 0 })
	closeAll(d)
	for s := range want {
		if got := append(before(first[s], from[s]), second[s]...); len(got)+len(want[s]) > 0 && !reflect.DeepEqual(want[s], got) {
			t.Fatalf("stream %d replayed from %d differs", s, from[s])
		}
	}
}

// TestEveryCut runs every prefix of every case, cut at any byte of its last
// lines and at the end of every line before.
func TestEveryCut(t *testing.T) {
	for _, dir := range caseDirs(t) {
		for _, s := range []capture.Stream{capture.Stdout, capture.Stderr} {
			text := caseText(t, dir, s)
			if len(text) > 3000 {
				text = text[:3000]
			}
			step := 1 + len(text)/150
			for n := 0; n < len(text); n += step {
				rs := records(s, text[:n])
				checkWhole(t, text[:n], rs)
				for _, r := range rs {
					r.Exceptions()
				}
			}
		}
	}
}

// FuzzExceptions feeds any text to every parser.
func FuzzExceptions(f *testing.F) {
	files, err := filepath.Glob("testdata/crashes/*/std*.txt")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		if text := readFile(f, file); len(text) < 6000 {
			f.Add(text, uint16(3))
		}
	}
	f.Fuzz(func(_ *testing.T, text []byte, head uint16) {
		for language := Language(1); language.String() != ""; language++ {
			for _, format := range []Format{Text, JSON} {
				r := Record{Text: text, Trace: language, Format: format, head: int32(head), Lines: 1}
				r.Exceptions()
				r.Fatal()
				r.Dump()
			}
		}
	})
}

// FuzzEmbedded puts any text, or any JSON, where a logger puts a trace.
func FuzzEmbedded(f *testing.F) {
	files, err := filepath.Glob("testdata/crashes/*/std*.txt")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		if text := readFile(f, file); len(text) < 3000 {
			f.Add(string(text))
		}
	}
	for _, seed := range []string{`{"type":"E","message":"x","frames":[{"filename":"a.py","lineno":1,"name":"f"}]}`, `[{"exc_type":"E","frames":[]},{"exc_type":"F","is_cause":true}]`,
		`["Error: x","    at f (/a.js:1:2)"]`, `{"class":"A\\B","file":"/a.php:1","trace":["/b.php:2"],"previous":{"class":"C"}}`, `{"a":[1,2`, `[{"func":"f","line":"1","source":"a.go"}]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		text, err := json.Marshal(value)
		if err != nil {
			t.Skip()
		}
		for _, raw := range []string{string(text), value} {
			for _, key := range []string{"exception", "stack", "error", "message", "context"} {
				line := []byte(`{"level":"error","errorType":"E","` + key + `":` + raw + `}`)
				for _, r := range records(capture.Stdout, line) {
					if list := r.Exceptions(); r.Format == JSON && (len(list) > 0) != (r.Trace != NoLanguage) {
						t.Fatalf("%s: trace of %s, %d exceptions", line, r.Trace, len(list))
					}
					r.Because()
				}
			}
		}
	})
}

// TestRecoveredPanic: debug.Stack says where a panic was recovered, another field
// what it was.
func TestRecoveredPanic(t *testing.T) {
	const line = `level=ERROR msg=recovered panic="no route" stack="goroutine 1 [running]:\nruntime/debug.Stack()\n\t/usr/local/go/src/runtime/debug/stack.go:26 +0x5e\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:783 +0x1\nmain.get(...)\n\t/srv/a.go:9\nmain.main()\n\t/srv/a.go:19 +0x1d\n"`
	got := records(capture.Stderr, []byte(line+"\n"))
	if len(got) != 1 {
		t.Fatalf("%d records", len(got))
	}
	list := got[0].Exceptions()
	if len(list) != 1 || list[0].Type != "panic" || list[0].Value != "no route" {
		t.Errorf("exceptions %+v", list)
	}
}
