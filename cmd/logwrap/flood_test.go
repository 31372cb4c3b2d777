package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// distinct returns the events in the order in which they came, each id once, and
// how many came again.
func (b *tracker) distinct() (events []map[string]any, again int) {
	seen := map[string]bool{}
	for _, e := range b.of("event") {
		if id := e.body["event_id"].(string); seen[id] {
			again++
		} else {
			seen[id] = true
			events = append(events, e.body)
		}
	}
	return events, again
}

// heldBack is how many others an event tells of.
func heldBack(event map[string]any) int {
	contexts, _ := event["contexts"].(map[string]any)
	flood, _ := contexts["flood"].(map[string]any)
	n, _ := flood["held_back"].(float64)
	return int(n)
}

func TestCrashLoopIsFewEvents(t *testing.T) {
	runs := 100
	if testing.Short() {
		runs = 10
	}
	for _, journal := range []bool{false, true} {
		t.Run(fmt.Sprintf("journal=%v", journal), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			server := listenTracker(t)
			args := []string{"--sentry-dsn", server.dsn()}
			if journal {
				args = append(args, "--journal", filepath.Join(dir, "journal"))
			}
			said := 0
			for range runs {
				r := logwrap{args: append(args, "--", "sh", "-c", "exit 3"), env: []string{"XDG_STATE_HOME=" + dir}}.run(t)
				if r.code != 3 {
					t.Fatalf("exit code %d: %s", r.code, r.stderr)
				}
				said += strings.Count(r.stderr, "held back as a flood")
			}
			if events, _ := server.distinct(); len(events) != 3 || said != runs-3 {
				t.Errorf("%d crashes are %d events, %d times it was said that one is held back; want 3 and %d", runs, len(events), said, runs-3)
			}
		})
	}
}

// TestRestartsAreFewEvents: one logwrap that starts its app again and again.
func TestRestartsAreFewEvents(t *testing.T) {
	dir := t.TempDir()
	server := listenTracker(t)
	r := logwrap{
		args: []string{"--sentry-dsn", server.dsn(), "--restart", "on-failure", "--max-restarts", "5", "--", "sh", "-c", "echo no; exit 3"},
		env:  []string{"XDG_STATE_HOME=" + dir},
	}.run(t)
	var types []string
	events, _ := server.distinct()
	for _, e := range events {
		values := e["exception"].(map[string]any)["values"].([]any)
		types = append(types, fmt.Sprint(values[len(values)-1].(map[string]any)["type"]))
	}
	slices.Sort(types)
	if want := "CrashLoop ExitCode 3 ExitCode 3 ExitCode 3"; strings.Join(types, " ") != want {
		t.Errorf("events %v, want %s", types, want)
	}
	if !strings.Contains(r.stderr, "(events 3, ") {
		t.Errorf("it is not said that 3 were held back:\n%s", r.stderr)
	}
}

// TestStateOfFloodsInNoPlace: a file system that cannot be written costs nothing
// but memory of earlier runs.
func TestStateOfFloodsInNoPlace(t *testing.T) {
	server := listenTracker(t)
	conf := filepath.Join(t.TempDir(), "logwrap.yaml")
	write(t, conf, fmt.Sprintf("version: 1\nhandlers:\n  sentry: {sink: sentry, dsn: '%s', state: /no/such/folder/state}\nroot: {handlers: [sentry]}\n", server.dsn()))
	for range 5 {
		r := logwrap{args: []string{"-c", conf, "--", "sh", "-c", "exit 3"}}.run(t)
		if r.code != 3 || strings.Count(r.stderr, "the state cannot be kept") != 1 {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	}
	if n := len(server.ids()); n != 5 {
		t.Errorf("%d events, want 5", n)
	}
}

// TestFloodSurvivesKilledRouters: a flood of errors of 20 kinds while routers are
// killed. Each event that passes tells of those that did not, and what is untold
// lies in the state: together they are all there were, none twice. Only the counts
// of the last second may be missing for each kill.
func TestFloodSurvivesKilledRouters(t *testing.T) {
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip("NOT RUN: there is no /proc to find the router by")
	}
	dir := t.TempDir()
	server := listenTracker(t)
	state := filepath.Join(dir, "state")
	conf := filepath.Join(dir, "logwrap.yaml")
	write(t, conf, fmt.Sprintf(`
version: 1
console: off
handlers:
  sentry: {sink: sentry, dsn: '%s', state: %s, max_breadcrumbs: 5, flood: {burst: 2, every: 1s, per_hour: 10000}}
root: {handlers: [sentry]}
`, server.dsn(), state))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const lines, kills = 20_000, 20
	script := fmt.Sprintf(`i=0; while [ $i -lt %d ]; do echo "CRITICAL:app.$((i %% 20)):it failed"; i=$((i+1)); [ $((i %% 500)) = 0 ] && sleep 0.05; done; exit 0`, lines)
	cmd := logwrap{args: []string{"-c", conf, "--", "sh", "-c", script}}.command(ctx)
	stderr := &lockedBuffer{}
	cmd.Stderr = stderr
	start(t, cmd)
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	killed := killRouters(cmd, kills, ended)
	<-ended
	events, again := server.distinct()
	told := 0
	for _, e := range events {
		told += heldBack(e)
	}
	untold := untoldIn(t, state)
	sum := len(events) + told + untold
	t.Logf("%d kills; %d events tell of %d, %d are untold: %d of %d; %d came twice with one id", killed, len(events), told, untold, sum, lines, again)
	if sum > lines {
		t.Errorf("%d are counted twice", sum-lines)
	}
	if killed == 0 || sum < lines/2 {
		t.Errorf("%d kills, %d of %d accounted for: %s", killed, sum, lines, stderr)
	}
}

// untoldIn adds up what a state has that no event has told of.
func untoldIn(t *testing.T, path string) (n int) {
	t.Helper()
	var state struct {
		Kinds map[string]struct{ Held int }
		Rest  int
	}
	if err := json.Unmarshal([]byte(read(t, path)), &state); err != nil {
		t.Fatal(err)
	}
	for _, k := range state.Kinds {
		n += k.Held
	}
	return n + state.Rest
}

// TestAppKeepsItsOwnDSN: whatever logwrap was given, the app's DSN is the app's.
func TestAppKeepsItsOwnDSN(t *testing.T) {
	server := listenTracker(t)
	for name, tt := range map[string]struct {
		args, env []string
		want      string
	}{
		"neither":      {nil, nil, "dsn="},
		"its own":      {nil, []string{"LOGWRAP_SENTRY_DSN=" + server.dsn(), "SENTRY_DSN=http://app@127.0.0.1:9/1"}, "dsn=http://app@127.0.0.1:9/1"},
		"logwrap's":    {nil, []string{"LOGWRAP_SENTRY_DSN=" + server.dsn()}, "dsn="},
		"a flag":       {[]string{"--sentry-dsn", server.dsn()}, []string{"SENTRY_DSN=http://app@127.0.0.1:9/1"}, "dsn=http://app@127.0.0.1:9/1"},
		"one for both": {nil, []string{"SENTRY_DSN=" + server.dsn()}, "dsn=" + server.dsn()},
	} {
		r := logwrap{args: append(tt.args, "--", "sh", "-c", `echo "dsn=$SENTRY_DSN$LOGWRAP_SENTRY_DSN"`), env: tt.env}.run(t)
		if got := strings.TrimSpace(r.stdout); got != tt.want {
			t.Errorf("%s: the app sees %q, want %q", name, got, tt.want)
		}
	}
}
