package capture

import (
	"bytes"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// run is bytes of one stream that lie together in the journal.
type run struct {
	stream Stream
	text   string
}

// frames cuts runs into frames as a journal would stamp them; size says how many
// bytes the next frame takes at most.
func frames(runs []run, size func() int) []Frame {
	var list []Frame
	var at Offset
	start := [Streams]bool{true, true, true}
	for _, r := range runs {
		for p := []byte(r.text); len(p) > 0; {
			n := max(1, min(len(p), size()))
			list = append(list, Frame{
				At: Position(len(list)), Offset: at, Kind: KindData, Stream: r.stream,
				LineStart: start[r.stream], Payload: p[:n],
			})
			start[r.stream] = p[n-1] == '\n'
			p, at = p[n:], at+Offset(n)
		}
	}
	for s := Stdout; s <= Stderr; s++ {
		end := Frame{At: Position(len(list)), Offset: at, Kind: KindEnd, Stream: s, LineStart: start[s]}
		if !start[s] {
			end.Newlines = 1
		}
		list = append(list, end)
	}
	return list
}

// split returns the lines of each stream, their text copied.
func split(c Cursor, list []Frame) (lines [Streams][]Line, lost uint64) {
	s := NewSplitter(c, func(l *Line) {
		kept := *l
		kept.Text = bytes.Clone(l.Text)
		lines[l.Stream] = append(lines[l.Stream], kept)
	})
	for i := range list {
		s.Frame(&list[i])
	}
	return lines, s.Lost()
}

// shape is what must not depend on how the bytes were cut.
func shape(l Line) string {
	return fmt.Sprintf("%d-%d more=%v continued=%v len=%d sum=%08x", l.Start, l.End, l.More, l.Continued, len(l.Text), checksum(l.Text))
}

func checksum(p []byte) (sum uint32) {
	for _, b := range p {
		sum = sum*31 + uint32(b)
	}
	return sum
}

func shapes(lines []Line) []string {
	var list []string
	for _, l := range lines {
		list = append(list, shape(l))
	}
	return list
}

// joined gives back the bytes that the lines came from.
func joined(lines []Line) string {
	var b strings.Builder
	for i, l := range lines {
		b.Write(l.Text)
		if last := i == len(lines)-1; !l.More && !last {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// written is what one stream was given.
func written(runs []run, s Stream) string {
	var b strings.Builder
	for _, r := range runs {
		if r.stream == s {
			b.WriteString(r.text)
		}
	}
	return b.String()
}

func whole() int { return MaxPayload }

// inputs are what the splitter must cope with, whatever the cuts.
func inputs() map[string][]run {
	a := strings.Repeat
	return map[string][]run{
		"plain":           {{Stdout, "one\ntwo\n"}, {Stderr, "x\n"}, {Stdout, "three\n"}},
		"crlf":            {{Stdout, "one\r\n\r\n\rtwo\r\n"}},
		"nul and invalid": {{Stdout, "a\x00b\n\xff\xfe\n\xc3"}, {Stderr, "\x80\n"}, {Stdout, "\xa9\n"}},
		"empty lines":     {{Stdout, "\n\n\na\n\n"}, {Stderr, "\n"}, {Stdout, "\n"}},
		"no last newline": {{Stdout, "one\ntw"}, {Stderr, "e"}, {Stdout, "o"}},
		"half lines":      {{Stdout, "one "}, {Stderr, "a\nb"}, {Stdout, "line\nnext"}, {Stderr, " c\n"}, {Stdout, " one\n"}},
		"max-1":           {{Stdout, a("x", MaxLine-1) + "\nz\n"}},
		"max":             {{Stdout, a("x", MaxLine) + "\nz\n"}},
		"max+1":           {{Stdout, a("x", MaxLine+1) + "\nz\n"}},
		"3.5 MiB":         {{Stdout, "a\n" + a("0123456", MaxLine/2) + "\nz\n"}},
		"max, no newline": {{Stderr, a("x", MaxLine)}},
		"inside a long line": {
			{Stdout, a("x", MaxLine/2)}, {Stderr, "err\n"}, {Stdout, a("y", MaxLine/2)}, {Stderr, "half"},
			{Stdout, a("z", MaxLine) + "\n"}, {Stderr, " rest\n"},
		},
		"open too long": {{Stdout, "prompt> "}, {Stderr, a(a("e", 99)+"\n", MaxLine/100+2)}, {Stdout, "answer\nnext\n"}},
	}
}

func TestLinesDoNotDependOnCuts(t *testing.T) {
	for name, runs := range inputs() {
		t.Run(name, func(t *testing.T) {
			want, _ := split(Cursor{}, frames(runs, whole))
			for s := Stdout; s <= Stderr; s++ {
				if got, in := joined(want[s]), strings.TrimSuffix(written(runs, s), "\n"); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(in, "\n") {
					t.Fatalf("%v: lines joined give %d bytes, not the %d written", s, len(got), len(in))
				}
			}
			rnd := rand.New(rand.NewSource(3))
			for _, most := range []int{1, 2, 7, 100, 4096, 65536, MaxPayload} {
				if most < 100 && len(written(runs, Stdout)) > MaxLine/2 {
					continue
				}
				got, lost := split(Cursor{}, frames(runs, func() int { return 1 + rnd.Intn(most) }))
				for s := range got {
					if !slices.Equal(shapes(got[s]), shapes(want[s])) {
						t.Errorf("cut into at most %d: stream %d\n got %q\nwant %q", most, s, shapes(got[s]), shapes(want[s]))
					}
				}
				if lost != 0 {
					t.Errorf("cut into at most %d: %d lines lost", most, lost)
				}
			}
		})
	}
}

func TestLongLinesComeInPieces(t *testing.T) {
	tests := []struct {
		length int
		want   []int
	}{
		{MaxLine - 1, []int{MaxLine - 1}},
		{MaxLine, []int{MaxLine}},
		{MaxLine + 1, []int{MaxLine, 1}},
		{2 * MaxLine, []int{MaxLine, MaxLine}},
		{MaxLine * 7 / 2, []int{MaxLine, MaxLine, MaxLine, MaxLine / 2}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.length), func(t *testing.T) {
			runs := []run{{Stdout, strings.Repeat("x", tt.length) + "\nnext\n"}}
			lines, _ := split(Cursor{}, frames(runs, whole))
			got := lines[Stdout]
			if len(got) != len(tt.want)+1 || string(got[len(got)-1].Text) != "next" || got[len(got)-1].Continued {
				t.Fatalf("lines %q", shapes(got))
			}
			at := Offset(0)
			for i, n := range tt.want {
				last := i == len(tt.want)-1
				end := at + Offset(n)
				if last {
					end++
				}
				l := got[i]
				if len(l.Text) != n || l.Start != at || l.End != end || l.More == last || l.Continued != (i > 0) {
					t.Errorf("piece %d: %s", i, shape(l))
				}
				at = end
			}
		})
	}
}

func TestOffsetsOfInterleavedPieces(t *testing.T) {
	half := strings.Repeat("x", MaxLine/2)
	lines, _ := split(Cursor{}, frames([]run{
		{Stdout, half[:MaxLine/4]}, {Stderr, "err\n"}, {Stdout, half[MaxLine/4:] + "\n"},
	}, whole))
	want := []string{
		shape(Line{Start: 0, End: MaxLine/2 + 5, Text: []byte(half)}),
	}
	if !slices.Equal(shapes(lines[Stdout]), want) {
		t.Errorf("stdout %q, want %q", shapes(lines[Stdout]), want)
	}
	if l := lines[Stderr]; len(l) != 1 || l[0].Start != MaxLine/4 || l[0].End != MaxLine/4+4 {
		t.Errorf("stderr %q", shapes(l))
	}
}

func TestLineThatStaysOpenBecomesAPiece(t *testing.T) {
	other := strings.Repeat(strings.Repeat("e", 1023)+"\n", MaxLine/1024+1)
	lines, _ := split(Cursor{}, frames([]run{{Stdout, "prompt> "}, {Stderr, other}, {Stdout, "answer\n"}}, whole))
	got := lines[Stdout]
	if len(got) != 2 || string(got[0].Text) != "prompt> " || !got[0].More || got[0].End != 8 ||
		string(got[1].Text) != "answer" || !got[1].Continued || got[1].More {
		t.Errorf("lines %q", shapes(got))
	}
}

// TestResumeYieldsTheRest restarts after every line and piece: from the frame
// where the oldest open line begins, and from the very first one.
func TestResumeYieldsTheRest(t *testing.T) {
	for name, runs := range inputs() {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewSource(4))
			size := func() int { return 1 + rnd.Intn(9) }
			if len(written(runs, Stdout))+len(written(runs, Stderr)) > MaxLine/2 {
				size = whole
			}
			list := frames(runs, size)
			all, _ := split(Cursor{}, list)
			for s := Stdout; s <= Stderr; s++ {
				for i, l := range stepped(all[s]) {
					var c Cursor
					c.From[s] = l.End
					got, lost := split(c, list)
					rest := all[s][slices.IndexFunc(all[s], func(o Line) bool { return o.End == l.End })+1:]
					if !slices.Equal(shapes(got[s]), shapes(rest)) {
						t.Errorf("%v after line %d (%s):\n got %q\nwant %q", s, i, shape(l), shapes(got[s]), shapes(rest))
					}
					if !slices.Equal(shapes(got[1-s]), shapes(all[1-s])) {
						t.Errorf("%v after line %d: the other stream changed", s, i)
					}
					if lost != 0 {
						t.Errorf("%v after line %d: %d lines lost", s, i, lost)
					}
				}
			}
		})
	}
}

// stepped thins a long list out.
func stepped(lines []Line) []Line {
	var list []Line
	step := 1 + len(lines)/50
	for i := 0; i < len(lines); i += step {
		list = append(list, lines[i])
	}
	return list
}

func TestSplitterCountsWhatALossCutsThrough(t *testing.T) {
	list := frames([]run{
		{Stdout, "a1\na2 "}, {Stderr, "b1 "}, {Stdout, "rest\na3"}, {Stderr, "rest\nb2\n"}, {Stdout, " rest\na4\nlast"},
	}, whole)
	tests := []struct {
		name           string
		drop           []int // frames
		stdout, stderr string
		lost           uint64 // newlines in the dropped frames not included
	}{
		{"nothing", nil, "a1,a2 rest,a3 rest,a4,last", "b1 rest,b2", 0},
		{"first", []int{0}, "a3 rest,a4,last", "b1 rest,b2", 1},
		{"middle", []int{2}, "a1,a4,last", "b2", 2},
		{"two", []int{0, 1}, "a3 rest,a4,last", "b2", 2},
		{"last of stdout", []int{4}, "a1,a2 rest", "b1 rest,b2", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var text [Streams][]string
			s := NewSplitter(Cursor{}, func(l *Line) { text[l.Stream] = append(text[l.Stream], string(l.Text)) })
			for i := range list {
				if slices.Contains(tt.drop, i) {
					continue
				}
				if slices.Contains(tt.drop, i-1) {
					s.Gap()
				}
				s.Frame(&list[i])
			}
			if got := strings.Join(text[Stdout], ","); got != tt.stdout {
				t.Errorf("stdout %q, want %q", got, tt.stdout)
			}
			if got := strings.Join(text[Stderr], ","); got != tt.stderr {
				t.Errorf("stderr %q, want %q", got, tt.stderr)
			}
			if got := s.Lost(); got != tt.lost {
				t.Errorf("%d lines lost, want %d", got, tt.lost)
			}
			if again := s.Lost(); again != 0 {
				t.Errorf("counted again: %d", again)
			}
		})
	}
}

func FuzzSplitter(f *testing.F) {
	f.Add([]byte("one\ntwo\n\r\nthree"), []byte{3, 1, 200, 7})
	f.Add([]byte("\n\n\x00\xff\n"), []byte{1})
	f.Add(bytes.Repeat([]byte("abc\n"), 40), []byte{5, 130, 2, 140})
	f.Fuzz(func(t *testing.T, text, cuts []byte) {
		var runs []run // a cut's high bit chooses the stream, the rest its length
		for i := 0; len(text) > 0; i++ {
			c := byte(16)
			if len(cuts) > 0 {
				c = cuts[i%len(cuts)]
			}
			n := min(len(text), 1+int(c&127))
			runs = append(runs, run{Stream(c >> 7), string(text[:n])})
			text = text[n:]
		}
		want, lost := split(Cursor{}, frames(runs, whole))
		i := 0
		got, lostCut := split(Cursor{}, frames(runs, func() int { i++; return 1 + i%5 }))
		if lost != 0 || lostCut != 0 {
			t.Fatalf("lost %d and %d lines", lost, lostCut)
		}
		for s := Stdout; s <= Stderr; s++ {
			if !slices.Equal(shapes(got[s]), shapes(want[s])) {
				t.Errorf("%v: %q, want %q", s, shapes(got[s]), shapes(want[s]))
			}
			in := written(runs, s)
			if strings.HasSuffix(in, "\n") {
				in = in[:len(in)-1]
			}
			if joined(want[s]) != in {
				t.Errorf("%v: lines joined give %q, not %q", s, joined(want[s]), in)
			}
		}
	})
}
