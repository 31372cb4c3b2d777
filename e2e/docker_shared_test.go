//go:build e2e && linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A shared folder is /shared in containers.
type shared string

func newShared(t *testing.T) shared {
	t.Helper()
	dir := workDir(t, "shared")
	if err := os.Chmod(dir, 0o777); err != nil { // for users of containers
		t.Fatal(err)
	}
	return shared(dir)
}

// options are for `docker run`. Files will be ours to read.
func (s shared) options(more ...string) []string {
	options := append([]string{"-v", string(s) + ":/shared"}, more...)
	if os.Getuid() != 0 {
		options = append(options, "-u", fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid()))
	}
	return options
}

func (s shared) inside(name string) string { return "/shared/" + name }

func (s shared) read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(string(s), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// lifecycle returns the attributes of the only record of an event of the app's
// life in log.jsonl, with its level; the only one of trouble if it is of workers,
// which also end when the app is stopped.
func (s shared) lifecycle(t *testing.T, event string) map[string]any {
	t.Helper()
	var found []map[string]any
	all := s.read(t, "log.jsonl")
	for line := range strings.Lines(all) {
		record, err := decode([]byte(line))
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		fields, _ := dig(record, "fields").(map[string]any)
		if text(record, "stream") == "lifecycle" && text(fields, "event") == event &&
			(event != "worker" || text(record, "level") != "info") {
			fields["level"] = text(record, "level")
			fields["message"] = text(record, "message")
			found = append(found, fields)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d records of the event %q, want 1: %s", len(found), event, all)
	}
	return found[0]
}

// number returns an attribute as a number; -1 if there is none.
func number(fields map[string]any, name string) int64 {
	if n, ok := fields[name].(float64); ok {
		return int64(n)
	}
	return -1
}
