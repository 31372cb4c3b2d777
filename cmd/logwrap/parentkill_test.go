package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sequences are the numbers of lines by run and stream, in the order they came.
type sequences struct {
	numbers map[[2]int][]int
	torn    []string
}

func readSequences(t *testing.T, path string) sequences {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := sequences{numbers: map[[2]int][]int{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 2<<20)
	for lines.Scan() {
		text := lines.Text()
		if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "logwrap: ") {
			continue
		}
		run, stream, n, ok := parseSpew(text)
		if !ok {
			s.torn = append(s.torn, text)
			continue
		}
		key := [2]int{run, stream}
		s.numbers[key] = append(s.numbers[key], n)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// A parent that is killed takes the app's pipes with it; what it had captured
// until then arrives with the next start, once.
func TestKilledParentLosesNothingCaptured(t *testing.T) {
	dir := t.TempDir()
	out, shown := filepath.Join(dir, "out.log"), filepath.Join(dir, "console.log")
	conf := filepath.Join(dir, "logwrap.yaml")
	write(t, conf, fmt.Sprintf(`
version: 1
journal: {path: %s, size: 256MiB}
supervise: {flush_timeout: 1m}
formatters: {raw: {format: raw}}
handlers:
  archive: {sink: file, path: %s, formatter: raw}
root: {level: info, handlers: [archive]}
`, filepath.Join(dir, "journal"), out))
	console, err := os.OpenFile(shown, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer console.Close()

	const runs = 12
	rnd := rand.New(rand.NewSource(5))
	for run := range runs {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		cmd := logwrap{
			args: []string{"-c", conf, "--", app},
			env:  toy("spew", "TOY_LINES=40000", "TOY_RATE=100000", fmt.Sprintf("TOY_RUN=%d", run)),
		}.command(ctx)
		cmd.Stdout, cmd.Stderr = console, console
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if run < runs-1 { // the last one ends by itself
			time.Sleep(time.Duration(30+rnd.Intn(250)) * time.Millisecond)
			cmd.Process.Signal(syscall.SIGKILL)
		}
		cmd.Wait()
		cancel()
	}

	seen, got := readSequences(t, shown), readSequences(t, out)
	lines := 0
	for run := range runs {
		for stream := 1; stream <= 2; stream++ {
			key := [2]int{run, stream}
			for i, n := range got.numbers[key] {
				if n != i {
					t.Fatalf("run %d, stream %d: line %d in the place of %d", run, stream, n, i)
				}
			}
			if len(got.numbers[key]) < len(seen.numbers[key]) {
				t.Errorf("run %d, stream %d: %d lines were captured and shown, %d arrived", run, stream, len(seen.numbers[key]), len(got.numbers[key]))
			}
			lines += len(got.numbers[key])
		}
	}
	// The kill may cut the last line that each stream had captured.
	if len(got.torn) > 2*(runs-1) {
		t.Errorf("%d torn lines after %d kills: %.300q", len(got.torn), runs-1, got.torn)
	}
	t.Logf("%d runs, %d killed: %d lines arrived, each once and in order; %d cut by the kill", runs, runs-1, lines, len(got.torn))
	if n := len(got.numbers[[2]int{runs - 1, 1}]); n != 20000 {
		t.Errorf("%d lines of the last run arrived, want 20000", n)
	}
}
