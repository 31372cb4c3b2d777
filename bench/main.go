// Command bench compares logwrap with cat and with Debian's s6-log, a logger
// that stamps lines and looks at nothing, on the same input in the same run.
//
//	go run ./bench [-lines N] [-rounds N] [-starts N] [-startup]
//
// Every consumer gets the input from a cat of its own, round after round, so that
// a change of the machine's speed hits all alike; the medians of the rounds are
// printed, and ratios are medians of each round's. CPU is user and system time of all processes of a consumer, without
// the cat that feeds it: logwrap starts that itself, so what cat takes in the
// first row of the same round is subtracted. Memory is the largest resident set
// that was sampled of a single process.
//
// Two sections follow, which -startup prints alone: what logwrap adds to the start
// and end of an app that does nothing, beside tini and dumb-init, and the memory
// its processes keep.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/logwrap/logwrap/bench/genlog"
)

func main() {
	lines := flag.Int("lines", 1_000_000, "lines of input")
	rounds := flag.Int("rounds", 5, "rounds; medians are printed")
	starts := flag.Int("starts", 300, "rounds of starts")
	only := flag.Bool("startup", false, "measure start and idle memory only")
	flag.Parse()
	if err := bench(*lines, *rounds, *starts, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// consumer is one row of the table.
type consumer struct {
	name    string
	command []string // reads the input from its standard input, or runs cat itself
	runsCat bool
	output  string // what it wrote, to be counted; empty: nothing to count
	extra   int    // lines of the output beside those of the input: the app's start and end
	folded  bool   // traces are one line each in the output
	samples []sample
}

func bench(lines, rounds, starts int, only bool) error {
	dir, err := os.MkdirTemp("", "logwrap-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "logwrap")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/logwrap")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build logwrap: %w\n%s", err, out)
	}
	input := filepath.Join(dir, "mix.log")
	census, err := generate(input, lines)
	if err != nil {
		return err
	}
	if !only {
		if err := throughput(dir, binary, input, census, rounds); err != nil {
			return err
		}
	}
	if err := startup(dir, binary, starts); err != nil {
		return err
	}
	return memory(dir, binary, input)
}

// throughput has every consumer take the input, round after round.
func throughput(dir, binary, input string, census genlog.Census, rounds int) error {
	fmt.Printf("input: %d lines, %.1f MB, %d events (a trace is one); %d rounds\n\n", census.Lines, float64(census.Bytes)/1e6, census.Events, rounds)
	consumers, err := table(dir, binary, input)
	if err != nil {
		return err
	}
	for range rounds {
		for _, c := range consumers {
			s, err := c.run(input, census)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if c.runsCat {
				// The first row is of the same round: its cat took what ours does.
				feeding := consumers[0].samples[len(c.samples)].producer
				s.cpu -= feeding
			}
			c.samples = append(c.samples, s)
		}
	}
	printTable(consumers, census)
	return nil
}

func generate(path string, lines int) (genlog.Census, error) {
	f, err := os.Create(path)
	if err != nil {
		return genlog.Census{}, err
	}
	defer f.Close()
	return genlog.Write(f, lines, 1)
}

// table lists what is compared.
func table(dir, binary, input string) ([]*consumer, error) {
	conf := filepath.Join(dir, "raw.yaml")
	raw := filepath.Join(dir, "raw.log")
	text := fmt.Sprintf("version: 1\nformatters: {raw: {format: raw}}\nhandlers:\n  archive: {sink: file, path: %s, formatter: raw}\nroot: {handlers: [archive]}\n", raw)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	out := func(name string) string { return filepath.Join(dir, name) }
	rows := []*consumer{{name: "cat > file", command: []string{"sh", "-c", "exec cat > " + out("cat.log")}, output: out("cat.log")}}
	if _, err := exec.LookPath("s6-log"); err == nil {
		rows = append(rows, &consumer{name: "s6-log T", command: []string{"s6-log", "n20", "s16777216", "T", out("s6")}, output: out("s6")})
	} else {
		fmt.Println("NOT RUN: s6-log: it is not installed (Debian: apt-get install s6)")
	}
	run := func(args ...string) []string {
		return append(append([]string{binary, "--console", "off", "--journal-size", "1GiB", "--flush-timeout", "2m"}, args...), "--", "cat", input)
	}
	return append(rows,
		&consumer{name: "logwrap, JSON lines", command: run("--file", out("json.log")), runsCat: true, output: out("json.log"), extra: 2, folded: true},
		&consumer{name: "logwrap, raw lines", command: run("-c", conf), runsCat: true, output: raw, extra: 2},
		&consumer{name: "logwrap, console only", command: []string{"sh", "-c", "exec " + binary + " -- cat " + input + " > " + out("console.log")}, runsCat: true, output: out("console.log")},
	), nil
}

// run feeds the input to the consumer once.
func (c *consumer) run(input string, census genlog.Census) (sample, error) {
	os.RemoveAll(c.output)
	cmd := exec.Command(c.command[0], c.command[1:]...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	s, err := c.measure(cmd, input)
	if err != nil {
		return s, fmt.Errorf("%w\n%s", err, stderr.String())
	}
	s.wall = time.Since(start)
	got, err := countLines(c.output)
	if err != nil {
		return s, err
	}
	want := census.Lines + c.extra
	if c.folded {
		// Several lines may be one record: the events' marks tell what is missing,
		// and no event may be more than one record.
		want = min(got, census.Events+c.extra)
		if missing, err := missingEvents(c.output, census.Events); err != nil || missing > 0 {
			return s, fmt.Errorf("%d of %d events are missing, %v", missing, census.Events, err)
		}
	}
	if got != want {
		return s, fmt.Errorf("%d lines came out, want %d", got, want)
	}
	return s, nil
}

// countLines counts the lines of a file, or of all files in a folder.
func countLines(path string) (lines int, err error) {
	err = eachFile(path, func(r io.Reader) error {
		buf := make([]byte, 1<<20)
		for {
			n, err := r.Read(buf)
			lines += bytes.Count(buf[:n], []byte{'\n'})
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	return lines, err
}

func eachFile(path string, f func(io.Reader) error) error {
	return filepath.WalkDir(path, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "lock" || d.Name() == "state" {
			return err
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		return f(file)
	})
}

// missingEvents counts the events whose mark is not in a file.
func missingEvents(path string, events int) (int, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	seen := make([]bool, events)
	found := 0
	for {
		var event int
		if event, data = genlog.Mark(data); event < 0 {
			return events - found, nil
		}
		if event < events && !seen[event] {
			seen[event] = true
			found++
		}
	}
}

func printTable(consumers []*consumer, census genlog.Census) {
	var anchor *consumer
	for _, c := range consumers {
		if strings.HasPrefix(c.name, "s6-log") {
			anchor = c
		}
	}
	million := float64(census.Lines) / 1e6
	fmt.Printf("%-22s %9s %7s %12s %8s %8s  %s\n", "", "klines/s", "MB/s", "CPU s/M lines", "RSS MB", "router", "vs s6-log T: lines/s, CPU")
	wall := func(s sample) float64 { return s.wall.Seconds() }
	cpu := func(s sample) float64 { return s.cpu }
	for _, c := range consumers {
		seconds := median(c.samples, wall)
		ratio := ""
		if anchor != nil {
			ratio = fmt.Sprintf("%.2fx, %.2fx", medianRatio(anchor.samples, c.samples, wall), medianRatio(c.samples, anchor.samples, cpu))
		}
		fmt.Printf("%-22s %9.0f %7.0f %12.2f %8.1f %8.1f  %s\n", c.name, float64(census.Lines)/seconds/1e3, float64(census.Bytes)/seconds/1e6, median(c.samples, cpu)/million,
			median(c.samples, func(s sample) float64 { return s.memory })/1024, median(c.samples, func(s sample) float64 { return s.router })/1024, ratio)
	}
	fmt.Println()
}

func median(samples []sample, of func(sample) float64) float64 {
	values := make([]float64, 0, len(samples))
	for _, s := range samples {
		values = append(values, of(s))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// medianRatio returns the median of a to b, round by round.
func medianRatio(a, b []sample, of func(sample) float64) float64 {
	values := make([]float64, 0, len(a))
	for i := range a {
		values = append(values, of(a[i])/of(b[i]))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
