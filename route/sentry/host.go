package sentry

import (
	"io/fs"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
)

// host is what the sink knows of the machine and the app's place in it.
type host struct {
	disk   disk
	cwd    string
	os     osContext
	device deviceContext
}

type osContext struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Kernel  string `json:"kernel_version,omitempty"`
}

func readHost(cwd string) host {
	if here, err := os.Getwd(); err == nil && !path.IsAbs(cwd) { // none is fine: names stay absolute then
		cwd = path.Join(here, cwd)
	}
	if cwd = path.Clean(cwd); !path.IsAbs(cwd) || cwd == "/" {
		cwd = "" // below "/" is everything
	}
	root := os.DirFS("/")
	var name, version string
	if text, err := os.ReadFile("/etc/os-release"); err == nil {
		name, version = osRelease(string(text))
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease") // absent elsewhere
	return host{
		disk: localDisk(), cwd: cwd, device: readDevice(root),
		os: osContext{
			Name:    either(cleanLine(name, maxName), runtime.GOOS),
			Version: cleanLine(version, maxName),
			Kernel:  cleanLine(string(kernel), maxName),
		},
	}
}

// deviceContext is the machine.
type deviceContext struct {
	Type       string `json:"type"`
	Arch       string `json:"arch,omitempty"`
	Model      string `json:"model,omitempty"`
	Processors int    `json:"processor_count,omitempty"`
	Processor  string `json:"cpu_description,omitempty"`
	Memory     int64  `json:"memory_size,omitempty"`
	Boot       string `json:"boot_time,omitempty"`
}

// readDevice reads /proc and what firmware says. What is not there is left out.
func readDevice(root fs.FS) deviceContext {
	d := deviceContext{Type: "device", Arch: runtime.GOARCH, Processors: runtime.NumCPU()}
	d.Model = cleanLine(readSome(root, "sys/class/dmi/id/product_name", maxName), maxName)
	_, cpu, _ := strings.Cut(readSome(root, "proc/cpuinfo", 64<<10), "model name\t: ")
	d.Processor = cleanLine(firstLine(cpu), maxName)
	if _, rest, ok := strings.Cut(readSome(root, "proc/meminfo", 4<<10), "MemTotal:"); ok {
		kib, _, _ := strings.Cut(strings.TrimSpace(firstLine(rest)), " ")
		if n, err := strconv.ParseInt(kib, 10, 64); err == nil {
			d.Memory = n << 10
		}
	}
	if boot := bootTime(root); boot > 0 {
		d.Boot = stamp(boot * 1e9)
	}
	return d
}

// osRelease reads os-release(5).
func osRelease(text string) (name, version string) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.Trim(value, `"'`)
		switch key {
		case "NAME":
			name = value
		case "VERSION_ID":
			version = value
		}
	}
	return name, version
}

// scriptArg finds the script, or the module, in the arguments of a Python
// interpreter.
func scriptArg(args []string) (script, module string) {
	if len(args) == 0 || !strings.HasPrefix(path.Base(args[0]), "python") {
		return "", ""
	}
	for i := 1; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-W" || a == "-X":
			i++
		case a == "-m" && i+1 < len(args):
			return "", args[i+1]
		case strings.HasPrefix(a, "-m"):
			return "", a[len("-m"):]
		case strings.HasPrefix(a, "-c") || a == "-":
			return "", ""
		case !strings.HasPrefix(a, "-"):
			return a, ""
		}
	}
	return "", ""
}
