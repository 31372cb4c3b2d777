package sentry

import (
	"debug/buildinfo"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/logwrap/logwrap/detect"
)

// facts are what the kernel tells of a process as long as there is one.
type facts struct {
	exe     string // path of the program, as the process sees it
	argv    []string
	cwd     string
	jailed  bool // it has another root or other mounts than we: no path of it means anything here
	runtime runtimeContext
	module  string // of a Go program: path@version
}

const (
	maxFacts  = 64      // whose facts are kept
	maxArgv   = 4 << 10 // bytes of the arguments
	ticks     = 100     // USER_HZ, the same on every platform that Go runs on
	startSlop = 5       // seconds that a process may have begun before or after its run
)

// processFacts remembers facts about the processes of runs, by run. They are
// gathered when a run is first seen: an event about its end is made when the
// process is gone.
type processFacts struct {
	root fs.FS    // "/"; nil: nothing is known of any process
	args []string // of the app: what is known of a process that was gone too soon

	mu    sync.Mutex
	known map[string]facts
	order []string // of known, oldest first
}

func newProcessFacts(root fs.FS, args []string) *processFacts {
	return &processFacts{root: root, args: args}
}

// look returns the facts about the process of a run, zero for what is not known.
// It can be called by several goroutines.
func (p *processFacts) look(run *detect.Run) facts {
	if p == nil || p.root == nil || run == nil || run.PID <= 0 {
		return facts{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f, found := p.known[run.ID]
	now := readFacts(p.root, run)
	switch {
	case len(now.argv) == 0 && !found:
		f = p.guess(run)
	case len(now.argv) == 0, now.exe == f.exe: // it is gone, or what it was
		return f
	default: // new, or a script has handed over to the program
		f = now
		f.identify(p.root, "proc/"+strconv.Itoa(run.PID)+"/exe")
	}
	p.keep(run.ID, f)
	return f
}

func (p *processFacts) keep(id string, f facts) {
	if p.known == nil {
		p.known = make(map[string]facts)
	}
	if _, found := p.known[id]; found {
		p.known[id] = f
		return
	}
	if len(p.order) >= maxFacts {
		delete(p.known, p.order[0])
		p.order = slices.Delete(p.order, 0, 1)
	}
	p.known[id] = f
	p.order = append(p.order, id)
}

// guess goes by the command that logwrap starts, if the run is one of it. A program
// that hands over to another one is not seen through.
func (p *processFacts) guess(run *detect.Run) facts {
	if len(p.args) == 0 || path.Base(p.args[0]) != run.Command {
		return facts{}
	}
	f := facts{argv: p.args}
	file, err := exec.LookPath(p.args[0])
	if err != nil {
		return f
	}
	if f.exe, err = filepath.EvalSymlinks(file); err == nil && path.IsAbs(f.exe) {
		f.identify(p.root, strings.TrimPrefix(f.exe, "/"))
	}
	return f
}

// identify finds the runtime; exe is where the program can be opened.
func (f *facts) identify(root fs.FS, exe string) {
	if !f.jailed {
		f.runtime = runtimeOfExe(root, f)
	}
	if f.runtime.Name == "" {
		f.runtime, f.module = goRuntime(root, exe)
	}
}

// readFacts reads /proc, but for the program itself, if the process of the run is still that of its number.
func readFacts(root fs.FS, run *detect.Run) facts {
	dir := "proc/" + strconv.Itoa(run.PID)
	started := startTime(root, dir)
	if d := started - run.Started/1e9; started == 0 || run.Started != 0 && (d > startSlop || d < -startSlop) {
		return facts{}
	}
	var f facts
	f.exe = readLink(root, dir+"/exe")
	f.cwd = readLink(root, dir+"/cwd")
	f.jailed = differ(root, dir+"/root", "proc/self/root") || differ(root, dir+"/ns/mnt", "proc/self/ns/mnt")
	if line := readSome(root, dir+"/cmdline", maxArgv); line != "" {
		f.argv = strings.Split(strings.TrimRight(line, "\x00"), "\x00")
	}
	return f
}

// startTime is when the process began, in Unix seconds; 0 if there is none.
func startTime(root fs.FS, dir string) int64 {
	stat := readSome(root, dir+"/stat", 4<<10)
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return 0
	}
	begun, err := strconv.ParseInt(fields[19], 10, 64)
	boot := bootTime(root)
	if err != nil || boot == 0 {
		return 0
	}
	return boot + begun/ticks
}

// bootTime is when the machine was started, in Unix seconds; 0 if that is not known.
func bootTime(root fs.FS) int64 {
	_, rest, _ := strings.Cut(readSome(root, "proc/stat", 1<<20), "\nbtime ")
	n, err := strconv.ParseInt(firstLine(rest), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// goRuntime reads what the toolchain put into a Go program.
func goRuntime(root fs.FS, exe string) (runtimeContext, string) {
	file, err := root.Open(exe)
	if err != nil {
		return runtimeContext{}, ""
	}
	defer file.Close()
	at, ok := file.(io.ReaderAt)
	if !ok {
		return runtimeContext{}, ""
	}
	info, err := buildinfo.Read(at)
	if err != nil {
		return runtimeContext{}, ""
	}
	module := info.Main.Path
	if v := info.Main.Version; module != "" && v != "" && v != "(devel)" {
		module += "@" + v
	}
	return runtimeContext{"go", cleanLine(info.GoVersion, maxName)}, cleanLine(module, maxName)
}

// readSome returns the first bytes of a file, nothing if it can't be read.
func readSome(root fs.FS, name string, most int64) string {
	file, err := root.Open(name)
	if err != nil {
		return ""
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return ""
	}
	return string(text)
}

// differ reports whether two links are there and lead to different places.
func differ(root fs.FS, a, b string) bool {
	one, err := fs.ReadLink(root, a)
	if err != nil {
		return false
	}
	other, err := fs.ReadLink(root, b)
	return err == nil && one != other
}

func readLink(root fs.FS, name string) string {
	to, err := fs.ReadLink(root, name)
	if err != nil || !path.IsAbs(to) {
		return ""
	}
	return strings.TrimSuffix(to, " (deleted)")
}
