package config

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/logwrap/logwrap/supervise"
)

// maxRestarts is more restarts than anyone waits for.
const maxRestarts = math.MaxInt32

// parseSwitch reads what a variable says of a flag that is on or off.
func parseSwitch(s string) (bool, error) {
	switch s {
	case "1":
		return true, nil
	case "0":
		return false, nil
	}
	on, err := parseBool(s)
	if err != nil {
		err = valueError{"is neither on nor off", "use 1, true, yes or on, or 0, false, no or off"}
	}
	return on, err
}

// parseUmask reads a umask as umask(1) does: in base eight, with or without a
// leading zero.
func parseUmask(s string) (*uint32, error) {
	digits := strings.TrimPrefix(strings.ToLower(s), "0o")
	mask, err := strconv.ParseUint(digits, 8, 32)
	if err != nil || mask > 0o777 {
		return nil, valueError{"is no umask", "a umask has up to three digits from 0 to 7, like 027"}
	}
	m := uint32(mask)
	return &m, nil
}

const limitHint = "limits look like nofile=1024:4096 (soft:hard), nproc=512 or core=unlimited"

// parseLimit reads NAME=VALUE; supervise knows names and values.
func parseLimit(s string) (supervise.Limit, error) {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return supervise.Limit{}, valueError{"is no limit", limitHint}
	}
	l, err := supervise.ParseLimit(strings.TrimSpace(name), strings.TrimSpace(value))
	if err != nil {
		return supervise.Limit{}, valueError{"is no limit: " + err.Error(), nearLimit(name)}
	}
	return l, nil
}

// nearLimit is the hint for a limit that is not accepted.
func nearLimit(name string) string {
	known := []string{
		"as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime",
		"sigpending", "stack",
	}
	if near := nearest(name, known); near != "" && near != name {
		return `did you mean "` + near + `"?`
	}
	return limitHint
}

// parseDirectory accepts a directory that is there.
func parseDirectory(s string) (string, error) {
	info, err := os.Stat(s)
	switch {
	case os.IsNotExist(err):
		return "", valueError{"does not exist", "the app starts there: make it first"}
	case os.IsPermission(err):
		return "", valueError{fmt.Sprintf("cannot be reached by uid %d", os.Geteuid()), ""}
	case err != nil:
		return "", valueError{"is no directory: " + reason(err), ""}
	case !info.IsDir():
		return "", valueError{"is no directory", ""}
	}
	return s, nil
}

// terminationLogOff as a termination log means that none is written.
const terminationLogOff = "off"

// parseTerminationLog accepts a file that is there or can be made, or "off".
func parseTerminationLog(s string) (string, error) {
	if s == terminationLogOff || s == "" {
		return s, nil
	}
	if info, err := os.Stat(s); err == nil && info.IsDir() {
		return "", valueError{"is a directory", ""}
	}
	if info, err := os.Stat(filepath.Dir(s)); err != nil || !info.IsDir() {
		return "", valueError{"is in no directory that exists", "name a file, or off"}
	}
	return s, nil
}

// kubernetesTerminationLog is where Kubernetes makes a file for the reason of a
// container's end, unless terminationMessagePath says otherwise; see
// https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/.
const kubernetesTerminationLog = "/dev/termination-log"

// defaultTerminationLog is the file at path if it is there and we run in
// Kubernetes, else nothing.
func defaultTerminationLog(path string, env Environ) string {
	if value(env, "KUBERNETES_SERVICE_HOST") == "" {
		return ""
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return ""
	}
	return path
}
