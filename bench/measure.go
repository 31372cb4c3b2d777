package main

import (
	"os/exec"
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
func peak(pid int) float64 { return status(pid, "VmHWM") }

func peakOfRouter(parent int) (kib float64) {
	for _, pid := range routers(parent) {
		kib = max(kib, peak(pid))
	}
	return kib
}
