package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// How an app ended, as the records of a file tell it.

// lifecycle returns the attributes of the records of one event of the app's life,
// each with its level and message.
func lifecycle(t *testing.T, path, event string) (found []map[string]any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(data)) {
		var record struct {
			Level, Message, Stream string
			Fields                 map[string]any
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if record.Stream == "lifecycle" && record.Fields["event"] == event {
			record.Fields["level"], record.Fields["message"] = record.Level, record.Message
			found = append(found, record.Fields)
		}
	}
	return found
}

// only returns the one record of an event.
func only(t *testing.T, path, event string) map[string]any {
	t.Helper()
	found := lifecycle(t, path, event)
	if len(found) != 1 {
		data, _ := os.ReadFile(path)
		t.Fatalf("%d records of the event %q, want 1:\n%s", len(found), event, data)
	}
	return found[0]
}

// expect checks attributes of a record.
func expect(t *testing.T, record map[string]any, want map[string]any) {
	t.Helper()
	for key, value := range want {
		if got := record[key]; got != value {
			t.Errorf("%s is %v, want %v in %v", key, got, value, record)
		}
	}
}

// TestHangThatTheDumpEnds: Go prints where every goroutine is, and dies of it.
func TestHangThatTheDumpEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log.jsonl")
	r := logwrap{
		args: []string{"--watchdog", "300ms", "--watchdog-dump", "QUIT", "--file", file, "--", app}, env: toy("hang"),
	}.run(t)
	if r.code != 2 {
		t.Errorf("exit code %d, want 2: %s", r.code, r.stderr)
	}
	end := only(t, file, "end")
	expect(t, end, map[string]any{"level": "critical", "hung": true, "crashed": true, "exit_code": 2.0})
	if silent, _ := end["silent_ms"].(float64); silent < 300 {
		t.Errorf("silent for %v ms", silent)
	}
	if len(lifecycle(t, file, "hang")) != 0 {
		t.Error("the hang is told twice")
	}
	if !strings.Contains(r.stderr, "it hung, silent for") || !strings.Contains(r.stderr, "playHang") {
		t.Errorf("the report says neither that it hung nor where:\n%s", r.stderr)
	}
}

// TestHangThatIsSurvived: the app answers with a dump and goes on, and is ended
// and started again because that is wanted.
func TestHangThatIsSurvived(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "log.jsonl")
	r := logwrap{
		args: []string{"--watchdog", "300ms", "--watchdog-dump", "USR1", "--watchdog-restart", "--max-restarts", "1", "--stop-timeout", "1s", "--file", file, "--", app},
		env:  toy("hang", "TOY_DUMP=1"),
	}.run(t)
	if r.code != 143 {
		t.Errorf("exit code %d, want 143: %s", r.code, r.stderr)
	}
	hangs, ends := lifecycle(t, file, "hang"), lifecycle(t, file, "end")
	if len(hangs) != 2 || len(ends) != 2 || len(lifecycle(t, file, "crash_loop")) != 1 {
		t.Fatalf("hangs %v, ends %v", hangs, ends)
	}
	expect(t, hangs[0], map[string]any{"level": "error", "dump_signal": "SIGUSR1"})
	if state, _ := hangs[0]["state"].(string); state == "" {
		t.Errorf("no state of the process: %v", hangs[0])
	}
	expect(t, ends[0], map[string]any{"crashed": false, "stop_reason": "watchdog"})
	expect(t, ends[1], map[string]any{"restarts": 1.0, "stop_reason": "watchdog"})
	if strings.Count(r.stdout, "here I am") != 2 {
		t.Errorf("the app was not asked once a hang: %s", r.stdout)
	}
}

// TestLostRun: logwrap is killed, and the next start says so, of the right run.
func TestLostRun(t *testing.T) {
	dir := t.TempDir()
	journal, file := filepath.Join(dir, "journal"), filepath.Join(dir, "log.jsonl")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := logwrap{args: []string{"--journal", journal, "--file", file, "--parent-death-signal", "KILL", "--", app}, env: toy("hang")}.command(ctx)
	start(t, cmd)
	waitFor(t, "the marker", func() bool { _, err := os.Stat(markerPath(journal)); return err == nil })
	waitFor(t, "the start in the file", func() bool { return len(lifecycle(t, file, "start")) == 1 })
	began := only(t, file, "start")
	cmd.Process.Signal(syscall.SIGKILL)
	cmd.Wait()

	r := logwrap{args: []string{"--journal", journal, "--file", file, "--", "true"}}.run(t)
	if r.code != 0 {
		t.Fatalf("exit code %d: %s", r.code, r.stderr)
	}
	lost := only(t, file, "lost")
	expect(t, lost, map[string]any{
		"level": "critical", "pid": began["pid"], "exit_code": 137.0, "signal": "SIGKILL", "crashed": true, "rebooted": false, "oom": false,
	})
	if seen, err := time.Parse(time.RFC3339Nano, fmt.Sprint(lost["last_seen"])); err != nil || time.Since(seen) > time.Minute {
		t.Errorf("last seen %v, %v", lost["last_seen"], err)
	}
	if _, err := os.Stat(markerPath(journal)); err == nil {
		t.Error("the marker of a run that has ended is left")
	}
	_ = logwrap{args: []string{"--journal", journal, "--file", file, "--", "true"}}.run(t)
	if len(lifecycle(t, file, "lost")) != 1 {
		t.Error("told again at the start after that")
	}
}

func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
}

// TestForeignMarkers: what is not a marker is no lost run.
func TestForeignMarkers(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	write(t, secret, `{"pid": 7, "command": "x"}`)
	for name, make := range map[string]func(path string) error{
		"empty":   func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"garbage": func(path string) error { return os.WriteFile(path, []byte("\x00\x01{\"pid\":"), 0o600) },
		"other":   func(path string) error { return os.WriteFile(path, []byte(`{"a": 1}`), 0o600) },
		"link":    func(path string) error { return os.Symlink(secret, path) },
		"fifo":    func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"missing": func(string) error { return nil },
	} {
		path := filepath.Join(dir, name+".run")
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if sign := readMarker(path); sign != nil {
			t.Errorf("%s: a run was lost: %+v", name, sign)
		}
	}
	if _, err := os.Stat(secret); err != nil {
		t.Error("what a link points at was removed")
	}
}

// TestOutOfMemoryOfLost: the counter is proof, a full memory evidence.
func TestOutOfMemoryOfLost(t *testing.T) {
	for _, test := range []struct {
		used, limit int64
		want        bool
	}{{0, 0, false}, {95, 0, false}, {89 << 20, 100 << 20, false}, {91 << 20, 100 << 20, true}, {100 << 20, 100 << 20, true}} {
		if got := outOfMemory(&lifeSign{MemoryUsed: test.used, MemoryLimit: test.limit, Kills: 1 << 60}, nil); got != test.want {
			t.Errorf("%d of %d in use: out of memory is %v", test.used, test.limit, got)
		}
	}
}
