package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// memoryOutput is what the app writes before memory is looked at again, in bytes.
const memoryOutput = 100_000_000

// memory prints what logwrap's processes keep resident while the app is silent:
// after its start, and after it has written a lot. Anonymous memory is each
// process's own; the file's is the program, one copy for all that run it.
func memory(dir, binary, input string) error {
	info, err := os.Stat(input)
	if err != nil {
		return err
	}
	written := filepath.Join(dir, "written")
	times := (memoryOutput + info.Size() - 1) / info.Size()
	flood := fmt.Sprintf("for i in $(seq %d); do cat %s; done; : > %s; exec sleep 600", times, input, written)
	fmt.Printf("resident KiB while the app is silent:\n%-44s %8s %8s %8s\n", "", "all", "own", "program")
	for _, c := range []struct {
		name  string
		flags []string
	}{
		{"logwrap", nil},
		{"logwrap --file F", []string{"--file", filepath.Join(dir, "memory.log")}},
	} {
		idle := append(append([]string{binary}, c.flags...), "--", "sleep", "600")
		if err := printMemory(c.name+", idle", idle, ""); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		busy := append(append([]string{binary}, c.flags...), "--", "sh", "-c", flood)
		os.Remove(written)
		if err := printMemory(fmt.Sprintf("%s, after %d MB", c.name, memoryOutput/1_000_000), busy, written); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	fmt.Println()
	return nil
}

// printMemory starts logwrap, waits for the file that the app makes, if any, and
// until nothing moves any more, and prints a row for each process.
func printMemory(name string, command []string, made string) error {
	cmd := exec.Command(command[0], command[1:]...)
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Wait()
	defer cmd.Process.Signal(syscall.SIGTERM)
	for deadline := time.Now().Add(2 * time.Minute); made != ""; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(made); err == nil {
			break
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if time.Now().After(deadline) {
			return errors.New("the app did not write its output in two minutes")
		}
	}
	settle(cmd.Process.Pid)
	printResident(name, cmd.Process.Pid)
	for _, pid := range routers(cmd.Process.Pid) {
		printResident(name+": router", pid)
	}
	return nil
}

func printResident(name string, pid int) {
	fmt.Printf("%-44s %8.0f %8.0f %8.0f\n", name, status(pid, "VmRSS"), status(pid, "RssAnon"), status(pid, "RssFile"))
}

// settle returns when logwrap has taken no CPU time for two seconds, or after a
// minute.
func settle(parent int) {
	quiet, last := 0, uint64(0)
	for range 300 {
		time.Sleep(200 * time.Millisecond)
		now := ticks(parent)
		for _, pid := range routers(parent) {
			now += ticks(pid)
		}
		if quiet++; now != last {
			quiet, last = 0, now
		}
		if quiet == 10 {
			return
		}
	}
}
