package supervise

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// cgroups is which groups a process is in, as far as memory goes (cgroups(7),
// /proc/PID/cgroup).
type cgroups struct {
	unified, memory       string // of version 2; of version 1's memory controller
	hasUnified, hasMemory bool
}

// parseCgroups reads lines of "number:controllers:path".
func parseCgroups(data []byte) (g cgroups) {
	for line := range bytes.Lines(data) {
		fields := strings.SplitN(strings.TrimSuffix(string(line), "\n"), ":", 3)
		if len(fields) < 3 || !strings.HasPrefix(fields[2], "/") {
			continue
		}
		switch {
		case fields[0] == "0" && fields[1] == "":
			g.unified, g.hasUnified = fields[2], true
		case slices.Contains(strings.Split(fields[1], ","), "memory"):
			g.memory, g.hasMemory = fields[2], true
		}
	}
	return g
}

// cgroupMount is a mounted hierarchy of cgroups.
type cgroupMount struct {
	root, point string // the group that is mounted, and where
	unified     bool   // version 2
	memory      bool   // version 1 with the memory controller
}

// parseCgroupMounts reads /proc/PID/mountinfo (proc_pid_mountinfo(5)): id,
// parent, device, root, mount point, options, any number of optional fields, a
// dash, type, source, options of the file system.
func parseCgroupMounts(data []byte) (mounts []cgroupMount) {
	for line := range bytes.Lines(data) {
		fields := strings.Fields(string(line))
		dash := slices.Index(fields, "-")
		if dash < 6 || len(fields) < dash+4 {
			continue
		}
		m := cgroupMount{root: unescapeMount(fields[3]), point: unescapeMount(fields[4])}
		switch fields[dash+1] {
		case "cgroup2":
			m.unified = true
		case "cgroup":
			m.memory = slices.Contains(strings.Split(fields[dash+3], ","), "memory")
		}
		if (m.unified || m.memory) && path.IsAbs(m.root) && path.IsAbs(m.point) {
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// unescapeMount undoes the octal escapes of blanks and backslashes in paths.
func unescapeMount(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// levels returns the directories, below root, of a group and of those above it
// up to the mount point. A container that has no cgroup namespace sees its
// group by a name from outside, which need not be below what is mounted: then
// the mount itself is the container's group.
func (m *cgroupMount) levels(root, group string) []string {
	point := filepath.Join(root, m.point)
	dir := point
	if below, ok := pathBelow(m.root, group); ok {
		dir = filepath.Join(point, below)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			dir = point
		}
	}
	levels := []string{dir}
	for dir != point {
		dir = filepath.Dir(dir)
		levels = append(levels, dir)
	}
	return levels
}

// pathBelow returns the part of name below dir, itself included.
func pathBelow(dir, name string) (string, bool) {
	if strings.Contains(name+"/", "/../") { // outside of our cgroup namespace
		return "", false
	}
	dir, name = path.Clean(dir), path.Clean(name)
	if dir == "/" {
		return name, true
	}
	below, ok := strings.CutPrefix(name, dir)
	return below, ok && (below == "" || below[0] == '/')
}
