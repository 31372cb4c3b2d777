package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// wrapper is one way to start an app that does nothing.
type wrapper struct {
	name    string
	command []string
	times   []time.Duration
}

// startup prints what logwrap, and what the usual inits of containers, add to the
// start and end of an app that does nothing. They take turns, so that each start
// is compared with the plain one of the same round.
func startup(dir, binary string, rounds int) error {
	plain := &wrapper{name: "true", command: []string{"true"}}
	wrappers := []*wrapper{plain}
	for _, w := range []*wrapper{
		{name: "tini -- true", command: []string{"tini", "--", "true"}},
		{name: "dumb-init true", command: []string{"dumb-init", "true"}},
		{name: "logwrap -- true", command: []string{binary, "--", "true"}},
		{name: "logwrap --file F -- true", command: []string{binary, "--file", filepath.Join(dir, "start.log"), "--", "true"}},
	} {
		if _, err := exec.LookPath(w.command[0]); err != nil {
			fmt.Printf("NOT RUN: %s: it is not installed (Debian: apt-get install %[1]s)\n", w.command[0])
			continue
		}
		wrappers = append(wrappers, w)
	}
	const warm = 3
	for i := range rounds + warm {
		for _, w := range wrappers {
			took, err := timeRun(w.command)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if i >= warm {
				w.times = append(w.times, took)
			}
		}
	}
	fmt.Printf("start to end in ms, %d rounds:\n%-26s %8s %8s %8s %8s\n", rounds, "", "median", "min", "p90", "added")
	for _, w := range wrappers {
		w.print(plain)
	}
	fmt.Println()
	return nil
}

// timeRun runs a command with nothing to read and nowhere to write.
func timeRun(command []string) (time.Duration, error) {
	path, err := exec.LookPath(command[0])
	if err != nil {
		return 0, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	start := time.Now()
	p, err := os.StartProcess(path, command, &os.ProcAttr{Files: []*os.File{null, null, null}})
	if err != nil {
		return 0, err
	}
	state, err := p.Wait()
	if err == nil && !state.Success() {
		err = fmt.Errorf("%s", state)
	}
	return time.Since(start), err
}

// print writes a row; what is added is the median of the differences to the
// plain start of the same round.
func (w *wrapper) print(plain *wrapper) {
	added := make([]time.Duration, len(w.times))
	for i, t := range w.times {
		added[i] = t - plain.times[i]
	}
	fmt.Printf("%-26s %8.2f %8.2f %8.2f", w.name, quantile(w.times, 0.5), quantile(w.times, 0), quantile(w.times, 0.9))
	if w != plain {
		fmt.Printf(" %8.2f", quantile(added, 0.5))
	}
	fmt.Println()
}

// quantile returns the q-th part of the sorted times, in milliseconds.
func quantile(times []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[int(q*float64(len(sorted)-1))].Seconds() * 1e3
}
