package sentry

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

func readMost(r io.Reader, most int) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, int64(most)))
}

// python returns where the interpreter of a process would find sentry_sdk.
func (p prober) python(proc *process) string {
	for _, dir := range p.pythonPath(proc) {
		if p.exists(dir + "/sentry_sdk/__init__.py") {
			return dir + "/sentry_sdk"
		}
	}
	return ""
}

// pythonPath is sys.path as far as it can be told from outside: that of the
// virtual environment if the interpreter was called in one, which its path tells.
func (p prober) pythonPath(proc *process) (dirs []string) {
	dirs = append(dirs, path.Dir(proc.absolute(pythonScript(proc))), proc.cwd)
	for dir := range strings.SplitSeq(proc.env["PYTHONPATH"], ":") {
		if dir != "" {
			dirs = append(dirs, proc.absolute(dir))
		}
	}
	prefix := path.Dir(path.Dir(p.called(proc)))
	system := true
	if conf := p.text(prefix + "/pyvenv.cfg"); conf != "" {
		dirs = append(dirs, p.glob(prefix+"/lib/python3*/site-packages")...)
		system = strings.Contains(strings.ReplaceAll(strings.ToLower(conf), " ", ""), "include-system-site-packages=true")
	}
	if !system {
		return dirs
	}
	version := path.Base(proc.exe) // python3.11
	if !strings.HasPrefix(version, "python3.") {
		version = "python3*"
	}
	base := path.Dir(path.Dir(proc.exe))
	for _, lib := range []string{base + "/lib/" + version, "/usr/local/lib/" + version, "/usr/lib/python3", proc.env["HOME"] + "/.local/lib/" + version} {
		dirs = append(dirs, p.glob(lib+"/site-packages")...)
		dirs = append(dirs, p.glob(lib+"/dist-packages")...)
	}
	return dirs
}

// called is the path by which the program of a process was started, links in it
// as they are.
func (p prober) called(proc *process) string {
	name := proc.args[0]
	if strings.Contains(name, "/") {
		return proc.absolute(name)
	}
	for dir := range strings.SplitSeq(proc.env["PATH"], ":") {
		if at := path.Join(proc.absolute(dir), name); p.exists(at) {
			return at
		}
	}
	return proc.exe
}

// pythonScript is the file that Python was started with; empty: a module, a
// command, or none.
func pythonScript(proc *process) string {
	for _, arg := range proc.args[1:] {
		switch {
		case arg == "-m", arg == "-c", arg == "-":
			return ""
		case !strings.HasPrefix(arg, "-"):
			return arg
		}
	}
	return ""
}

// node returns the folder of an SDK that the script of a process can require.
func (p prober) node(proc *process) string {
	for dir := path.Dir(proc.absolute(nodeScript(proc))); ; dir = path.Dir(dir) {
		for _, sdk := range nodeSDKs {
			if at := path.Join(dir, "node_modules/@sentry", sdk); p.exists(at + "/package.json") {
				return at
			}
		}
		if len(dir) <= 1 {
			return ""
		}
	}
}

var nodeSDKs = [...]string{"node", "node-core", "nextjs", "nestjs", "bun", "deno", "remix", "sveltekit", "astro", "nuxt"}

// nodeScript is the file that Node was started with, after the options and what
// they take.
func nodeScript(proc *process) string {
	for i := 1; i < len(proc.args); i++ {
		switch arg := proc.args[i]; {
		case slices.Contains([]string{"-r", "--require", "--import", "--loader", "-C", "--conditions", "--env-file"}, arg):
			i++
		case !strings.HasPrefix(arg, "-"):
			return arg
		}
	}
	return ""
}

// ruby returns the lock file that names the SDK.
func (p prober) ruby(proc *process) string {
	lock := proc.absolute("Gemfile.lock")
	if gemfile := proc.env["BUNDLE_GEMFILE"]; gemfile != "" {
		lock = proc.absolute(gemfile + ".lock")
	}
	if strings.Contains(p.text(lock), " sentry-ruby (") {
		return lock
	}
	return ""
}

// php returns the folder where Composer has put the SDK.
func (p prober) php(proc *process) string {
	script := ""
	for _, arg := range proc.args[1:] {
		if strings.HasSuffix(arg, ".php") {
			script = arg
		}
	}
	for dir := path.Dir(proc.absolute(either(script, "."+"/x"))); ; dir = path.Dir(dir) {
		if at := path.Join(dir, "vendor/sentry/sentry"); p.exists(at) {
			return at
		}
		if len(dir) <= 1 {
			return ""
		}
	}
}

var sentryJar = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|/)sentry(-[a-z][a-z0-9]*)*-[0-9][^/]*\.jar$`) })

// java returns the jar of the SDK that a JVM has open, or that lies in its
// program's.
func (p prober) java(proc *process) string {
	dir := "proc/" + strconv.Itoa(proc.pid) + "/fd"
	entries, _ := fs.ReadDir(p.root, dir)
	for _, e := range entries[:min(len(entries), 4096)] {
		if to := p.link(dir + "/" + e.Name()); sentryJar().MatchString(to) {
			return to
		}
	}
	for i, arg := range proc.args[:len(proc.args)-1] {
		switch next := proc.args[i+1]; arg {
		case "-cp", "-classpath", "--class-path":
			for jar := range strings.SplitSeq(next, ":") {
				if sentryJar().MatchString(jar) && p.exists(proc.absolute(jar)) {
					return jar
				}
			}
		case "-jar":
			return p.inJar(proc.absolute(next))
		}
	}
	return ""
}

// inJar returns the name in a jar of the SDK's classes, or of a jar of them.
func (p prober) inJar(name string) string {
	f, err := p.root.Open(strings.TrimPrefix(name, "/"))
	if err != nil {
		return ""
	}
	defer f.Close()
	at, ok := f.(io.ReaderAt)
	st, err := f.Stat()
	if !ok || err != nil || !st.Mode().IsRegular() {
		return ""
	}
	jar, err := zip.NewReader(at, st.Size())
	if err != nil {
		return ""
	}
	for _, entry := range jar.File {
		if entry.Name == "io/sentry/Sentry.class" || sentryJar().MatchString(entry.Name) {
			return name + "!/" + entry.Name
		}
	}
	return ""
}

// goModule returns the module of the SDK if a Go program was built with it: the
// list of modules that a program holds names it
// (https://pkg.go.dev/runtime/debug#BuildInfo.String).
func (p prober) goModule(proc *process) string {
	f, err := p.root.Open(proc.image)
	if err != nil {
		return ""
	}
	defer f.Close()
	const module = "github.com/getsentry/sentry-go"
	if contains(io.LimitReader(f, maxProgram), []byte("dep\t"+module+"\tv")) {
		return module
	}
	return ""
}

const maxProgram = 256 << 20

// contains reports whether what a reader gives contains a word.
func contains(r io.Reader, word []byte) bool {
	buf := make([]byte, 256<<10)
	for kept := 0; ; {
		n, err := r.Read(buf[kept:])
		text := buf[:kept+n]
		if bytes.Contains(text, word) {
			return true
		}
		if err != nil {
			return false
		}
		kept = copy(buf, text[max(len(text)-len(word)+1, 0):])
	}
}

// mapped returns the path of a file of that name that a process has mapped.
func (p prober) mapped(proc *process, name string) string {
	data, _ := p.file("proc/"+strconv.Itoa(proc.pid)+"/maps", 4<<20)
	i := bytes.Index(data, []byte("/"+name+"\n"))
	if i < 0 {
		return ""
	}
	line := data[bytes.LastIndexByte(data[:i], '\n')+1 : i]
	return string(line[max(bytes.IndexByte(line, '/'), 0):]) + "/" + name
}

func (p prober) glob(pattern string) (dirs []string) {
	found, _ := fs.Glob(p.root, strings.TrimPrefix(path.Clean(pattern), "/"))
	for _, dir := range found {
		dirs = append(dirs, "/"+dir)
	}
	return dirs
}
