package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// status returns a size in KiB from a process's status, 0 where there is no /proc.
func status(pid int, name string) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "\n"+name+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseFloat(fields[0], 64)
	return n
}

// routers returns the second processes of a logwrap: one, or none.
func routers(parent int) (pids []int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, list := range lists {
		data, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(data)) {
			if line, err := os.ReadFile("/proc/" + word + "/cmdline"); err == nil && strings.HasPrefix(string(line), "logwrap\x00router") {
				pid, _ := strconv.Atoi(word)
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// ticks returns what CPU time a process has taken, in the kernel's unit.
func ticks(pid int) uint64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	const utime, stime = 11, 12 // proc_pid_stat(5), less the two fields that were cut
	fields := strings.Fields(rest)
	if len(fields) <= stime {
		return 0
	}
	user, _ := strconv.ParseUint(fields[utime], 10, 64)
	system, _ := strconv.ParseUint(fields[stime], 10, 64)
	return user + system
}
