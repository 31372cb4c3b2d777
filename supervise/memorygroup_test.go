package supervise

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Lines of mountinfo as they are on a host, with version 2, with version 1, and
// in containers.
const (
	mountV2      = "35 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	mountV1      = "41 30 0:36 / /sys/fs/cgroup/memory rw,relatime shared:18 - cgroup cgroup rw,memory\n"
	mountCPU     = "40 30 0:35 / /sys/fs/cgroup/cpu rw,relatime shared:17 - cgroup cgroup rw,cpu,cpuacct\n"
	mountHybrid  = mountCPU + mountV1 + "36 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	mountDocker1 = "700 690 0:36 /docker/4711 /sys/fs/cgroup/memory ro,nosuid master:18 - cgroup cgroup rw,memory\n"
	mountBlank   = "35 25 0:30 / /a\\040b/c\\134d rw - cgroup2 cgroup2 rw\n"
	unlimitedV1  = "9223372036854771712\n"
)

func TestOpenMemoryGroup(t *testing.T) {
	for name, test := range map[string]struct {
		own, mounts string
		files       map[string]string
		source      string
		kills       uint64
		used, limit int64
	}{
		"version 2 on a host": {
			own: "0::/system.slice/app.service\n", mounts: mountV2,
			files: map[string]string{
				"sys/fs/cgroup/system.slice/app.service/memory.events":  "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n",
				"sys/fs/cgroup/system.slice/app.service/memory.current": "1048576\n",
				"sys/fs/cgroup/system.slice/app.service/memory.max":     "max\n",
				"sys/fs/cgroup/system.slice/memory.max":                 "67108864\n",
			},
			source: "sys/fs/cgroup/system.slice/app.service/memory.events", kills: 2, used: 1 << 20, limit: 64 << 20,
		},
		"version 2 in a container with a cgroup namespace": {
			own: "0::/\n", mounts: mountV2,
			files: map[string]string{
				"sys/fs/cgroup/memory.events": "oom_kill 7\n", "sys/fs/cgroup/memory.current": "5\n", "sys/fs/cgroup/memory.max": "33554432\n",
			},
			source: "sys/fs/cgroup/memory.events", kills: 7, used: 5, limit: 32 << 20,
		},
		"version 2, moved out of its namespace's root": {
			own: "0::/../other\n", mounts: mountV2,
			files:  map[string]string{"sys/fs/cgroup/memory.events": "oom_kill 1\n"},
			source: "sys/fs/cgroup/memory.events", kills: 1,
		},
		"version 2, no controller in our own group": {
			own: "0::/a/b\n", mounts: mountV2,
			files: map[string]string{
				"sys/fs/cgroup/a/b/cgroup.procs": "1\n", "sys/fs/cgroup/a/memory.events": "oom_kill 4\n", "sys/fs/cgroup/a/memory.current": "9\n",
			},
			source: "sys/fs/cgroup/a/memory.events", kills: 4, used: 9,
		},
		"version 2, the root group": {
			own: "0::/\n", mounts: mountV2,
			files:  map[string]string{"sys/fs/cgroup/cgroup.procs": "1\n", "proc/vmstat": "nr_free_pages 1\noom_kill 11\n"},
			source: "proc/vmstat", kills: 11,
		},
		"version 1 on a host, hybrid": {
			own: "9:cpu,cpuacct:/\n4:memory:/user/x\n0::/user.slice\n", mounts: mountHybrid,
			files: map[string]string{
				"sys/fs/cgroup/memory/user/x/memory.oom_control":    "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
				"sys/fs/cgroup/memory/user/x/memory.usage_in_bytes": "4096\n",
				"sys/fs/cgroup/memory/user/x/memory.limit_in_bytes": unlimitedV1,
				"sys/fs/cgroup/memory/memory.limit_in_bytes":        unlimitedV1,
			},
			source: "sys/fs/cgroup/memory/user/x/memory.oom_control", kills: 3, used: 4096,
		},
		"version 1 in a container": {
			own: "4:memory:/docker/4711\n", mounts: mountDocker1,
			files: map[string]string{
				"sys/fs/cgroup/memory/memory.oom_control": "oom_kill 1\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "67108864\n",
			},
			source: "sys/fs/cgroup/memory/memory.oom_control", kills: 1, limit: 64 << 20,
		},
		"version 1, a path that is not below the mount": {
			own: "4:memory:/kubepods/pod1/abc\n", mounts: mountV1,
			files:  map[string]string{"sys/fs/cgroup/memory/memory.oom_control": "oom_kill 6\n"},
			source: "sys/fs/cgroup/memory/memory.oom_control", kills: 6,
		},
		"version 1 too old to count": {
			own: "4:memory:/\n", mounts: mountV1,
			files: map[string]string{"sys/fs/cgroup/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n"},
		},
		"a mount point with blanks": {
			own: "0::/x\n", mounts: mountBlank,
			files:  map[string]string{`a b/c\d/x/memory.events`: "oom_kill 2\n"},
			source: `a b/c\d/x/memory.events`, kills: 2,
		},
		"no cgroups at all": {files: map[string]string{"proc/vmstat": "oom_kill 1\n"}, source: "proc/vmstat", kills: 1},
		"nothing":           {},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			test.files = withFile(test.files, "proc/self/cgroup", test.own)
			test.files = withFile(test.files, "proc/self/mountinfo", test.mounts)
			for file, content := range test.files {
				writeBelow(t, root, file, content)
			}
			g := openMemoryGroup(root, "self")
			if test.source == "" {
				check(t, g == nil, "found %s", g.Source())
				return
			}
			kills, ok := g.Kills()
			used, limit := g.Usage()
			check(t, ok && kills == test.kills, "Kills() = %d, %t, want %d", kills, ok, test.kills)
			check(t, g.Source() == filepath.Join(root, test.source), "Source() = %s", g.Source())
			check(t, used == test.used && limit == test.limit, "Usage() = %d, %d, want %d, %d", used, limit, test.used, test.limit)
			os.Remove(g.Source())
			_, ok = g.Kills()
			check(t, !ok, "Kills of a group that is gone")
		})
	}
}

func withFile(files map[string]string, name, content string) map[string]string {
	all := map[string]string{name: content}
	for name, content := range files {
		all[name] = content
	}
	return all
}

func writeBelow(t *testing.T, root, name, content string) {
	t.Helper()
	name = filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNoMemoryGroup(t *testing.T) {
	var g *MemoryGroup
	kills, ok := g.Kills()
	used, limit := g.Usage()
	check(t, kills == 0 && !ok && used == 0 && limit == 0 && g.Source() == "", "nil is not empty")
}

func TestParseBytes(t *testing.T) {
	for in, want := range map[string]int64{
		"0\n": 0, "4096\n": 4096, "max\n": 0, unlimitedV1: 0, "9223372036854710272\n": 0, "-1\n": 0, "": 0, "x": 0,
		"18446744073709551615\n": 0, "1099511627776": 1 << 40,
	} {
		check(t, parseBytes([]byte(in)) == want, "parseBytes(%q) = %d, want %d", in, parseBytes([]byte(in)), want)
	}
}

func TestPathBelow(t *testing.T) {
	for _, test := range []struct {
		dir, name, below string
		ok               bool
	}{
		{"/", "/a/b", "/a/b", true},
		{"/", "/", "/", true},
		{"/a", "/a/b", "/b", true},
		{"/a", "/a", "", true},
		{"/a", "/ab", "b", false},
		{"/a", "/", "/", false},
		{"/", "/../x", "", false},
		{"/", "/a/..", "", false},
	} {
		below, ok := pathBelow(test.dir, test.name)
		check(t, ok == test.ok && (!ok || below == test.below), "pathBelow(%q, %q) = %q, %t", test.dir, test.name, below, ok)
	}
}

// FuzzCgroupFiles: whatever the kernel's files hold, nothing outside of the mount
// points is looked at.
func FuzzCgroupFiles(f *testing.F) {
	f.Add("4:memory:/docker/4711\n0::/\n", mountHybrid, "oom_kill 3\n")
	f.Add("0::/../../x\n", mountV2+mountDocker1+mountBlank, "oom_kill x\noom_kill 1")
	f.Fuzz(func(t *testing.T, own, mounts, counters string) {
		g := parseCgroups([]byte(own))
		for _, m := range parseCgroupMounts([]byte(mounts)) {
			for _, group := range []string{g.memory, g.unified} {
				point := filepath.Join("/nowhere", m.point)
				for _, level := range m.levels("/nowhere", group) {
					if level != point && !strings.HasPrefix(level, strings.TrimSuffix(point, "/")+"/") {
						t.Errorf("%q is not below %q", level, point)
					}
				}
			}
		}
		n, ok := parseCounter([]byte(counters), "oom_kill")
		if !ok && n != 0 || parseBytes([]byte(counters)) < 0 {
			t.Errorf("counter %d, %t; bytes %d", n, ok, parseBytes([]byte(counters)))
		}
	})
}

// TestKillCount: a kill explains one death, and none that comes much later.
func TestKillCount(t *testing.T) {
	file := filepath.Join(t.TempDir(), "memory.events")
	set := func(n string) { writeBelow(t, filepath.Dir(file), filepath.Base(file), "oom_kill "+n+"\n") }
	set("3")
	k := newKillCount(&MemoryGroup{kills: file})
	check(t, k.rise() == 0, "rise at the start")
	set("5")
	check(t, k.rise() == 2, "rise %d", k.rise())
	k.charge(1)
	check(t, k.rise() == 1, "rise %d", k.rise())
	now := k.aged
	unseen := k.age(now.Add(killMemory/2)) + k.age(now.Add(killMemory))
	check(t, k.rise() == 1 && unseen == 0, "forgotten too early")
	unseen = k.age(now.Add(3 * killMemory))
	check(t, k.rise() == 0 && unseen == 1, "remembered for %v, %d unseen", 3*killMemory, unseen)
	check(t, k.age(now.Add(5*killMemory)) == 0, "unseen twice")
	set("1") // another file of that name
	check(t, k.rise() == 0, "rise of a counter that fell")
	none := newKillCount(nil)
	none.age(time.Now().Add(time.Hour))
	check(t, none.rise() == 0, "rise without a group")
}

func TestRelevant(t *testing.T) {
	const kill, term = 9, 15
	deaths := []Death{
		{Pid: 1, Known: true, Status: Status{Code: 1}},
		{Pid: 2, Known: false},
		{Pid: 3, Known: true, Status: Status{Signal: term}},
		{Pid: 4, Known: true, Status: Status{Signal: kill}},
		{Pid: 5, Known: true, Status: Status{Signal: kill}},
		{Pid: 6, Known: false},
	}
	for kills, want := range []string{"3 4 5 ", "3 4! 5 ", "3 4! 5! ", "2! 3 4! 5! ", "2! 3 4! 5! 6! ", "2! 3 4! 5! 6! "} {
		got := ""
		for _, d := range relevant(append([]Death(nil), deaths...), uint64(kills)) {
			got += string(rune('0' + d.Pid))
			if d.Kills > 0 {
				got += "!"
			}
			got += " "
		}
		check(t, got == want, "%d kills: %q, want %q", kills, got, want)
	}
}
