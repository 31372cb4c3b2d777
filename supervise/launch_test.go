package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// someUser is a user and group that are neither root nor us.
const someUser = 65532

// routes are the two ways a child is started; both must come to the same.
var routes = []string{"direct", "launched"}

// via makes spec take a route.
func via(t *testing.T, route string, spec Spec) Spec {
	t.Helper()
	if route == "direct" {
		return spec
	}
	t.Setenv(modeEnv, "launch")
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	return throughLauncher(spec)
}

// isRoot reports whether the test may change users, and says so if not.
func isRoot(t *testing.T, what string) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Logf("not run: %s: that takes root", what)
		return false
	}
	return true
}

// publicSelf returns a copy of this program in a directory that everybody may
// enter, as the one go test makes is for its user only.
func publicSelf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "app")
	if os.Link(self(), path) != nil {
		content, err := os.ReadFile(self())
		if err != nil {
			t.Fatal(err)
		}
		file(t, dir, "app", string(content), 0o755)
	}
	return path
}

// run runs spec to its end and returns what it printed.
func runOutput(t *testing.T, spec Spec) string {
	t.Helper()
	r, w := pipe(t)
	for len(spec.Files) < 3 {
		spec.Files = append(spec.Files, nil)
	}
	spec.Files[1] = w
	p := start(t, spec)
	w.Close()
	out := newOutput(t, r).rest()
	if s := wait(t, p); s.ExitCode() != 0 {
		t.Fatalf("%q: %s, having said %q", spec.Path, s, out)
	}
	return out
}

func runFacts(t *testing.T, spec Spec) facts {
	t.Helper()
	var f facts
	if err := json.Unmarshal([]byte(runOutput(t, spec)), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestRoutesAgree: with the launcher in between the app sees nothing else.
func TestRoutesAgree(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	ours, err := unix.Getsid(0) // 0 if its leader is in no process namespace of ours
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	odd := append(childEnv("facts"), "", "=", "NO_EQUALS", "A=1", "A=2", "ODD=\xff\xfe\x01\n\u2028<&>", "EMPTY=")
	for name, spec := range map[string]Spec{
		"plain":           {Args: []string{"testchild"}},
		"empty argv[0]":   {Args: []string{""}},
		"odd arguments":   {Args: []string{"-x", "", "a b", "\xff\x80\n\x1b", "--", "é<>&\u2029"}},
		"odd environment": {Args: []string{"a"}, Env: odd},
		"long arguments":  {Args: []string{"a", strings.Repeat("y", 100_000), strings.Repeat("z", 100_000)}},
		"all closed":      {Args: []string{"a"}, Files: []*os.File{nil, nil, nil}},
		"more files":      {Args: []string{"a"}, Files: []*os.File{null, nil, null, null, nil, null}},
		"directory":       {Args: []string{"a"}, Dir: dir},
		"session":         {Args: []string{"a"}, Session: true},
	} {
		t.Run(name, func(t *testing.T) {
			spec.Path = self()
			if spec.Env == nil {
				spec.Env = childEnv("facts")
			}
			var got []facts
			for _, route := range routes {
				files := spec.Files
				spec.Files = slices.Clone(files)
				f := runFacts(t, via(t, route, spec))
				spec.Files = files
				want := ours
				if spec.Session {
					want = f.PID
				}
				check(t, f.SID == want, "%s: process %d is in session %d, want %d", route, f.PID, f.SID, want)
				f.PID, f.SID = 0, 0
				got = append(got, f)
			}
			check(t, reflect.DeepEqual(got[0], got[1]), "direct:\n%+v\nlaunched:\n%+v", got[0], got[1])
			for i, arg := range spec.Args {
				check(t, got[1].Args[i] == fmt.Sprintf("%q", arg), "argument %d: %s", i, got[1].Args[i])
			}
			want := strings.Join(spec.Env, "\x00") + "\x00"
			check(t, got[1].Env == fmt.Sprintf("%q", want), "environment: %s", got[1].Env)
		})
	}
}

// TestLaunchedDescriptors: a closed descriptor is closed, although the launcher
// needs all three of the first. The app is not in Go, which opens them again.
func TestLaunchedDescriptors(t *testing.T) {
	for name, test := range map[string]struct {
		files func(out *os.File) []*os.File
		want  string
	}{
		"three":    {func(out *os.File) []*os.File { return []*os.File{out, out, out} }, "0 1 2"},
		"no input": {func(out *os.File) []*os.File { return []*os.File{nil, out, out} }, "1 2"},
		"one":      {func(out *os.File) []*os.File { return []*os.File{nil, out} }, "1"},
		"a hole":   {func(out *os.File) []*os.File { return []*os.File{nil, out, nil, out, nil, out} }, "1 3 5"},
	} {
		for _, route := range routes {
			r, w := pipe(t)
			spec := Spec{Path: "ls", Args: []string{"ls", "-l", "/proc/self/fd"}, Files: test.files(w)}
			p, err := reaper.Start(via(t, route, spec))
			if err != nil {
				t.Logf("not run: %v", err)
				return
			}
			w.Close()
			var has []string
			for line := range strings.Lines(newOutput(t, r).rest()) {
				fields := strings.Fields(line)
				if i := slices.Index(fields, "->"); i > 0 && !strings.HasSuffix(fields[i+1], "/fd") { // which ls opened
					has = append(has, fields[i-1])
				}
			}
			got := strings.Join(has, " ")
			check(t, got == test.want, "%s, %s: the app has %q, want %q", name, route, got, test.want)
			wait(t, p)
		}
	}
}

// cat returns what a program that is not in Go sees in a file of its own: the Go
// runtime changes its limits and signals.
func cat(t *testing.T, spec Spec, path string) (string, bool) {
	t.Helper()
	spec.Path, spec.Args = "cat", []string{"cat", path}
	if _, err := LookPath("cat", nil, ""); err != nil {
		t.Logf("not run: %v", err)
		return "", false
	}
	if _, err := os.Stat("/proc/self/limits"); err != nil {
		t.Logf("not run: %v", err)
		return "", false
	}
	return runOutput(t, spec), true
}

func TestLimits(t *testing.T) {
	before, ok := cat(t, Spec{}, "/proc/self/limits")
	if !ok {
		return
	}
	t.Setenv(modeEnv, "launch")
	for _, test := range []struct{ name, value, row, soft, hard string }{
		{"core", "0", "Max core file size", "0", "0"},
		{"nofile", "777:999", "Max open files", "777", "999"},
		{"nofile", "64", "Max open files", "64", "64"},
		{"cpu", "100:200", "Max cpu time", "100", "200"},
		{"stack", "1MiB:2M", "Max stack size", "1048576", "2097152"},
		{"as", "64M", "Max address space", "67108864", "67108864"},
		{"data", "16M", "Max data size", "16777216", "16777216"},
		{"fsize", "1GB", "Max file size", "1000000000", "1000000000"},
		{"nproc", "5000", "Max processes", "5000", "5000"},
		{"memlock", "64K", "Max locked memory", "65536", "65536"},
		{"rss", "1T", "Max resident set", "1099511627776", "1099511627776"},
		{"locks", "10", "Max file locks", "10", "10"},
		{"sigpending", "1000", "Max pending signals", "1000", "1000"},
		{"msgqueue", "4K", "Max msgqueue size", "4096", "4096"},
		{"nice", "0", "Max nice priority", "0", "0"},
		{"rtprio", "0", "Max realtime priority", "0", "0"},
		{"rttime", "1000:unlimited", "Max realtime timeout", "1000", "unlimited"},
	} {
		limit, err := ParseLimit(test.name, test.value)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := cat(t, Spec{Launcher: []string{self()}, Limits: []Limit{limit}}, "/proc/self/limits")
		fields := strings.Fields(strings.TrimPrefix(row(got, test.row), test.row))
		check(t, len(fields) >= 2 && fields[0] == test.soft && fields[1] == test.hard,
			"%s=%s: %q", test.name, test.value, row(got, test.row))
		for _, line := range strings.Split(strings.TrimSpace(before), "\n") {
			check(t, strings.HasPrefix(line, test.row) || strings.Contains(got, line), "%s: changed %q", test.name, line)
		}
	}
}

func row(table, start string) string {
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, start) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// TestLimitsLeftAlone: above all the soft limit of open files, which the Go
// runtime raises for itself.
func TestLimitsLeftAlone(t *testing.T) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	direct, ok := cat(t, Spec{}, "/proc/self/limits")
	if !ok {
		return
	}
	umask := uint32(0o22)
	t.Setenv(modeEnv, "launch")
	launched, _ := cat(t, Spec{Launcher: []string{self()}, Umask: &umask}, "/proc/self/limits")
	check(t, direct == launched, "direct:\n%slaunched:\n%s", direct, launched)

	// From a soft limit that is not the hard one, all the way through.
	for _, route := range routes {
		spec := child("starter", "limits", route)
		t.Setenv(modeEnv, "launch")
		spec.Launcher, spec.Limits = []string{self()}, []Limit{{Name: "nofile", Soft: 256, Hard: 1024}}
		spec.Args = []string{"testchild", route}
		spec.Env = append(childEnv("starter"), "CAT=/proc/self/limits")
		got := strings.Fields(strings.TrimPrefix(row(runOutput(t, spec), "Max open files"), "Max open files"))
		check(t, len(got) > 1 && got[0] == "256" && got[1] == "1024", "%s: %q", route, got)
	}
}

// TestTightLimits: what the app may have too little of is enough to start it.
func TestTightLimits(t *testing.T) {
	t.Setenv(modeEnv, "launch")
	path, err := LookPath("true", nil, "")
	if err != nil {
		t.Logf("not run: %v", err)
		return
	}
	if raceDetector {
		t.Log("not run: the race detector maps memory of its own whenever it likes")
		return
	}
	long := []string{"true"} // as much as the usual stack limit allows
	for range 14 {
		long = append(long, strings.Repeat("x", 120_000))
	}
	for _, limits := range [][]Limit{
		{{"as", 32 << 20, 32 << 20}}, {{"data", 1 << 20, 1 << 20}}, {{"nofile", 4, 4}}, {{"nproc", 1, 1}}, {{"fsize", 0, 0}},
		{{"as", 32 << 20, 32 << 20}, {"data", 1 << 20, 1 << 20}, {"nofile", 4, 4}, {"nproc", 1, 1}, {"memlock", 0, 0}},
	} {
		for range 5 {
			p := start(t, Spec{Path: path, Args: long, Files: []*os.File{nil, nil, os.Stderr}, Launcher: []string{self()}, Limits: limits})
			check(t, wait(t, p).ExitCode() == 0, "%v: %s", limits, p.Status())
		}
	}
}

func TestUmask(t *testing.T) {
	t.Setenv(modeEnv, "launch")
	for _, umask := range []uint32{0o027, 0, 0o777} {
		spec := child("facts")
		spec.Launcher, spec.Umask = []string{self()}, &umask
		check(t, runFacts(t, spec).Umask == int(umask), "%#o", umask)
	}
}

// TestIgnoredBehindLauncher: what was ignored stays ignored, and nothing else is.
func TestIgnoredBehindLauncher(t *testing.T) {
	var got []string
	for _, route := range routes {
		spec := child("ignoring", route)
		spec.Env = append(spec.Env, "CAT=/proc/self/status")
		out := runOutput(t, spec)
		got = append(got, row(out, "SigIgn:")+" "+row(out, "SigBlk:"))
	}
	want := uint64(1)<<(unix.SIGHUP-1) | 1<<(unix.SIGINT-1) | 1<<(unix.SIGTTOU-1)
	// 32 and 33 belong to the C library, and some make(1) starts everything with
	// them ignored.
	want |= ignoredByKernel() & (1<<(32-1) | 1<<(33-1))
	check(t, got[0] == got[1], "direct %q, launched %q", got[0], got[1])
	check(t, strings.Contains(got[1], fmt.Sprintf("%016x", want)), "ignored %q, want %016x", got[1], want)
}

// TestRoutesFailAlike: the same error, code and hint with and without launcher.
func TestRoutesFailAlike(t *testing.T) {
	dir := t.TempDir()
	noLoader := "\x7fELF" + strings.Repeat("\x00", 60)
	for name, test := range map[string]struct {
		spec Spec
		code int
	}{
		"not in PATH":          {Spec{Path: "no-such-command"}, 127},
		"no such file":         {Spec{Path: dir + "/missing"}, 127},
		"a file as directory":  {Spec{Path: file(t, dir, "plain", "x", 0o644) + "/x"}, 126},
		"not executable":       {Spec{Path: file(t, dir, "data", "#!/bin/sh\n", 0o644)}, 126},
		"directory":            {Spec{Path: dir}, 126},
		"no shebang":           {Spec{Path: file(t, dir, "script", "echo hello\n", 0o755)}, 126},
		"empty file":           {Spec{Path: file(t, dir, "empty", "", 0o755)}, 126},
		"foreign machine":      {Spec{Path: file(t, dir, "elf", noLoader, 0o755)}, 126},
		"no interpreter":       {Spec{Path: file(t, dir, "python", "#!/no/python3 -u\n", 0o755)}, 127},
		"closed interpreter":   {Spec{Path: file(t, dir, "odd", "#!"+dir+"/plain\n", 0o755)}, 126},
		"no working directory": {Spec{Path: self(), Dir: dir + "/missing"}, 125},
		"a file as directory ": {Spec{Path: self(), Dir: dir + "/plain"}, 125},
		"closed file":          {Spec{Path: self(), Files: []*os.File{closedFile(t)}}, 125},
		"NUL in an argument":   {Spec{Path: self(), Args: []string{"a\x00b"}}, 126},
		"too many arguments":   {Spec{Path: self(), Args: []string{"a", strings.Repeat("x", 1<<18)}}, 126},
		"no terminal":          {Spec{Path: self(), ControllingTTY: true, Files: []*os.File{nil}}, 125},
		"a strange signal":     {Spec{Path: self(), DeathSignal: 99}, 125},
	} {
		t.Run(name, func(t *testing.T) { failAlike(t, test.spec, test.code) })
	}
}

// failAlike starts spec by both routes and returns the error.
func failAlike(t *testing.T, spec Spec, code int) *StartError {
	t.Helper()
	var got []*StartError
	for _, route := range routes {
		p, err := reaper.Start(via(t, route, spec))
		if err == nil {
			t.Fatalf("%s: process %d started", route, p.Pid())
		}
		var e *StartError
		if !errors.As(err, &e) {
			t.Fatalf("%s: %#v", route, err)
		}
		check(t, e.ExitCode() == code, "%s: exit code %d, want %d (%v)", route, e.ExitCode(), code, e)
		got = append(got, e)
	}
	a, b := got[0], got[1]
	check(t, a.Error() == b.Error() && a.Hint() == b.Hint() && a.Path == b.Path && a.File == b.File && errnoOf(a) == errnoOf(b),
		"direct   %v (%s)\nlaunched %v (%s)", a, a.Hint(), b, b.Hint())
	return b
}

func TestLaunchFailures(t *testing.T) {
	t.Setenv(modeEnv, "launch")
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	wide, none := uint32(0o1000), uint32(0)
	var core syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &core); err != nil {
		t.Fatal(err)
	}
	nofile := Limit{Name: "nofile", Soft: 1 << 40, Hard: 1 << 40} // above nr_open, which not even root may do
	for name, test := range map[string]struct {
		spec    Spec
		message string
		hint    string
	}{
		"no launcher":     {Spec{Umask: &none}, "need a launcher", ""},
		"not there":       {Spec{Umask: &none, Launcher: []string{"/no/launcher"}}, `start through "/no/launcher": no such file`, ""},
		"umask":           {Spec{Umask: &wide, Launcher: []string{self()}}, "above 0777", ""},
		"unknown limit":   {Spec{Limits: []Limit{{Name: "luck"}}, Launcher: []string{self()}}, `"luck"`, ""},
		"upside down":     {Spec{Limits: []Limit{{"core", 2, 1}}, Launcher: []string{self()}}, "above the hard one", ""},
		"limit too high":  {Spec{Limits: []Limit{{"core", 0, 0}, nofile}, Launcher: []string{self()}}, "set limit nofile to 1099511627776: operation not permitted", "SYS_RESOURCE"},
		"ends":            {Spec{Umask: &none, Launcher: []string{"/bin/sh", "-c", "exit 0"}}, "ended before it", ""},
		"writes nonsense": {Spec{Umask: &none, Launcher: []string{"/bin/sh", "-c", "cat >/dev/null; echo hello >&4"}}, "the launcher's report", ""},
	} {
		t.Run(name, func(t *testing.T) {
			test.spec.Path = self()
			_, err := reaper.Start(test.spec)
			var e *StartError
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
			check(t, e.ExitCode() == 125 && strings.Contains(e.Error(), test.message), "%d: %v", e.ExitCode(), e)
			check(t, e.Hint() == "" == (test.hint == "") && strings.Contains(e.Hint(), test.hint), "hint %q", e.Hint())
		})
	}
}

// TestLauncherKilled: who ends the launcher means the app.
func TestLauncherKilled(t *testing.T) {
	umask := uint32(0)
	p, err := reaper.Start(Spec{Path: self(), Umask: &umask, Launcher: []string{"/bin/sh", "-c", "kill -TERM $$"}})
	if err != nil {
		t.Fatal(err)
	}
	check(t, wait(t, p).Signal == syscall.SIGTERM, "%s", p.Status())
}

// TestLaunchByHand: the hidden command is of no use to anybody else.
func TestLaunchByHand(t *testing.T) {
	r, w := pipe(t)
	w.Close()
	for _, args := range [][]string{nil, {"1"}, {"x", "y"}, {"-1", "2"}, {"1", "2", "3"}, {"1000", "1001"}} {
		check(t, Launch(args) != nil, "%q", args)
	}
	fd, err := syscall.Dup(int(r.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	err = Launch([]string{fmt.Sprint(fd), "1000"})
	check(t, err != nil && !errors.Is(err, io.EOF), "%v", err)
}
