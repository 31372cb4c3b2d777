//go:build e2e && linux

package e2e

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const memoryLimit = 64 << 20

// limited are the options of a container with this much memory and no swap.
func limited(bytes int, more ...string) []string {
	size := strconv.Itoa(bytes)
	return append([]string{"--memory", size, "--memory-swap", size}, more...)
}

// testOutOfMemory: the kernel kills the largest process, which is the app or
// one of its workers; logwrap lives and tells.
func testOutOfMemory(t *testing.T, d *docker) {
	bugs := startTracker(t)
	files := newShared(t)
	flags := []string{"--sentry-dsn", bugs.dsn, "--file", files.inside("log.jsonl"), "--", "/testchild"}
	options := files.options(limited(memoryLimit, "--network", "host")...)

	t.Run("app", func(t *testing.T) {
		c := d.start(t, options, append(flags, "eat", "200M")...)
		if code := c.wait(t); code != 137 {
			t.Fatalf("exit code %d, want 137: %s", code, c.logs(t))
		}
		if c.inspect(t, "{{.State.OOMKilled}}") != "true" {
			t.Fatal("docker says that this was no lack of memory")
		}
		end := files.lifecycle(t, "end")
		checkOutOfMemory(t, end)
		if dig(end, "crashed") != true || text(end, "level") != "critical" || text(end, "signal") != "SIGKILL" || number(end, "memory_limit_bytes") != memoryLimit {
			t.Errorf("the end is told as %v", end)
		}
		checkOutOfMemoryEvent(t, bugs.await(t, 1))
	})
	t.Run("worker", func(t *testing.T) {
		if err := os.Remove(string(files) + "/log.jsonl"); err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		c := d.start(t, options, append(flags, strings.Fields("spawn 1 delay 1s eat 200M then spawn 1 pause then wait")...)...)
		c.awaitLines(t, "ready", 1)
		events := bugs.await(t, 2)
		if c.inspect(t, "{{.State.Running}}") != "true" {
			t.Error("the app has not lived on")
		}
		c.d.do(t, "stop", c.id)
		if code := c.wait(t); code != 143 {
			t.Errorf("exit code %d, want 143: %s", code, c.logs(t))
		}
		worker := files.lifecycle(t, "worker")
		checkOutOfMemory(t, worker)
		if text(worker, "command") != "testchild" || text(worker, "level") != "error" || dig(worker, "worker") != true ||
			number(worker, "parent_pid") != number(worker, "app_pid") || number(worker, "pid") == number(worker, "app_pid") {
			t.Errorf("the worker's death is told as %v", worker)
		}
		// That a worker ran out of memory is not how the app ended.
		if end := files.lifecycle(t, "end"); dig(end, "oom") == true || dig(end, "crashed") != false {
			t.Errorf("the app's end is told as %v", end)
		}
		checkOutOfMemoryEvent(t, slices.DeleteFunc(events, func(event any) bool {
			return eventTime(event).Before(before)
		}))
	})
	t.Run("gone before it was seen", func(t *testing.T) {
		if err := os.Remove(string(files) + "/log.jsonl"); err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		c := d.start(t, options, append(flags, strings.Fields("spawn 1 eat 200M then spawn 1 pause then wait")...)...)
		events := bugs.await(t, 3)
		c.d.do(t, "stop", c.id)
		c.wait(t)
		checkOutOfMemory(t, files.lifecycle(t, "worker"))
		checkOutOfMemoryEvent(t, slices.DeleteFunc(events, func(event any) bool {
			return eventTime(event).Before(before)
		}))
	})
}

func eventTime(event any) time.Time {
	if seconds, ok := dig(event, "timestamp").(float64); ok {
		return time.UnixMicro(int64(seconds * 1e6))
	}
	at, _ := time.Parse(time.RFC3339Nano, text(event, "timestamp"))
	return at
}

// checkOutOfMemory checks the proof: the kernel's counter, before and after.
func checkOutOfMemory(t *testing.T, fields map[string]any) {
	t.Helper()
	before, after := number(fields, "oom_kills_before"), number(fields, "oom_kills_after")
	if fields["oom"] != true || before != 0 || after != 1 || !strings.HasPrefix(text(fields, "oom_source"), "/sys/fs/cgroup/") {
		t.Errorf("of memory is told: %v", fields)
	}
}

func checkOutOfMemoryEvent(t *testing.T, events []any) {
	t.Helper()
	if all := titles(events); len(all) != 1 || !strings.Contains(strings.ToLower(all[0]), "out of memory") {
		t.Fatalf("the tracker has %q, want one event that says out of memory", all)
	}
	if text(events[0], "tags", "oom") != "true" {
		t.Errorf("tags are %v, want oom: true", dig(events[0], "tags"))
	}
}

// testContainerKilled: where the kernel kills a whole group for lack of memory
// (cgroup v2's oom.group, as Kubernetes sets it), logwrap dies with its app; the
// next start tells. A KILL from outside at the limit looks the same.
func testContainerKilled(t *testing.T, d *docker) {
	for name, c := range map[string]struct {
		memory int
		app    string
		oom    bool
	}{
		"near the limit":     {memoryLimit, "eat 54M", true},
		"far from the limit": {4 * memoryLimit, "eat 54M", false},
	} {
		t.Run(name, func(t *testing.T) { killAndRestart(t, d, c.memory, strings.Fields(c.app), c.oom) })
	}
}

func killAndRestart(t *testing.T, d *docker, memory int, app []string, oom bool) {
	t.Parallel() // most of it is waiting
	files := newShared(t)
	options := files.options(limited(memory)...)
	flags := []string{"--journal", files.inside("journal"), "--journal-size", "16MiB", "--file", files.inside("log.jsonl"), "--", "/testchild"}
	c := d.start(t, options, append(flags, app...)...)
	c.awaitLines(t, "ready", 1)
	awaitUse(t, c.pid(t), memory, oom)
	died := time.Now()
	c.kill(t, "KILL")
	if code := c.wait(t); code != 137 {
		t.Fatalf("exit code %d, want 137: %s", code, c.logs(t))
	}
	if end := d.finish(t, options, append(flags, "exit", "0")...); end.code != 0 {
		t.Fatalf("exit code %d: %s", end.code, end.stderr)
	}
	lost := files.lifecycle(t, "lost")
	if text(lost, "level") != "critical" || text(lost, "command") != "testchild" || text(lost, "signal") != "SIGKILL" ||
		number(lost, "exit_code") != 137 || dig(lost, "crashed") != true || dig(lost, "rebooted") == true {
		t.Errorf("the lost run is told as %v", lost)
	}
	if told := dig(lost, "oom") == true; told != oom {
		t.Errorf("oom is told as %v, want %v: %v", told, oom, lost)
	}
	if limit, used := number(lost, "memory_limit_bytes"), number(lost, "memory_used_bytes"); limit != int64(memory) || used <= 0 || used > limit {
		t.Errorf("%d of %d bytes are told, of a container with %d", used, limit, memory)
	}
	seen, err := time.Parse(time.RFC3339Nano, text(lost, "last_seen"))
	if err != nil || seen.After(died.Add(time.Second)) || seen.Before(died.Add(-time.Minute)) {
		t.Errorf("last seen at %q (%v), killed at %v", text(lost, "last_seen"), err, died)
	}
}

// awaitUse waits for a container that is to be near its limit to have been
// there, as far as can be seen from outside, for longer than logwrap looks away.
func awaitUse(t *testing.T, pid, limit int, near bool) {
	t.Helper()
	const looksAway = 12 * time.Second
	var since time.Time
	eventually(t, time.Minute, "memory is used", func() error {
		used, err := groupUse(pid)
		if err != nil {
			return err
		}
		if isNear := used > int64(limit)*90/100; isNear != near {
			since = time.Time{}
			return fmt.Errorf("%d of %d bytes are used", used, limit)
		}
		if since.IsZero() {
			since = time.Now()
			t.Logf("%d of %d bytes are used", used, limit)
		}
		if d := time.Since(since); d < looksAway {
			return fmt.Errorf("only for %v", d)
		}
		return nil
	})
}

// groupUse returns how much memory the control group of a process uses.
func groupUse(pid int) (int64, error) {
	groups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(groups)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, path, _ := strings.Cut(rest, ":")
		file := ""
		switch {
		case slices.Contains(strings.Split(controllers, ","), "memory"):
			file = "/sys/fs/cgroup/memory" + path + "/memory.usage_in_bytes"
		case controllers == "":
			file = "/sys/fs/cgroup" + path + "/memory.current"
		}
		if b, err := os.ReadFile(file); err == nil {
			return strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		}
	}
	return 0, fmt.Errorf("process %d has no control group of memory: %s", pid, groups)
}

// testMemoryOfLogwrap measures what logwrap takes in a container.
func testMemoryOfLogwrap(t *testing.T, d *docker) {
	files := newShared(t)
	c := d.start(t, files.options(), "--file", files.inside("log.jsonl"), "--", "/testchild", "lines", "0", "100")
	pid := c.pid(t)
	router := -1
	eventually(t, patience, "the router runs", func() error {
		for _, p := range children(t, pid) {
			if p.name != "testchild" {
				router = p.pid
				return nil
			}
		}
		return fmt.Errorf("below PID 1 are %v", children(t, pid))
	})
	for name, pid := range map[string]int{"PID 1": pid, "router": router} {
		rss := residentKiB(t, pid)
		t.Logf("%s: VmRSS %d KiB", name, rss)
		if rss <= 0 || rss > 64<<10 {
			t.Errorf("%s has a VmRSS of %d KiB", name, rss)
		}
	}
}

func residentKiB(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kib
		}
	}
	t.Fatalf("process %d has no VmRSS: %s", pid, status)
	return 0
}
