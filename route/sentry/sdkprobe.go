package sentry

import (
	"bytes"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/logwrap/logwrap/detect"
)

// prober looks at processes in /proc. To be sure that an app reports its errors
// itself it wants two things: an SDK where the app takes its libraries from, and a
// DSN given to it. The DSN may be there for logwrap: then the app's code has to
// mention the SDK as well, unless it is a part of the program.
type prober struct {
	root fs.FS
	dsn  string // ours
}

// process is what /proc tells of a process.
type process struct {
	args  []string
	env   map[string]string
	exe   string
	cwd   string
	pid   int    // 0: it is gone
	image string // where the program can be read
}

const (
	maxProcesses = 64 // of an app that are looked at
	maxProcFile  = 256 << 10
)

// probe looks at a process and those below it.
func (p prober) probe(pid int) sdkSign {
	pids := []int{pid}
	for i := 0; i < len(pids) && i < maxProcesses; i++ {
		if sign := p.one(pids[i]); sign.name != "" {
			return sign
		}
		pids = append(pids, p.children(pids[i])...)
	}
	return sdkSign{}
}

func (p prober) one(pid int) sdkSign {
	proc, ok := p.read(pid)
	if !ok {
		return sdkSign{}
	}
	return p.judge(proc)
}

// judge says whether a process reports its errors itself.
func (p prober) judge(proc *process) sdkSign {
	dsn := proc.dsn()
	if dsn == "" {
		return sdkSign{}
	}
	sign, built := p.sdkOf(proc)
	switch {
	case sign.name == "":
		return sdkSign{}
	case dsn != p.dsn:
		sign.how += ", and it was given a DSN of its own"
	case built:
		sign.how += ", and it was given a DSN"
	case p.codeMentions(proc, sign.lang):
		sign.how += ", its code mentions it, and it was given a DSN"
	default:
		return sdkSign{}
	}
	return sign
}

// sdkOf finds an SDK where the runtime of a process takes libraries from. built
// says that it is a part of the program, and so there to be used.
func (p prober) sdkOf(proc *process) (sign sdkSign, built bool) {
	switch name := path.Base(proc.exe); {
	case strings.HasPrefix(name, "python"), strings.HasPrefix(name, "pypy"):
		return found("sentry-python", detect.Python, p.python(proc)), false
	case name == "node", name == "nodejs", name == "bun", name == "deno":
		return found("sentry-javascript", detect.JavaScript, p.node(proc)), false
	case strings.HasPrefix(name, "ruby"):
		return found("sentry-ruby", detect.Ruby, p.ruby(proc)), false
	case strings.HasPrefix(name, "php"):
		return found("sentry-php", detect.PHP, p.php(proc)), false
	case name == "java":
		return found("sentry-java", detect.Java, p.java(proc)), true
	}
	if at := p.goModule(proc); at != "" {
		return found("sentry-go", detect.Go, at), true
	}
	return found("sentry-dotnet", detect.CSharp, p.mapped(proc, "Sentry.dll")), true
}

func found(sdk string, lang detect.Language, at string) sdkSign {
	if at == "" {
		return sdkSign{}
	}
	return sdkSign{sdk, "the app has it at " + at, lang}
}

// dsn is where a process was told to send its own events; empty: nowhere.
func (proc *process) dsn() string {
	for _, arg := range proc.args {
		if dsn, ok := strings.CutPrefix(arg, "-Dsentry.dsn="); ok {
			return dsn
		}
	}
	return strings.TrimSpace(proc.env["SENTRY_DSN"])
}

// absolute returns a path as the process means it.
func (proc *process) absolute(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join("/", proc.cwd, name)
}

// read returns what can be known of a process, false if that is nothing or it is
// not yet the app, but logwrap about to become it.
func (p prober) read(pid int) (*process, bool) {
	dir := "proc/" + strconv.Itoa(pid)
	args, err := p.file(dir+"/cmdline", maxProcFile)
	if err != nil || len(args) == 0 {
		return nil, false
	}
	env, err := p.file(dir+"/environ", maxProcFile)
	if err != nil {
		return nil, false // another user's
	}
	proc := &process{pid: pid, image: dir + "/exe", env: map[string]string{}, exe: p.link(dir + "/exe"), cwd: p.link(dir + "/cwd")}
	proc.args = strings.Split(string(bytes.TrimRight(args, "\x00")), "\x00")
	for entry := range strings.SplitSeq(string(env), "\x00") {
		if name, value, ok := strings.Cut(entry, "="); ok {
			proc.env[name] = value
		}
	}
	return proc, proc.exe != p.link("proc/self/exe")
}

func (p prober) children(pid int) (pids []int) {
	tasks, _ := fs.Glob(p.root, "proc/"+strconv.Itoa(pid)+"/task/*/children")
	for _, task := range tasks {
		list, _ := p.file(task, maxProcFile)
		for word := range strings.FieldsSeq(string(list)) {
			if child, err := strconv.Atoi(word); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids[:min(len(pids), maxProcesses)]
}

// startedAt reports whether the process of a run is the one that was started then,
// and not a later one of the same number.
func (p prober) startedAt(run *detect.Run) bool {
	stat, err := p.file("proc/"+strconv.Itoa(run.PID)+"/stat", 4<<10)
	_, after, ok := bytes.Cut(stat, []byte(") "))
	fields := strings.Fields(string(after))
	const startTime = 19 // proc_pid_stat(5), field 22
	if err != nil || !ok || len(fields) <= startTime {
		return false
	}
	ticks, err := strconv.ParseInt(fields[startTime], 10, 64)
	uptime, _, _ := strings.Cut(p.text("proc/uptime"), " ")
	up, err2 := strconv.ParseFloat(uptime, 64)
	if err != nil || err2 != nil {
		return false
	}
	const ticksPerSecond = 100 // what Linux shows on all platforms
	age := up - float64(ticks)/ticksPerSecond
	return (time.Since(time.Unix(0, run.Started)) - time.Duration(age*float64(time.Second))).Abs() < 5*time.Second
}

// file returns at most so many bytes of a file.
func (p prober) file(name string, most int) ([]byte, error) {
	f, err := p.root.Open(strings.TrimPrefix(name, "/"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return nil, fs.ErrInvalid
	}
	return readMost(f, most)
}

func (p prober) text(name string) string {
	data, _ := p.file(name, maxProcFile)
	return string(data)
}

func (p prober) link(name string) string {
	to, err := fs.ReadLink(p.root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(to, " (deleted)")
}

func (p prober) exists(name string) bool {
	_, err := fs.Stat(p.root, strings.TrimPrefix(name, "/"))
	return err == nil
}
