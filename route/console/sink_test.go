package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/format"
)

func records(texts ...string) []detect.Record {
	var batch []detect.Record
	for _, text := range texts {
		batch = append(batch, detect.Record{Lines: 1, Text: []byte(text), Message: []byte(text)})
	}
	return batch
}

// newSink returns a Sink of raw lines that writes with write.
func newSink(t *testing.T, write func([]byte) (int, error)) *Sink {
	t.Helper()
	s, err := New(Options{Format: format.Options{Format: format.Raw}}, route.Identity{})
	if err != nil {
		t.Fatal(err)
	}
	s.write = write
	return s
}

func TestPartialWritesAndFullPipes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got bytes.Buffer
		calls := 0
		s := newSink(t, func(b []byte) (int, error) {
			switch calls++; calls % 4 {
			case 0:
				return -1, syscall.EAGAIN
			case 1:
				return -1, syscall.EINTR
			}
			return got.Write(b[:1])
		})
		for _, text := range []string{"first", "second"} {
			if err := s.Deliver(t.Context(), records(text, "x")); err != nil {
				t.Fatal(err)
			}
		}
		if got.String() != "first\nx\nsecond\nx\n" {
			t.Errorf("got %q", got.String())
		}
	})
}

// Whatever the time at which the caller gives up, and however it cuts the
// batches afterwards, the reader gets each record once.
func TestReaderThatStops(t *testing.T) {
	all := records("first record", "second", "second", "fourth")
	want := "first record\nsecond\nsecond\nfourth\n"
	for taken := range len(want) {
		for cut := 1; cut <= len(all); cut++ {
			synctest.Test(t, func(t *testing.T) {
				var got bytes.Buffer
				open := false
				s := newSink(t, func(b []byte) (int, error) {
					if n := taken - got.Len(); !open && n < len(b) {
						if n == 0 {
							return -1, syscall.EAGAIN
						}
						b = b[:n]
					}
					return got.Write(b)
				})
				for range 2 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					if err := s.Deliver(ctx, all); !errors.Is(err, context.DeadlineExceeded) {
						t.Fatalf("error is %v", err)
					}
					cancel()
				}
				open = true
				for _, batch := range [][]detect.Record{all[:cut], all[cut:]} {
					if len(batch) > 0 {
						if err := s.Deliver(t.Context(), batch); err != nil {
							t.Fatal(err)
						}
					}
				}
				if got.String() != want {
					t.Fatalf("taken %d, cut %d: got %q", taken, cut, got.String())
				}
			})
		}
	}
}

// A write that hangs in the kernel does not hold Deliver, and is not repeated.
func TestWriteThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got bytes.Buffer
		release := make(chan struct{})
		s := newSink(t, func(b []byte) (int, error) {
			<-release
			return got.Write(b)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Deliver(ctx, records("a", "b")); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error is %v", err)
		}
		if err := s.Close(); err == nil {
			t.Error("Close says nothing of the write that hangs")
		}
		close(release)
		for _, batch := range [][]detect.Record{records("a"), records("b", "c")} {
			if err := s.Deliver(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
		}
		if got.String() != "a\nb\nc\n" {
			t.Errorf("got %q", got.String())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		err       error
		permanent bool
	}{
		{syscall.EPIPE, true}, {syscall.EIO, true}, {syscall.EBADF, true}, {syscall.ENOSPC, false}, {syscall.EFBIG, false},
	} {
		var got bytes.Buffer
		fail := true
		s := newSink(t, func(b []byte) (int, error) {
			if fail {
				if got.Len() == 0 {
					return got.Write(b[:2])
				}
				return -1, test.err
			}
			return got.Write(b)
		})
		for range 2 {
			err := s.Deliver(t.Context(), records("abc", "d"))
			if !errors.Is(err, test.err) || route.IsPermanent(err) != test.permanent || !strings.Contains(err.Error(), "write stdout: ") {
				t.Errorf("%v became %v", test.err, err)
			}
		}
		fail = false
		if err := s.Deliver(t.Context(), records("abc", "d")); err != nil {
			t.Error(err)
		}
		want := "abc\nd\n"
		if test.permanent {
			want = "ababc\nd\n" // the batch was refused; this is the next one
		}
		if got.String() != want {
			t.Errorf("%v: got %q, want %q", test.err, got.String(), want)
		}
	}
}

func TestColors(t *testing.T) {
	for _, test := range []struct {
		level detect.Level
		want  string
	}{
		{detect.NotSet, "hello\n"}, {detect.Info, "hello\n"}, {detect.Debug, "\x1b[2mhello\x1b[0m\n"},
		{detect.Notice, "\x1b[36mhello\x1b[0m\n"}, {detect.Warning, "\x1b[33mhello\x1b[0m\n"},
		{detect.Error, "\x1b[31mhello\x1b[0m\n"}, {detect.Emergency, "\x1b[1;31mhello\x1b[0m\n"},
	} {
		got := frame([]byte("before\nhello\n"), len("before\n"), test.level)
		if string(got) != "before\n"+test.want {
			t.Errorf("%v: got %q", test.level, got)
		}
		if got := frame([]byte("\n"), 0, test.level); !bytes.HasSuffix(got, []byte("\n")) {
			t.Errorf("%v: empty record: %q", test.level, got)
		}
	}
	for _, test := range []struct {
		options Options
		want    bool
	}{
		{Options{Color: Always}, true}, {Options{Color: Never}, false},
		{Options{Color: Always, Format: format.Options{Format: format.JSON}}, false},
		{Options{Color: Always, Format: format.Options{Format: format.Raw}}, false},
		{Options{Color: Always, Format: format.Options{Format: "{message}"}}, true},
	} {
		s, err := New(test.options, route.Identity{})
		if err != nil || s.color != test.want {
			t.Errorf("%+v: color %v, %v", test.options, s.color, err)
		}
	}
}

func TestNewErrors(t *testing.T) {
	for option, options := range map[string]Options{
		"stream": {Stream: "stdin"}, "color": {Color: "rainbow"}, "format": {Format: format.Options{Format: "{nope}"}},
	} {
		_, err := New(options, route.Identity{})
		var wrong *route.OptionError
		if !errors.As(err, &wrong) || wrong.Option != option {
			t.Errorf("%+v: %v", options, err)
		}
	}
}

const childVariable = "CONSOLE_TEST_CHILD"

// TestChild is the process that TestBrokenPipe starts: it writes to its stdout
// until that fails, and says on stderr how.
func TestChild(t *testing.T) {
	if os.Getenv(childVariable) == "" {
		return
	}
	s, err := New(Options{}, route.Identity{})
	for err == nil {
		err = s.Deliver(context.Background(), records("hello"))
	}
	fmt.Fprintf(os.Stderr, "permanent %v: %v", route.IsPermanent(err), err)
	os.Exit(3)
}

// Go programs die of a broken standard stream unless care is taken.
func TestBrokenPipe(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childVariable+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 5)
	if _, err := io.ReadFull(stdout, line); err != nil {
		t.Error(err)
	}
	if err := stdout.Close(); err != nil {
		t.Error(err)
	}
	err = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 3 || !strings.HasPrefix(stderr.String(), "permanent true: write stdout: its reader is gone: broken pipe") {
		t.Errorf("ended with %v, said %q", err, stderr.String())
	}
}
