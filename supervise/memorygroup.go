package supervise

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// MemoryGroup is the cgroup that limits and counts our memory and the app's. It
// may be nil: then nothing is known.
type MemoryGroup struct {
	kills  string   // the file with the number of OOM kills
	levels []string // the directories of our own group and those above, as far as we see
	limit  string   // names of files in each
	usage  string
}

// OpenMemoryGroup finds the memory cgroup this process is in, of either cgroup
// version, inside a container or not. Where there is none it counts the kills
// of the whole machine, as far as the kernel tells; else it returns nil. It
// keeps no file open.
func OpenMemoryGroup() *MemoryGroup { return openMemoryGroup("/", "self") }

// openMemoryGroup finds the group of a process, by its name in /proc, in the
// file system below root.
func openMemoryGroup(root, process string) *MemoryGroup {
	own, _ := os.ReadFile(filepath.Join(root, "proc", process, "cgroup"))
	mounts, _ := os.ReadFile(filepath.Join(root, "proc", process, "mountinfo"))
	groups := parseCgroups(own)
	for _, m := range parseCgroupMounts(mounts) {
		var g *MemoryGroup
		switch {
		case m.memory && groups.hasMemory:
			g = memoryGroupV1(root, m, groups.memory)
		case m.unified && groups.hasUnified && !groups.hasMemory:
			g = memoryGroupV2(root, m, groups.unified)
		}
		if g != nil {
			return g
		}
	}
	machine := filepath.Join(root, "proc/vmstat")
	if _, ok := readCounter(machine, "oom_kill"); !ok {
		return nil
	}
	return &MemoryGroup{kills: machine}
}

// memoryGroupV1 finds our group in a memory hierarchy of version 1, whose
// oom_kill (memory.oom_control, since Linux 4.13) counts the group itself.
func memoryGroupV1(root string, m cgroupMount, path string) *MemoryGroup {
	levels := m.levels(root, path)
	kills := filepath.Join(levels[0], "memory.oom_control")
	if _, ok := readCounter(kills, "oom_kill"); !ok {
		return nil
	}
	return &MemoryGroup{kills: kills, levels: levels, limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes"}
}

// memoryGroupV2 finds our group in the hierarchy of version 2, or the nearest
// above it that has the memory controller. Its oom_kill (memory.events) counts
// what is below the group too.
func memoryGroupV2(root string, m cgroupMount, path string) *MemoryGroup {
	levels := m.levels(root, path)
	for i, level := range levels {
		kills := filepath.Join(level, "memory.events")
		if _, ok := readCounter(kills, "oom_kill"); ok {
			return &MemoryGroup{kills: kills, levels: levels[i:], limit: "memory.max", usage: "memory.current"}
		}
	}
	return nil
}

// Kills returns how many processes of the group the kernel has killed for want
// of memory, since the group was made. False: that cannot be read (any more).
func (g *MemoryGroup) Kills() (n uint64, ok bool) {
	if g == nil {
		return 0, false
	}
	return readCounter(g.kills, "oom_kill")
}

// Usage returns the memory the group uses and may use at most, by its own limit
// or that of a group above, in bytes. What is not known or limited is 0.
func (g *MemoryGroup) Usage() (used, limit int64) {
	if g == nil {
		return 0, 0
	}
	for i, level := range g.levels {
		if i == 0 {
			used = readBytes(filepath.Join(level, g.usage))
		}
		if l := readBytes(filepath.Join(level, g.limit)); l > 0 && (limit == 0 || l < limit) {
			limit = l
		}
	}
	return used, limit
}

// Source returns the file Kills reads: memory.events, memory.oom_control, or
// /proc/vmstat, which counts the whole machine. It is empty if g is nil.
func (g *MemoryGroup) Source() string {
	if g == nil {
		return ""
	}
	return g.kills
}

func readCounter(name, key string) (uint64, bool) {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, false
	}
	return parseCounter(data, key)
}

// parseCounter returns the number after key in lines of "key number".
func parseCounter(data []byte, key string) (uint64, bool) {
	for line := range bytes.Lines(data) {
		name, value, ok := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
		if ok && string(name) == key {
			n, err := strconv.ParseUint(string(value), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

func readBytes(name string) int64 {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0
	}
	return parseBytes(data)
}

// noLimit is where version 1's "no limit" begins, which is the largest number
// of whole pages; version 2 says "max".
const noLimit = 1 << 60

// parseBytes reads a number of bytes; 0 means none.
func parseBytes(data []byte) int64 {
	n, err := strconv.ParseInt(string(bytes.TrimSpace(data)), 10, 64)
	if err != nil || n < 0 || n >= noLimit {
		return 0
	}
	return n
}

// shared reports whether what is counted may have befallen processes that have
// nothing to do with us: those of the whole machine.
func (g *MemoryGroup) shared() bool { return g == nil || len(g.levels) == 0 }
