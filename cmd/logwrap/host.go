package main

import (
	"os"
	"strings"
)

// hostName returns the machine's or container's name, empty if it has none.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// containerID returns the id of the container we run in, empty if there is none
// or the runtime does not show it. Docker and containerd mount files from a
// directory of that name; with cgroup v1 it is the cgroup's name as well.
func containerID() string {
	for _, source := range []struct{ file, marker string }{
		{"/proc/self/mountinfo", "/containers/"},
		{"/proc/self/mountinfo", "/sandboxes/"},
		{"/proc/self/cgroup", "/docker/"},
		{"/proc/self/cgroup", "cri-containerd-"},
		{"/proc/self/cgroup", "docker-"},
	} {
		data, err := os.ReadFile(source.file)
		if err != nil {
			continue
		}
		if id := hexAfter(string(data), source.marker); id != "" {
			return id
		}
	}
	return ""
}

// hexAfter returns the first 64 hex digits that follow marker in s.
func hexAfter(s, marker string) string {
	const digits = 64
	for {
		i := strings.Index(s, marker)
		if i < 0 {
			return ""
		}
		s = s[i+len(marker):]
		if len(s) >= digits && strings.Trim(s[:digits], "0123456789abcdef") == "" {
			return s[:digits]
		}
	}
}
