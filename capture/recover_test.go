package capture

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// reopened opens a journal file of that content and reads all of it.
func reopened(t *testing.T, data []byte) (*collected, []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := OpenJournal(JournalOptions{Path: path, Size: MinSize})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	v := viewOf(t, j)
	defer v.data.Close()
	got := collect(Cursor{})
	readAll(v.NewReader(Cursor{}), got)
	var names []string
	for _, b := range j.Backlogs() {
		names = append(names, b.Handler)
	}
	return got, names
}

// killed returns the file of a journal whose process was killed after n frames
// of so many bytes; no checkpoint was written after the first.
func killed(t *testing.T, n, size int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := openTest(t, JournalOptions{Path: path, Size: MinSize})
	if _, err := j.Register([]string{"a"}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		j.Append(Stdout, numbered(i, size))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// numbered is a line of size bytes that tells its number.
func numbered(i, size int) []byte {
	p := bytes.Repeat([]byte("."), size)
	copy(p, fmt.Sprintf("line %d ", i))
	p[size-1] = '\n'
	return p
}

// checkNumbered fails for a line that is none of those written and returns how
// many there are.
func checkNumbered(t *testing.T, got *collected, size int) int {
	t.Helper()
	for _, l := range got.lines[Stdout] {
		var i int
		if _, err := fmt.Sscanf(l, "line %d ", &i); err != nil || l+"\n" != string(numbered(i, size)) {
			t.Fatalf("mangled line %.60q", l)
		}
	}
	return len(got.lines[Stdout])
}

func TestTornTailKeepsWhatIsWhole(t *testing.T) {
	const n, size = 40, 100
	data := killed(t, n, size)
	step := frameSize(size)
	garbage := bytes.Repeat([]byte("LWf1\xff\x00\x01\x02"), sector)
	for at := fileRing; at < fileRing+n*step; at += sector {
		whole := (at - fileRing) / step
		for name, tail := range map[string][]byte{
			"truncated": nil,
			"zeroed":    make([]byte, len(data)-at),
			"garbage":   garbage,
		} {
			got, _ := reopened(t, append(bytes.Clone(data[:at]), tail...))
			least := whole
			if lines := checkNumbered(t, got, size); lines != least {
				t.Errorf("%s at %d: %d lines, want %d", name, at, lines, least)
			}
		}
	}
}

func TestDamagedFrameHidesNoneBehindIt(t *testing.T) {
	for _, size := range []int{50, 60_000, 100_000, MaxPayload} {
		const n = 6
		data := killed(t, n, size)
		data[fileRing+frameSize(size)+frameHeader] ^= 0x10
		got, _ := reopened(t, data)
		if lines := checkNumbered(t, got, size); lines != n-1 || got.lost != 1 {
			t.Errorf("frames of %d bytes: %d lines and %d lost, want %d and 1", size, lines, got.lost, n-1)
		}
	}
}

func TestLapsAreRecoveredWithoutCheckpoints(t *testing.T) {
	for _, n := range []int{3, 10, 11, 35, 64} {
		data := killed(t, n, 100_000)
		clean, _ := reopened(t, data)
		clear(data[checkpointAt:runsAt])
		got, _ := reopened(t, data)
		if lines := checkNumbered(t, got, 100_000); lines < min(n, 9) || lines != checkNumbered(t, clean, 100_000) {
			t.Errorf("%d frames: %d lines without checkpoints, %d with", n, lines, len(clean.lines[Stdout]))
		}
	}
}

// TestOldFramesBehindAHoleStayLost: what recovery once gave up is not found
// again when the hole before it has been filled up to it, nearly.
func TestOldFramesBehindAHoleStayLost(t *testing.T) {
	const n, size = 40, 20_000
	step := frameSize(size)
	data := killed(t, n, size)
	hole := data[fileRing+2*step : fileRing+(2+3*maxFrame/step+1)*step]
	clear(hole)
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	j, _ := openTest(t, JournalOptions{Path: path, Size: MinSize})
	j.BeginRun(Run{PID: 1, Command: "next"})
	for range (len(hole) - maxFrame) / step { // so near that a look ahead sees what is behind
		j.Append(Stdout, numbered(1000, size))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := reopened(t, data)
	for _, l := range got.lines[Stdout][2:] {
		if !strings.HasPrefix(l, "line 1000 ") {
			t.Fatalf("%.20q has come back", l)
		}
	}
	if len(got.lines[Stdout]) != 2+(len(hole)-maxFrame)/step {
		t.Errorf("%d lines", len(got.lines[Stdout]))
	}
}

func TestForgottenHandlerStaysForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	for i, handlers := range [][]string{{"a", "b"}, {"a"}, {"a"}, {"a", "c"}, {"a", "c"}} {
		j, err := OpenJournal(JournalOptions{Path: path, Size: MinSize})
		if err != nil {
			t.Fatal(err)
		}
		forgotten, err := j.Register(handlers)
		if err != nil || (len(forgotten) > 0) != (i == 1) {
			t.Errorf("start %d: forgotten %v, %v", i, forgotten, err)
		}
		v := viewOf(t, j)
		h, _ := v.Handle("a")
		c, _ := h.Cursor()
		h.Store(c, [4]uint64{uint64(i)})
		j.Append(Stdout, []byte("text\n"))
		v.data.Close()
		j.Close()
	}
}

func TestDamagedCursorFallsBackToItsOtherCopy(t *testing.T) {
	data := killed(t, 3, 50)
	for _, at := range []int{fileSlotsAt, fileSlotsAt + sector} {
		damaged := bytes.Clone(data)
		damaged[at+20] ^= 1
		got, _ := reopened(t, damaged)
		if lines := checkNumbered(t, got, 50); lines != 3 {
			t.Errorf("copy at %d damaged: %d lines", at, lines)
		}
	}
}

func TestReaderOfALappingJournalSeesWholeLines(t *testing.T) {
	const n, size = 3000, 5000
	j, v := openTest(t, JournalOptions{Size: MinSize})
	got := collect(Cursor{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n {
			j.Append(Stdout, numbered(i, size))
		}
	})
	written := make(chan struct{})
	go func() { wg.Wait(); close(written) }()
	r := v.NewReader(Cursor{})
	for over := false; !over; {
		select {
		case <-written:
			over = true
		default:
		}
		readAll(r, got)
	}
	if lines := checkNumbered(t, got, size); uint64(lines)+got.lost != n {
		t.Errorf("%d lines and %d lost, want %d together", lines, got.lost, n)
	}
}
