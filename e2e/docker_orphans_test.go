//go:build e2e && linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A process, as the machine outside of its container sees it.
type process struct {
	pid, parent int
	state       string // a letter of proc(5)
	name        string
}

// children returns the children of a process.
func children(t *testing.T, parent int) []process {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var found []process
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // gone meanwhile
		}
		// pid (name) state parent …, where the name may hold anything
		head, tail := string(stat), ""
		if i := strings.LastIndexByte(head, ')'); i >= 0 {
			head, tail = head[:i], head[i+1:]
		}
		_, name, _ := strings.Cut(head, "(")
		rest := strings.Fields(tail)
		if len(rest) < 2 || rest[1] != strconv.Itoa(parent) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		found = append(found, process{pid, parent, rest[0], name})
	}
	return found
}

func count(processes []process, is func(process) bool) (n int) {
	for _, p := range processes {
		if is(p) {
			n++
		}
	}
	return n
}

func isZombie(p process) bool    { return p.state == "Z" }
func isTestchild(p process) bool { return p.name == "testchild" }

// manyOrphans makes a thousand orphans that end in the seconds after they have
// been adopted, and then an app that lives until TERM.
var manyOrphans = strings.Fields("/testchild spawn 1 orphans 1000 5s then on 15 0")

// watchOrphans watches what becomes of manyOrphans below their foster parent:
// many are seen alive there, none stays, and no zombie.
func watchOrphans(t *testing.T, foster int) {
	t.Helper()
	most := 0
	eventually(t, 60*time.Second, "all orphans are adopted and reaped", func() error {
		now := children(t, foster)
		most = max(most, count(now, isTestchild))
		zombies, alive := count(now, isZombie), count(now, isTestchild)-count(now, isZombie)
		if most < 100 || alive != 1 || zombies > 0 {
			return fmt.Errorf("at most %d have been there; now %d are alive (1 is the app), %d zombies", most, alive, zombies)
		}
		return nil
	})
	t.Logf("up to %d processes at a time below process %d", most, foster)
}

func testOrphans(t *testing.T, d *docker) {
	c := d.start(t, nil, append([]string{"--"}, manyOrphans...)...)
	watchOrphans(t, c.pid(t))
	c.kill(t, "TERM")
	if code := c.wait(t); code != 0 {
		t.Errorf("exit code %d: %s", code, c.logs(t))
	}
	// The same as an app in the container sees it.
	end := d.finish(t, nil, strings.Fields("-- /testchild spawn 1 orphans 1000 100ms then reaped 15s")...)
	if end.code != 0 || end.stdout != "reaped\n" {
		t.Errorf("exit code %d: %s%s", end.code, end.stdout, end.stderr)
	}
}

// testOrphansWithoutReaper: this way of looking finds zombies where there are
// some.
func testOrphansWithoutReaper(t *testing.T, d *docker) {
	c := d.start(t, []string{"--entrypoint", "/testchild"}, strings.Fields("spawn 1 orphans 1000 100ms then on 15 0")...)
	pid := c.pid(t)
	eventually(t, patience, "a thousand zombies", func() error {
		if n := count(children(t, pid), isZombie); n != 1001 { // and who made them
			return fmt.Errorf("%d zombies", n)
		}
		return nil
	})
}

// testBelowInit: with --init, docker's tini is PID 1 and logwrap its child.
func testBelowInit(t *testing.T, d *docker) {
	c := d.start(t, []string{"--init"}, append([]string{"--"}, manyOrphans...)...)
	below := children(t, c.pid(t))
	i := slices.IndexFunc(below, func(p process) bool { return p.name == "logwrap" })
	if i < 0 || len(below) != 1 {
		t.Fatalf("below PID 1 are %v, want logwrap alone", below)
	}
	watchOrphans(t, below[i].pid)
	c.kill(t, "TERM")
	if code := c.wait(t); code != 0 {
		t.Errorf("exit code %d: %s", code, c.logs(t))
	}
	c = d.start(t, []string{"--init"}, "--", "/testchild", "signals")
	c.awaitLines(t, "ready", 1)
	for _, signal := range []int{1, 15, 10} {
		c.kill(t, strconv.Itoa(signal))
		c.awaitLines(t, fmt.Sprint("signal ", signal), 1)
	}
	if logs := c.logs(t); logs != "ready\nsignal 1\nsignal 15\nsignal 10\n" {
		t.Errorf("signals arrived as %q, want each once", logs)
	}
	c = d.start(t, []string{"--init"}, "--", "/testchild", "pause")
	c.awaitLines(t, "ready", 1)
	c.d.do(t, "stop", c.id)
	if code := c.wait(t); code != 143 {
		t.Errorf("docker stop: exit code %d, want 143: %s", code, c.logs(t))
	}
}

// testSharedProcesses: where containers share their processes with others, as in
// a pod with shareProcessNamespace, logwrap is not PID 1 and must adopt.
func testSharedProcesses(t *testing.T, d *docker) {
	c := d.start(t, []string{"--pid", "host"}, append([]string{"--"}, manyOrphans...)...)
	watchOrphans(t, c.pid(t))
	c.d.do(t, "stop", c.id)
	if code := c.wait(t); code != 0 {
		t.Errorf("docker stop: exit code %d, want 0: %s", code, c.logs(t))
	}
}
