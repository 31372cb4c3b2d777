package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/supervise"
)

// marker is a small file beside the journal that exists while the app runs. It
// says when the app was last seen alive and how much memory was in use. One that
// is found at the start tells that an earlier logwrap was killed, together with
// its app, as the kernel does when it ends a whole container for its memory, and
// neither could say so.
type marker struct {
	path   string
	memory *supervise.MemoryGroup

	mu   sync.Mutex // a run may end while it is being marked as alive
	file *os.File   // nil outside a run
	sign lifeSign
}

// lifeSign is the content of a marker.
type lifeSign struct {
	PID         int       `json:"pid"`
	Command     string    `json:"command"`
	Run         string    `json:"run"`
	Started     time.Time `json:"started"`
	Seen        time.Time `json:"seen"`
	Boot        string    `json:"boot,omitempty"` // which start of the machine
	MemoryUsed  int64     `json:"memory_used_bytes,omitempty"`
	MemoryLimit int64     `json:"memory_limit_bytes,omitempty"`
	Kills       uint64    `json:"oom_kills,omitempty"`
}

// markerSize is the size of the file: one write replaces all of it.
const markerSize = 1024

// markerPath is where the marker of a journal lies.
func markerPath(journal string) string { return journal + ".run" }

// begin makes the marker for a run. Without it a lost run goes unreported; that
// is worth a message, not the app.
func (m *marker) begin(run capture.Run) error {
	f, err := os.OpenFile(m.path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return fmt.Errorf("mark the run as begun: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.file = f
	m.sign = lifeSign{
		PID: run.PID, Command: run.Command, Run: hex.EncodeToString(run.ID[:]),
		Started: time.Unix(0, run.Started).UTC(), Boot: bootID(),
	}
	return m.write()
}

// beat notes that the app is alive; outside a run it does nothing. It reports
// whether the memory is so full that the next sign of life may be the last.
func (m *marker) beat() (pressed bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file == nil {
		return false, nil
	}
	err = m.write()
	return m.sign.MemoryLimit > 0 && m.sign.MemoryUsed > m.sign.MemoryLimit/5*3, err
}

func (m *marker) write() error {
	m.sign.Seen = time.Now().UTC()
	m.sign.MemoryUsed, m.sign.MemoryLimit = m.memory.Usage()
	m.sign.Kills, _ = m.memory.Kills()
	data, err := json.Marshal(m.sign)
	if err != nil || len(data) >= markerSize {
		return fmt.Errorf("mark the run as alive: %d bytes do not fit: %w", len(data), err)
	}
	page := make([]byte, markerSize)
	copy(page, data)
	for i := len(data); i < markerSize; i++ {
		page[i] = ' '
	}
	page[markerSize-1] = '\n'
	if _, err := m.file.WriteAt(page, 0); err != nil {
		return fmt.Errorf("mark the run as alive: %w", err)
	}
	return nil
}

// end removes the marker: the end of the run is known.
func (m *marker) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file != nil {
		m.file.Close()
		m.file = nil
		os.Remove(m.path)
	}
}

// readMarker returns what an earlier logwrap has left, nil if it has ended as it
// should, and removes it.
func readMarker(path string) *lifeSign {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer f.Close()
	defer os.Remove(path)
	page := make([]byte, markerSize)
	n, _ := f.ReadAt(page, 0)
	var sign lifeSign
	if json.Unmarshal(page[:n], &sign) != nil || sign.PID == 0 {
		return nil // half written when the machine went down, or not ours
	}
	return &sign
}

// bootID tells one start of the machine from the next; empty if it is unknown.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
