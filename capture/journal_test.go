package capture

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// collected is what a reader and a splitter make of a journal.
type collected struct {
	splitter *Splitter
	text     [Streams][]byte
	lines    [Streams][]string
	ids      map[Offset]string
	gaps     []Gap
	lost     uint64
}

func collect(c Cursor) *collected {
	got := &collected{ids: map[Offset]string{}}
	got.splitter = NewSplitter(c, func(l *Line) {
		got.lines[l.Stream] = append(got.lines[l.Stream], string(l.Text))
		got.ids[l.Start] = string(l.Text)
	})
	return got
}

func (c *collected) Frame(f *Frame) {
	c.text[f.Stream] = append(c.text[f.Stream], f.Payload...)
	c.splitter.Frame(f)
	c.lost += c.splitter.Lost()
}

func (c *collected) Gap(g Gap) {
	c.gaps = append(c.gaps, g)
	c.lost += g.Lines
	c.splitter.Gap()
}

// readAll reads until the journal's head.
func readAll(r *Reader, to Visitor) {
	for {
		if !r.Read(make([]byte, r.ReadSize()), to) {
			return
		}
	}
}

func openTest(t *testing.T, o JournalOptions) (*Journal, *View) {
	t.Helper()
	j, err := OpenJournal(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j, viewOf(t, j)
}

// viewOf opens a view as a router does: with descriptors of its own.
func viewOf(t *testing.T, j *Journal) *View {
	t.Helper()
	var files []*os.File
	for _, f := range j.Files() {
		fd, err := syscall.Dup(int(f.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, os.NewFile(uintptr(fd), f.Name()))
	}
	v, err := OpenView(files)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatIsAppendedIsRead(t *testing.T) {
	for _, path := range []string{"", "file"} {
		t.Run("path="+path, func(t *testing.T) {
			o := JournalOptions{Size: MinSize}
			if path != "" {
				o.Path = filepath.Join(t.TempDir(), "journal")
			}
			j, v := openTest(t, o)
			if _, err := j.Register([]string{"a"}); err != nil {
				t.Fatal(err)
			}
			h, err := v.Handle("a")
			if err != nil {
				t.Fatal(err)
			}
			rnd := rand.New(rand.NewSource(1))
			var want [Streams][]byte
			got := collect(Cursor{})
			r := v.NewReader(Cursor{})
			for range 400 { // several laps
				s := Stream(rnd.Intn(2))
				p := make([]byte, rnd.Intn(40000))
				rnd.Read(p)
				want[s] = append(want[s], p...)
				if err := j.Append(s, p); err != nil {
					t.Fatal(err)
				}
				if rnd.Intn(3) == 0 {
					j.Tick()
				}
				if rnd.Intn(4) == 0 {
					readAll(r, got)
					h.Store(Cursor{Frame: r.Position(), Lines: r.lines}, [4]uint64{})
				}
			}
			readAll(r, got)
			for s := range want {
				if !bytes.Equal(got.text[s], want[s]) {
					t.Errorf("stream %d: %d bytes read, %d appended, or not the same", s, len(got.text[s]), len(want[s]))
				}
			}
			if len(got.gaps) > 0 {
				t.Errorf("gaps: %v", got.gaps)
			}
		})
	}
}

func TestDroppedLinesAreCounted(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: MinSize})
	if _, err := j.Register([]string{"slow"}); err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewSource(2))
	written := 0
	var rest [2]string
	for range 3000 {
		s := rnd.Intn(2)
		text := rest[s]
		for range rnd.Intn(40) {
			text += fmt.Sprintf("line %d of stream %d, with some text to fill it\n", written, s)
			written++
		}
		cut := rnd.Intn(len(text) + 1)
		rest[s] = text[cut:]
		j.Append(Stream(s), []byte(text[:cut]))
	}
	for s := range rest {
		j.Append(Stream(s), []byte(rest[s]))
	}
	got := collect(Cursor{})
	readAll(v.NewReader(Cursor{}), got)
	n := len(got.lines[0]) + len(got.lines[1])
	if n == 0 || n == written {
		t.Fatalf("%d of %d lines read: the journal should have dropped a part", n, written)
	}
	if got.lost+uint64(n) != uint64(written) {
		t.Errorf("%d lines read and %d counted as lost, %d written", n, got.lost, written)
	}
	for s, lines := range got.lines {
		for _, l := range lines {
			var i, stream int
			if c, _ := fmt.Sscanf(l, "line %d of stream %d, with some text to fill it", &i, &stream); c != 2 || stream != s || stream > 1 {
				t.Fatalf("mangled line %q", l)
			}
		}
	}
}

func TestBlockingJournalRefuses(t *testing.T) {
	j, v := openTest(t, JournalOptions{Size: MinSize, Block: true})
	j.Register([]string{"a"})
	p := bytes.Repeat([]byte("x"), 100_000)
	n := 0
	for j.Append(Stdout, p) == nil {
		n++
	}
	if n == 0 || !j.Full() {
		t.Fatalf("%d appends went in, full: %v", n, j.Full())
	}
	got := collect(Cursor{})
	r := v.NewReader(Cursor{})
	readAll(r, got)
	if len(got.text[Stdout]) != n*len(p) || len(got.gaps) > 0 {
		t.Fatalf("%d bytes read of %d, gaps %v", len(got.text[Stdout]), n*len(p), got.gaps)
	}
	h, _ := v.Handle("a")
	h.Store(Cursor{Frame: r.Position()}, [4]uint64{})
	if j.Full() {
		t.Error("still full after the cursor has moved")
	}
}

// TestFullJournalHasRoomForTheEnd: who reads output only while the journal is not
// full never loses any of it, nor what is said of the app's life in between.
func TestFullJournalHasRoomForTheEnd(t *testing.T) {
	j, _ := openTest(t, JournalOptions{Size: MinSize, Block: true})
	j.Register([]string{"a"})
	p := bytes.Repeat([]byte("x"), MaxPayload)
	for !j.Full() {
		if err := j.Append(Lifecycle, []byte("told between the look and the read\n")); err != nil {
			t.Fatal(err)
		}
		if err := j.Append(Stdout, p); err != nil {
			t.Fatal(err)
		}
	}
	line := append(bytes.Repeat([]byte("y"), 500), '\n')
	for i := range 50 {
		if err := j.Append(Lifecycle, line); err != nil {
			t.Fatalf("line %d about the app's life: %v", i, err)
		}
	}
}

func TestFileOutlivesTheJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	o := JournalOptions{Path: path, Size: MinSize}
	j, v := openTest(t, o)
	id := j.ID()
	j.Register([]string{"a", "b"})
	j.BeginRun(Run{PID: 42, Command: "app", Started: 7})
	j.Append(Stdout, []byte("one\ntwo\nthr"))
	h, _ := v.Handle("a")
	h.Store(Cursor{Frame: 0, From: [Streams]Offset{4, 0, 0}, Lines: 1}, [4]uint64{1, 2, 3, 4})
	// The parent is killed here: no Close, no checkpoint. Its lock goes with its descriptors.
	j.data.Close()
	v.data.Close()

	j, v = openTest(t, o)
	if j.ID() != id {
		t.Errorf("the journal's identity changed from %s to %s", id, j.ID())
	}
	if forgotten, err := j.Register([]string{"a"}); err != nil || len(forgotten) != 1 || forgotten[0] != "b" {
		t.Errorf("Register: forgotten %v, %v; want b", forgotten, err)
	}
	j.BeginRun(Run{PID: 43, Command: "app"})
	j.Append(Stdout, []byte("new\n"))
	h, err := v.Handle("a")
	if err != nil {
		t.Fatal(err)
	}
	c, state := h.Cursor()
	if state != [4]uint64{1, 2, 3, 4} || c.From[0] != 4 || c.Lines != 1 {
		t.Errorf("cursor %+v with state %v", c, state)
	}
	got := collect(c)
	readAll(v.NewReader(c), got)
	if fmt.Sprint(got.lines[Stdout]) != "[two thr new]" || len(got.gaps) > 0 {
		t.Errorf("lines %q, gaps %v", got.lines[Stdout], got.gaps)
	}
	if run, ok := v.Run(1); !ok || run.PID != 42 || run.Command != "app" {
		t.Errorf("run 1: %+v, %v", run, ok)
	}
}

func TestDamageCostsWhatIsDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	o := JournalOptions{Path: path, Size: MinSize}
	j, v := openTest(t, o)
	j.Register([]string{"a"})
	for i := range 100 {
		j.Append(Stdout, fmt.Appendf(nil, "line %d\n", i))
	}
	j.Close()
	v.data.Close()
	clean, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := fileRing; at < fileRing+2000; at += 13 {
		data := bytes.Clone(clean)
		data[at] ^= 0x55
		os.WriteFile(path, data, 0o600)
		j, err := OpenJournal(o)
		if err != nil {
			t.Fatalf("byte %d flipped: %v", at, err)
		}
		v := viewOf(t, j)
		got := collect(Cursor{})
		readAll(v.NewReader(Cursor{}), got)
		if n := len(got.lines[Stdout]); n < 99 || n == 99 && got.lost != 1 {
			t.Errorf("byte %d flipped: %d lines, %d lost", at, n, got.lost)
		}
		j.Close()
		v.data.Close()
	}
}

func TestJournalFileIsForOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	openTest(t, JournalOptions{Path: path, Size: MinSize})
	start := time.Now()
	if _, err := OpenJournal(JournalOptions{Path: path, Size: MinSize}); err == nil || time.Since(start) > 10*time.Second {
		t.Fatalf("opened twice: %v", err)
	}
}

func TestForeignFileIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	want := []byte("precious\n")
	os.WriteFile(path, want, 0o600)
	if _, err := OpenJournal(JournalOptions{Path: path, Size: MinSize}); err == nil {
		t.Error("a file that is no journal was opened")
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, want) {
		t.Errorf("the file now holds %d bytes, %.40q", len(got), got)
	}
}
