package file

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/format"
)

var _ route.Resumer = (*Sink)(nil)

// openSink returns a Sink of raw lines.
func openSink(t *testing.T, options Options) *Sink {
	t.Helper()
	options.Format.Format = format.Raw
	s, err := New(options, route.Identity{Journal: "0123456789abcdef"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func deliver(t *testing.T, s *Sink, batch []detect.Record) {
	t.Helper()
	if err := s.Deliver(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	_ = s.State()
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func expect(t *testing.T, path, want string) {
	t.Helper()
	if got := read(t, path); got != want {
		t.Errorf("%s: got %q, want %q", filepath.Base(path), got, want)
	}
}

func TestNewErrors(t *testing.T) {
	for option, options := range map[string]Options{
		"path":            {},
		"mode":            {Path: "a", Mode: 0o4640},
		"format":          {Path: "a", Format: format.Options{Format: "{x}"}},
		"rotate.size":     {Path: "a", Rotate: Rotate{Size: -1}},
		"rotate.age":      {Path: "a", Rotate: Rotate{Age: -1}},
		"rotate.keep":     {Path: "a", Rotate: Rotate{Keep: 3}},
		"rotate.compress": {Path: "a", Rotate: Rotate{Size: 1, Compress: "zip"}},
	} {
		_, err := New(options, route.Identity{})
		var wrong *route.OptionError
		if !errors.As(err, &wrong) || wrong.Option != option {
			t.Errorf("%+v: %v", options, err)
		}
	}
	for _, options := range []Options{{Path: "a/"}, {Path: "a", Mode: 0o440}, {Path: "a", Rotate: Rotate{Size: 1, Keep: -1}}, {Path: "a", Rotate: Rotate{Compress: "gzip"}}} {
		if _, err := New(options, route.Identity{}); err == nil {
			t.Errorf("%+v: no error", options)
		}
	}
}

func TestModes(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	for option, want := range map[os.FileMode]os.FileMode{0: 0o640, 0o644: 0o644, 0o600: 0o600} {
		path := filepath.Join(t.TempDir(), "app.log")
		s := openSink(t, Options{Path: path, Mode: option})
		deliver(t, s, makeRecords(1))
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("mode %o: got %v, %v", option, info.Mode(), err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	fifo, link, folder := filepath.Join(dir, "fifo"), filepath.Join(dir, "link"), filepath.Join(dir, "folder")
	if err := errors.Join(syscall.Mkfifo(fifo, 0o600), os.Symlink(filepath.Join(dir, "target"), link), os.Mkdir(folder, 0o700)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		fifo:                                "it is a FIFO",
		link:                                "it is a symbolic link",
		folder:                              "is a directory",
		filepath.Join(dir, "none", "a.log"): "no such file or directory",
		"/dev/zero":                         "it is a device",
	} {
		s := openSink(t, Options{Path: path})
		err := s.Deliver(context.Background(), makeRecords(1))
		if err == nil || !strings.Contains(err.Error(), want) || route.IsPermanent(err) {
			t.Errorf("%s: %v", path, err)
		}
		var wrong *route.OptionError
		if path != folder && (!errors.As(err, &wrong) || wrong.Hint == "") {
			t.Errorf("%s: no hint in %v", path, err)
		}
	}
	reader, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := openSink(t, Options{Path: fifo}).Deliver(context.Background(), makeRecords(1)); err == nil || !strings.Contains(err.Error(), "FIFO") {
		t.Errorf("FIFO with a reader: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "target")); err == nil {
		t.Error("the link was followed")
	}
	null := openSink(t, Options{Path: os.DevNull, Rotate: Rotate{Size: 1}})
	for range 3 {
		deliver(t, null, makeRecords(3))
	}
	if err := null.Close(); err != nil {
		t.Error(err)
	}
}

// The folder that was missing may appear later.
func TestFolderThatAppears(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mount")
	s := openSink(t, Options{Path: filepath.Join(dir, "app.log")})
	if err := s.Deliver(context.Background(), makeRecords(2)); err == nil {
		t.Fatal("no error")
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, makeRecords(2))
	expect(t, filepath.Join(dir, "app.log"), "record 0\nrecord 1\n")
}

func TestOutsideRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	s := openSink(t, Options{Path: path})
	r := makeRecords(8)
	deliver(t, s, r[:1])
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, r[1:2])
	expect(t, path+".moved", "record 0\n")
	expect(t, path, "record 1\n")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, r[3:4])
	expect(t, path, "record 3\n")
	if err := os.Truncate(path, 0); err != nil { // copytruncate
		t.Fatal(err)
	}
	deliver(t, s, r[4:5])
	deliver(t, s, r[6:7])
	expect(t, path, "record 4\nrecord 6\n")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A copytruncate while the router is dead: what the lost incarnation wrote
// afterwards is recognised from the file's beginning on.
func TestCopytruncateThenKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	r := makeRecords(8)
	s := openSink(t, Options{Path: path})
	deliver(t, s, r[:3])
	state := s.State()
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, r[3:7]) // not stored
	s.forget()

	s = openSink(t, Options{Path: path})
	if err := s.Resume(state); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, r[3:5])
	deliver(t, s, r[5:8])
	expect(t, path, "record 3\nrecord 4\nline\nrecord 6\nrecord 7\n")
}

// Bytes that are not ours behind the place that State tells: nothing of the
// records that come again is taken to be there.
func TestForeignBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	r := makeRecords(4)
	s := openSink(t, Options{Path: path})
	deliver(t, s, r[:1])
	state := s.State()
	s.forget()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = f.WriteString("record 1\nrecord 9, not ours, and cut o")
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	s = openSink(t, Options{Path: path})
	if err := s.Resume(state); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, r[1:3])
	deliver(t, s, r[3:4])
	expect(t, path, "record 0\nrecord 1\nrecord 9, not ours, and cut o\nline\nrecord 3\n")
}

// The age counts from the first record that is in the file, over restarts.
// A rotation while a compression runs, and a Close that ends one: no record is
// in two files or in none.
// Where the folder is not ours, rotating fails but logging does not.
// A full disk leaves no half record, and each one is there once it has space.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	s := openSink(t, Options{Path: path})
	r := makeRecords(4)
	deliver(t, s, r[:1])
	full := &faultyDisk{fail: 5, err: syscall.ENOSPC}
	s.file = &faultyHandle{s.file, full}
	err := s.Deliver(context.Background(), r[1:3])
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error is %v", err)
	}
	expect(t, path, "record 0\n")
	deliver(t, s, r[1:3])
	deliver(t, s, r[3:])
	expect(t, path, "record 0\nrecord 1\nline\nrecord 3\n")
}

func TestDeliverAfterContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := openSink(t, Options{Path: path}).Deliver(ctx, makeRecords(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("something was written")
	}
}

func TestBufferIsBounded(t *testing.T) {
	s := openSink(t, Options{Path: filepath.Join(t.TempDir(), "app.log")})
	deliver(t, s, []detect.Record{{Lines: 1, Text: make([]byte, 2<<20)}})
	if cap(s.out) > maxBuffer {
		t.Errorf("a buffer of %d bytes is kept", cap(s.out))
	}
}

func FuzzMark(f *testing.F) {
	m := mark{after: place{1, 2, 3, 4}, begin: place{5, 6, 7, 8}}
	f.Add(m.encode("0123456789abcdef"))
	f.Add(m.encode("fedcba9876543210"))
	f.Add([]byte(markMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, ok := decodeMark(b, "0123456789abcdef")
		if ok && string(m.encode("0123456789abcdef")) != string(b) {
			t.Fatalf("%q was taken for %+v", b, m)
		}
		for i := range b {
			b[i] ^= 1
			if _, again := decodeMark(b, "0123456789abcdef"); ok && again {
				t.Fatalf("byte %d does not count", i)
			}
			b[i] ^= 1
		}
	})
}

// The file is moved away while the router is dead: what the lost incarnation
// wrote to it is recognised under its new name.
func TestRenamedWhileDead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	r := makeRecords(5)
	s := openSink(t, Options{Path: path})
	deliver(t, s, r[:1])
	state := s.State()
	deliver(t, s, r[1:4]) // not stored
	s.forget()
	if err := os.Rename(path, path+"-20261122"); err != nil {
		t.Fatal(err)
	}
	s = openSink(t, Options{Path: path})
	if err := s.Resume(state); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, r[1:3])
	deliver(t, s, r[3:5])
	expect(t, path+"-20261122", "record 0\nrecord 1\nline\nrecord 3\n")
	expect(t, path, "record 4\n")
}

// A file that a lost incarnation began has the age of its first record, not
// that of its modification.
// What a killed rotation left open is completed, and costs no old file.
