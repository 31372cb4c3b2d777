//go:build linux

package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is what /proc says of one.
type process struct {
	pid, parent, group int
	state              byte
	cpu                time.Duration
	started            int // in ticks after the machine
}

// readProcess reports whether there is such a process.
func readProcess(pid int) (p process, ok bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return p, false
	}
	// pid (command) state parent group …, where the command may hold anything
	rest := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	p = process{pid: pid, state: rest[0][0]}
	p.parent, _ = strconv.Atoi(rest[1])
	p.group, _ = strconv.Atoi(rest[2])
	user, _ := strconv.Atoi(rest[11])
	system, _ := strconv.Atoi(rest[12])
	p.started, _ = strconv.Atoi(rest[19])
	const ticks = 100 // USER_HZ, the same everywhere
	p.cpu = time.Duration(user+system) * time.Second / ticks
	return p, true
}

// pids returns the numbers of all processes, as we see them.
func pids() (list []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

// processes returns the living processes of the run, logwrap and its router too.
func (w *wrapper) processes() (list []int) {
	for _, pid := range pids() {
		environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)) // of a zombie: empty
		if err == nil && bytes.Contains(environ, []byte(w.mark)) {
			list = append(list, pid)
		}
	}
	return list
}

// children returns logwrap's children but the router.
func (w *wrapper) children() (list []process) {
	return childrenOf(w.pid)
}

func childrenOf(parent int) (list []process) {
	for _, pid := range pids() {
		if p, ok := readProcess(pid); ok && p.parent == parent && !strings.HasPrefix(commandLine(pid), "logwrap ") {
			list = append(list, p)
		}
	}
	return list
}

// commandLine returns the arguments of a process, each followed by a space.
func commandLine(pid int) string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(line), "\x00", " ")
}

// app returns the number of the app, once there is one: the oldest child, as
// orphans may have been adopted since.
func (w *wrapper) app() int {
	w.t.Helper()
	var app process
	eventually(w.t, "logwrap has a child", func() bool {
		for _, p := range w.children() {
			// Between fork and exec it looks like logwrap.
			if p.state == 'Z' || strings.HasPrefix(commandLine(p.pid), binary) {
				continue
			}
			if app.pid == 0 || p.started < app.started || p.started == app.started && p.pid < app.pid {
				app = p
			}
		}
		return app.pid != 0
	})
	return app.pid
}

// tree returns the app and what is below it.
func (w *wrapper) tree() []int {
	w.t.Helper()
	all := []int{w.app()}
	for i := 0; i < len(all); i++ {
		for _, p := range childrenOf(all[i]) {
			all = append(all, p.pid)
		}
	}
	return all
}

// alive returns which of these processes are, zombies not counted.
func alive(list []int) (living []int) {
	for _, pid := range list {
		if p, ok := readProcess(pid); ok && p.state != 'Z' && p.state != 'X' {
			living = append(living, pid)
		}
	}
	return living
}

func state(t testing.TB, pid int) byte {
	t.Helper()
	p, ok := readProcess(pid)
	if !ok {
		t.Fatalf("process %d is gone", pid)
	}
	return p.state
}

// describe says what is left of the run.
func (w *wrapper) describe() (list []string) {
	for _, pid := range w.processes() {
		if p, ok := readProcess(pid); ok {
			list = append(list, fmt.Sprintf("%d (child of %d, %c) %s", pid, p.parent, p.state, commandLine(pid)))
		}
	}
	return list
}

// statusField returns a field of /proc/PID/status.
func statusField(status, name string) string {
	_, rest, _ := strings.Cut("\n"+status, "\n"+name+":")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// ignores reports whether a process ignores a signal.
func ignores(pid int, sig syscall.Signal) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	set, err := strconv.ParseUint(statusField(string(status), "SigIgn"), 16, 64)
	return err == nil && has(set, sig)
}
