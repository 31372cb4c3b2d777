package capture

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// cutFrames cuts two streams into frames at random places.
func cutFrames(rnd *rand.Rand, text [2][]byte, largest int) (list []Frame) {
	var at [2]int
	var offset Offset
	lineStart := [2]bool{true, true}
	for at[0] < len(text[0]) || at[1] < len(text[1]) {
		s := rnd.Intn(2)
		if at[s] == len(text[s]) {
			s = 1 - s
		}
		n := min(1+rnd.Intn(largest), len(text[s])-at[s])
		p := text[s][at[s] : at[s]+n]
		list = append(list, Frame{
			Offset: offset, Kind: KindData, Stream: Stream(s), Payload: p, LineStart: lineStart[s],
			Newlines: uint32(bytes.Count(p, []byte{'\n'})), Clock: int64(offset),
		})
		lineStart[s] = p[n-1] == '\n'
		at[s], offset = at[s]+n, offset+Offset(n)
	}
	for s := range text {
		list = append(list, Frame{Offset: offset, Kind: KindEnd, Stream: Stream(s)})
	}
	return list
}

// splitAll returns the lines of the frames from a cursor on.
func splitAll(c Cursor, list []Frame) (lines []Line) {
	s := NewSplitter(c, func(l *Line) {
		copied := *l
		copied.Text = bytes.Clone(l.Text)
		lines = append(lines, copied)
	})
	for i := range list {
		s.Frame(&list[i])
	}
	return lines
}

// rejoined puts the lines of a stream back together; a stream whose last byte is
// no newline gets one.
func rejoined(lines []Line, s Stream) (text []byte) {
	for _, l := range lines {
		if l.Stream == s {
			text = append(text, l.Text...)
			if !l.More {
				text = append(text, '\n')
			}
		}
	}
	return text
}

func TestLinesAreWhatWasWrittenHoweverItWasCut(t *testing.T) {
	odd := "one\r\ntwo\x00\xff\xfe\n\n\nüñí\nlast without newline"
	for _, tt := range []struct {
		name    string
		text    [2][]byte
		largest int
	}{
		{"odd bytes", [2][]byte{[]byte(odd), []byte("err\n" + odd)}, 7},
		{"just short enough", [2][]byte{bytes.Repeat([]byte("x"), MaxLine-1), nil}, 100_000},
		{"a piece exactly", [2][]byte{append(bytes.Repeat([]byte("x"), MaxLine), "\nnext\n"...), []byte("e\n")}, 100_000},
		{"one byte more", [2][]byte{append(bytes.Repeat([]byte("x"), MaxLine+1), "\nnext\n"...), []byte("e\n")}, 100_000},
		{"many pieces", [2][]byte{append(bytes.Repeat([]byte("xyz"), MaxLine), "\nnext\n"...), []byte(strings.Repeat("err\n", 50))}, 100_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for seed := range int64(8) {
				list := cutFrames(rand.New(rand.NewSource(seed)), tt.text, tt.largest)
				lines := splitAll(Cursor{}, list)
				for s := range tt.text {
					want := tt.text[s]
					if len(want) > 0 && want[len(want)-1] != '\n' {
						want = append(bytes.Clone(want), '\n')
					}
					if got := rejoined(lines, Stream(s)); !bytes.Equal(got, want) {
						t.Fatalf("seed %d, stream %d: %d bytes came back of %d", seed, s, len(got), len(want))
					}
				}
				for _, l := range lines {
					if len(l.Text) > MaxLine || l.More && len(l.Text) != MaxLine && len(tt.text[1-l.Stream]) < MaxLine {
						t.Errorf("seed %d: a piece of %d bytes, more %v", seed, len(l.Text), l.More)
					}
				}
			}
		})
	}
}

// A handler may go on behind any line; what it gets must be what is left, under
// the same offsets.
func TestSplittingGoesOnBehindAnyLine(t *testing.T) {
	rnd := rand.New(rand.NewSource(9))
	var text [2][]byte
	for i := range 300 {
		s := rnd.Intn(2)
		text[s] = fmt.Appendf(text[s], "line %d %s\n", i, strings.Repeat("y", rnd.Intn(80)))
	}
	list := cutFrames(rnd, text, 90)
	all := splitAll(Cursor{}, list)
	for cut := 0; cut <= len(all); cut++ {
		// Everything before the cut was delivered: each stream goes on behind its last line.
		var c Cursor
		for _, l := range all[:cut] {
			c.From[l.Stream] = l.End
		}
		var want []Line
		for _, l := range all {
			if l.Start >= c.From[l.Stream] {
				want = append(want, l)
			}
		}
		if got := splitAll(c, list); !reflect.DeepEqual(got, want) {
			t.Fatalf("cut behind line %d: %d lines, want %d", cut, len(got), len(want))
		}
	}
}

func TestLineOpenForLongDoesNotPinTheJournal(t *testing.T) {
	list := []Frame{{Kind: KindData, Stream: Stdout, Payload: []byte("> "), LineStart: true}}
	offset := Offset(2)
	for offset < 2*MaxLine {
		p := []byte(strings.Repeat("busy\n", 1000))
		list = append(list, Frame{Kind: KindData, Stream: Stderr, Offset: offset, Payload: p, LineStart: true})
		offset += Offset(len(p))
	}
	list = append(list, Frame{Kind: KindData, Stream: Stdout, Offset: offset, Payload: []byte("yes\n")})
	var stdout []string
	for _, l := range splitAll(Cursor{}, list) {
		if l.Stream == Stdout {
			stdout = append(stdout, fmt.Sprintf("%s more=%v continued=%v", l.Text, l.More, l.Continued))
		}
	}
	if got := strings.Join(stdout, "; "); got != ">  more=true continued=false; yes more=false continued=true" {
		t.Error(got)
	}
}

func FuzzFrameRoundTrip(f *testing.F) {
	f.Add(appendFrame(nil, &Frame{At: 64, Kind: KindData, Payload: []byte("hello\n"), Newlines: 1, LineStart: true}), uint64(64))
	f.Add([]byte("LWf1"), uint64(0))
	f.Fuzz(func(t *testing.T, buf []byte, at uint64) {
		var fr Frame
		if parseFrame(buf, Position(at), &fr) != frameOK || fr.Kind == kindSkip {
			return
		}
		if again := appendFrame(nil, &fr); !bytes.Equal(again[8:frameHeader-5], buf[8:frameHeader-5]) || !bytes.Equal(again[frameHeader:frameHeader+len(fr.Payload)], fr.Payload) {
			t.Errorf("a frame that parses is written differently: %+v", fr)
		}
	})
}

// pumped runs a pump between pipes. It returns what to write to, what the
// consoles show, and a channel that tells how the pump ended.
func pumped(t *testing.T, j *Journal, hangUp bool) (in, shown [2]*os.File, done <-chan bool, p *Pump) {
	t.Helper()
	o := PumpOptions{Journal: j, HangUp: hangUp}
	for i := range in {
		var err error
		if o.Sources[i], in[i], err = os.Pipe(); err != nil {
			t.Fatal(err)
		}
		if shown[i], o.Consoles[i], err = os.Pipe(); err != nil {
			t.Fatal(err)
		}
	}
	p, err := NewPump(o)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool, 1)
	go func() {
		ended <- p.Run()
		for _, c := range o.Consoles {
			c.Close()
		}
	}()
	return in, shown, ended, p
}

func TestPumpIsByteExact(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: 32 << 20})
	j.Register([]string{"a"})
	in, shown, done, _ := pumped(t, j, false)
	rnd := rand.New(rand.NewSource(3))
	results := make(chan error, 4)
	for s := range in {
		want := make([]byte, 3<<20)
		rnd.Read(want)
		go func() {
			_, err := in[s].Write(want)
			in[s].Close()
			results <- err
		}()
		go func() {
			var got bytes.Buffer
			got.ReadFrom(shown[s])
			if !bytes.Equal(got.Bytes(), want) {
				results <- fmt.Errorf("stream %d: the console showed %d bytes of %d, or others", s, got.Len(), len(want))
				return
			}
			results <- nil
		}()
	}
	for range 4 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if !<-done {
		t.Error("the pump says that the streams had not ended")
	}
	got := collect(Cursor{})
	readAll(v.NewReader(Cursor{}), got)
	if n := len(got.text[0]) + len(got.text[1]); n != 6<<20 || len(got.gaps) > 0 {
		t.Errorf("%d bytes in the journal, gaps %v", n, got.gaps)
	}
}

// A console that nobody reads holds up its own stream only.
func TestStuckConsoleHoldsUpItsOwnStreamOnly(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: 32 << 20})
	j.Register([]string{"a"})
	in, shown, done, p := pumped(t, j, false)
	go in[Stdout].Write(bytes.Repeat([]byte("x"), 8<<20)) // nobody reads shown[Stdout]
	var got bytes.Buffer
	if _, err := in[Stderr].Write([]byte("still here\n")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	n, err := shown[Stderr].Read(buf)
	got.Write(buf[:n])
	if err != nil || got.String() != "still here\n" {
		t.Errorf("stderr showed %q, %v", got.String(), err)
	}
	p.Finish(time.Now().Add(50 * time.Millisecond))
	if <-done {
		t.Error("the pump says that the streams had ended")
	}
	all := collect(Cursor{})
	readAll(v.NewReader(Cursor{}), all)
	if string(all.text[Stderr]) != "still here\n" {
		t.Errorf("the journal holds %q of stderr", all.text[Stderr])
	}
}

func TestSilentJournalGetsTheTime(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: MinSize})
	j.Register([]string{"a"})
	in, _, done, _ := pumped(t, j, false)
	in[Stdout].Write([]byte("once\n"))
	ticks := func() (n int) {
		c := &tickCounter{}
		readAll(v.NewReader(Cursor{}), c)
		return c.ticks
	}
	for deadline := time.Now().Add(10 * time.Second); ticks() < 2; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no ticks in a silent journal")
		}
	}
	in[Stdout].Close()
	in[Stderr].Close()
	<-done
}

type tickCounter struct{ ticks int }

func (c *tickCounter) Frame(f *Frame) {
	if f.Kind == KindTick {
		c.ticks++
	}
}

func (c *tickCounter) Gap(Gap) {}
