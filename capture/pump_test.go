package capture

import (
	"bytes"
	"math/rand"
	"os"
	"testing"
	"time"
)

// TestBlockingPumpLosesNothing has both streams ready whenever there is room.
func TestBlockingPumpLosesNothing(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: MinSize, Block: true})
	j.Register([]string{"a"})
	h, err := v.Handle("a")
	if err != nil {
		t.Fatal(err)
	}
	var o PumpOptions
	var in [2]*os.File
	o.Journal = j
	for i := range in {
		if o.Sources[i], in[i], err = os.Pipe(); err != nil {
			t.Fatal(err)
		}
	}
	p, err := NewPump(o)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewSource(5))
	var want [2][]byte
	for i := range in {
		want[i] = make([]byte, 3<<20)
		rnd.Read(want[i])
		go func() { in[i].Write(want[i]); in[i].Close() }()
	}
	done := make(chan bool, 1)
	go func() { done <- p.Run() }()
	got := collect(Cursor{})
	r := v.NewReader(Cursor{})
	for deadline := time.Now().Add(10 * time.Second); len(got.text[0])+len(got.text[1]) < 6<<20; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d and %d bytes came through, gaps %v", len(got.text[0]), len(got.text[1]), got.gaps)
		}
		if !j.Full() && len(done) == 0 {
			continue // the writers run into the full journal each time
		}
		readAll(r, got)
		h.Store(Cursor{Frame: r.Position()}, [4]uint64{})
	}
	if !<-done || len(got.gaps) > 0 || !bytes.Equal(got.text[0], want[0]) || !bytes.Equal(got.text[1], want[1]) {
		t.Errorf("gaps %v, or not the bytes that were written", got.gaps)
	}
}

func TestPumpGoesOnWithoutItsConsole(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: 8 << 20})
	in, shown, done, _ := pumped(t, j, false)
	shown[Stdout].Close()
	in[Stderr].Close()
	want := bytes.Repeat([]byte("line\n"), 200_000)
	want = append(want, "last without newline"...)
	if _, err := in[Stdout].Write(want); err != nil {
		t.Fatal(err)
	}
	in[Stdout].Close()
	if !<-done {
		t.Error("the pump says that the streams had not ended")
	}
	got := collect(Cursor{})
	readAll(v.NewReader(Cursor{}), got)
	if !bytes.Equal(got.text[Stdout], want) || len(got.lines[Stdout]) != 200_001 {
		t.Errorf("%d bytes, %d lines in the journal", len(got.text[Stdout]), len(got.lines[Stdout]))
	}
}

func TestFinishDoesNotWaitForOpenPipes(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: 8 << 20})
	j.Register([]string{"a"}) // what nobody wants is given back with the first tick
	in, shown, done, p := pumped(t, j, false)
	for i := range shown {
		go new(bytes.Buffer).ReadFrom(shown[i])
	}
	want := bytes.Repeat([]byte("x"), 600_000)
	in[Stdout].Write(want)
	p.Finish(time.Now().Add(time.Second))
	select {
	case ended := <-done:
		if ended {
			t.Error("the pump says that the streams had ended")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the pump waits for those who keep the pipes open")
	}
	got := collect(Cursor{})
	readAll(v.NewReader(Cursor{}), got)
	if !bytes.Equal(got.text[Stdout], want) {
		t.Errorf("%d bytes in the journal, %d written", len(got.text[Stdout]), len(want))
	}
	in[Stdout].Close()
	in[Stderr].Close()
}

// TestStuckConsoleKeepsNothingFromTheJournal has a console that nobody reads and
// everybody keeps open.
func TestStuckConsoleKeepsNothingFromTheJournal(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: 8 << 20})
	j.Register([]string{"a"})
	in, shown, done, p := pumped(t, j, false)
	defer shown[Stdout].Close() // open until here, but never read
	want := bytes.Repeat([]byte("0123456789abcde\n"), 3<<20/16)
	written := make(chan int, 1)
	go func() {
		in[Stdout].SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		n, _ := in[Stdout].Write(want) // as much as fits
		written <- n
	}()
	n := <-written
	p.Finish(time.Now().Add(50 * time.Millisecond))
	select {
	case ended := <-done:
		if ended {
			t.Error("the pump says that the streams had ended")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the pump waits for a console that nobody reads")
	}
	got := collect(Cursor{})
	readAll(v.NewReader(Cursor{}), got)
	if n == len(want) || !bytes.Equal(got.text[Stdout], want[:n]) {
		t.Errorf("%d bytes in the journal, %d of %d written", len(got.text[Stdout]), n, len(want))
	}
}

func TestSilence(t *testing.T) {
	j, _ := openTest(t, JournalOptions{Size: 8 << 20})
	in, shown, done, p := pumped(t, j, false)
	go new(bytes.Buffer).ReadFrom(shown[Stdout])
	for p.Silence() < 20*time.Millisecond {
		time.Sleep(time.Millisecond)
	}
	in[Stdout].Write([]byte("x"))
	for deadline := time.Now().Add(10 * time.Second); p.Silence() >= 20*time.Millisecond; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("silent for %v although something was written", p.Silence())
		}
		in[Stdout].Write([]byte("x"))
	}
	in[Stdout].Close()
	in[Stderr].Close()
	<-done
}
