package sentry

import (
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/logwrap/logwrap/detect"
)

const testBoot = testStart/1e9 - 1000

// procFS is a /proc with one process, 4711, that began when the run of the tests did.
func procFS(exe string, argv ...string) fstest.MapFS {
	return fstest.MapFS{
		"proc/stat":         {Data: []byte("cpu  1 2 3\nintr 7\nbtime 1795344637\nprocesses 9\n")},
		"proc/4711/stat":    {Data: []byte("4711 (a) b) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 100050 1 1\n")},
		"proc/4711/cmdline": {Data: []byte(strings.Join(argv, "\x00") + "\x00")},
		"proc/4711/exe":     {Mode: fs.ModeSymlink, Data: []byte(exe)},
		"proc/4711/cwd":     {Mode: fs.ModeSymlink, Data: []byte("/srv/app")},
		"proc/4711/root":    {Mode: fs.ModeSymlink, Data: []byte("/")},
		"proc/self/root":    {Mode: fs.ModeSymlink, Data: []byte("/")},
	}
}

func testRunOf(pid int) *detect.Run {
	return &detect.Run{ID: testRunID, PID: pid, Command: "app", Started: testStart}
}

func TestFacts(t *testing.T) {
	if testBoot != 1795344637 {
		t.Fatal("the boot time of the tests is another one")
	}
	for name, tt := range map[string]struct {
		exe, file, text string
		argv            []string
		want            runtimeContext
	}{
		"python by headers": {"/usr/bin/python3.11", "usr/include/python3.11/patchlevel.h", "#define PY_MICRO_VERSION 2\n#define PY_VERSION      \t\"3.11.2\"\n", nil, runtimeContext{"CPython", "3.11.2"}},
		"python by venv":    {"/usr/bin/python3.12", "srv/venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.12.4\n", []string{"/srv/venv/bin/python", "x.py"}, runtimeContext{"CPython", "3.12.4"}},
		"python by name":    {"/usr/bin/python3.9 (deleted)", "x", "", nil, runtimeContext{"CPython", "3.9"}},
		"node by headers":   {"/usr/bin/node", "usr/include/node/node_version.h", "#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 11\n#define NODE_PATCH_VERSION 1\n", nil, runtimeContext{"node", "v20.11.1"}},
		"node by folder":    {"/root/.nvm/versions/node/v22.1.0/bin/node", "x", "", nil, runtimeContext{"node", "v22.1.0"}},
		"node":              {"/opt/bin/node", "x", "", nil, runtimeContext{"node", ""}},
		"java":              {"/usr/lib/jvm/jdk-17/bin/java", "usr/lib/jvm/jdk-17/release", "IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"17.0.15\"\n", nil, runtimeContext{"java", "17.0.15"}},
		"ruby":              {"/usr/bin/ruby3.1", "x", "", nil, runtimeContext{"ruby", "3.1"}},
		"php-fpm":           {"/usr/sbin/php-fpm8.2", "x", "", nil, runtimeContext{"php", "8.2"}},
		"none":              {"/bin/dash", "x", "", nil, runtimeContext{}},
	} {
		root := procFS(tt.exe, append(slices.Clone(tt.argv), "-c")...)
		root[tt.file] = &fstest.MapFile{Data: []byte(tt.text)}
		got := newProcessFacts(root, nil).look(testRunOf(4711))
		if got.runtime != tt.want || got.cwd != "/srv/app" || got.jailed || !slices.Equal(got.argv, append(slices.Clone(tt.argv), "-c")) {
			t.Errorf("%s: %+v, want the runtime %v", name, got, tt.want)
		}
	}
}

func TestFactsAreRemembered(t *testing.T) {
	root := procFS("/usr/bin/ruby3.1", "ruby", "app.rb")
	p := newProcessFacts(root, nil)
	p.look(testRunOf(4711))
	clear(root)
	if got := p.look(testRunOf(4711)); got.runtime.Name != "ruby" {
		t.Errorf("after the end: %+v", got)
	}
	for i := range 2 * maxFacts {
		p.look(&detect.Run{ID: string(rune('A' + i)), PID: 4711})
	}
	if len(p.known) != maxFacts || len(p.order) != maxFacts {
		t.Errorf("%d runs are known, want %d", len(p.known), maxFacts)
	}
}

// TestFactsOfAnother checks that a process that has the number of the run by
// chance is not taken for it.
func TestFactsOfAnother(t *testing.T) {
	later := testRunOf(4711)
	later.Started += 3600e9
	for name, run := range map[string]*detect.Run{"another time": later, "gone": testRunOf(4712), "none": testRunOf(0), "no run": nil} {
		if got := newProcessFacts(procFS("/usr/bin/ruby3.1", "ruby"), nil).look(run); got.exe != "" || got.argv != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for link, to := range map[string]string{"root": "/srv/jail", "ns/mnt": "mnt:[2]"} {
		jail := procFS("/usr/bin/ruby3.1", "ruby")
		jail["proc/self/ns/mnt"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("mnt:[1]")}
		jail["proc/4711/"+link] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte(to)}
		if got := newProcessFacts(jail, nil).look(testRunOf(4711)); !got.jailed || got.runtime.Name != "" {
			t.Errorf("in a jail by %s: %+v", link, got)
		}
	}
}

func TestGuessedFacts(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	args := []string{sh, "app.sh"}
	p := newProcessFacts(os.DirFS("/"), args)
	if got := p.look(&detect.Run{ID: "1", PID: 1 << 30, Command: "sh"}); !slices.Equal(got.argv, args) || got.exe == "" {
		t.Errorf("%+v", got)
	}
	if got := p.look(&detect.Run{ID: "2", PID: 1 << 30, Command: "other"}); got.argv != nil {
		t.Errorf("of another command: %+v", got)
	}
}

// TestGoFacts reads the toolchain's mark from the program at hand.
func TestGoFacts(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	got, _ := goRuntime(os.DirFS("/"), strings.TrimPrefix(exe, "/"))
	if got.Name != "go" || !strings.HasPrefix(got.Version, "go") && !strings.HasPrefix(got.Version, "devel") {
		t.Errorf("%+v", got)
	}
}

func TestProcessOfEvent(t *testing.T) {
	m := newMaker(Options{}, "/srv/app", fstest.MapFS{})
	m.processes = newProcessFacts(procFS("/usr/bin/python3.11", "python3", "shop.py", "--fast"), nil)
	m.host.device = deviceContext{Type: "device", Arch: "amd64", Memory: 1 << 30, Boot: stamp(testStart)}
	r := recordOf(t, "2026-11-22 10:00:00,122 CRITICAL shop.db: pool is exhausted\n")
	e := made(t, m, &r)
	for path, want := range map[string]any{
		"platform": "python", "contexts.runtime.name": "CPython", "contexts.runtime.version": "3.11",
		"contexts.process.executable": "/usr/bin/python3.11", "contexts.process.argv.1": "shop.py",
		"contexts.app.app_name": "shop", "contexts.app.app_start_time": "2026-11-22T11:07:17.000000Z",
		"contexts.device.memory_size": float64(1 << 30), "contexts.kubernetes.pod": "shop-0", "contexts.container.id": "c0ffee",
	} {
		if got := at(e, path); got != want {
			t.Errorf("%s: %#v, want %#v", path, got, want)
		}
	}
}
