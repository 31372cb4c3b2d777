package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is one run of a consumer.
type sample struct {
	wall     time.Duration
	cpu      float64 // seconds, of the consumer and what it has started
	producer float64 // seconds, of the cat that fed it
	memory   float64 // KiB, of the consumer's largest resident set
	router   float64 // KiB, of logwrap's second process
}

// measure runs the consumer, with a cat before it unless it runs one itself.
func (c *consumer) measure(cmd *exec.Cmd, input string) (s sample, err error) {
	var producer *exec.Cmd
	if !c.runsCat {
		producer = exec.Command("cat", input)
		if cmd.Stdin, err = producer.StdoutPipe(); err != nil {
			return s, err
		}
		if err := producer.Start(); err != nil {
			return s, err
		}
	}
	if err := cmd.Start(); err != nil {
		return s, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for running := true; running; {
		select {
		case err = <-done:
			running = false
		case <-time.After(20 * time.Millisecond):
			s.memory = max(s.memory, peak(cmd.Process.Pid))
			s.router = max(s.router, peakOfRouter(cmd.Process.Pid))
		}
	}
	if err != nil {
		return s, err
	}
	s.cpu = seconds(cmd)
	if producer != nil {
		if err := producer.Wait(); err != nil {
			return s, err
		}
		s.producer = seconds(producer)
	}
	return s, nil
}

func seconds(cmd *exec.Cmd) float64 {
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
}

// peak returns a process's largest resident set in KiB, 0 where there is no /proc.
func peak(pid int) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseFloat(fields[0], 64)
	return n
}

func peakOfRouter(parent int) (kib float64) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, list := range lists {
		data, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(data)) {
			if line, err := os.ReadFile("/proc/" + word + "/cmdline"); err == nil && strings.HasPrefix(string(line), "logwrap\x00router") {
				pid, _ := strconv.Atoi(word)
				kib = max(kib, peak(pid))
			}
		}
	}
	return kib
}

// startup prints what logwrap adds to the start and end of an app that does
// nothing.
func startup(dir, binary string) error {
	commands := []struct {
		name string
		args []string
	}{
		{"true", []string{"true"}},
		{"logwrap -- true", []string{binary, "--", "true"}},
		{"logwrap --file F -- true", []string{binary, "--file", filepath.Join(dir, "start.log"), "--", "true"}},
	}
	const runs = 60
	times := make([][]time.Duration, len(commands))
	for range runs {
		for i, c := range commands {
			start := time.Now()
			if err := exec.Command(c.args[0], c.args[1:]...).Run(); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			times[i] = append(times[i], time.Since(start))
		}
	}
	fmt.Printf("start to end, median of %d runs:\n", runs)
	for i, c := range commands {
		slices.Sort(times[i])
		fmt.Printf("%-26s %6.1f ms\n", c.name, times[i][runs/2].Seconds()*1e3)
	}
	return nil
}
