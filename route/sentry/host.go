package sentry

import (
	"bytes"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// host is what the sink knows of the machine and the app's place in it.
type host struct {
	open   opener
	cwd    string
	os     osContext
	script func(*detect.Run) string
}

type osContext struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Kernel  string `json:"kernel_version,omitempty"`
}

func readHost(cwd string) host {
	if cwd == "" {
		cwd, _ = os.Getwd() // none is fine: names stay absolute then
	}
	if cwd = path.Clean(cwd); !path.IsAbs(cwd) || cwd == "/" {
		cwd = "" // below "/" is everything
	}
	var name, version string
	if text, err := os.ReadFile("/etc/os-release"); err == nil {
		name, version = osRelease(string(text))
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease") // absent elsewhere
	return host{
		open: openFile, cwd: cwd, script: scriptOfRun,
		os: osContext{
			Name:    either(cleanLine(name, maxName), runtime.GOOS),
			Version: cleanLine(version, maxName),
			Kernel:  cleanLine(string(kernel), maxName),
		},
	}
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

// scriptOfRun returns the file that a Python app was started with, as long as
// the app is alive: a trace that was logged does not go back to it.
func scriptOfRun(r *detect.Run) string {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(r.PID) + "/cmdline")
	if err != nil || r.PID <= 0 {
		return ""
	}
	return scriptArg(strings.Split(string(bytes.TrimRight(line, "\x00")), "\x00"))
}

// scriptArg finds the script in the arguments of a Python interpreter.
func scriptArg(args []string) string {
	if !strings.HasPrefix(path.Base(args[0]), "python") {
		return ""
	}
	for i := 1; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-W" || a == "-X":
			i++
		case strings.HasPrefix(a, "-"):
			if strings.HasPrefix(a, "-c") || strings.HasPrefix(a, "-m") || a == "-" {
				return ""
			}
		default:
			return a
		}
	}
	return ""
}
