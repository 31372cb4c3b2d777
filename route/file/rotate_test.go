package file

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
)

func TestRotationKeepsSome(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	s := openSink(t, Options{Path: path, Rotate: Rotate{Size: 9, Keep: 2}})
	for _, r := range makeRecords(9) {
		deliver(t, s, []detect.Record{r})
	}
	expect(t, path, "line\n")
	expect(t, path+".1", "record 7\n")
	expect(t, path+".2", "record 6\n")
	if _, err := os.Stat(path + ".3"); err == nil {
		t.Error("one too many is kept")
	}
}

func TestRotationByAge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	var state route.State
	for _, r := range makeRecords(8) { // a second apart, each by an incarnation of its own
		s := openSink(t, Options{Path: path, Rotate: Rotate{Age: 3 * time.Second}})
		if err := s.Resume(state); err != nil {
			t.Fatal(err)
		}
		deliver(t, s, []detect.Record{r})
		state = s.State()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, path+".2", "record 0\nrecord 1\nline\n")
	expect(t, path+".1", "record 3\nrecord 4\nline\n")
	expect(t, path, "record 6\nrecord 7\n")
}

func TestCompression(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	s := openSink(t, Options{Path: path, Rotate: Rotate{Size: 30, Keep: 20, Compress: "gzip"}})
	want := ""
	for _, r := range makeRecords(30) {
		deliver(t, s, []detect.Record{r})
		s.packers.Wait()
		want += string(r.Text) + "\n"
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if got := contents(t, path); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	info, err := os.Stat(path + ".2.gz")
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestCompressionBesideRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	want := ""
	records := makeRecords(300)
	for len(records) > 0 {
		s := openSink(t, Options{Path: path, Rotate: Rotate{Size: 100, Keep: 60, Compress: "gzip"}})
		for _, r := range records[:60] {
			deliver(t, s, []detect.Record{r})
			want += string(r.Text) + "\n"
		}
		records = records[60:]
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := contents(t, path); got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
}

func TestRotationThatFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	s := openSink(t, Options{Path: path, Rotate: Rotate{Size: 10}})
	deliver(t, s, makeRecords(1))
	s.disk = stubborn{}
	deliver(t, s, makeRecords(2))
	expect(t, path, "record 0\nrecord 0\nrecord 1\n")
	if err := s.Trouble(); !errors.Is(err, syscall.EACCES) {
		t.Errorf("trouble is %v", err)
	}
	if err := s.Trouble(); err != nil {
		t.Errorf("told twice: %v", err)
	}
}

type stubborn struct{ realDisk }

func (stubborn) rename(from, to string) error {
	return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EACCES}
}

func TestAgeOfLostFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	options := Options{Path: path, Rotate: Rotate{Age: 3 * time.Second}}
	r := makeRecords(8)
	s := openSink(t, options)
	deliver(t, s, r[:2])
	state := s.State()
	deliver(t, s, r[3:5]) // begins a new file; not stored
	s.forget()
	s = openSink(t, options)
	if err := s.Resume(state); err != nil {
		t.Fatal(err)
	}
	for i := 3; i < 8; i++ {
		deliver(t, s, r[i:i+1])
	}
	expect(t, path+".2", "record 0\nrecord 1\n")
	expect(t, path+".1", "record 3\nrecord 4\nline\n")
	expect(t, path, "record 6\nrecord 7\n")
}

func TestRotationResumesAtGap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	s := openSink(t, Options{Path: path, Rotate: Rotate{Size: 9, Keep: 3}})
	r := makeRecords(20)
	for _, i := range []int{0, 1, 3, 4} {
		deliver(t, s, r[i:i+1])
	}
	// .3 was removed and .2 became .3 when the kill came.
	if err := os.Rename(path+".2", path+".3"); err != nil {
		t.Fatal(err)
	}
	state := s.State()
	s.forget()
	s = openSink(t, Options{Path: path, Rotate: Rotate{Size: 9, Keep: 3}})
	if err := s.Resume(state); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, r[6:7])
	expect(t, path+".3", "record 1\n")
	expect(t, path+".2", "record 3\n")
	expect(t, path+".1", "record 4\n")
	expect(t, path, "record 6\n")
}
