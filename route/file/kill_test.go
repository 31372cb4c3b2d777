package file

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
	"github.com/logwrap/logwrap/route"
	"github.com/logwrap/logwrap/route/format"
)

// scenario is a run of the sink that is repeated with a fault at every step.
type scenario struct {
	name    string
	format  string
	rotate  Rotate
	records int
	before  string                                 // what the file holds at the start
	after   func(t *testing.T, path string, n int) // what others do once n records are acknowledged
}

var scenarios = []scenario{
	{name: "plain", records: 12},
	{name: "json", format: format.JSON, records: 4},
	{name: "found", records: 8, before: "of an earlier run\nline\nline\n"},
	{name: "found torn", records: 5, before: "line\nhalf a li"},
	{name: "size", records: 30, rotate: Rotate{Size: 40, Keep: 30}},
	{name: "size found", records: 12, rotate: Rotate{Size: 40, Keep: 30}, before: strings.Repeat("line\n", 8)},
	{name: "age", records: 20, rotate: Rotate{Age: 5 * time.Second, Keep: 30}},
	{name: "gzip", records: 10, rotate: Rotate{Size: 40, Keep: 30, Compress: "gzip"}},
	{name: "renamed", records: 12, after: renameAt(5)},
	{name: "renamed and created", records: 12, after: createAt(5, "")},
	{name: "renamed and created with a header", records: 12, after: createAt(5, "# header\n")},
	{name: "renamed and rotated", records: 20, after: renameAt(1), rotate: Rotate{Size: 40, Keep: 30}},
}

// renameAt plays another program that moves the file away.
func renameAt(at int) func(*testing.T, string, int) {
	return func(t *testing.T, path string, n int) {
		if _, err := os.Lstat(path + "-moved"); n < at || err == nil {
			return
		}
		if err := os.Rename(path, path+"-moved"); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// createAt is renameAt followed by an open that creates the file.
func createAt(at int, header string) func(*testing.T, string, int) {
	return func(t *testing.T, path string, n int) {
		_, err := os.Lstat(path + "-moved")
		renameAt(at)(t, path, n)
		if n < at || err == nil {
			return
		}
		if err := os.WriteFile(path, []byte(header), 0o640); err != nil {
			t.Fatal(err)
		}
	}
}

// makeRecords returns n records a second apart. Each third text is the same, as
// logs are, so that recognising output by its text alone would go wrong.
func makeRecords(n int) []detect.Record {
	records := make([]detect.Record, n)
	for i := range records {
		text := fmt.Appendf(nil, "record %d", i)
		if i%3 == 2 {
			text = []byte("line")
		}
		records[i] = detect.Record{
			ID: capture.Offset(100 * i), Time: 1795341600e9 + int64(i)*1e9, Level: detect.Info, Lines: 1, Message: text, Text: text,
		}
	}
	return records
}

// router plays the part of the caller: a cursor and a State that outlive kills.
type router struct {
	scenario
	path    string
	records []detect.Record
	cursor  int
	state   route.State
	random  *rand.Rand
}

func newRouter(t *testing.T, sc scenario, path string, seed uint64) *router {
	t.Helper()
	if sc.format == "" {
		sc.format = format.Raw
	}
	if sc.before != "" {
		if err := os.WriteFile(path, []byte(sc.before), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return &router{scenario: sc, path: path, records: makeRecords(sc.records), random: rand.New(rand.NewPCG(seed, 1))}
}

// live runs one incarnation until all is delivered or the disk says that it was
// killed. Batches are cut at random, differently in each incarnation.
func (r *router) live(t *testing.T, d disk, between func() error) bool {
	t.Helper()
	s, err := New(Options{Path: r.path, Format: format.Options{Format: r.format}, Rotate: r.rotate}, route.Identity{Journal: "0123456789abcdef"})
	if err != nil {
		t.Fatal(err)
	}
	s.disk, s.spawn = d, func(f func()) { f() }
	if err := s.Resume(r.state); err != nil {
		t.Fatal(err)
	}
	for failures := 0; r.cursor < len(r.records); {
		if r.after != nil {
			r.after(t, r.path, r.cursor)
		}
		n := min(1+r.random.IntN(4), len(r.records)-r.cursor)
		err := s.Deliver(context.Background(), r.records[r.cursor:r.cursor+n])
		if errors.Is(err, errKilled) || err == nil && between() != nil {
			s.forget() // the kernel closes what a killed process had open
			return false
		}
		if err != nil {
			if failures++; failures > 3 {
				t.Fatalf("still failing: %v", err)
			}
			continue
		}
		r.cursor, r.state = r.cursor+n, s.State()
	}
	if err := s.Close(); err != nil && !errors.Is(err, errKilled) && !errors.Is(err, syscall.EIO) {
		t.Errorf("close: %v", err)
	}
	return true
}

// check compares all files together, oldest first, with what was delivered.
func (r *router) check(t *testing.T, what string) {
	t.Helper()
	f, err := format.New(format.Options{Format: r.format}, route.Identity{})
	if err != nil {
		t.Fatal(err)
	}
	got, want := contents(t, r.path), r.before
	for i := range r.records {
		want += string(f.Append(nil, &r.records[i]))
	}
	got = strings.Replace(got, "# header\n", "", 1)
	if got != want {
		t.Fatalf("%s:\ngot:\n%s\nwant:\n%s", what, got, want)
	}
	entries, err := filepath.Glob(filepath.Join(filepath.Dir(r.path), ".*"))
	if err != nil || len(entries) > 0 {
		t.Fatalf("%s: left over: %v %v", what, entries, err)
	}
}

// contents returns the output that path and its rotated files hold.
func contents(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	names := []string{path + "-moved"}
	for k := 80; k > 0; k-- {
		names = append(names, fmt.Sprintf("%s.%d.gz", path, k), fmt.Sprintf("%s.%d", path, k))
	}
	for _, name := range append(names, path) {
		b, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(b), "\x1f\x8b") {
			b = gunzip(t, name)
		}
		all.Write(b)
	}
	return all.String()
}

func gunzip(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fastDir returns a folder for tests that make many files, in memory if there
// is a place for that.
func fastDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "file")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// countSteps runs the scenario without a fault.
func countSteps(t *testing.T, sc scenario) int {
	t.Helper()
	d := &faultyDisk{}
	r := newRouter(t, sc, filepath.Join(t.TempDir(), "app.log"), 1)
	r.live(t, d, d.step)
	r.check(t, "no fault")
	return d.steps
}

// A kill at any step, any byte of a write and any moment between a delivery and
// the storing of its cursor included: nothing is lost and nothing doubled.
func TestKillAtEveryStep(t *testing.T) {
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			dir := fastDir(t)
			steps := countSteps(t, sc)
			for k := 1; k <= steps; k++ {
				killTwice(t, sc, filepath.Join(dir, fmt.Sprint(k)), k, 0)
			}
			// Two kills: the second one finds the first one's recovery half done.
			random := rand.New(rand.NewPCG(7, 7))
			for i := range 60 {
				killTwice(t, sc, filepath.Join(dir, fmt.Sprint("twice", i)), 1+random.IntN(steps), 1+random.IntN(1+steps/4))
			}
		})
	}
}

// killTwice kills the first incarnation at step first, the second one, if
// second is not 0, at step second of its own.
func killTwice(t *testing.T, sc scenario, dir string, first, second int) {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r := newRouter(t, sc, filepath.Join(dir, "app.log"), 1)
	for _, fatal := range []int{first, second, 0} {
		d := &faultyDisk{fatal: fatal}
		r.random = rand.New(rand.NewPCG(uint64(fatal), 2))
		if fatal == first {
			r.random = rand.New(rand.NewPCG(1, 1)) // the one whose steps were counted
		}
		if r.live(t, d, d.step) && fatal == 0 {
			break
		}
	}
	r.check(t, fmt.Sprintf("killed at step %d, then %d", first, second))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}

// A step that fails and works when tried again, as on a disk that was full for
// a while: the same, without a kill. With stuck, the half-written record cannot
// be taken back either.
func TestFailureAtEveryStep(t *testing.T) {
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			dir := fastDir(t)
			steps := countSteps(t, sc)
			for k := 1; k <= steps; k++ {
				for _, stuck := range []bool{false, true} {
					sub := filepath.Join(dir, fmt.Sprint(k, stuck))
					if err := os.Mkdir(sub, 0o755); err != nil {
						t.Fatal(err)
					}
					d := &faultyDisk{fail: k, err: syscall.EIO, stuck: stuck}
					r := newRouter(t, sc, filepath.Join(sub, "app.log"), 1)
					r.live(t, d, func() error { _ = d.step(); return nil })
					checkAfterFailure(t, r, k, stuck)
					if err := os.RemoveAll(sub); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

func checkAfterFailure(t *testing.T, r *router, k int, stuck bool) {
	t.Helper()
	// Where the failing step was the removal of a helper file, that stays.
	for _, suffix := range []string{"", gzipSuffix} {
		_ = os.Remove(filepath.Join(filepath.Dir(r.path), ".app.log.logwrap"+suffix))
	}
	r.check(t, fmt.Sprintf("failed at step %d, stuck %v", k, stuck))
}
