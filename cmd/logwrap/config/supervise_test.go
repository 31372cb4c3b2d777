package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logwrap/logwrap/supervise"
)

func ptr[T any](v T) *T { return &v }

func TestParseSupervise(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "variables")
	if err := os.WriteFile(file, []byte("FILE=1\nBOTH=file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := mustParse(t, `
supervise:
  restart: on-failure
  max_restarts: 5
  timeout: 1h
  ok_exit: [3, TERM, '4, 5']
  rewrite_signal: {TERM: QUIT, 1: 0, USR1: 12}
  signal_to: group
  parent_death_signal: KILL
  pty: on
  merge: true
  chdir: `+dir+`
  umask: 027
  rlimits: {nofile: 1024:4096, core: unlimited, nproc: 7}
  env: {BOTH: mapping, NUMBER: 010, EMPTY: '', FROM: 'a ${X}'}
  env_remove: [GONE]
  env_file: `+file+`
  env_hints: off
  termination_log: `+dir+`/log
  watchdog: 1m
  watchdog_dump: QUIT
  watchdog_restart: yes
`, environ("X=y"))
	want := Supervise{
		Restart: RestartOnFailure, MaxRestarts: 5, Timeout: time.Hour, OKExit: []int{3, 143, 4, 5},
		StopTimeout: supervise.DefaultStopTimeout, FlushTimeout: 5 * time.Second,
		Rewrite:  map[syscall.Signal]syscall.Signal{syscall.SIGTERM: syscall.SIGQUIT, syscall.SIGHUP: 0, syscall.SIGUSR1: 12},
		SignalTo: SignalGroup, ParentDeathSignal: syscall.SIGKILL, PTY: true, Merge: true, Chdir: dir, Umask: ptr[uint32](0o27),
		Limits:    []supervise.Limit{{Name: "nofile", Soft: 1024, Hard: 4096}, {Name: "core", Soft: ^uint64(0), Hard: ^uint64(0)}, {Name: "nproc", Soft: 7, Hard: 7}},
		Env:       map[string]string{"BOTH": "mapping", "NUMBER": "010", "EMPTY": "", "FROM": "a y"},
		EnvRemove: []string{"GONE"}, EnvFile: []string{file}, FileEnv: map[string]string{"FILE": "1", "BOTH": "file"},
		TerminationLog: dir + "/log", Watchdog: time.Minute, WatchdogDump: syscall.SIGQUIT, WatchdogRestart: true,
	}
	if !reflect.DeepEqual(c.Supervise, want) {
		t.Errorf("got\n%+v\nwant\n%+v", c.Supervise, want)
	}
	if err := c.Apply(Flags{}, environ("KUBERNETES_SERVICE_HOST=10.0.0.1")); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c.Supervise, want) {
		t.Errorf("Apply of nothing made\n%+v\nof\n%+v", c.Supervise, want)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back Config
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back.Supervise, want) {
		t.Errorf("JSON made\n%+v\nof\n%+v", back.Supervise, want)
	}
}

// TestSupervisePrecedence gives each key in the file, in the environment and as
// a flag, one after the other.
func TestSupervisePrecedence(t *testing.T) {
	one, two, three := t.TempDir(), t.TempDir(), t.TempDir()
	limit := func(n uint64) []supervise.Limit { return []supervise.Limit{{Name: "nofile", Soft: n, Hard: n}} }
	type signals = map[syscall.Signal]syscall.Signal
	for _, c := range []struct {
		file, env string
		flag      RunFlags
		get       func(*Supervise) any
		want      [4]any // by nothing, the file, the environment, the flag
	}{
		{"restart: always", "LOGWRAP_RESTART=never", RunFlags{Restart: "on-failure"},
			func(s *Supervise) any { return s.Restart }, [4]any{"never", "always", "never", "on-failure"}},
		{"max_restarts: 1", "LOGWRAP_MAX_RESTARTS=0", RunFlags{MaxRestarts: "3"},
			func(s *Supervise) any { return s.MaxRestarts }, [4]any{0, 1, 0, 3}},
		{"timeout: 1s", "LOGWRAP_TIMEOUT=2s", RunFlags{Timeout: "0"},
			func(s *Supervise) any { return s.Timeout }, [4]any{time.Duration(0), time.Second, 2 * time.Second, time.Duration(0)}},
		{"ok_exit: 1", "LOGWRAP_OK_EXIT=2,3", RunFlags{OKExit: []string{"4", "5, HUP"}},
			func(s *Supervise) any { return s.OKExit }, [4]any{[]int(nil), []int{1}, []int{2, 3}, []int{4, 5, 129}}},
		{"rewrite_signal: '1:2'", "LOGWRAP_REWRITE_SIGNAL=1:3,3:0", RunFlags{RewriteSignal: []string{"HUP:TERM"}},
			func(s *Supervise) any { return s.Rewrite }, [4]any{signals(nil), signals{1: 2}, signals{1: 3, 3: 0}, signals{1: 15}}},
		{"rewrite_signal: {2: 3, 1: 1}", "X=", RunFlags{RewriteSignal: []string{"2:1,USR1:USR2"}},
			func(s *Supervise) any { return s.Rewrite },
			[4]any{signals(nil), signals{2: 3, 1: 1}, signals{2: 3, 1: 1}, signals{2: 1, 1: 1, syscall.SIGUSR1: syscall.SIGUSR2}}},
		{"signal_to: group", "LOGWRAP_SIGNAL_TO=app", RunFlags{SignalTo: "group"},
			func(s *Supervise) any { return s.SignalTo }, [4]any{"app", "group", "app", "group"}},
		{"parent_death_signal: 1", "LOGWRAP_PARENT_DEATH_SIGNAL=2", RunFlags{ParentDeathSignal: "3"},
			func(s *Supervise) any { return int(s.ParentDeathSignal) }, [4]any{0, 1, 2, 3}},
		{"pty: true", "LOGWRAP_PTY=0", RunFlags{PTY: "true"},
			func(s *Supervise) any { return s.PTY }, [4]any{false, true, false, true}},
		{"merge: true", "LOGWRAP_MERGE=no", RunFlags{Merge: "1"},
			func(s *Supervise) any { return s.Merge }, [4]any{false, true, false, true}},
		{"env_hints: false", "LOGWRAP_NO_ENV_HINTS=off", RunFlags{NoEnvHints: "true"},
			func(s *Supervise) any { return s.EnvHints }, [4]any{true, false, true, false}},
		{"chdir: " + one, "LOGWRAP_CHDIR=" + two, RunFlags{Chdir: three},
			func(s *Supervise) any { return s.Chdir }, [4]any{"", one, two, three}},
		{"umask: '077'", "LOGWRAP_UMASK=22", RunFlags{Umask: "0"},
			func(s *Supervise) any {
				if s.Umask == nil {
					return nil
				}
				return int(*s.Umask)
			}, [4]any{nil, 0o77, 0o22, 0}},
		{"rlimits: {nofile: 1}", "LOGWRAP_RLIMIT=nofile=2", RunFlags{Rlimit: []string{"nofile=3"}},
			func(s *Supervise) any { return s.Limits }, [4]any{[]supervise.Limit(nil), limit(1), limit(2), limit(3)}},
		{"env: {A: 1}", "LOGWRAP_ENV=A=2", RunFlags{Env: []string{"A=3=4 "}},
			func(s *Supervise) any { return s.Env["A"] }, [4]any{"", "1", "2", "3=4 "}},
		{"env_remove: [A]", "LOGWRAP_ENV_REMOVE=A\nB", RunFlags{EnvRemove: []string{"C"}},
			func(s *Supervise) any { return s.EnvRemove }, [4]any{[]string(nil), []string{"A"}, []string{"A", "B"}, []string{"A", "C"}}},
		{"watchdog: 1s", "LOGWRAP_WATCHDOG=2s", RunFlags{Watchdog: "3s"},
			func(s *Supervise) any { return s.Watchdog }, [4]any{time.Duration(0), time.Second, 2 * time.Second, 3 * time.Second}},
		{"{watchdog: 1s, watchdog_dump: 1}", "LOGWRAP_WATCHDOG_DUMP=2", RunFlags{WatchdogDump: "3"},
			func(s *Supervise) any { return int(s.WatchdogDump) }, [4]any{0, 1, 2, 3}},
		{"{watchdog: 1s, watchdog_restart: true}", "LOGWRAP_WATCHDOG_RESTART=NO", RunFlags{WatchdogRestart: "true"},
			func(s *Supervise) any { return s.WatchdogRestart }, [4]any{false, true, false, true}},
		{"termination_log: " + one + "/log", "LOGWRAP_TERMINATION_LOG=off", RunFlags{TerminationLog: two + "/log"},
			func(s *Supervise) any { return s.TerminationLog }, [4]any{"", one + "/log", "", two + "/log"}},
	} {
		source := "supervise: {" + strings.Trim(c.file, "{}") + "}"
		if strings.HasSuffix(c.file, "}") && !strings.HasPrefix(c.file, "{") {
			source = "supervise: {" + c.file + "}"
		}
		for i, step := range []struct {
			file string
			env  Environ
			flag RunFlags
		}{{"", environ(), RunFlags{}}, {source, environ(), RunFlags{}}, {source, environ(c.env), RunFlags{}}, {source, environ(c.env), c.flag}} {
			config := mustParse(t, step.file, step.env)
			if err := config.Apply(Flags{RunFlags: step.flag}, step.env); err != nil {
				t.Errorf("%s, step %d: %v", source, i, err)
			}
			if got := c.get(&config.Supervise); !reflect.DeepEqual(got, c.want[i]) {
				t.Errorf("%s, step %d: %v, want %v", source, i, got, c.want[i])
			}
		}
	}
}

// TestSuperviseContradictions has what is right in each place and wrong together.
func TestSuperviseContradictions(t *testing.T) {
	for _, c := range []struct {
		file string
		flag RunFlags
		env  string
		want string
	}{
		{file: "{watchdog_dump: QUIT}", want: "logwrap.yaml:1:28: supervise.watchdog_dump: there is no watchdog\n\thint: say when the app counts as hanging: --watchdog 1m"},
		{flag: RunFlags{WatchdogRestart: "true"}, want: "--watchdog-restart: there is no watchdog\n\thint: say when the app counts as hanging: --watchdog 1m"},
		{env: "LOGWRAP_WATCHDOG_DUMP=ABRT", want: "LOGWRAP_WATCHDOG_DUMP: there is no watchdog\n\thint: say when the app counts as hanging: --watchdog 1m"},
		{file: "{watchdog: 1s, watchdog_dump: QUIT}", flag: RunFlags{Watchdog: "0"}, want: "logwrap.yaml:1:42: supervise.watchdog_dump: there is no watchdog\n\thint: say when the app counts as hanging: --watchdog 1m"},
		{file: "{stop_signal: INT}", flag: RunFlags{RewriteSignal: []string{"TERM:QUIT"}},
			want: "logwrap.yaml:1:26: supervise.stop_signal: it is SIGINT, and rewrite_signal makes SIGQUIT of SIGTERM\n\thint: keep one of them"},
		{flag: RunFlags{StopSignal: "INT", RewriteSignal: []string{"TERM:0"}},
			want: "--stop-signal: it is SIGINT, and rewrite_signal makes nothing of SIGTERM\n\thint: keep one of them"},
		{flag: RunFlags{User: "7:8", Group: "9"}, want: "--group: it is \"9\", and user says \"8\"\n\thint: keep one of them"},
		{flag: RunFlags{Env: []string{"A=secret7"}, EnvRemove: []string{"B", "A"}}, want: "--env-remove: \"A\" is set by --env\n\thint: keep one of them"},
	} {
		source := ""
		if c.file != "" {
			source = "supervise: " + c.file
		}
		config := mustParse(t, source, nil)
		err := config.Apply(Flags{RunFlags: c.flag}, environ(c.env))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s %+v: got\n%v\nwant\n%s", c.file, c.flag, err, c.want)
		}
	}
}

func TestSuperviseThatGoesTogether(t *testing.T) {
	for _, flags := range []RunFlags{
		{PTY: "true", Merge: "true"},
		{StopSignal: "QUIT", RewriteSignal: []string{"TERM:QUIT"}},
		{Restart: "always", MaxRestarts: "3"},
		{Timeout: "0", Watchdog: "0"},
		{WatchdogRestart: "false"},
		{Watchdog: "1m", WatchdogRestart: "true", MaxRestarts: "3"},
	} {
		c := Default()
		if err := c.Apply(Flags{RunFlags: flags}, environ()); err != nil || len(c.Notes) > 0 {
			t.Errorf("%+v: %v, notes %q", flags, err, c.Notes)
		}
	}
	c := Default()
	if err := c.Apply(Flags{RunFlags: RunFlags{MaxRestarts: "3"}}, environ()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"max_restarts means nothing: the app is never restarted"}; !slices.Equal(c.Notes, want) {
		t.Errorf("notes %q, want %q", c.Notes, want)
	}
}

func TestSignalsGoToTheGroupAsPID1(t *testing.T) {
	for _, c := range []struct {
		said, want string
		pid        int
	}{{"", SignalGroup, 1}, {"", SignalApp, 2}, {SignalApp, SignalApp, 1}, {SignalGroup, SignalGroup, 2}} {
		config := Default()
		config.Supervise.SignalTo = c.said
		a := applier{config: config, env: environ()}
		a.checkRun(systemAccounts(), c.pid)
		if got := config.Supervise.SignalTo; got != c.want || len(a.errs) > 0 {
			t.Errorf("%q as PID %d: %q, want %q", c.said, c.pid, got, c.want)
		}
	}
}

func TestVariablesAreSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "variables")
	if err := os.WriteFile(file, []byte("A=in-the-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := mustParse(t, "supervise: {env: {B: in-the-mapping}}", nil)
	if err := c.Apply(Flags{RunFlags: RunFlags{EnvFile: []string{file}, Env: []string{"C=on-the-line"}}}, environ()); err != nil {
		t.Fatal(err)
	}
	secrets := c.Secrets()
	shown, err := json.Marshal(c.Redacted())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"in-the-file", "in-the-mapping", "on-the-line"} {
		if !slices.Contains(secrets, secret) {
			t.Errorf("%q is no secret", secret)
		}
		if strings.Contains(string(shown), secret) {
			t.Errorf("%q shows in %s", secret, shown)
		}
	}
	if !strings.Contains(string(shown), `"C":"***"`) || c.Supervise.Env["C"] != "on-the-line" {
		t.Errorf("%s of %v", shown, c.Supervise.Env)
	}
}
